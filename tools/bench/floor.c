/* What N services cost at least, with a supervisor for each: floor N STANDIN SERVICE [DIR] executes N
   stand-ins for a supervisor; at SIGTERM it signals all of them, and ends when the last one has ended.
   What is moved into DIR gets one more stand-in. It reaps whatever else is left to it as PID 1. */
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#define LATER 1000 /* as many may be moved in */

static volatile sig_atomic_t told ;

static void on_signal (int sig)
{
  if (sig == SIGTERM) told = 1 ;
}

static pid_t start (char *standin, char *service, sigset_t const *mask)
{
  char *const argv[] = { standin, service, 0 } ;
  pid_t pid = vfork() ;
  if (pid) return pid ;
  sigprocmask(SIG_SETMASK, mask, 0) ;
  execv(argv[0], argv) ;
  _exit(127) ;
}

/* Starts what was moved into dir; returns how many. */
static long appeared (int fd, char const *dir, char *standin, pid_t *pids, sigset_t const *mask)
{
  char buf[4096] __attribute__((aligned(8))) ;
  ssize_t r = read(fd, buf, sizeof buf) ;
  long n = 0 ;
  for (ssize_t i = 0 ; i < r ;)
  {
    struct inotify_event const *event = (struct inotify_event const *)(void const *)(buf + i) ;
    char service[PATH_MAX] ;
    snprintf(service, sizeof service, "%s/%s/run", dir, event->name) ;
    pids[n++] = start(standin, service, mask) ;
    i += (ssize_t)(sizeof *event + event->len) ;
  }
  return n ;
}

int main (int argc, char **argv)
{
  struct sigaction action = { .sa_handler = &on_signal } ;
  struct pollfd x = { .fd = -1, .events = POLLIN } ;
  sigset_t blocked ;
  sigset_t before ;
  pid_t *pids ;
  long count ;
  long left ;
  int leaving = 0 ;
  if (argc < 4) return 100 ;
  count = left = strtol(argv[1], 0, 10) ;
  pids = calloc((size_t)count + LATER, sizeof *pids) ;
  if (!pids) return 111 ;
  sigemptyset(&blocked) ;
  sigaddset(&blocked, SIGTERM) ;
  sigaddset(&blocked, SIGCHLD) ;
  sigprocmask(SIG_BLOCK, &blocked, &before) ;
  sigaction(SIGTERM, &action, 0) ;
  sigaction(SIGCHLD, &action, 0) ;
  if (argc > 4)
  {
    x.fd = inotify_init1(IN_CLOEXEC) ;
    if (inotify_add_watch(x.fd, argv[4], IN_MOVED_TO) == -1) _exit(111) ;
  }
  for (long i = 0 ; i < count ; i++)
  {
    pids[i] = start(argv[2], argv[3], &before) ;
    if (pids[i] == -1) _exit(111) ;
  }
  while (!leaving || left)
  {
    int r = ppoll(&x, 1, 0, &before) ;
    if (r > 0 && !leaving)
    {
      long n = appeared(x.fd, argv[4], argv[2], pids + count, &before) ;
      count += n ;
      left += n ;
    }
    if (told)
      for (long i = 0 ; i < count ; i++) kill(pids[i], SIGTERM) ;
    if (told) leaving = 1 ;
    told = 0 ;
    while (left && waitpid(-1, 0, WNOHANG) > 0)
      if (leaving) left-- ;
  }
  _exit(0) ;
}
