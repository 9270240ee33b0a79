#include "base/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define FDS 512
#define SHORT_MS 5000 /* generous: it only ends a test that fails */

struct child
{
  struct process_birth birth ;
  int hold ; /* it ends when this is closed */
} ;

/* Starts a child that waits, in a session of its own, and says so first. */
static struct child born (char const *name)
{
  struct child child = { .birth = { .after_ms = process_clock_ms() } } ;
  int in[2] ;
  int out[2] ;
  char c ;
  if (pipe(in) == -1 || pipe(out) == -1) abort() ;
  fflush(stdout) ;
  child.birth.pid = fork() ;
  if (!child.birth.pid)
  {
    for (int fd = 3 ; fd < FDS ; fd++) /* its sisters' too */
      if (fd != in[0] && fd != out[1]) close(fd) ;
    setsid() ;
    prctl(PR_SET_NAME, name) ;
    if (write(out[1], "", 1) != 1 || read(in[0], &c, 1)) _exit(1) ;
    _exit(7) ;
  }
  child.birth.before_ms = process_clock_ms() ;
  close(in[0]) ;
  close(out[1]) ;
  if (read(out[0], &c, 1) != 1) abort() ;
  close(out[0]) ;
  child.hold = in[1] ;
  return child ;
}

/* Lets it end, and waits until it has, unreaped. */
static void let_end (struct child *child)
{
  siginfo_t info ;
  if (child->hold >= 0) close(child->hold) ;
  child->hold = -1 ;
  waitid(P_PID, (id_t)child->birth.pid, &info, WEXITED | WNOWAIT) ;
}

static int reap (struct child *child)
{
  int wstat = -1 ;
  if (child->hold >= 0) close(child->hold) ;
  child->hold = -1 ;
  waitpid(child->birth.pid, &wstat, 0) ;
  return wstat ;
}

TEST(a_look_tells_name_state_parent_and_session)
{
  struct child child = born("a (b) c) Z 1") ;
  struct process_look look ;
  CHECK(process_look(child.birth.pid, &look)) ;
  CHECK(!strcmp(look.name, "a (b) c) Z 1")) ;
  CHECK(look.state != 'Z' && look.parent == getpid() && look.session == child.birth.pid) ;
  CHECK(look.started_ms + 10 >= child.birth.after_ms && look.started_ms <= child.birth.before_ms) ;
  let_end(&child) ;
  CHECK(process_look(child.birth.pid, &look) && look.state == 'Z') ;
  CHECK(reap(&child) == 7 << 8) ;
  errno = 0 ;
  CHECK(!process_look(child.birth.pid, &look) && (errno == ENOENT || errno == ESRCH)) ;
}

TEST(a_look_tells_of_oneself)
{
  struct process_look look ;
  CHECK(process_look(getpid(), &look) && look.parent == getppid() && look.session == getsid(0)) ;
}

TEST(names_are_made_printable)
{
  struct child child = born("a\nb\x1b[31m\x7f") ;
  struct process_look look ;
  CHECK(process_look(child.birth.pid, &look) && !strcmp(look.name, "a?b?[31m?")) ;
  reap(&child) ;
}

TEST(one_that_was_born_so_lives_until_it_is_reaped)
{
  struct child child = born("child") ;
  CHECK(process_lives(&child.birth)) ;
  let_end(&child) ;
  CHECK(process_lives(&child.birth)) ;
  reap(&child) ;
  CHECK(!process_lives(&child.birth)) ;
}

TEST(another_with_the_same_pid_is_another)
{
  struct child child = born("child") ;
  struct process_birth earlier = child.birth ;
  struct process_birth later = child.birth ;
  struct process_birth none = { .pid = 0, .before_ms = UINT64_MAX } ;
  earlier.after_ms -= 1000 ;
  earlier.before_ms = child.birth.after_ms - 100 ;
  CHECK(!process_lives(&earlier)) ;
  later.after_ms = child.birth.before_ms + 100 ;
  later.before_ms += 1000 ;
  CHECK(!process_lives(&later)) ;
  CHECK(!process_lives(&none)) ;
  reap(&child) ;
}

TEST(a_child_is_one_until_it_is_reaped)
{
  struct child child = born("child") ;
  CHECK(process_is_child(child.birth.pid)) ;
  CHECK(process_group_has_child(child.birth.pid)) ;
  let_end(&child) ;
  CHECK(process_is_child(child.birth.pid)) ;
  reap(&child) ;
  CHECK(!process_is_child(child.birth.pid)) ;
  CHECK(!process_group_has_child(child.birth.pid)) ;
  CHECK(!process_is_child(getpid()) && !process_is_child(1) && !process_is_child(0) && !process_is_child(-1)) ;
  CHECK(!process_group_has_child(0) && !process_group_has_child(1)) ;
}

#define MANY 300 /* the list is then longer than what is read at once */

struct met
{
  pid_t pid[MANY + 8] ;
  unsigned int count ;
  unsigned int stop_at ;
} ;

static int meet (pid_t pid, void *data)
{
  struct met *met = data ;
  if (met->count < MANY + 8) met->pid[met->count++] = pid ;
  return met->count != met->stop_at ;
}

TEST(each_child_is_met_once_and_the_oldest_first)
{
  static struct child child[MANY] ;
  static struct met met ;
  CHECK(process_each_child(&meet, &met) && !met.count) ;
  for (unsigned int i = 0 ; i < MANY ; i++) child[i] = born("child") ;
  let_end(child + 5) ; /* who has ended is met too */
  CHECK(process_each_child(&meet, &met) && met.count == MANY) ;
  for (unsigned int i = 0 ; i < met.count ; i++) CHECK(met.pid[i] == child[i].birth.pid) ;
  met.count = 0 ;
  met.stop_at = 3 ;
  CHECK(process_each_child(&meet, &met) && met.count == 3) ;
  for (unsigned int i = 0 ; i < MANY ; i++) CHECK(reap(child + i) == 7 << 8) ;
  met.count = met.stop_at = 0 ;
  CHECK(process_each_child(&meet, &met) && !met.count) ;
}

static int has_pidfds (void)
{
  int fd = (int)syscall(SYS_pidfd_open, (long)getpid(), 0L) ;
  if (fd == -1) return 0 ;
  close(fd) ;
  return 1 ;
}

TEST(a_watched_process_tells_its_end)
{
  struct child child = born("child") ;
  struct pollfd p = { .events = POLLIN } ;
  if (has_pidfds())
  {
    p.fd = process_watch(&child.birth) ;
    CHECK(p.fd >= 0 && !poll(&p, 1, 0)) ;
    CHECK(process_signal_watched(p.fd, SIGTERM, 0)) ;
    CHECK(poll(&p, 1, SHORT_MS) == 1) ;
    let_end(&child) ;
    CHECK(reap(&child) == SIGTERM) ;
    errno = 0 ;
    CHECK(!process_signal_watched(p.fd, SIGTERM, 0) && errno == ESRCH) ;
    close(p.fd) ;
  }
  else reap(&child) ;
}

TEST(who_is_another_or_gone_is_not_watched)
{
  struct child child = born("child") ;
  struct process_birth other = child.birth ;
  other.after_ms = child.birth.before_ms + 100 ;
  other.before_ms = other.after_ms + 100 ;
  if (has_pidfds())
  {
    errno = 0 ;
    CHECK(process_watch(&other) == -1 && errno == ESRCH) ;
    reap(&child) ;
    errno = 0 ;
    CHECK(process_watch(&child.birth) == -1 && errno == ESRCH) ;
  }
  else reap(&child) ;
}

static int find_ourselves (pid_t pid, void *data)
{
  if (pid == getpid()) *(int *)data = 1 ;
  return 1 ;
}

TEST(the_children_of_another_process_are_listed)
{
  int found = 0 ;
  errno = 0 ;
  CHECK(process_each_child_of(getppid(), &find_ourselves, &found) ? found : errno == ENOSYS) ;
}

TEST(a_run_of_the_pid_namespace_is_told_from_another)
{
  char once[PROCESS_LIFE_MAX] ;
  char again[PROCESS_LIFE_MAX] ;
  CHECK(process_namespace_life(once)) ;
  CHECK(process_namespace_life(again) && !strcmp(once, again)) ;
  CHECK(once[0] && once[strlen(once) - 1] == '\n') ;
}

TEST(own_signals_are_known)
{
  struct process_signals own ;
  sigset_t usr2 ;
  sigemptyset(&usr2) ;
  sigaddset(&usr2, SIGUSR2) ;
  sigprocmask(SIG_BLOCK, &usr2, 0) ;
  signal(SIGUSR1, SIG_IGN) ;
  CHECK(process_own_signals(&own)) ;
  CHECK(own.ignored >> (SIGUSR1 - 1) & 1 && !(own.ignored >> (SIGUSR2 - 1) & 1)) ;
  CHECK(own.blocked >> (SIGUSR2 - 1) & 1 && !(own.blocked >> (SIGUSR1 - 1) & 1)) ;
  signal(SIGUSR1, SIG_DFL) ;
  sigprocmask(SIG_UNBLOCK, &usr2, 0) ;
}

TEST(the_clock_goes_on)
{
  uint64_t before = process_clock_ms() ;
  uint64_t after ;
  poll(0, 0, 20) ;
  after = process_clock_ms() ;
  CHECK(after >= before + 20) ;
}
