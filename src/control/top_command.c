#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "base/text.h"
#include "control/owner.h"
#include "control/top.h"

#define LOG_LINES "200"

static void say (struct top *top, char const *text)
{
  snprintf(top->message, sizeof top->message, "%.*s", (int)sizeof top->message - 1, text) ;
}

static void show_pane (struct top *top, char const *what, char *text)
{
  char name[SERVICE_NAME_MAX + 8] ;
  if (!text) return ;
  service_name_printable(name, sizeof name, top->selected) ;
  snprintf(top->title, sizeof top->title, "%s %s", what, name) ;
  text_make_printable(text, strlen(text)) ;
  free(top->pane) ;
  top->pane = text ;
  top->first = 0 ;
  *top->message = 0 ;
}

/* Runs in the child. */
static void execute (struct top const *top, char const *command, int output)
{
  char const *live = *top->request->live == '/' ? top->request->live : "." ; /* our working directory */
  int is_log = !strcmp(command, "logs") ;
  char const *argv[] = { "reeve", "-l", live, command, is_log ? "--tail=" LOG_LINES : "--", is_log ? "--" : top->selected, is_log ? top->selected : 0, 0 } ;
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC) ;
  sigset_t none ;
  sigemptyset(&none) ;
  owner_return() ; /* root keeps its rights for commands */
  if (null == -1 || dup2(null, 0) == -1 || dup2(output, 1) == -1 || dup2(output, 2) == -1 || setsid() == -1) _exit(EXIT_SYSTEM) ;
  sigprocmask(SIG_SETMASK, &none, 0) ;
  execv("/proc/self/exe", (char *const *)argv) ;
  _exit(EXIT_SYSTEM) ;
}

void top_run (struct top *top, char const *command, int for_pane)
{
  int ends[2] ;
  if (!*top->selected) return ;
  if (top->child)
  {
    say(top, "another command still runs") ;
    return ;
  }
  if (pipe2(ends, O_CLOEXEC) == -1) return say(top, strerror(errno)) ;
  top->child = fork() ;
  if (!top->child) execute(top, command, ends[1]) ;
  fd_close(ends[1]) ;
  if (top->child == -1)
  {
    say(top, strerror(errno)) ;
    fd_close(ends[0]) ;
    top->child = 0 ;
    return ;
  }
  top->output = ends[0] ;
  ndelay_on(top->output) ;
  top->len = 0 ;
  top->for_pane = !!for_pane ;
  top->command = command ;
  snprintf(top->message, sizeof top->message, "%s ", command) ;
  service_name_printable(top->message + strlen(command) + 1, SERVICE_NAME_MAX + 8, top->selected) ;
}

void top_read_output (struct top *top)
{
  char rest[512] ;
  for (;;)
  {
    size_t room = TOP_OUTPUT_MAX - top->len ;
    ssize_t r = room ? read(top->output, top->text + top->len, room) : read(top->output, rest, sizeof rest) ;
    if (r <= 0) return ;
    if (room) top->len += (size_t)r ;
  }
}

void top_close_output (struct top *top)
{
  if (top->output == -1) return ;
  top_read_output(top) ;
  fd_close(top->output) ;
  top->output = -1 ;
}

void top_reap (struct top *top)
{
  char *end ;
  int wstat ;
  if (!top->child || waitpid(top->child, &wstat, WNOHANG) != top->child) return ;
  top_close_output(top) ;
  top->child = 0 ;
  top->text[top->len] = 0 ;
  if (top->for_pane)
  {
    show_pane(top, top->command, strdup(top->text)) ;
    if (!strcmp(top->command, "logs")) top->first = TOP_OUTPUT_MAX ; /* their end */
    return ;
  }
  text_make_printable(top->text, top->len) ;
  if (top->len && top->text[top->len - 1] == '\n') top->text[top->len - 1] = 0 ;
  end = strrchr(top->text, '\n') ;
  if (*top->text) say(top, end ? end + 1 : top->text) ;
  else snprintf(top->message + strlen(top->message), sizeof top->message - strlen(top->message), ": %s", wstat ? "failed" : "done") ;
}
