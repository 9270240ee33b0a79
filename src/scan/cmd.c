#include "scan/cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/error.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/descent.h"
#include "base/exit.h"
#include "base/process.h"
#include "base/send.h"
#include "base/spawn.h"
#include "scan/again.h"
#include "scan/pidfds.h"
#include "scan/stopping.h"
#include "service/executable.h"
#include "service/stray.h"
#include "wire/channels.h"
#include "wire/state.h"
#include "wire/status.h"

#define AGAIN_MS 1000
#define ABSOLUTE_MAX 8192 /* a directory and a path: twice SCAN_PATH_MAX */

static char const *search_path (void)
{
  char const *path = getenv("PATH") ;
  return path ? path : "/usr/local/bin:/usr/bin:/bin" ;
}

/* Why the search for CMD has found nothing that can be executed. */
struct search
{
  char path[SCAN_PATH_MAX] ; /* what was tried, from CMD's directory; "": nothing was there */
  int err ;
  int executing ; /* it was execve() that failed */
} ;

/* A relative path begins in CMD's directory, and ours is LIVE. Returns 0 when it is too long. */
static int from_here (struct scanner const *s, char const *path, char out[ABSOLUTE_MAX])
{
  int n = snprintf(out, ABSOLUTE_MAX, "%s%s%s", *path == '/' ? "" : s->origin, *path == '/' ? "" : "/", path) ;
  return n > 0 && n < ABSOLUTE_MAX ;
}

/* Is it worth a try? Else errno is what execve() would say. */
static int is_file (struct scanner const *s, char const *path)
{
  char absolute[ABSOLUTE_MAX] ;
  struct stat st ;
  if (!from_here(s, path, absolute)) return (errno = ENAMETOOLONG, 0) ;
  if (stat(absolute, &st) == -1) return 0 ;
  return S_ISDIR(st.st_mode) ? (errno = EACCES, 0) : 1 ;
}

static int goes_on_after (int err)
{
  return err == EACCES || err == ENOENT || err == ENOTDIR || err == ENAMETOOLONG || err == ESTALE || err == ENODEV || err == ETIMEDOUT ;
}

/* Of several failures: the first refusal, else the first of a file that was there. */
static void remember (struct search *result, char const *path, int err, int executing)
{
  if (result->path[0] && (err != EACCES || result->err == EACCES)) return ;
  memcpy(result->path, path, strlen(path) + 1) ;
  result->err = err ;
  result->executing = executing ;
}

/* Starts what request->argv names, in CMD's directory, searching PATH as execvp() does:
   what cannot be executed does not end the search. Returns the pid, or 0: then *result
   tells why. */
static pid_t search (struct scanner const *s, struct spawn const *request, struct search *result)
{
  struct spawn attempt = *request ;
  char path[SCAN_PATH_MAX] ;
  char const *name = request->argv[0] ;
  char const *rest = search_path() ;
  int has_slash = !!strchr(name, '/') ;
  *result = (struct search) { .err = ENOENT, .executing = 1 } ;
  attempt.path = path ;
  while (*name)
  {
    size_t len = has_slash ? 0 : strcspn(rest, ":") ;
    int n = snprintf(path, sizeof path, "%.*s%s%s", (int)len, rest, len ? "/" : "", name) ;
    int fits = n >= 0 && n < (int)sizeof path ;
    if (has_slash && !fits) result->err = ENAMETOOLONG ;
    if (fits && (has_slash || is_file(s, path)))
    {
      int executing ;
      pid_t pid = spawn(&attempt, &executing) ;
      if (pid) return pid ;
      if (!executing || !goes_on_after(errno)) result->path[0] = 0 ; /* this one alone counts */
      remember(result, path, errno, executing) ;
      if (!executing || !goes_on_after(errno)) return 0 ;
    }
    else if (fits && errno == EACCES) remember(result, path, EACCES, 1) ;
    if (has_slash || !rest[len]) return 0 ;
    rest += len + 1 ;
  }
  return 0 ;
}

static void say_not_executed (struct scanner const *s, struct search const *result)
{
  char absolute[ABSOLUTE_MAX] ;
  char why[EXECUTABLE_WHY_MAX] ;
  char const *name = s->cmd.argv[0] ;
  char const *found = result->path[0] && strcmp(result->path, name) != 0 ? result->path : "" ; /* elsewhere than it says itself */
  if (!result->path[0])
    strerr_warnwu5x("execute the command ", name, EXECUTABLE_NOT_IN_PATH, search_path(), " (stopping everything)") ;
  else
    strerr_warnwu8x("execute the command ", name, *found ? " (" : "", found, *found ? "): " : ": ",
      result->executing && from_here(s, result->path, absolute) ? executable_why_not(absolute, result->err, why, sizeof why) : strerror(result->err),
      " (stopping everything)", "") ;
}

/* For `reeve status`, and for a scanner after us, which would start CMD a second time. */
void cmd_write_status (struct scanner *s)
{
  if (!openwritenclose_suffix(COMMAND_STATUS_FILE, s->cmd.status, sizeof s->cmd.status, ".new") && again_later(s, AGAIN_CMD_STATUS))
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
  static struct search result ; /* large */
  struct birth birth = { .what = 'r' } ;
  struct spawn request = SPAWN_ZERO ;
  if (!s->cmd.argv || s->cmd.pid) return ;
  if (s->stop.on) return ;
  request.argv = s->cmd.argv ;
  request.envp = (char const *const *)environ ;
  request.same_session = 1 ; /* it may talk to a terminal */
  request.chdir = s->origin ;
  request.birth = &birth ;
  s->cmd.pid = search(s, &request, &result) ;
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
  say_not_executed(s, &result) ;
  stopping_ask(s, 0) ;
}

/* ---- what it leaves behind ---- */

struct left
{
  struct scanner *s ;
  struct stray_limits limits ;
  uint64_t now_ms ;
  uint64_t again_ms ;
} ;

static struct strays strays ;
static struct descent descent ; /* what descended from CMD when it was told to end, and from that since */

static void say_left (struct scanner const *s, char const *what, pid_t pid, char const *name, int in_group, char const *why)
{
  char number[24] ;
  snprintf(number, sizeof number, " (pid %ld)", (long)pid) ;
  strerr_warnw8x(what, name, number, ", which the command ", s->cmd.argv[0], " has left behind", in_group ? " in its process group" : "", why) ;
}

static void decide (struct left *left, pid_t pid, struct stray_look const *look, char const *name)
{
  struct stray *stray = strays_know(&strays, pid > 0 ? pid : -pid, left->now_ms) ;
  struct stray_step step = strays_step(&strays, &left->limits, stray, look, left->now_ms) ;
  if (step.deed == STRAY_LEAVE) return ;
  if (step.deed != STRAY_WAIT) descent_follow(&descent, stray->pid) ; /* what it leaves is CMD's, too */
  stray_do(stray, &left->limits, pid, -1, step.deed, left->now_ms) ;
  if (step.deed == STRAY_KILL) stopping_killed(left->s) ;
  if (step.deed == STRAY_TELL)
  {
    if (!look->ours) say_left(left->s, "ending ", stray->pid, name, look->in_group, ": it counts as the command itself") ;
    step = stray_step(&left->limits, stray, look, left->now_ms) ;
  }
  if (step.again_ms && (!left->again_ms || step.again_ms < left->again_ms)) left->again_ms = step.again_ms ;
}

static int each_left (pid_t pid, void *data)
{
  struct left *left = data ;
  struct process_look process ;
  struct stray_look look ;
  if (send_is_sender(pid) || (!descent.count && getpgid(pid) != left->s->cmd.group)) return 1 ;
  if (!process_look(pid, &process) || process.state == 'Z') return 1 ;
  stray_look(&look, &left->limits, pid, &process) ;
  if (!look.in_group && !descent_has(&descent, pid, &process)) return 1 ;
  decide(left, pid, &look, process.name) ;
  return 1 ;
}

static int has_outside (void)
{
  for (unsigned int i = 0 ; i < descent.count ; i++)
    if (process_is_child(descent.member[i].pid)) return 1 ;
  return 0 ;
}

int cmd_runs (struct scanner const *s)
{
  return s->cmd.pid || s->cmd.group || s->cmd.outside ;
}

int cmd_has_strays (struct scanner *s)
{
  struct left left =
  {
    .s = s,
    .limits = { .service = STRAY_ALL_BUT_EARLIER, .group = s->cmd.group, .at_once = stopping_kills(s), .down_signal = SIGTERM },
    .now_ms = clock_ms()
  } ;
  struct stray_look group = { .in_group = 1 } ;
  if (s->cmd.pid || !cmd_runs(s)) return 0 ;
  if (!process_group_has_child(s->cmd.group)) s->cmd.group = 0 ;
  if (s->cmd.outside) s->cmd.outside = !!has_outside() ;
  if (!cmd_runs(s))
  {
    s->cmd.look_ms = 0 ;
    return 0 ;
  }
  if (!s->cmd.look_ms || left.now_ms < s->cmd.look_ms) return 1 ;
  if (process_each_child(&each_left, &left)) strays_forget_unseen(&strays) ;
  else if (errno == ENOSYS) decide(&left, -s->cmd.group, &group, "the process group") ;
  else left.again_ms = left.now_ms + AGAIN_MS ;
  s->cmd.look_ms = left.again_ms ;
  return 1 ;
}

void cmd_strays_changed (struct scanner *s)
{
  if (!s->cmd.pid && cmd_runs(s)) s->cmd.look_ms = 1 ;
}

void cmd_stray_ended (struct scanner *s, pid_t pid)
{
  if (descent.count) descent_ended(&descent, pid) ;
  cmd_strays_changed(s) ;
}

void cmd_ended (struct scanner *s, int wstat)
{
  s->cmd.group = process_group_has_child(s->cmd.pid) ? s->cmd.pid : 0 ;
  s->cmd.outside = !!has_outside() ;
  s->cmd.pid = 0 ;
  strays_empty(&strays) ;
  cmd_strays_changed(s) ;
  again_no_more(s, AGAIN_CMD_STATUS) ;
  again_no_more(s, AGAIN_CMD) ;
  if (s->cmd.fd >= 0) fd_close(s->cmd.fd) ;
  s->cmd.fd = -1 ;
  unlink(COMMAND_STATUS_FILE) ;
  if (s->stop.on) return ;
  s->own_code = stopping_code_of(wstat) ;
  stopping_ask(s, 0) ;
}

/* An adopted one's terminal need not be ours. */
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
  descent.count = 0 ;
  descent_follow(&descent, s->cmd.pid) ;
  hangs_up = has_terminal(s) && plan_hangs_up(process_signals(send_end_of(s->cmd.pid), &signals) ? &signals : 0) ;
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

/* ---- once a second ---- */

/* Without a pidfd of it: has it ended? */
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
