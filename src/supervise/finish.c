#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/exit.h"
#include "base/file.h"
#include "base/spawn.h"
#include "supervise/supervisor.h"

#define CODE_UNKNOWN 256

static int is_missing (char const *path)
{
  return access(path, F_OK) == -1 && errno == ENOENT ;
}

/* Is the script there? A script that has been removed, with its directory, is reported. */
static int is_there (char const *script)
{
  struct stat st ;
  char original[4096] ;
  ssize_t n = readlink(script, original, sizeof original - 1) ;
  if (n == -1 && errno != ENOENT) return 1 ;
  if (n == -1)
  {
    if (is_missing("supervise")) strerr_warnw3x("the service's live directory was removed: its ", script, ", if there was one, is not run") ;
    return 0 ;
  }
  if (!is_missing(script)) return 1 ;
  original[n > 0 ? n : 0] = 0 ;
  if (n > 0 && !lstat(original, &st)) return 1 ; /* a link that leads nowhere: executing it gives the message */
  while (n > 0 && original[n - 1] != '/') n-- ;
  original[n] = 0 ;
  if (n && is_missing(original)) strerr_warnw4x(script, " is not run: the directory ", original, " was removed") ;
  return 0 ;
}

static int execute (struct supervisor *s)
{
  char code[UINT_FMT] ;
  char sig[UINT_FMT] ;
  char group[PID_FMT] ;
  char const *script = child_script(s) ;
  char const *argv[6] = { script, code, sig, s->name, group, 0 } ;
  int wstat = (int)s->status.wstat ;
  struct spawn request = SPAWN_ZERO ;
  int null = -1 ;
  int output[2] ;
  int executing ;
  int started ;
  int err ;
  if (!is_there(script)) return 0 ;
  code[uint_fmt(code, s->code_unknown || WIFSIGNALED(wstat) ? CODE_UNKNOWN : (unsigned int)WEXITSTATUS(wstat))] = 0 ;
  sig[uint_fmt(sig, !s->code_unknown && WIFSIGNALED(wstat) ? (unsigned int)WTERMSIG(wstat) : 0)] = 0 ;
  group[pid_fmt(group, s->group)] = 0 ;
  request.path = script ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  /* Also at the end: the logger is told to read to the end of its input only after this supervisor
     has left. */
  if (!logger_input_for_output(s, output)) strerr_warnwu3sys("open the logger's fifo (what ", script, " writes goes to the scanner's output)") ;
  if (s->leaving) null = file_open("/dev/null", O_RDWR, 0) ;
  child_pass(&request, null, 0) ;
  child_pass(&request, output[0], 1) ;
  child_pass(&request, output[1], 2) ;
  started = child_start(s, &request, 'f', &executing) ;
  err = errno ;
  child_close(null) ;
  child_close(output[0]) ;
  child_close(output[1]) ;
  if (!started) child_say_not_started(s, script, err, executing, " (going on without it)") ;
  if (!started && s->undone) s->undo_wstat = (unsigned int)(!executing ? EXIT_SYSTEM : err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED) << 8 ;
  return started ;
}

/* From here on the task counts as not done, whether ./undo succeeds or not. */
static void undo (struct supervisor *s)
{
  s->undone = 1 ;
  s->reason = REASON_NONE ;
  s->state_pending = 1 ;
}

enum life_event finish_start (struct supervisor *s)
{
  s->kills = 0 ;
  if (publish_is_done(s)) undo(s) ;
  return !s->abandoned && execute(s) ? LIFE_FINISH_SPAWNED : LIFE_NO_FINISH ;
}

void finish_tell (struct supervisor *s)
{
  s->status.pid = s->process.pid ;
  s->status.flags |= STATUS_FINISHING ;
  if (s->settings.timeout_finish_ms) deadline_arm(s, s->settings.timeout_finish_ms) ;
  publish_status(s) ;
}
