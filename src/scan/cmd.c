#include "scan/cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/error.h>
#include <skalibs/strerr.h>

#include "base/exit.h"
#include "base/process.h"
#include "base/send.h"
#include "base/spawn.h"
#include "scan/again.h"
#include "scan/cmd_search.h"
#include "scan/cmd_strays.h"
#include "scan/collector.h"
#include "scan/pidfds.h"
#include "scan/stopping.h"
#include "wire/channels.h"
#include "wire/state.h"
#include "wire/status.h"

/* The file is read by the client, and by the next scanner, which would otherwise start CMD a
   second time. */
void cmd_write_status (struct scanner *s)
{
  char *after = getenv(CMD_AFTER_VARIABLE) ;
  struct iovec v[] = { { s->cmd.status, sizeof s->cmd.status }, { after, after ? strlen(after) : 0 } } ;
  if (!openwritevnclose_suffix(COMMAND_STATUS_FILE, v, after ? 2 : 1, ".new") && again_later(s, AGAIN_CMD_STATUS))
    strerr_warnwu1sys("write " COMMAND_STATUS_FILE " (trying again every second)") ;
}

static void publish_command (struct scanner *s, struct birth const *birth)
{
  struct status status = { .pid = birth->process.pid, .flags = STATUS_WANT_UP | STATUS_READY } ;
  tain_wallclock_read(&status.since) ;
  status.ready_since = status.since ;
  status_pack(s->cmd.status, &status) ;
  birth_pack(s->cmd.status + STATUS_SIZE, birth) ;
  cmd_write_status(s) ;
}

void cmd_find (struct scanner *s)
{
  char packed[STATUS_SIZE + BIRTH_SIZE] ;
  struct birth birth ;
  if (openreadnclose(COMMAND_STATUS_FILE, packed, sizeof packed) != sizeof packed || !s->same_life || !birth_unpack(packed + STATUS_SIZE, &birth)
   || !(process_is_child(birth.process.pid) || process_lives(&birth.process) > 0))
  {
    unlink(COMMAND_STATUS_FILE) ;
    return ;
  }
  s->cmd.pid = birth.process.pid ;
  s->cmd.birth = birth.process ;
  if (process_is_child(s->cmd.pid) || pidfds_watch_cmd(s)) return ;
  s->cmd.pid = 0 ;
  unlink(COMMAND_STATUS_FILE) ;
}

void cmd_start (struct scanner *s)
{
  static struct cmd_search result ; /* large */
  struct birth birth = { .what = 'r' } ;
  struct spawn request = SPAWN_ZERO ;
  if (!s->cmd.argv || s->cmd.pid) return ;
  if (s->stop.on) return ;
  request.argv = s->cmd.argv ;
  request.envp = (char const *const *)environ ;
  request.same_session = 1 ; /* CMD may need the terminal of this session */
  request.chdir = s->origin ;
  request.birth = &birth ;
  if (collector_for_cmd(s, &request)) s->cmd.pid = cmd_search_start(s, &request, &result) ;
  else result = (struct cmd_search) { .err = errno } ;
  for (unsigned int i = 0 ; i < request.nfds ; i++) fd_close(request.fd[i].from) ;
  if (s->cmd.pid)
  {
    publish_command(s, &birth) ;
    return ;
  }
  if (!result.executing && error_temp(result.err))
  {
    again_later(s, AGAIN_CMD) ;
    errno = result.err ;
    strerr_warnwu3sys("start the command ", s->cmd.argv[0], " (next try in 1 second)") ;
    return ;
  }
  s->own_code = result.err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED ;
  cmd_search_say(s, &result) ;
  stopping_ask(s, 0) ;
}

void cmd_ended (struct scanner *s, int wstat)
{
  pid_t pid = s->cmd.pid ;
  s->cmd.pid = 0 ;
  cmd_strays_begin(s, pid) ;
  again_no_more(s, AGAIN_CMD_STATUS) ;
  again_no_more(s, AGAIN_CMD) ;
  if (s->cmd.fd >= 0) fd_close(s->cmd.fd) ;
  s->cmd.fd = -1 ;
  unlink(COMMAND_STATUS_FILE) ;
  if (s->stop.on) return ;
  s->own_code = stopping_code_of(wstat) ;
  stopping_ask(s, 0) ;
}

/* A CMD that an earlier scanner has started may have another terminal than this scanner's. */
static int has_terminal (struct scanner const *s)
{
  struct process_look look ;
  if (process_look(s->cmd.pid, &look)) return look.has_terminal && (s->cmd.fd >= 0 || isatty(0)) ;
  return isatty(0) ;
}

static void tell_to_end (struct scanner const *s, int sig)
{
  if (s->cmd.fd == -1 && process_is_child(s->cmd.pid)) send_to_end(s->cmd.pid, sig, 0) ;
  else cmd_signal(s, sig) ;
}

void cmd_stop (struct scanner const *s)
{
  struct process_signals signals ;
  int hangs_up ;
  if (!s->cmd.pid) return ;
  cmd_strays_follow(s->cmd.pid) ;
  hangs_up = has_terminal(s) && send_hangs_up(process_signals(send_end_of(s->cmd.pid), &signals) ? &signals : 0) ;
  tell_to_end(s, SIGTERM) ;
  if (hangs_up) tell_to_end(s, SIGHUP) ;
  tell_to_end(s, SIGCONT) ;
}

void cmd_signal (struct scanner const *s, int sig)
{
  struct send send = { .pid = s->cmd.pid, .fd = s->cmd.fd, .sig = sig } ;
  if (!s->cmd.pid) return ;
  if (s->cmd.fd >= 0 || process_is_child(s->cmd.pid)) send_signal(&send) ;
  else if (sig != SIGCONT)
    strerr_warnw1x("the command, which an earlier scanner has started, cannot be sent a signal without pidfds: end it by hand") ;
}

int cmd_takes_signal (struct scanner const *s, int sig)
{
  if (!s->cmd.gets_signals || !s->cmd.pid || sig == SIGCHLD || sig == SIGALRM) return 0 ;
  cmd_signal(s, sig) ;
  return 1 ;
}

/* ---- once a second ---- */

/* For a CMD without a pidfd: has it ended? */
static void look_at_it (struct scanner *s)
{
  struct process_look look ;
  if (!process_lives(&s->cmd.birth) || (process_look(s->cmd.pid, &look) && look.state == 'Z')) cmd_ended(s, STATUS_WSTAT_UNKNOWN) ;
  else again_later(s, AGAIN_CMD) ;
}

void cmd_start_or_look (struct scanner *s)
{
  if (s->cmd.pid) look_at_it(s) ;
  else cmd_start(s) ;
}
