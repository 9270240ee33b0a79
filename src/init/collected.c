#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/program.h"
#include "base/spawn.h"
#include "base/trust.h"
#include "init/init.h"
#include "wire/channels.h"

#define SOURCE ".init" /* in LIVE: the directory of the scripts' fifos, laid out like a service's; so `init` stands before each line */
#define READY_FD 3

static int place (char out[PLACE_MAX], char const *live, char const *rest)
{
  int n = snprintf(out, PLACE_MAX, "%s/%s", live, rest) ;
  if (n >= 0 && n < PLACE_MAX) return 1 ;
  errno = ENAMETOOLONG ;
  return 0 ;
}

static int make_directory (char const *live, char const *rest, mode_t mode)
{
  char path[PLACE_MAX] ;
  return place(path, live, rest) && (mkdir(path, mode) != -1 || errno == EEXIST) ;
}

/* Makes the files that the collector expects in its own directory. */
static int make_collector (char const *live)
{
  char path[PLACE_MAX] ;
  return make_directory(live, COLLECTOR, 0755) && make_directory(live, COLLECTOR "/supervise", 0711)
    && place(path, live, COLLECTOR_NEWS) && fifo_make(path)
    && place(path, live, COLLECTOR "/notification-fd") && trust_write(AT_FDCWD, path, 0644, "3\n", 2) ;
}

/* Removes the directory again: the scanner makes one for its own collector. */
static void remove_collector (char const *live)
{
  static char const *const files[] = { COLLECTOR_NEWS, COLLECTOR_READS, COLLECTOR "/notification-fd" } ;
  static char const *const directories[] = { COLLECTOR "/supervise", COLLECTOR } ;
  char path[PLACE_MAX] ;
  for (size_t i = 0 ; i < sizeof files / sizeof *files ; i++)
    if (place(path, live, files[i])) unlink(path) ;
  for (size_t i = 0 ; i < sizeof directories / sizeof *directories ; i++)
    if (place(path, live, directories[i])) rmdir(path) ;
}

static int open_output (char const *live, char const *fifo)
{
  char path[PLACE_MAX] ;
  int fd ;
  if (!place(path, live, fifo) || !fifo_make_shared(path)) return -1 ;
  fd = fifo_open(path, O_RDWR) ;
  if (fd >= 0 && ndelay_off(fd) == -1)
  {
    fd_close(fd) ;
    return -1 ;
  }
  return fd ;
}

static int make_outputs (struct collected *collected, char const *live)
{
  if (!make_directory(live, SOURCE, 0755) || !make_directory(live, SOURCE "/supervise", 0700) || !make_directory(live, SOURCE "/" COLLECTED, 0700)) return 0 ;
  collected->output[0] = open_output(live, SOURCE "/" COLLECTED_STDOUT) ;
  collected->output[1] = open_output(live, SOURCE "/" COLLECTED_STDERR) ;
  return collected->output[0] >= 0 && collected->output[1] >= 0 ;
}

static pid_t start (int ready, char const *live)
{
  char program[PROGRAM_PATH_MAX] ;
  char directory[PLACE_MAX] ;
  char const *argv[] = { "reeve-log", "--collect", 0 } ;
  struct spawn request = SPAWN_ZERO ;
  int executing ;
  if (!program_beside(program, argv[0]) || !place(directory, live, COLLECTOR)) return 0 ;
  request.path = program ;
  request.argv = argv ;
  request.envp = (char const *const *)environ ;
  request.chdir = directory ;
  request.ours = 1 ;
  request.fd[request.nfds++] = (struct spawn_fd) { .from = ready, .to = READY_FD } ;
  return spawn(&request, &executing) ;
}

static void let_go (struct collected *collected)
{
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    if (collected->output[i] >= 0) fd_close(collected->output[i]) ;
    collected->output[i] = -1 ;
  }
}

void collected_begin (struct collected *collected, char const *live, char const *mode)
{
  int ready[2] ;
  *collected = (struct collected) { .live = live, .output = { -1, -1 }, .ready = -1 } ;
  if (strcmp(mode, "prefix") != 0 && strcmp(mode, "json") != 0) return ;
  if (make_collector(live) && make_outputs(collected, live) && pipe2(ready, O_CLOEXEC) != -1)
  {
    collected->ready = ready[0] ;
    collected->pid = start(ready[1], live) ;
    fd_close(ready[1]) ;
    if (!collected->pid) fd_close(ready[0]) ;
  }
  if (collected->pid) return ;
  strerr_warnwu1sys("start the collector: what scripts write goes straight to the output") ;
  let_go(collected) ;
  remove_collector(live) ;
}

/* Waits until the collector has opened the fifos: only then may /init close its ends. */
static void await_ready (struct collected const *collected)
{
  char byte ;
  while (read(collected->ready, &byte, 1) == -1 && errno == EINTR) ;
  fd_close(collected->ready) ;
}

static int has_ended (struct collected const *collected)
{
  return waitpid(collected->pid, 0, WNOHANG) != 0 ; /* or it was reaped together with the scripts' orphans */
}

void collected_end (struct collected *collected, uint64_t deadline_ms)
{
  sigset_t child ;
  if (!collected->pid) return ;
  await_ready(collected) ;
  let_go(collected) ;
  sigemptyset(&child) ;
  sigaddset(&child, SIGCHLD) ;
  for (int sig = SIGINT ; !has_ended(collected) ; )
  {
    if (sig) kill(collected->pid, sig) ;
    sig = signals_wait(&child, deadline_ms) || !deadline_ms ? 0 : SIGHUP ; /* the collector gives up: output that nobody takes is lost */
    if (sig) deadline_ms = 0 ;
  }
  collected->pid = 0 ;
  remove_collector(collected->live) ;
}
