/* Where supervisord wrote what a program prints: stdout_logfile, stderr_logfile and the like. */

#include <string.h>

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/supervisord/translation.h"

#define CONTAINERS_OUTPUT "/dev/stdout /dev/stderr /dev/fd/1 /dev/fd/2 /proc/1/fd/1 /proc/1/fd/2 /proc/self/fd/1 /proc/self/fd/2"

/* supervisord opened a relative path in its own folder, and not in the program's. */
static char const *folder_of_output (struct translation *t, char const *path)
{
  if (strchr("/%~", *path) || !t->has_directory) return "" ;
  return t->plan->workdir ? pool_printf(t->plan->pool, "%s/", shell_quote(t->plan->pool, t->plan->workdir)) : "\"${REEVE_WORKDIR:-/}\"/" ;
}

int made_in_build (struct plan const *plan, char const *folder)
{
  for (struct text const *run = plan->image_runs.first ; run ; run = run->next)
    if (makes_folder(run->text, folder)) return 1 ;
  return 0 ;
}

static int is_automatic (char const *value)
{
  return !value || !strcasecmp(value, "auto") ;
}

/* One of the two outputs, as a redirection; "" for the container's. */
static char const *output (struct translation *t, char const *name, char const *fd)
{
  struct pool *pool = t->plan->pool ;
  char const *value = ini_take(t->source, t->section, name, "", 0) ;
  if (is_automatic(value))
  {
    note(t, name, "a file of supervisord's own: here the container's output") ;
    texts_add_once(pool, &t->own_files, t->service->name) ;
    return "" ;
  }
  if (!*value || !strcasecmp(value, "none") || !strcasecmp(value, "off") || !strcmp(value, "/dev/null"))
  {
    take(t, name, "run", "thrown away") ;
    return pool_printf(pool, "%s>/dev/null", fd) ;
  }
  if (shell_one_of(value, CONTAINERS_OUTPUT))
  {
    note(t, name, "the container's output") ;
    return "" ;
  }
  if (!strcasecmp(value, "syslog"))
  {
    note(t, name, "it went to syslog: here to the container's output") ;
    texts_add_once(pool, &t->plan->notes, pool_printf(pool, "%s: its output went to syslog, and goes to the container's now: a log/run with logger -t %s sends it there", t->service->name, t->service->name)) ;
    return "" ;
  }
  if (!strncmp(value, "/var/log/supervisor/", 20) && !made_in_build(t->plan, "/var/log/supervisor"))
    texts_add_once(pool, &t->service->before, "mkdir -p /var/log/supervisor # supervisor's package made it") ;
  take(t, name, "run", "log file; it is not rotated any more: a log/run with reeve-log does that") ;
  return pool_printf(pool, "%s>>%s%s", fd, folder_of_output(t, value), supervisord_word(pool, &t->expansion, value)) ;
}

void set_outputs (struct translation *t)
{
  static char const *const rotations[] =
    { "stdout_logfile_maxbytes", "stdout_logfile_backups", "stderr_logfile_maxbytes", "stderr_logfile_backups", 0 } ;
  static char const *const captures[] =
    { "stdout_capture_maxbytes", "stderr_capture_maxbytes", "stdout_events_enabled", "stderr_events_enabled", 0 } ;
  static char const *const copies[] = { "stdout_syslog", "stderr_syslog", 0 } ;
  struct pool *pool = t->plan->pool ;
  char const *redirect = ini_take(t->source, t->section, "redirect_stderr", "", 0) ;
  char const *out = output(t, "stdout_logfile", "") ;
  char const *err = redirect && is_true(redirect) ? "2>&1" : output(t, "stderr_logfile", "2") ;
  if (redirect && is_true(redirect)) take(t, "redirect_stderr", "run", "stderr to stdout") ;
  else note(t, "redirect_stderr", "stderr stays by itself, as it is without this line") ;
  t->service->redirects = pool_printf(pool, "%s%s%s", out, *out && *err ? " " : "", err) ;
  note(t, "stderr_logfile", "stderr goes to stdout") ;
  for (char const *const *name = rotations ; *name ; name++)
  {
    char const *bytes = ini_take(t->source, t->section, strncmp(*name, "stdout", 6) ? "stderr_logfile_maxbytes" : "stdout_logfile_maxbytes", "", 0) ;
    note(t, *name, bytes && *bytes == '0' && !shell_number(bytes, 1000000000, 0) ? "without rotation, as here" : "rotation: reeve-log --size and --files, in a log/run") ;
  }
  for (char const *const *name = copies ; *name ; name++) note(t, *name, "if true, the output went to syslog as well: it does not any more") ;
  for (char const *const *name = captures ; *name ; name++) note(t, *name, "supervisord's own way with output") ;
}

/* What has neither stdout_logfile nor stderr_logfile was only in files with random names, which the next start deleted. */
void note_own_files (struct translation *t)
{
  char const *folder = ini_take(t->source, t->global, "childlogdir", "", 0) ;
  if (t->own_files.first && t->plan->has_go_supervisord)
    texts_add(t->plan->pool, &t->plan->notes, pool_printf(t->plan->pool, "supervisord threw away output of these: %s; here it goes to the container's output", texts_join(t->plan->pool, &t->own_files, ", "))) ;
  else if (t->own_files.first)
    texts_add(t->plan->pool, &t->plan->notes, pool_printf(t->plan->pool, "supervisord wrote output of these to files of its own (AUTO), in %s: %s; here it goes to the container's output",
      folder ? folder : "its childlogdir, or /tmp", texts_join(t->plan->pool, &t->own_files, ", "))) ;
}
