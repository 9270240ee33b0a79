#include "base/spawn.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "temp.h"
#include "unit.h"

#define PATIENCE_MS 20000

static char const *const environment[] = { "PATH=/usr/bin:/bin", "MARK=42", 0 } ;

static char output[8192] ;

/* Reads `fd` to its end, or until it has a whole line when `line`, into output. */
static void hear (int fd, int line)
{
  size_t n = 0 ;
  while (n < sizeof output - 1)
  {
    struct pollfd p = { .fd = fd, .events = POLLIN } ;
    ssize_t r ;
    if (poll(&p, 1, PATIENCE_MS) != 1) break ;
    r = read(fd, output + n, sizeof output - 1 - n) ;
    if (r <= 0) break ;
    n += (size_t)r ;
    if (line && output[n - 1] == '\n') break ;
  }
  output[n] = 0 ;
}

static int end_of (pid_t pid)
{
  int wstat = -1 ;
  return waitpid(pid, &wstat, 0) == pid ? wstat : -1 ;
}

static struct spawn shell (char const *const *argv)
{
  struct spawn s = SPAWN_ZERO ;
  s.path = "/bin/sh" ;
  s.argv = argv ;
  s.envp = environment ;
  return s ;
}

/* Runs the script with its output in `output`; its wait status. */
static int run_with (struct spawn s, char const *script)
{
  char const *const argv[] = { "sh", "-c", script, 0 } ;
  int channel[2] ;
  int executing ;
  pid_t pid ;
  if (pipe2(channel, O_CLOEXEC) == -1) return -1 ;
  for (unsigned int i = 0 ; i < 2 ; i++) /* out of the way of the places that are tried */
  {
    int low = channel[i] ;
    channel[i] = fcntl(low, F_DUPFD_CLOEXEC, 40) ;
    close(low) ;
  }
  s.argv = argv ;
  s.fd[s.nfds++] = (struct spawn_fd) { .from = channel[1], .to = 1 } ;
  pid = spawn(&s, &executing) ;
  close(channel[1]) ;
  if (!pid)
  {
    close(channel[0]) ;
    return -1 ;
  }
  hear(channel[0], 0) ;
  close(channel[0]) ;
  return end_of(pid) ;
}

static int run (char const *script)
{
  return run_with(shell(0), script) ;
}

static int file_with (char const *path, char const *text)
{
  temp_text(path, text) ;
  return open(path, O_RDONLY | O_CLOEXEC) ;
}

/* Of a line `NAME:\tHEX` in output; all bits set if it is not there. */
static unsigned long long mask_of (char const *name)
{
  char const *at = strstr(output, name) ;
  return at ? strtoull(at + strlen(name), 0, 16) : ~0ull ;
}

TEST(a_program_is_executed_with_its_arguments_and_environment)
{
  CHECK(run("echo $0 $MARK $HOME; exit 3") == 3 << 8) ;
  CHECK(!strcmp(output, "sh 42\n")) ;
}

TEST(descriptors_are_placed)
{
  struct spawn s = shell(0) ;
  int a ;
  int b ;
  temp_enter() ;
  a = file_with("a", "alpha\n") ;
  b = file_with("b", "beta\n") ;
  s.fd[0] = (struct spawn_fd) { .from = a, .to = 0 } ;
  s.fd[1] = (struct spawn_fd) { .from = b, .to = 9 } ;
  s.nfds = 2 ;
  CHECK(!run_with(s, "cat; cat <&9")) ;
  CHECK(!strcmp(output, "alpha\nbeta\n")) ;
  CHECK(fcntl(a, F_GETFD) == FD_CLOEXEC && fcntl(b, F_GETFD) == FD_CLOEXEC) ;
  close(a) ;
  close(b) ;
}

TEST(a_descriptor_in_its_place_stays_open)
{
  struct spawn s = shell(0) ;
  int a ;
  temp_enter() ;
  a = file_with("a", "alpha\n") ;
  CHECK(dup3(a, 7, O_CLOEXEC) == 7) ;
  close(a) ;
  s.fd[0] = (struct spawn_fd) { .from = 7, .to = 7 } ;
  s.nfds = 1 ;
  CHECK(!run_with(s, "cat <&7")) ;
  CHECK(!strcmp(output, "alpha\n")) ;
  CHECK(fcntl(7, F_GETFD) == FD_CLOEXEC) ;
  close(7) ;
}

/* Opens the files a, b, c on the descriptors 5, 6, 7. */
static void open_567 (void)
{
  static char const *const names[] = { "a", "b", "c" } ;
  static char const *const texts[] = { "alpha\n", "beta\n", "gamma\n" } ;
  for (int i = 0 ; i < 3 ; i++)
  {
    int fd = file_with(names[i], texts[i]) ;
    int high = fcntl(fd, F_DUPFD_CLOEXEC, 20) ;
    close(fd) ;
    CHECK(dup3(high, 5 + i, O_CLOEXEC) == 5 + i) ;
    close(high) ;
  }
}

static void close_567 (void)
{
  for (int i = 5 ; i < 8 ; i++) close(i) ;
}

TEST(two_descriptors_are_swapped)
{
  struct spawn s = shell(0) ;
  temp_enter() ;
  open_567() ;
  s.fd[0] = (struct spawn_fd) { .from = 5, .to = 6 } ;
  s.fd[1] = (struct spawn_fd) { .from = 6, .to = 5 } ;
  s.nfds = 2 ;
  CHECK(!run_with(s, "cat <&5; cat <&6")) ;
  CHECK(!strcmp(output, "beta\nalpha\n")) ;
  close_567() ;
}

TEST(three_descriptors_go_around)
{
  struct spawn s = shell(0) ;
  temp_enter() ;
  open_567() ;
  s.fd[0] = (struct spawn_fd) { .from = 5, .to = 6 } ;
  s.fd[1] = (struct spawn_fd) { .from = 6, .to = 7 } ;
  s.fd[2] = (struct spawn_fd) { .from = 7, .to = 5 } ;
  s.nfds = 3 ;
  CHECK(!run_with(s, "cat <&5; cat <&6; cat <&7")) ;
  CHECK(!strcmp(output, "gamma\nalpha\nbeta\n")) ;
  close_567() ;
}

TEST(one_descriptor_goes_to_several_places)
{
  struct spawn s = shell(0) ;
  temp_enter() ;
  open_567() ;
  s.fd[0] = (struct spawn_fd) { .from = 5, .to = 6 } ;
  s.fd[1] = (struct spawn_fd) { .from = 5, .to = 7 } ;
  s.fd[2] = (struct spawn_fd) { .from = 6, .to = 8 } ;
  s.nfds = 3 ;
  CHECK(!run_with(s, "head -c 2 <&6; cat <&8; readlink /proc/self/fd/7")) ;
  CHECK(!strncmp(output, "al", 2) && strstr(output, "beta\n") && strstr(output, "/a\n")) ;
  close_567() ;
}

TEST(what_moves_away_does_not_take_the_place_of_another)
{
  struct spawn s = shell(0) ;
  char script[64] ;
  int vacant ;
  temp_enter() ;
  open_567() ;
  vacant = fcntl(5, F_DUPFD_CLOEXEC, 3) ; /* what moves would go there at first */
  close(vacant) ;
  s.fd[0] = (struct spawn_fd) { .from = 7, .to = vacant } ;
  s.fd[1] = (struct spawn_fd) { .from = 5, .to = 6 } ;
  s.fd[2] = (struct spawn_fd) { .from = 6, .to = 0 } ;
  s.nfds = 3 ;
  snprintf(script, sizeof script, "cat <&6; cat <&%d; cat", vacant) ;
  CHECK(vacant > 2 && vacant < 10) ;
  CHECK(!run_with(s, script)) ;
  CHECK(!strcmp(output, "alpha\ngamma\nbeta\n")) ;
  close_567() ;
}

TEST(every_order_of_three_descriptors_is_placed_right)
{
  static int const orders[6][3] = { { 5, 6, 7 }, { 5, 7, 6 }, { 6, 5, 7 }, { 6, 7, 5 }, { 7, 5, 6 }, { 7, 6, 5 } } ;
  static char const *const texts[] = { "alpha\n", "beta\n", "gamma\n" } ;
  temp_enter() ;
  for (unsigned int i = 0 ; i < 6 ; i++)
    for (unsigned int j = 0 ; j < 6 ; j++)
    {
      struct spawn s = shell(0) ;
      char expected[64] = "" ;
      open_567() ;
      for (unsigned int k = 0 ; k < 3 ; k++) s.fd[k] = (struct spawn_fd) { .from = orders[i][k], .to = orders[j][k] } ;
      s.nfds = 3 ;
      for (int to = 5 ; to < 8 ; to++)
        for (unsigned int k = 0 ; k < 3 ; k++)
          if (orders[j][k] == to) strcat(expected, texts[orders[i][k] - 5]) ;
      CHECK(!run_with(s, "cat <&5; cat <&6; cat <&7")) ;
      CHECK(!strcmp(output, expected)) ;
      close_567() ;
    }
}

static unsigned int times (char const *word)
{
  unsigned int n = 0 ;
  for (char const *at = output ; (at = strstr(at, word)) ; at++) n++ ;
  return n ;
}

TEST(no_other_descriptor_reaches_the_child)
{
  struct spawn s = shell(0) ;
  char const *const argv[] = { "ls", "-l", "/proc/self/fd", 0 } ;
  char ours[32] ;
  struct stat st ;
  int channel[2] ;
  int executing ;
  pid_t pid ;
  temp_enter() ;
  open_567() ;
  CHECK(!pipe2(channel, O_CLOEXEC) && !fstat(channel[0], &st)) ;
  snprintf(ours, sizeof ours, "pipe:[%lu]", (unsigned long)st.st_ino) ;
  s.path = "/bin/ls" ;
  s.argv = argv ;
  s.fd[0] = (struct spawn_fd) { .from = 5, .to = 6 } ;
  s.fd[1] = (struct spawn_fd) { .from = 6, .to = 5 } ;
  s.fd[2] = (struct spawn_fd) { .from = channel[1], .to = 1 } ;
  s.nfds = 3 ;
  pid = spawn(&s, &executing) ;
  CHECK(pid) ;
  close(channel[1]) ;
  hear(channel[0], 0) ;
  close(channel[0]) ;
  CHECK(!end_of(pid)) ;
  CHECK(times(ours) == 1) ;
  CHECK(times("/a\n") == 1 && times("/b\n") == 1 && times("/c\n") == 0) ;
  close_567() ;
}

/* Runs cat on its own status, with our signals prepared; the masks are in what was heard. */
static void hear_status (int ours)
{
  char const *const argv[] = { "cat", "/proc/self/status", 0 } ;
  struct spawn s = shell(argv) ;
  int channel[2] ;
  int executing ;
  pid_t pid ;
  spawn_prepare_signals() ;
  CHECK(!pipe2(channel, O_CLOEXEC)) ;
  s.path = "/bin/cat" ;
  s.fd[0] = (struct spawn_fd) { .from = channel[1], .to = 1 } ;
  s.nfds = 1 ;
  s.ours = !!ours ;
  pid = spawn(&s, &executing) ;
  CHECK(pid) ;
  close(channel[1]) ;
  hear(channel[0], 0) ;
  close(channel[0]) ;
  CHECK(!end_of(pid)) ;
}

TEST(the_child_has_an_empty_mask_and_default_dispositions)
{
  sigset_t before ;
  sigprocmask(SIG_SETMASK, 0, &before) ;
  signal(SIGUSR1, SIG_IGN) ;
  signal(SIGPIPE, SIG_IGN) ;
  signal(SIGHUP, SIG_IGN) ;
  signal(SIGRTMAX, SIG_IGN) ;
  hear_status(0) ;
  CHECK(mask_of("SigBlk:\t") == 0) ;
  CHECK(mask_of("SigIgn:\t") == 0) ;
  CHECK(mask_of("SigCgt:\t") == 0) ;
  CHECK(mask_of("SigPnd:\t") == 0) ;
  sigprocmask(SIG_SETMASK, &before, 0) ;
}

TEST(a_program_of_ours_keeps_its_signals_blocked)
{
  sigset_t before ;
  sigprocmask(SIG_SETMASK, 0, &before) ;
  hear_status(1) ;
  CHECK(mask_of("SigBlk:\t") & 1ULL << (SIGTERM - 1)) ;
  sigprocmask(SIG_SETMASK, &before, 0) ;
}

TEST(a_program_of_ours_leads_a_group_in_our_session)
{
  char session[64] ;
  struct spawn s = shell(0) ;
  s.ours = 1 ;
  snprintf(session, sizeof session, "1 %jd\n", (intmax_t)getsid(0)) ;
  CHECK(!run_with(s, "read -r pid name state parent group session rest </proc/self/stat; echo $((group == $$)) $session")) ;
  CHECK(!strcmp(output, session)) ;
}

TEST(the_callers_mask_stays_as_it_is)
{
  sigset_t before ;
  sigset_t after ;
  sigprocmask(SIG_SETMASK, 0, &before) ;
  spawn_prepare_signals() ;
  CHECK(!run("exit 0")) ;
  sigprocmask(SIG_SETMASK, &before, &after) ;
  CHECK(sigismember(&after, SIGTERM) == 1 && sigismember(&after, SIGCHLD) == 1 && sigismember(&after, SIGRTMIN) == 1) ;
}

/* Starts a shell that says a line and waits for the end of its input; its pid. */
static pid_t start_waiting (struct spawn s, int *hold)
{
  static char const *const argv[] = { "sh", "-c", "echo; read line", 0 } ;
  int in[2] ;
  int out[2] ;
  int executing ;
  pid_t pid ;
  if (pipe2(in, O_CLOEXEC) == -1 || pipe2(out, O_CLOEXEC) == -1) return 0 ;
  s.argv = argv ;
  s.fd[0] = (struct spawn_fd) { .from = in[0], .to = 0 } ;
  s.fd[1] = (struct spawn_fd) { .from = out[1], .to = 1 } ;
  s.nfds = 2 ;
  pid = spawn(&s, &executing) ;
  close(in[0]) ;
  close(out[1]) ;
  hear(out[0], 1) ;
  close(out[0]) ;
  *hold = in[1] ;
  return pid ;
}

TEST(the_child_has_a_session_of_its_own)
{
  int hold ;
  pid_t pid = start_waiting(shell(0), &hold) ;
  CHECK(pid && getsid(pid) == pid && getpgid(pid) == pid) ;
  close(hold) ;
  end_of(pid) ;
}

TEST(the_child_may_stay_in_the_session)
{
  struct spawn s = shell(0) ;
  int hold ;
  pid_t pid ;
  s.same_session = 1 ;
  pid = start_waiting(s, &hold) ;
  CHECK(pid && getsid(pid) == getsid(0) && getpgid(pid) == pid) ; /* in a group of its own */
  close(hold) ;
  end_of(pid) ;
}

/* In a session of its own with a terminal that its own process group does not have:
   ends with 0 when the child has got it. */
static void take_terminal_of_own (void)
{
  static char const *const argv[] = { "sh", "-c", "exit 0", 0 } ;
  struct spawn s = shell(argv) ;
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC) ;
  int executing ;
  pid_t pid ;
  sigset_t none ;
  if (setsid() == -1 || master == -1 || grantpt(master) == -1 || unlockpt(master) == -1) _exit(2) ;
  close(0) ;
  if (open(ptsname(master), O_RDWR) != 0 || tcgetpgrp(0) != getpid()) _exit(2) ;
  sigemptyset(&none) ;
  sigprocmask(SIG_SETMASK, &none, 0) ;
  alarm(PATIENCE_MS / 1000) ;
  s.same_session = 1 ;
  pid = spawn(&s, &executing) ;
  if (!pid || tcgetpgrp(0) != pid) _exit(1) ;
  _exit(end_of(pid)) ;
}

TEST(a_child_takes_the_terminal_though_nobody_blocks_a_signal)
{
  int wstat ;
  pid_t pid = fork() ;
  if (!pid) take_terminal_of_own() ;
  wstat = end_of(pid) ;
  if (WIFEXITED(wstat) && WEXITSTATUS(wstat) == 2) return ; /* no terminal can be had here */
  CHECK(!wstat) ;
}

TEST(the_child_may_change_its_directory)
{
  struct spawn s = shell(0) ;
  char expected[128] ;
  char here[128] ;
  temp_enter() ;
  CHECK(!mkdir("below", 0700)) ;
  snprintf(expected, sizeof expected, "%s/below\n", temp_path) ;
  s.chdir = "below" ;
  CHECK(!run_with(s, "pwd -P")) ;
  CHECK(!strcmp(output, expected)) ;
  CHECK(getcwd(here, sizeof here) && !strcmp(here, temp_path)) ;
}

/* The errno with which a start fails; 0 if it does not. */
static int failure (struct spawn const *s, int *executing)
{
  pid_t pid ;
  *executing = 7 ;
  errno = 0 ;
  pid = spawn(s, executing) ;
  if (!pid) return errno ;
  end_of(pid) ;
  return 0 ;
}

static int no_child (void)
{
  return waitpid(-1, 0, WNOHANG) == -1 && errno == ECHILD ;
}

TEST(a_failing_execve_is_told_with_its_errno)
{
  char const *const argv[] = { "run", 0 } ;
  struct spawn s = shell(argv) ;
  int executing ;
  temp_enter() ;
  s.path = "./run" ;
  CHECK(failure(&s, &executing) == ENOENT && executing == 1) ;
  temp_text("run", "#!/bin/sh\n") ;
  CHECK(failure(&s, &executing) == EACCES && executing == 1) ;
  CHECK(!chmod("run", 0755)) ;
  CHECK(!failure(&s, &executing) && !executing) ;
  temp_text("run", "") ;
  CHECK(failure(&s, &executing) == ENOEXEC && executing == 1) ;
  temp_text("run", "#!/nowhere/sh\n") ;
  CHECK(failure(&s, &executing) == ENOENT && executing == 1) ;
  s.path = "." ;
  CHECK(failure(&s, &executing) == EACCES && executing == 1) ;
  CHECK(no_child()) ;
}

TEST(what_fails_before_execve_is_told_apart)
{
  char const *const argv[] = { "sh", "-c", "exit 0", 0 } ;
  struct spawn s = shell(argv) ;
  int executing ;
  temp_enter() ;
  s.chdir = "nowhere" ;
  CHECK(failure(&s, &executing) == ENOENT && !executing) ;
  s.chdir = 0 ;
  s.fd[0] = (struct spawn_fd) { .from = 999, .to = 3 } ; /* not open */
  s.nfds = 1 ;
  CHECK(failure(&s, &executing) == EBADF && !executing) ;
  s.fd[0] = (struct spawn_fd) { .from = 999, .to = 999 } ;
  CHECK(failure(&s, &executing) == EBADF && !executing) ;
  CHECK(no_child()) ;
}

TEST(the_path_is_not_searched)
{
  char const *const argv[] = { "sh", "-c", "exit 0", 0 } ;
  struct spawn s = shell(argv) ;
  int executing ;
  temp_enter() ;
  s.path = "sh" ;
  CHECK(failure(&s, &executing) == ENOENT && executing == 1) ;
}

/* Starts a child that waits for the lock, which we hold; its output is `*out`. */
static pid_t start_locked (int *ours, int *theirs, int *out, char const *path)
{
  static char const *const argv[] = { "sh", "-c", "echo started", 0 } ;
  struct spawn s = shell(argv) ;
  int channel[2] ;
  int executing ;
  pid_t pid ;
  *ours = open("lock", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) ;
  *theirs = open("lock", O_WRONLY | O_CLOEXEC) ;
  CHECK(!flock(*ours, LOCK_EX)) ;
  if (pipe2(channel, O_CLOEXEC) == -1) return 0 ;
  s.path = path ;
  s.fd[0] = (struct spawn_fd) { .from = channel[1], .to = 1 } ;
  s.fd[1] = (struct spawn_fd) { .from = channel[1], .to = 2 } ;
  s.nfds = 2 ;
  s.wait_for_lock = *theirs ;
  pid = spawn(&s, &executing) ;
  close(channel[1]) ;
  *out = channel[0] ;
  return pid ;
}

static void end_lock (int ours, int theirs, int out)
{
  close(ours) ;
  close(theirs) ;
  close(out) ;
}

TEST(the_child_waits_for_the_lock)
{
  struct pollfd p = { .events = POLLIN } ;
  int ours ;
  int theirs ;
  pid_t pid ;
  temp_enter() ;
  pid = start_locked(&ours, &theirs, &p.fd, "/bin/sh") ;
  CHECK(pid) ;
  CHECK(!poll(&p, 1, 200)) ; /* can only wrongly succeed */
  CHECK(waitpid(pid, 0, WNOHANG) == 0) ;
  CHECK(!flock(ours, LOCK_UN)) ;
  hear(p.fd, 0) ;
  CHECK(!strcmp(output, "started\n")) ;
  CHECK(!end_of(pid)) ;
  end_lock(ours, theirs, p.fd) ;
}

TEST(a_child_that_waits_for_the_lock_holds_nothing_of_ours)
{
  int channel[2] ;
  int ours ;
  int theirs ;
  int out ;
  pid_t pid ;
  char c ;
  temp_enter() ;
  CHECK(!pipe2(channel, O_CLOEXEC)) ;
  pid = start_locked(&ours, &theirs, &out, "/bin/sh") ;
  CHECK(pid) ;
  close(channel[1]) ;
  CHECK(!read(channel[0], &c, 1)) ; /* its end too is closed */
  close(channel[0]) ;
  CHECK(!flock(ours, LOCK_UN)) ;
  CHECK(!end_of(pid)) ;
  end_lock(ours, theirs, out) ;
}

TEST(a_descriptor_in_the_way_moves_though_the_highest_is_taken)
{
  struct rlimit limit ;
  struct spawn s = shell(0) ;
  int a ;
  int b ;
  temp_enter() ;
  CHECK(!getrlimit(RLIMIT_NOFILE, &limit)) ;
  a = file_with("a", "alpha\n") ;
  b = file_with("b", "beta\n") ;
  s.fd[0] = (struct spawn_fd) { .from = a, .to = b } ;
  s.fd[1] = (struct spawn_fd) { .from = b, .to = (int)limit.rlim_cur - 1 } ;
  s.nfds = 2 ;
  CHECK(!run_with(s, "true")) ;
  close(a) ;
  close(b) ;
}

TEST(a_child_that_waits_for_the_lock_can_be_terminated)
{
  sigset_t before ;
  int ours ;
  int theirs ;
  int out ;
  int wstat ;
  pid_t pid ;
  temp_enter() ;
  sigprocmask(SIG_SETMASK, 0, &before) ;
  spawn_prepare_signals() ;
  pid = start_locked(&ours, &theirs, &out, "/bin/sh") ;
  sigprocmask(SIG_SETMASK, &before, 0) ; /* before a wait: whoever runs the tests may end them */
  CHECK(pid && !kill(pid, SIGTERM)) ;
  wstat = end_of(pid) ;
  CHECK(WIFSIGNALED(wstat) && WTERMSIG(wstat) == SIGTERM) ;
  end_lock(ours, theirs, out) ;
}

TEST(a_child_that_had_to_wait_says_itself_that_it_cannot_be_executed)
{
  int ours ;
  int theirs ;
  int out ;
  pid_t pid ;
  temp_enter() ;
  pid = start_locked(&ours, &theirs, &out, "/nowhere/run") ;
  CHECK(pid && !flock(ours, LOCK_UN)) ;
  hear(out, 0) ;
  CHECK(strstr(output, "/nowhere/run") && strstr(output, strerror(ENOENT))) ;
  CHECK(end_of(pid) == 127 << 8) ;
  end_lock(ours, theirs, out) ;
  pid = start_locked(&ours, &theirs, &out, "/etc") ;
  CHECK(pid && !flock(ours, LOCK_UN)) ;
  hear(out, 0) ;
  CHECK(strstr(output, "/etc") && strstr(output, strerror(EACCES))) ;
  CHECK(end_of(pid) == 126 << 8) ;
  end_lock(ours, theirs, out) ;
}

TEST(a_child_in_a_pid_namespace_of_its_own_is_pid_1)
{
  struct spawn s = shell(0) ;
  int wstat ;
  s.new_pid_namespace = 1 ;
  wstat = run_with(s, "echo $$") ;
  if (wstat == -1 && (errno == EPERM || errno == EINVAL || errno == ENOSYS)) return ; /* not possible here */
  CHECK(!wstat && !strcmp(output, "1\n")) ;
}

/* Starts a child that says who it is; its record, as a successor of ours would read it. */
static struct birth birth_of (struct spawn s, struct birth *birth, int *wstat)
{
  static char const *const argv[] = { "sh", "-c", "exit 3", 0 } ;
  struct birth said = { .number = 0 } ;
  char record[BIRTH_SIZE] ;
  int executing ;
  pid_t pid ;
  temp_enter() ;
  s.argv = argv ;
  s.birth = birth ;
  s.birth_fd = open("state", O_RDWR | O_CREAT | O_CLOEXEC, 0600) ;
  pid = spawn(&s, &executing) ;
  *wstat = pid ? end_of(pid) : -1 ;
  CHECK(!pid || birth->process.pid == pid) ;
  if (pread(s.birth_fd, record, sizeof record, BIRTH_AT) != (ssize_t)sizeof record || !birth_unpack(record, &said)) said.process.pid = 0 ;
  close(s.birth_fd) ;
  return said ;
}

static int agree (struct birth const *ours, struct birth const *theirs)
{
  return ours->process.pid == theirs->process.pid && ours->number == theirs->number && ours->what == theirs->what
   && ours->process.after_ms == theirs->process.after_ms && ours->process.after_ms <= theirs->process.before_ms
   && theirs->process.before_ms <= ours->process.before_ms + PATIENCE_MS ;
}

TEST(the_child_says_itself_who_it_is)
{
  struct birth birth = { .number = 5, .what = 'f' } ;
  int wstat ;
  struct birth said = birth_of(shell(0), &birth, &wstat) ;
  CHECK(wstat == 3 << 8 && agree(&birth, &said) && said.number == 5 && said.what == 'f') ;
}

TEST(so_does_one_in_a_pid_namespace_of_its_own_by_the_outer_pid)
{
  struct birth birth = { .number = 6, .what = 'r' } ;
  struct spawn s = shell(0) ;
  struct birth said ;
  int wstat ;
  s.new_pid_namespace = 1 ;
  said = birth_of(s, &birth, &wstat) ;
  if (wstat == -1 && (errno == EPERM || errno == EINVAL || errno == ENOSYS)) return ; /* not possible here */
  CHECK(wstat == 3 << 8 && agree(&birth, &said)) ;
}

TEST(so_does_one_that_waits_for_a_lock)
{
  struct birth birth = { .number = 7, .what = 'r' } ;
  struct spawn s = shell(0) ;
  struct birth said ;
  int wstat ;
  s.wait_for_lock = open("/dev/null", O_RDONLY | O_CLOEXEC) ; /* nobody holds it */
  said = birth_of(s, &birth, &wstat) ;
  CHECK(wstat == 3 << 8 && agree(&birth, &said)) ;
  close(s.wait_for_lock) ;
}

TEST(who_cannot_say_it_is_not_executed)
{
  struct birth birth = { .number = 8, .what = 'r' } ;
  char const *const argv[] = { "sh", "-c", ": >executed", 0 } ;
  struct spawn s = shell(argv) ;
  int executing = 7 ;
  temp_enter() ;
  s.birth = &birth ;
  s.birth_fd = open("/dev/full", O_RDWR | O_CLOEXEC) ;
  errno = 0 ;
  CHECK(!spawn(&s, &executing) && errno == ENOSPC && !executing) ;
  CHECK(access("executed", F_OK) == -1) ;
  close(s.birth_fd) ;
}

static int try_without_stdio (int closed)
{
  struct stat st ;
  struct stat null ;
  if (stat("/dev/null", &null) == -1) return 1 ;
  for (int fd = 0 ; fd < 3 ; fd++) if (closed & 1 << fd) close(fd) ;
  if (!spawn_sanitize_stdio()) return 2 ;
  for (int fd = 0 ; fd < 3 ; fd++)
  {
    if (fstat(fd, &st) == -1) return 3 ;
    if (closed & 1 << fd && st.st_rdev != null.st_rdev) return 4 ;
    if (fcntl(fd, F_GETFD) & FD_CLOEXEC) return 5 ;
  }
  return 0 ;
}

TEST(closed_standard_descriptors_become_dev_null)
{
  fflush(stdout) ;
  for (int closed = 0 ; closed < 8 ; closed++)
  {
    pid_t pid = fork() ;
    if (!pid) _exit(try_without_stdio(closed)) ;
    CHECK(!end_of(pid)) ;
  }
}

TEST(whoever_was_executed_with_all_signals_blocked_need_not_prepare_them)
{
  sigset_t before ;
  sigset_t all ;
  struct sigaction action ;
  sigfillset(&all) ;
  sigprocmask(SIG_SETMASK, &all, &before) ;
  signal(SIGUSR2, SIG_IGN) ;
  spawn_prepare_signals() ;
  CHECK(!sigaction(SIGUSR2, 0, &action) && action.sa_handler == SIG_IGN) ;
  sigdelset(&all, SIGWINCH) ; /* one is not: that was somebody else */
  sigprocmask(SIG_SETMASK, &all, 0) ;
  spawn_prepare_signals() ;
  CHECK(!sigaction(SIGUSR2, 0, &action) && action.sa_handler == SIG_DFL) ;
  sigprocmask(SIG_SETMASK, &before, 0) ;
}

TEST(preparing_blocks_all_and_ignores_nothing)
{
  sigset_t before ;
  sigset_t now ;
  struct sigaction action ;
  sigprocmask(SIG_SETMASK, 0, &before) ;
  signal(SIGUSR2, SIG_IGN) ;
  spawn_prepare_signals() ;
  sigprocmask(SIG_SETMASK, 0, &now) ;
  CHECK(sigismember(&now, SIGTERM) == 1 && sigismember(&now, SIGCHLD) == 1 && sigismember(&now, SIGRTMAX) == 1) ;
  CHECK(!sigaction(SIGUSR2, 0, &action) && action.sa_handler == SIG_DFL) ;
  sigprocmask(SIG_SETMASK, &before, 0) ;
}
