#include "base/send.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static struct send_found const nothing = { .known = 1 } ;
static struct send_found const caught = { .known = 1, .caught = 1 } ;
static struct send_found const blocked = { .known = 1, .blocked = 1 } ;
static struct send_found const unknown = { .known = 0 } ;

TEST(what_is_ignored_by_default)
{
  for (int sig = 1 ; sig <= 64 ; sig++)
    CHECK(send_is_ignored_by_default(sig) == (sig == SIGCHLD || sig == SIGCONT || sig == SIGURG || sig == SIGWINCH)) ;
}

TEST(it_is_sent_again_until_it_is_caught_before)
{
  CHECK(send_again_ms(&nothing, 0) == 50) ;
  CHECK(send_again_ms(&caught, 0) == 0) ;
  CHECK(send_again_ms(&caught, 400) == 0) ;
  CHECK(send_again_ms(&blocked, 0) == 50) ; /* a look, to begin with */
  CHECK(send_again_ms(&blocked, 1000) == 1000) ;
}

TEST(what_was_blocked_and_is_so_still_or_is_caught_now_is_heard)
{
  struct send_found const lost = { .known = 1, .blocked = 1, .ignored = 1 } ;
  CHECK(send_is_heard(&blocked) && send_is_heard(&caught)) ;
  CHECK(!send_is_heard(&nothing) && !send_is_heard(&lost) && !send_is_heard(&unknown)) ;
}

TEST(the_delay_doubles_up_to_a_second)
{
  uint32_t const expected[] = { 50, 100, 200, 400, 800, 1000, 1000, 1000 } ;
  uint32_t ms = 0 ;
  for (unsigned int i = 0 ; i < sizeof expected / sizeof *expected ; i++)
  {
    ms = send_again_ms(&nothing, ms) ;
    CHECK(ms == expected[i]) ;
  }
}

TEST(without_proc_it_is_sent_again)
{
  CHECK(send_again_ms(&unknown, 0) == 50 && send_again_ms(&unknown, 1000) == 1000) ;
}

static pid_t child (int own_group)
{
  pid_t pid = fork() ;
  if (!pid)
  {
    sigset_t none ;
    sigemptyset(&none) ;
    sigprocmask(SIG_SETMASK, &none, 0) ;
    if (own_group) setpgid(0, 0) ;
    for (;;) pause() ;
  }
  if (own_group) setpgid(pid, pid) ;
  return pid ;
}

static int signal_of (pid_t pid)
{
  int wstat = 0 ;
  while (waitpid(pid, &wstat, 0) == -1 && errno == EINTR) ;
  return WIFSIGNALED(wstat) ? WTERMSIG(wstat) : 0 ;
}

TEST(a_child_and_a_group_get_it)
{
  pid_t pid = child(0) ;
  CHECK(pid > 0 && send_to(pid, SIGUSR1, SEND_CONT) == 1) ;
  CHECK(signal_of(pid) == SIGUSR1) ;
  pid = child(1) ;
  CHECK(pid > 0 && send_to(-pid, SIGUSR2, 0) == 1) ;
  CHECK(signal_of(pid) == SIGUSR2) ;
  CHECK(!send_is_sender(pid) && !send_ended(pid, 0, 0, 0)) ;
}

TEST(one_that_is_stopped_goes_on_to_its_end)
{
  pid_t pid = child(0) ;
  CHECK(pid > 0 && !kill(pid, SIGSTOP)) ;
  CHECK(waitpid(pid, 0, WUNTRACED) == pid) ;
  CHECK(send_to(pid, SIGTERM, SEND_CONT) == 1) ;
  CHECK(signal_of(pid) == SIGTERM) ;
}

TEST(who_is_not_there_is_told_of)
{
  pid_t pid = child(0) ;
  CHECK(pid > 0 && !kill(pid, SIGKILL) && signal_of(pid) == SIGKILL) ;
  errno = 0 ;
  CHECK(!send_to(pid, SIGTERM, 0) && errno == ESRCH) ;
  errno = 0 ;
  CHECK(!send_to(-pid, SIGTERM, 0) && errno == ESRCH) ;
}

#define SET(sig) (UINT64_C(1) << ((sig) - 1))

static int hangs_up (uint64_t caught, uint64_t blocked, uint64_t ignored)
{
  struct process_signals signals = { .caught = caught, .blocked = blocked, .ignored = ignored } ;
  return send_hangs_up(&signals) ;
}

TEST(who_may_not_end_by_sigterm_is_hung_up)
{
  CHECK(send_hangs_up(0)) ;
  CHECK(hangs_up(0, 0, 0)) ;
  CHECK(hangs_up(0, 0, SET(SIGTERM))) ; /* an interactive shell */
  CHECK(hangs_up(SET(SIGHUP), 0, SET(SIGTERM))) ;
}

TEST(who_ends_by_sigterm_in_order_is_not_killed_by_sighup)
{
  CHECK(!hangs_up(SET(SIGTERM), 0, 0)) ;
  CHECK(!hangs_up(0, SET(SIGTERM), 0)) ;
  CHECK(hangs_up(SET(SIGTERM) | SET(SIGHUP), 0, 0)) ;
  CHECK(hangs_up(SET(SIGTERM), SET(SIGHUP), 0)) ;
  CHECK(hangs_up(SET(SIGTERM), 0, SET(SIGHUP))) ;
}
