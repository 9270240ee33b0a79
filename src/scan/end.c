#include "scan/end.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/clock.h"
#include "base/exit.h"
#include "base/file.h"
#include "base/message.h"
#include "base/spawn.h"
#include "scan/reap.h"
#include "scan/trusted.h"
#include "service/settings.h"
#include "wire/channels.h"

#define CODE_KILLED 137
#define CONTROL_DIRECTORY ".s6-svscan"
#define FINISH CONTROL_DIRECTORY "/finish"
#define CRASH CONTROL_DIRECTORY "/crash"

/* The code that was given to `reeve shutdown`, or written there by hand; -1: none. */
static int written_code (void)
{
  char text[16] ;
  uint32_t code ;
  size_t n ;
  int trusted ;
  int fd = file_open(EXIT_CODE_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0) ;
  if (fd == -1) return -1 ;
  trusted = trusted_file(EXIT_CODE_FILE) ;
  n = allread(fd, text, sizeof text - 1) ;
  fd_close(fd) ;
  text[n] = 0 ;
  if (!trusted) return -1 ;
  if (setting_parse_uint(text, 0, 255, &code)) return (int)code ;
  strerr_warnw1x("invalid " EXIT_CODE_FILE ": allowed: a number from 0 to 255") ;
  return -1 ;
}

static int exit_code (struct scanner const *s)
{
  int code = written_code() ;
  if (code >= 0) return code ;
  if (s->own_code >= 0) return s->own_code ;
  return s->stop.had_to_kill ? CODE_KILLED : 0 ;
}

/* A pending signal, such as a second SIGTERM, would kill the program that is executed next, as soon
   as it is unblocked. */
static void discard_signals (void)
{
  sigset_t pending ;
  sigpending(&pending) ;
  for (int sig = 1 ; sig <= SIGRTMIN_3 ; sig++)
    if (sigismember(&pending, sig) == 1 && signal(sig, SIG_IGN) != SIG_ERR) signal(sig, SIG_DFL) ;
}

static void become (char const *path, char const *const *argv)
{
  sigset_t none ;
  message_hand_over() ;
  discard_signals() ;
  sigemptyset(&none) ;
  sigprocmask(SIG_SETMASK, &none, 0) ;
  execv(path, (char *const *)argv) ;
  if (errno != ENOENT && errno != ENOTDIR) strerr_warnwu2sys("execute ", path) ;
}

/* The milliseconds that are left of the budget; "-1": there is no budget. */
static void format_left (struct scanner const *s, uint64_t spent_ms, char out[UINT64_FMT])
{
  uint32_t budget = s->stop.on ? s->stop.limits.budget_ms : 0 ;
  if (!budget) memcpy(out, "-1", 3) ;
  else out[uint64_fmt(out, budget > spent_ms ? budget - spent_ms : 0)] = 0 ;
}

static void become_trusted (char const *path, char const *const *argv)
{
  if (trusted_file(path)) become(path, argv) ;
}

/* LIVE has no such script: executes SCAN's. It is trusted as the ./run scripts of SCAN are. */
static void become_own (struct scanner const *s, char const *path, char const *const *argv)
{
  char own[SCAN_PATH_MAX + SCAN_PATH_MAX] ;
  snprintf(own, sizeof own, "%s/%s", s->scan, path) ;
  if (!s->in_place) become(own, argv) ;
}

void end_know_finish (struct scanner *s)
{
  ssize_t n = trusted_file(FINISH) ? readlink(FINISH, s->finish, sizeof s->finish - 1) : 0 ;
  s->finish[n > 0 ? n : 0] = 0 ;
  if (*s->finish != '/') *s->finish = 0 ;
}

/* LIVE was removed, and the link to `finish` with it: executes what the link led to. */
static void become_lost (struct scanner const *s, char const *const *argv)
{
  if (access(CONTROL_DIRECTORY, F_OK) != -1 || errno != ENOENT) return ;
  if (*s->finish) become(s->finish, argv) ;
  strerr_warnw3x("the live directory ", s->live, " was removed: if it had a .s6-svscan/finish, that is not run") ;
}

void end_in_order (struct scanner *s)
{
  char code[UINT_FMT] ;
  char left[UINT64_FMT] ;
  char spent[UINT64_FMT] ;
  char const *argv[4] = { "finish", code, left, 0 } ;
  uint64_t spent_ms = s->stop.on ? clock_ms() - s->stop.began_ms : 0 ;
  int number ;
  while (reap_reports(s)) ; /* supervisors that have ended may have sent last reports */
  number = exit_code(s) ;
  code[uint_fmt(code, (unsigned int)number)] = 0 ;
  format_left(s, spent_ms, left) ;
  spent[uint64_fmt(spent, spent_ms)] = 0 ;
  setenv(STOP_SPENT_VARIABLE, spent, 1) ; /* without this variable /init names only later what it waits for */
  become_trusted(FINISH, argv) ;
  become_lost(s, argv) ;
  become_own(s, FINISH, argv) ;
  message_end() ;
  _exit(number) ;
}

void end_by_crash (struct scanner *s)
{
  char const *argv[2] = { "crash", 0 } ;
  become_trusted(CRASH, argv) ;
  become_own(s, CRASH, argv) ;
  message_end() ;
  _exit(EXIT_SYSTEM) ;
}
