/* Stands in for a supervisor, and does only what each of them must: standin SERVICE executes it, sleeps
   in ppoll, and executes it again when it has ended by itself. SIGUSR1 ends the service, SIGUSR2 starts
   it, SIGTERM ends it and then the stand-in. */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

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
  pid_t pid = 0 ;
  if (argc != 2) return 100 ;
  sigemptyset(&blocked) ;
  for (unsigned int i = 0 ; i < sizeof signals / sizeof *signals ; i++) sigaddset(&blocked, signals[i]) ;
  sigprocmask(SIG_BLOCK, &blocked, &before) ;
  for (unsigned int i = 0 ; i < sizeof signals / sizeof *signals ; i++) sigaction(signals[i], &action, 0) ;
  for (;;)
  {
    if (pid && told && !wanted) kill(pid, SIGTERM) ;
    told = 0 ;
    if (!pid && leaving) return 0 ;
    if (!pid && wanted) pid = start(argv + 1, &before) ;
    if (pid == -1) return 111 ;
    ppoll(0, 0, 0, &before) ;
    if (pid && waitpid(pid, 0, WNOHANG) == pid) pid = 0 ;
  }
}
