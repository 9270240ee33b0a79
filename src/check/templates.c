#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "check/check.h"
#include "service/instance.h"

#define FILE_MAX (NAME_MAX + sizeof "/instances")

static int has (char const *name, char const *file)
{
  char path[FILE_MAX] ;
  struct stat st ;
  return path_join(path, sizeof path, name, file) && !lstat(path, &st) ;
}

static int is_same (char const *a, char const *b)
{
  struct stat x ;
  struct stat y ;
  return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino ;
}

static int is_template (char const *name)
{
  return instance_is_template(name) && !has(name, "instances") ;
}

enum role check_role (char const *name)
{
  char template[SERVICE_NAME_MAX + 1] ;
  int has_run = has(name, "run") ;
  struct stat st ;
  if (stat(name, &st) == -1) return ROLE_NOTHING ;
  if (is_template(name)) return ROLE_TEMPLATE ;
  if (!instance_template(name, template, 0)) return has_run ? ROLE_SERVICE : ROLE_NOTHING ;
  if (is_template(template) && is_same(name, template)) return ROLE_LINK ;
  if (has_run) return ROLE_SERVICE ;
  return is_template(template) && has(template, "run") ? ROLE_INSTANCE : ROLE_NOTHING ;
}

/* Reads the template's count. Returns 1; 0: there is none; -1: it is invalid. */
static int read_count (char const *template, struct instance_count *count, char text[COUNT_TEXT_MAX + 1])
{
  char path[FILE_MAX] ;
  if (!path_join(path, sizeof path, template, COUNT_FILE)) return 0 ;
  if (file_read(AT_FDCWD, path, text, COUNT_TEXT_MAX) == -1) return errno == ENOENT ? 0 : -1 ;
  return instance_count_parse(count, text) ? 1 : -1 ;
}

int check_may_be_counted (char const *name, uint32_t *count)
{
  char template[SERVICE_NAME_MAX + 1] ;
  char text[COUNT_TEXT_MAX + 1] ;
  struct instance_count counted ;
  uint32_t number = instance_number(name) ;
  int r ;
  *count = 0 ;
  if (!number || number > COUNT_MAX || !instance_template(name, template, 0) || check_role(template) != ROLE_TEMPLATE) return 0 ;
  r = read_count(template, &counted, text) ;
  if (r == 1 && !*counted.variable) *count = counted.number ;
  else if (r) *count = COUNT_MAX ; /* a variable's value is not known here; an invalid count is reported elsewhere */
  return number <= *count ;
}

unsigned int check_counted (char const *template)
{
  char text[COUNT_TEXT_MAX + 1] ;
  struct instance_count count ;
  int r = read_count(template, &count, text) ;
  return r <= 0 ? r < 0 : *count.variable && !count.has_default ? 1 : count.number ;
}

void check_count (struct check *check)
{
  char text[COUNT_TEXT_MAX + 1] ;
  struct instance_count count ;
  if (read_count("", &count, text) >= 0) return ;
  text[strcspn(text, "\r\n")] = 0 ;
  finding(check, LEVEL_ERROR, COUNT_FILE, 1, "allowed: " COUNT_ALLOWED, "invalid value \"%s\"", text) ;
}

void check_template (struct check *check, char const *name, int has_instance)
{
  if (!has(name, "run")) finding(check, LEVEL_ERROR, name, 1, "write a run", "without a run it is no template") ;
  else if (!has(name, COUNT_FILE) && !has_instance)
    finding(check, LEVEL_WARNING, name, 1, "write a number to its file count, or link an instance to it", "a template without instances: nothing of it runs") ;
}

void check_nothing (struct check *check, char const *name)
{
  char template[SERVICE_NAME_MAX + 1] ;
  struct stat st ;
  if (stat(name, &st) == -1) return ; /* check_link() reports it */
  if (!instance_template(name, template, 0)) finding(check, LEVEL_WARNING, name, 1, "write a run, or remove it", "without a run it is no service") ;
  else finding(check, LEVEL_ERROR, name, 1, "write a run, or make the template", "an instance of nothing: it has no run, and there is no template %s with one", template) ;
}

void check_link (struct check *check, char const *name)
{
  char template[SERVICE_NAME_MAX + 1] ;
  char target[PATH_MAX] ;
  struct stat st ;
  ssize_t n = readlink(name, target, sizeof target - 1) ;
  char *last ;
  if (n <= 0 || !instance_template(name, template, 0)) return ;
  target[n] = 0 ;
  while (n > 1 && target[n - 1] == '/') target[--n] = 0 ;
  last = (char *)path_last(target) ;
  if (stat(name, &st) == -1) finding(check, LEVEL_ERROR, name, 1, "fix the link, or remove it", "an instance of nothing: the link leads nowhere") ;
  else if (instance_is_template(last) && strcmp(last, template) != 0)
    finding(check, LEVEL_WARNING, name, 1, "rename it, or link it to its own template", "it leads to the template %s, and is no instance of that, but an ordinary service", last) ;
}
