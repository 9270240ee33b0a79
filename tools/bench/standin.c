/* Stands in for a supervisor, and does only what each of them must: standin SERVICE executes it, sleeps
   in ppoll, and executes it again when it has ended by itself. SIGUSR1 ends the service, SIGUSR2 starts
   it, SIGTERM ends it and then the stand-in. Where BENCH_FILES names a folder, it also makes there what
   the clients of s6 need of a supervisor: supervise with lock, control and status, and event. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_SIZE 35 /* as s6 of Debian 12 has it */

static volatile sig_atomic_t wanted = 1 ; /* is the service to run */
static volatile sig_atomic_t leaving ;
static volatile sig_atomic_t told ;

static void on_signal (int sig)
{
  if (sig == SIGCHLD) return ;
  wanted = sig == SIGUSR2 ;
  if (sig == SIGTERM) leaving = 1 ;
  told = 1 ;
}

static int publishes ;

/* As s6 does: a whole file takes the place of the one before. */
static void write_status (void)
{
  static char const status[STATUS_SIZE] ;
  int fd ;
  if (!publishes) return ;
  fd = open("supervise/status.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) ;
  if (fd == -1 || write(fd, status, sizeof status) != sizeof status) _exit(111) ;
  close(fd) ;
  if (rename("supervise/status.new", "supervise/status") == -1) _exit(111) ;
}

static void make_files (char const *folder)
{
  char name[32] ;
  int lock ;
  int control[2] ; /* both ends stay open */
  snprintf(name, sizeof name, "%ld", (long)getpid()) ;
  if (chdir(folder) == -1 || mkdir(name, 0755) == -1 || chdir(name) == -1) _exit(111) ;
  if (mkdir("event", 0755) == -1 || mkdir("supervise", 0755) == -1 || mkfifo("supervise/control", 0600) == -1) _exit(111) ;
  lock = open("supervise/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600) ;
  if (lock == -1 || flock(lock, LOCK_EX) == -1) _exit(111) ;
  control[0] = open("supervise/control", O_RDONLY | O_NONBLOCK | O_CLOEXEC) ;
  control[1] = open("supervise/control", O_WRONLY | O_NONBLOCK | O_CLOEXEC) ;
  if (control[0] == -1 || control[1] == -1) _exit(111) ;
  publishes = 1 ;
  write_status() ;
}

static pid_t start (char *const *argv, sigset_t const *mask)
{
  pid_t pid = vfork() ;
  if (pid) return pid ;
  sigprocmask(SIG_SETMASK, mask, 0) ;
  execv(argv[0], argv) ;
  _exit(127) ;
}

int main (int argc, char *const *argv)
{
  static int const signals[] = { SIGTERM, SIGCHLD, SIGUSR1, SIGUSR2 } ;
  struct sigaction action = { .sa_handler = &on_signal } ;
  sigset_t blocked ;
  sigset_t before ;
  char const *folder ;
  pid_t pid = 0 ;
  if (argc != 2) return 100 ;
  folder = getenv("BENCH_FILES") ;
  if (folder) make_files(folder) ;
  sigemptyset(&blocked) ;
  for (unsigned int i = 0 ; i < sizeof signals / sizeof *signals ; i++) sigaddset(&blocked, signals[i]) ;
  sigprocmask(SIG_BLOCK, &blocked, &before) ;
  for (unsigned int i = 0 ; i < sizeof signals / sizeof *signals ; i++) sigaction(signals[i], &action, 0) ;
  for (;;)
  {
    if (pid && told && !wanted) kill(pid, SIGTERM) ;
    told = 0 ;
    if (!pid && leaving) return 0 ;
    if (!pid && wanted)
    {
      pid = start(argv + 1, &before) ;
      if (pid == -1) return 111 ;
      write_status() ;
    }
    ppoll(0, 0, 0, &before) ;
    if (pid && waitpid(pid, 0, WNOHANG) == pid) pid = 0 ;
  }
}
