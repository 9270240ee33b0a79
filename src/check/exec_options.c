#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "check/check.h"
#include "service/probe.h"

/* Those of reeve-exec; all others have a value. */
static char const *const without_value[] = { "keep-home", "session", "group", "sd-notify", "help" } ;

/* A word of which the shell or another program makes something else. */
static int is_unknown (char const *word)
{
  return !!strpbrk(word, "$`*?") ;
}

static void judge_ready (struct check *check, char const *file, unsigned int line, char const *value)
{
  if (probe_is_meant(value) || check_exists(value)) return ;
  finding(check, LEVEL_ERROR, file, line, "name a program, as a path, or one of " PROBE_FORMS, "--ready executes %s, and there is no such file", value) ;
}

static void judge_value (struct check *check, char const *file, unsigned int line, char const *name, size_t len, char const *value)
{
  int is_ready = len == 5 && !memcmp(name, "ready", len) ;
  int is_check = len == 5 && !memcmp(name, "check", len) ;
  struct probe probe ;
  char const *fault ;
  if ((!is_ready && !is_check) || is_unknown(value)) return ;
  fault = is_check || probe_is_meant(value) ? probe_parse(value, &probe) : 0 ;
  if (fault) finding(check, LEVEL_ERROR, file, line, fault, "invalid check %s", value) ;
  if (is_ready) judge_ready(check, file, line, value) ;
}

static int has_value (char const *name, size_t len)
{
  for (size_t i = 0 ; i < sizeof without_value / sizeof *without_value ; i++)
    if (strlen(without_value[i]) == len && !memcmp(without_value[i], name, len)) return 0 ;
  return 1 ;
}

static int needs_notification (char const *name, size_t len)
{
  return (len == 5 && !memcmp(name, "ready", len)) || (len == 9 && !memcmp(name, "sd-notify", len)) ;
}

void check_exec_options (struct check *check, char const *file, unsigned int line, char const *const *argv)
{
  int is_told = 0 ;
  while (*argv && strcmp(path_last(*argv), "reeve-exec") != 0) argv++ ;
  if (!*argv) return ;
  for (argv++ ; *argv && **argv == '-' && strcmp(*argv, "--") != 0 ; argv++)
  {
    int is_long = (*argv)[1] == '-' ;
    char const *name = is_long ? *argv + 2 : (*argv)[1] == 'r' ? "ready" : "?" ;
    size_t len = strcspn(name, "=") ;
    char const *value = is_long ? name + len + !!name[len] : (*argv)[1] ? *argv + 2 : "" ;
    is_told |= needs_notification(name, len) ;
    if (is_long ? !has_value(name, len) : (*argv)[1] == 'h') continue ;
    if (is_long ? !name[len] : !*value) value = *++argv ;
    if (!value) break ;
    judge_value(check, file, line, name, len, value) ;
  }
  if (is_told && !check_exists("notification-fd"))
    finding(check, LEVEL_ERROR, file, line, "echo 3 >notification-fd", "reeve-exec is to tell readiness, and nobody waits for it") ;
}

int check_run_mentions (char const *text)
{
  static char run[SCRIPT_MAX] ;
  ssize_t n = file_read(AT_FDCWD, "run", run, sizeof run) ;
  return n > 0 && memmem(run, (size_t)n, text, strlen(text)) ;
}
