/* A service for `make chaos`. Its scripts are one line each:

     run     #!CHAOS-SERVICE TEMPER
     finish  #!CHAOS-SERVICE finish    or quit: exits 125

   so that it is executed as `CHAOS-SERVICE TEMPER ./run NAME`. In the directory
   $CHAOS_STATE, NAME's slash as a colon:

     NAME.lock       fcntl lock of the instance, or of its finish: never two at once
     NAME.strays     fcntl lock that what an instance leaves behind shares
     NAME.instances  a record per instance: struct record
     NAME.ready      fcntl lock of an instance that is ready, or about to say so; written
                     to when one was last about to
     NAME.dependents the names of those that need it, in words
     stopping        is there when the whole tree is told to stop
     clashes         a line for each instance that found another, or strays, alive:
                     WHAT NAME PID OTHER_PID; or was started before one that it needs was
                     ready (early), or told to stop with the tree before one that needs it
                     has ended (late): WHAT NAME PID OTHER_NAME

   fcntl locks belong to one process, are not inherited by its children, and are
   gone before anybody can wait for it. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE 64 /* divides a page: no read and no write of a logger ends within a line */
#define BUFFER_SIZE 4096
#define BURST_LINES 400
#define STRAY_LIFE_S 300

struct record
{
  uint64_t instance ;
  uint64_t pid ;
  uint64_t begun ; /* lines whose write() was begun */
  uint64_t written ;
} ;

static char const *name ;
static volatile sig_atomic_t told ;

static void die (char const *what)
{
  fprintf(stderr, "chaos-service %s: fatal: %s: %s\n", name, what, strerror(errno)) ;
  _exit(111) ;
}

static int open_state (char const *file, char const *suffix, int flags)
{
  char path[4096] ;
  char const *state = getenv("CHAOS_STATE") ;
  int fd ;
  if (!state) die("CHAOS_STATE") ;
  snprintf(path, sizeof path, "%s/%s%s", state, file, suffix) ;
  for (char *c = path + strlen(state) + 1 ; *c ; c++) if (*c == '/') *c = ':' ;
  fd = open(path, flags | O_CREAT | O_CLOEXEC, 0644) ;
  if (fd == -1) die(path) ;
  return fd ;
}

static int milliseconds (int min, int max)
{
  struct timespec now ;
  clock_gettime(CLOCK_MONOTONIC, &now) ;
  return min + (int)((unsigned long)(now.tv_nsec / 1000 + getpid() * 7919L) % (unsigned long)(max - min + 1)) ;
}

static void sleep_ms (int ms)
{
  struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L } ;
  while (nanosleep(&left, &left) == -1 && errno == EINTR) ;
}

/* ---- who else is there ---- */

static void say_clash (char const *what, pid_t other)
{
  char line[512] ;
  int n = snprintf(line, sizeof line, "%s %s %d %d\n", what, name, (int)getpid(), (int)other) ;
  int fd = open_state("clashes", "", O_WRONLY | O_APPEND) ;
  if (write(fd, line, (size_t)n) != n) die("write clashes") ;
  close(fd) ;
}

static void lock_instance (void)
{
  struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  int fd = open_state(name, ".lock", O_RDWR) ;
  while (fcntl(fd, F_SETLK, &all) == -1)
  {
    if (errno != EAGAIN && errno != EACCES) die("lock") ;
    if (fcntl(fd, F_GETLK, &all) == -1) die("get lock") ;
    if (all.l_type == F_UNLCK)
    {
      all.l_type = F_WRLCK ;
      say_clash("instance", 0) ; /* it has gone in between, but it was there */
      continue ;
    }
    say_clash("instance", all.l_pid) ;
    _exit(100) ;
  }
}

static void look_for_strays (void)
{
  struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  int fd = open_state(name, ".strays", O_RDWR) ;
  if (fcntl(fd, F_GETLK, &all) == -1) die("get lock") ;
  if (all.l_type != F_UNLCK) say_clash("strays", all.l_pid) ;
  close(fd) ;
}

static struct record volatile *enter_record (void)
{
  struct timespec now ;
  struct stat st ;
  struct record record = { .pid = (uint64_t)getpid() } ;
  char *page ;
  off_t at ;
  int fd = open_state(name, ".instances", O_RDWR) ;
  clock_gettime(CLOCK_MONOTONIC, &now) ;
  record.instance = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec ;
  if (fstat(fd, &st) == -1) die("stat instances") ;
  at = st.st_size / (off_t)sizeof record * (off_t)sizeof record ;
  if (pwrite(fd, &record, sizeof record, at) != sizeof record) die("write instances") ;
  page = mmap(0, BUFFER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at / BUFFER_SIZE * BUFFER_SIZE) ;
  if (page == MAP_FAILED) die("map instances") ;
  close(fd) ;
  return (struct record volatile *)(void *)(page + at % BUFFER_SIZE) ;
}

/* ---- dependencies ---- */

static int is_locked (char const *file, char const *suffix)
{
  struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  int fd = open_state(file, suffix, O_RDWR) ;
  if (fcntl(fd, F_GETLK, &all) == -1) die("get lock") ;
  close(fd) ;
  return all.l_type != F_UNLCK ;
}

static void lock_ready (void)
{
  struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET } ;
  int fd = open_state(name, ".ready", O_RDWR) ;
  if (fcntl(fd, F_SETLK, &all) == -1 || pwrite(fd, "r", 1, 0) != 1) die("lock ready") ;
}

static void say_disorder (char const *what, char const *other)
{
  char line[512] ;
  int n = snprintf(line, sizeof line, "%s %s %d %s\n", what, name, (int)getpid(), other) ;
  int fd = open_state("clashes", "", O_WRONLY | O_APPEND) ;
  if (write(fd, line, (size_t)n) != n) die("write clashes") ;
  close(fd) ;
}

static void look_for_needed (void)
{
  struct dirent const *e ;
  DIR *dir = opendir("dependencies.d") ;
  if (!dir) return ;
  while ((e = readdir(dir)))
    if (e->d_name[0] != '.' && !is_locked(e->d_name, ".ready")) say_disorder("early", e->d_name) ;
  closedir(dir) ;
}

static void look_for_dependents (void)
{
  char names[1024] ;
  char *rest = names ;
  ssize_t n ;
  int fd = open_state(name, ".dependents", O_RDONLY) ;
  n = read(fd, names, sizeof names - 1) ;
  if (n == -1) die("read dependents") ;
  close(fd) ;
  names[n] = 0 ;
  for (char const *other ; (other = strtok_r(rest, " \n", &rest)) ; )
    if (is_locked(other, ".lock")) say_disorder("late", other) ;
}

/* ---- */

static struct record volatile *begin (void)
{
  struct record volatile *record ;
  lock_instance() ;
  look_for_strays() ;
  look_for_needed() ;
  record = enter_record() ;
  if (!access("notification-fd", F_OK))
  {
    sleep_ms(milliseconds(0, 50)) ;
    lock_ready() ;
    if (write(3, "\n", 1) != 1 && errno != EPIPE && errno != EBADF) die("notify") ;
    close(3) ;
  }
  return record ;
}

/* ---- tempers ---- */

static void wait_for_ever (void)
{
  for (;;) pause() ;
}

static void tell (int sig)
{
  (void)sig ;
  told = 1 ;
}

static void on_all_signals (void (*handler) (int))
{
  static int const all[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGALRM, SIGABRT, SIGUSR1, SIGUSR2, SIGPIPE } ;
  struct sigaction action = { .sa_handler = handler } ;
  for (size_t i = 0 ; i < sizeof all / sizeof *all ; i++)
    if (sigaction(all[i], &action, 0) == -1) die("sigaction") ;
}

static void quick (void)
{
  begin() ;
  wait_for_ever() ;
}

/* Others need it. */
static void needed (void)
{
  char path[4096] ;
  on_all_signals(&tell) ;
  begin() ;
  snprintf(path, sizeof path, "%s/stopping", getenv("CHAOS_STATE")) ;
  while (!told) sleep_ms(20) ;
  if (!access(path, F_OK)) look_for_dependents() ;
}

static void slow (void)
{
  on_all_signals(&tell) ;
  begin() ;
  while (!told) sleep_ms(20) ;
  sleep_ms(milliseconds(200, 1000)) ;
}

static void stubborn (void)
{
  on_all_signals(SIG_IGN) ;
  begin() ;
  wait_for_ever() ;
}

static void be_stray (int stubborn_one)
{
  struct flock all = { .l_type = F_RDLCK, .l_whence = SEEK_SET } ;
  int fd = open_state(name, ".strays", O_RDWR) ;
  prctl(PR_SET_NAME, "chaos-stray") ;
  on_all_signals(stubborn_one ? SIG_IGN : SIG_DFL) ;
  if (fcntl(fd, F_SETLK, &all) == -1) die("lock strays") ;
  sleep_ms(STRAY_LIFE_S * 1000) ;
  _exit(0) ;
}

static void leave (int session, int twice, int stubborn_one)
{
  pid_t pid = fork() ;
  if (pid == -1) die("fork") ;
  if (pid)
  {
    if (twice) waitpid(pid, 0, 0) ;
    return ;
  }
  if (session) setsid() ;
  if (twice && fork()) _exit(0) ;
  be_stray(stubborn_one) ;
}

static void forker (void)
{
  begin() ;
  leave(0, 0, 0) ;
  leave(1, 0, 1) ;
  leave(1, 1, 0) ;
  leave(1, 1, 1) ;
  wait_for_ever() ;
}

static void crasher (void)
{
  struct rlimit none = { 0, 0 } ;
  setrlimit(RLIMIT_CORE, &none) ;
  begin() ;
  sleep_ms(milliseconds(0, 1500)) ;
  switch (milliseconds(0, 2))
  {
    case 0 : _exit(1) ;
    case 1 : _exit(99) ;
    default : raise(SIGSEGV) ;
  }
}

/* Mostly it is done. */
static void task (void)
{
  begin() ;
  sleep_ms(milliseconds(0, 1500)) ;
  if (!milliseconds(0, 3)) _exit(1) ;
}

/* With a pidfile, it leaves something else as well. */
static void go_to_background (int with_pidfile)
{
  int ready[2] ;
  char byte ;
  pid_t pid ;
  if (pipe(ready) == -1) die("pipe") ;
  pid = fork() ;
  if (pid == -1) die("fork") ;
  if (pid)
  {
    close(ready[1]) ;
    _exit(read(ready[0], &byte, 1) == 1 ? 0 : 111) ;
  }
  setsid() ;
  close(ready[0]) ;
  begin() ;
  if (with_pidfile)
  {
    char text[32] ;
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid()) ;
    int fd = open_state(name, ".pid", O_WRONLY | O_TRUNC) ;
    if (write(fd, text, (size_t)n) != n) die("write pidfile") ;
    close(fd) ;
    leave(1, 1, 0) ;
  }
  if (write(ready[1], "", 1) != 1) die("tell the parent") ;
  close(ready[1]) ;
  wait_for_ever() ;
}

static void background (void)
{
  go_to_background(0) ;
}

static void background_with_pidfile (void)
{
  go_to_background(1) ;
}

/* Numbered lines, as fast as they go, with rests. */
static void chatty (void)
{
  struct record volatile *record ;
  char line[LINE_SIZE + 1] ;
  signal(SIGPIPE, SIG_IGN) ;
  record = begin() ;
  for (;;)
  {
    for (unsigned int i = 0 ; i < BURST_LINES ; i++)
    {
      int n = snprintf(line, sizeof line, "%s %llu %llu ", name, (unsigned long long)record->instance, (unsigned long long)record->begun + 1) ;
      memset(line + n, '.', (size_t)(LINE_SIZE - 1 - n)) ;
      line[LINE_SIZE - 1] = '\n' ;
      record->begun++ ;
      if (write(1, line, LINE_SIZE) != LINE_SIZE) die("write a line") ;
      record->written++ ;
    }
    sleep_ms(milliseconds(100, 500)) ;
  }
}

/* Appends what it reads to $CHAOS_STATE/NAME.out, and ends when told, or at the end
   of file, with nothing read that is not written. */
static void logger (void)
{
  char buf[BUFFER_SIZE] ;
  struct pollfd x = { .fd = 0, .events = POLLIN } ;
  sigset_t all ;
  sigset_t none ;
  int out ;
  sigfillset(&all) ;
  sigemptyset(&none) ;
  sigprocmask(SIG_SETMASK, &all, 0) ;
  on_all_signals(&tell) ;
  begin() ;
  out = open_state(name, ".out", O_WRONLY | O_APPEND) ;
  for (;;)
  {
    ssize_t n ;
    if (ppoll(&x, 1, 0, &none) == -1 && errno != EINTR) die("poll") ;
    if (told) return ;
    n = read(0, buf, sizeof buf) ;
    if (!n) return ;
    if (n == -1) die("read") ;
    for (ssize_t w = 0 ; w < n ; )
    {
      ssize_t r = write(out, buf + w, (size_t)(n - w)) ;
      if (r == -1 && errno != ENOSPC) die("write") ;
      if (r == -1) sleep_ms(100) ;
      else w += r ;
    }
  }
}

static void finish (void)
{
  lock_instance() ;
  sleep_ms(milliseconds(0, 200)) ;
}

static struct { char const *temper ; void (*be) (void) ; } const tempers[] =
{
  { "quick", &quick },
  { "needed", &needed },
  { "slow", &slow },
  { "stubborn", &stubborn },
  { "forker", &forker },
  { "crasher", &crasher },
  { "task", &task },
  { "background", &background },
  { "pidfile", &background_with_pidfile },
  { "chatty", &chatty },
  { "logger", &logger },
} ;

int main (int argc, char **argv)
{
  if (argc == 7 && (!strcmp(argv[1], "finish") || !strcmp(argv[1], "quit")))
  {
    name = argv[5] ;
    finish() ;
    return strcmp(argv[1], "quit") ? 0 : 125 ;
  }
  if (argc < 4) return 100 ;
  name = argv[3] ;
  for (size_t i = 0 ; i < sizeof tempers / sizeof *tempers ; i++)
  {
    if (strcmp(argv[1], tempers[i].temper) != 0) continue ;
    (*tempers[i].be)() ;
    return 0 ;
  }
  return 100 ;
}
