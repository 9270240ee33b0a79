#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/trust.h"
#include "control/caller.h"
#include "control/control.h"
#include "control/services.h"
#include "control/view.h"
#include "service/settings.h"
#include "wire/channels.h"

/* Writes the exit code, so that the scanner never reads half of it, and may read the file even if root has
   written it. */
static int write_code (uint32_t code)
{
  char line[UINT32_FMT + 1] ;
  int n = snprintf(line, sizeof line, "%u\n", (unsigned int)code) ;
  return trust_write(AT_FDCWD, EXIT_CODE_FILE, 0644, line, (size_t)n) ;
}

static void wake (int sig)
{
  (void)sig ; /* the signal only interrupts the wait for the lock */
}

/* Sets a timer that repeats: if the first signal came just before the wait, the next one interrupts it. */
static void arm (tain const *deadline)
{
  struct sigaction action = { .sa_handler = &wake } ;
  struct itimerval timer = { .it_interval = { .tv_usec = 10000 } } ;
  tain now ;
  tain left ;
  int ms = 0 ;
  tain_now(&now) ;
  if (tain_less(&now, deadline))
  {
    tain_sub(&left, deadline, &now) ;
    ms = tain_to_millisecs(&left) ;
    if (ms < 0) return ;
  }
  ms++ ;
  timer.it_value = (struct timeval) { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L } ;
  sigaction(SIGALRM, &action, 0) ;
  setitimer(ITIMER_REAL, &timer, 0) ;
}

static int scanner_lock = -1 ;

static int scanner_ended (void)
{
  struct flock whole = { .l_type = F_RDLCK, .l_whence = SEEK_SET } ;
  return !fcntl(scanner_lock, F_GETLK, &whole) && whole.l_type == F_UNLCK ;
}

/* A container's last act is SIGTERM to all processes that are left, which this one may be: it has
   seen then what it waits for. Any other SIGTERM ends it as usual (the handler is reset). */
static void end_by_signal (int sig)
{
  if (scanner_ended()) _exit(EXIT_YES) ;
  raise(sig) ;
}

/* Opens the lock of the scanner, which is free when the scanner has ended. Returns an exit code. */
static int prepare_wait (struct request const *request)
{
  struct sigaction action = { .sa_handler = &end_by_signal, .sa_flags = (int)SA_RESETHAND } ;
  scanner_lock = trust_open(SCAN_LOCK, O_RDONLY, 0) ;
  if (scanner_lock == -1)
  {
    strerr_warnwu5sys("open ", request->live, "/", SCAN_LOCK, services_who_may()) ;
    return EXIT_SYSTEM ;
  }
  sigaction(SIGTERM, &action, 0) ;
  return EXIT_YES ;
}

static int await_end (struct request const *request)
{
  struct flock whole = { .l_type = F_RDLCK, .l_whence = SEEK_SET } ;
  int r ;
  if (request->has_deadline) arm(&request->deadline) ;
  r = fcntl(scanner_lock, F_SETLKW, &whole) ;
  if (r == -1 && errno != EINTR)
  {
    strerr_warnwu1sys("wait for the scanner") ;
    return EXIT_SYSTEM ;
  }
  if (!r) return EXIT_YES ;
  strerr_warnw1x("timed out while waiting for the scanner to end") ;
  return EXIT_TIMED_OUT ;
}

/* Must this process end before the tree can end? */
static int end_waits_for_us (void)
{
  struct view view ;
  char after[1] ; /* not used */
  size_t count ;
  char **names ;
  int found = caller_descends_from(services_scanner()) || (view_read_command(&view, after, sizeof after) && caller_is_within(view.pid)) ;
  if (found) return 1 ;
  names = services_list(1, &count) ; /* with the loggers: a supervisor may be no child of the present scanner */
  for (size_t i = 0 ; names && !found && i < count ; i++) found = view_read(&view, names[i]) && caller_is_within(view.process) ;
  services_free(names, count) ;
  return found ;
}

int command_shutdown (struct request const *request)
{
  uint32_t code = 0 ;
  int in_tree ;
  int waits ;
  int r ;
  if (request->word && !setting_parse_uint(request->word, 0, 255, &code))
  {
    strerr_warnw3x("invalid exit code ", request->word, ": allowed: a number from 0 to 255") ;
    return EXIT_USAGE ;
  }
  r = services_need_scanner(request) ;
  if (r) return r ;
  in_tree = !request->no_wait && end_waits_for_us() ; /* now, as the stop removes what this looks at */
  waits = !request->no_wait && !in_tree ;
  if (waits && (r = prepare_wait(request)) != EXIT_YES) return r ;
  if (request->word && !write_code(code))
  {
    strerr_warnwu5sys("write ", request->live, "/", EXIT_CODE_FILE, services_who_may()) ;
    return EXIT_SYSTEM ;
  }
  if (!fifo_send(SCAN_CONTROL_FIFO, "t", 1))
  {
    strerr_warnwu3sys("tell the scanner to stop, on ", request->live, services_who_may()) ;
    return EXIT_SYSTEM ;
  }
  if (in_tree) strerr_warni1x("not waiting for the end of the tree, which this command is a part of") ;
  return waits ? await_end(request) : EXIT_YES ;
}
