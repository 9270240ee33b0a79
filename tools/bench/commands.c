/* commands COMMAND [ARGUMENT...] [-- COMMAND [ARGUMENT...]]...: executes one after the other, each when
   the one before has ended. Prints when the first began and when the last had ended (CLOCK_MONOTONIC,
   nanoseconds). */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now (void)
{
  struct timespec t ;
  clock_gettime(CLOCK_MONOTONIC, &t) ;
  return (long long)t.tv_sec * 1000000000 + t.tv_nsec ;
}

/* Returns whether it has exited 0. What it prints goes to `out`. */
static int run (char *const *argv, int out)
{
  int wstat ;
  pid_t pid ;
  if (!argv[0]) return 0 ;
  pid = vfork() ;
  if (!pid)
  {
    dup2(out, 1) ;
    execvp(argv[0], argv) ;
    _exit(127) ;
  }
  return pid != -1 && waitpid(pid, &wstat, 0) == pid && !wstat ;
}

int main (int argc, char **argv)
{
  int out = open("/dev/null", O_WRONLY | O_CLOEXEC) ;
  long long began = now() ;
  int first = 1 ;
  for (int i = 1 ; i <= argc ; i++)
  {
    if (i < argc && strcmp(argv[i], "--") != 0) continue ;
    argv[i] = 0 ;
    if (!run(argv + first, out)) return fprintf(stderr, "commands: %s has failed\n", argv[first] ? argv[first] : "nothing"), 1 ;
    first = i + 1 ;
  }
  printf("%lld %lld\n", began, now()) ;
  return 0 ;
}
