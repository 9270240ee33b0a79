#include "check/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>

#include "advice/foreign.h"
#include "base/path.h"
#include "service/enable_if.h"
#include "service/instance.h"
#include "service/settings.h"

static int is_directory (char const *path)
{
  struct stat st ;
  return !stat(path, &st) && S_ISDIR(st.st_mode) ;
}

static int is_file (char const *path)
{
  struct stat st ;
  return !stat(path, &st) && !S_ISDIR(st.st_mode) ;
}

static int is_there (char const *path)
{
  struct stat st ;
  return !lstat(path, &st) ;
}

/* Of an instance, checks only its own files; the template's are checked with the template. */
static void check_own (struct check *check)
{
  static char const *const scripts[] = { "finish", "undo", "health" } ;
  struct content content ;
  struct stat st ;
  check_names(check) ;
  check_values(check) ;
  for (size_t i = 0 ; i < sizeof scripts / sizeof *scripts ; i++)
    if (is_there(scripts[i]) && (strcmp(scripts[i], "health") != 0 || (!stat(scripts[i], &st) && st.st_mode & 0111)) && check_script(check, scripts[i], &content))
      check_foreign_text(check, scripts[i], &content) ;
}

static void check_service (struct check *check)
{
  struct content content ;
  if (check->is_instance && !is_there("run"))
  {
    check_own(check) ;
    return ;
  }
  check_names(check) ;
  check_settings(check) ;
  if (check->is_template && !check->is_logger) check_count(check) ;
  if (is_there("finish") && check_script(check, "finish", &content)) check_foreign_text(check, "finish", &content) ;
  if (is_there("undo") && check_script(check, "undo", &content)) check_foreign_text(check, "undo", &content) ;
  if (!check_script(check, "run", &content)) return ;
  check->systems |= foreign_systems(content.text) ;
  check_foreign_text(check, "run", &content) ;
  check_run(check, &content) ;
}

/* Enters a directory in the working directory. *back: a descriptor of the directory before. If it
   cannot, it prints a finding and returns 0. */
static int enter (struct check *check, char const *name, int *back)
{
  *back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (*back == -1 || chdir(name) == -1 || !path_join(check->path, sizeof check->path, check->path, name))
  {
    int err = errno ;
    if (*back >= 0 && fchdir(*back) == -1) err = errno ;
    finding(check, LEVEL_WARNING, name, 1, "check as a user who may", "it cannot be entered (%s)", strerror(err)) ;
    fd_close(*back) ;
    return 0 ;
  }
  return 1 ;
}

static int leave (struct check *check, size_t len, int back)
{
  int ok = fchdir(back) != -1 ;
  check->path[len] = 0 ;
  fd_close(back) ;
  return ok ;
}

/* Checks the service in the working directory, and its logger. */
static int check_with_logger (struct check *check)
{
  size_t len = strlen(check->path) ;
  int back ;
  check_service(check) ;
  if (!is_directory("log")) return 1 ;
  if (!check->is_instance && !is_there("log/run"))
  {
    finding(check, LEVEL_WARNING, "log", 1, "write log/run, or remove it", "without a run in it there is no logger") ;
    return 1 ;
  }
  if (!enter(check, "log", &back)) return 1 ;
  check->is_logger = 1 ;
  check_service(check) ;
  check->is_logger = 0 ;
  return leave(check, len, back) ;
}

static int check_as (struct check *check, enum role role)
{
  int ok ;
  check->is_template = role == ROLE_TEMPLATE ;
  check->is_instance = role == ROLE_INSTANCE ;
  ok = check_with_logger(check) ;
  check->is_template = check->is_instance = 0 ;
  return ok ;
}

/* A link that leads nowhere is a candidate if it has an instance's name, so that it is reported. */
static int is_candidate (struct dirent const *entry)
{
  if (entry->d_name[0] == '.') return 0 ;
  return is_directory(entry->d_name) || (instance_of(entry->d_name) && is_there(entry->d_name) && !is_file(entry->d_name)) ;
}

static int has_instance (struct dirent *const *entries, int n, char const *template)
{
  for (int i = 0 ; i < n ; i++)
    if (instance_is_of(entries[i]->d_name, template)) return 1 ;
  return 0 ;
}

/* Lists the services in the working directory; with `check`, reports what cannot be one. Returns 0
   with errno. */
static int list_services (char ***services, size_t *count, struct check *check)
{
  struct dirent **entries ;
  int n = scandir(".", &entries, &is_candidate, &alphasort) ;
  *count = 0 ;
  if (n == -1) return 0 ;
  *services = calloc((size_t)n + 1, sizeof **services) ;
  for (int i = 0 ; i < n ; i++)
  {
    char const *name = entries[i]->d_name ;
    char const *fault = service_name_fault(name) ;
    char run[NAME_MAX + sizeof "/run"] ;
    path_join(run, sizeof run, name, "run") ;
    enum role role = check_role(name) ;
    int is_one = role != ROLE_NOTHING && (role != ROLE_TEMPLATE || is_there(run)) ;
    if (check && fault) finding(check, LEVEL_ERROR, name, 1, "rename it", "this cannot be a service's name: %s", fault) ;
    else if (check && role == ROLE_NOTHING) check_nothing(check, name) ;
    if (check && role == ROLE_TEMPLATE) check_template(check, name, has_instance(entries, n, name)) ;
    if (check && !fault) check_link(check, name) ;
    if (*services && !fault && is_one) (*services)[*count] = strdup(name) ;
    if (*services && (*services)[*count]) (*count)++ ;
  }
  for (int i = 0 ; i < n ; i++) free(entries[i]) ;
  free(entries) ;
  return !!*services ;
}

static void free_services (char **services, size_t count)
{
  for (size_t i = 0 ; i < count ; i++) free(services[i]) ;
  free(services) ;
}

/* How many services of that name have flag-console; a template stands for the instances of its
   count. Services with an enable-if do not count, because each may be for another container. */
static unsigned int consoles_of (char const *name)
{
  char template[SERVICE_NAME_MAX + 1] ;
  enum role role = check_role(name) ;
  char const *from = name ;
  char file[NAME_MAX + sizeof "/" FLAG_CONSOLE_FILE] ;
  for (unsigned int i = 0 ; i < 2 ; i++)
  {
    path_join(file, sizeof file, from, ENABLE_IF_FILE) ;
    if (is_there(file)) return 0 ;
    path_join(file, sizeof file, from, FLAG_CONSOLE_FILE) ;
    if (is_there(file)) return role == ROLE_TEMPLATE ? check_counted(name) : 1 ;
    if (role != ROLE_INSTANCE || !instance_template(name, template, 0)) return 0 ;
    from = template ;
  }
  return 0 ;
}

/* Only one service can have the container's stdin. */
static void check_consoles (struct check *check, char *const *services, size_t count)
{
  char const *has = 0 ;
  for (size_t i = 0 ; i < count ; i++)
  {
    char file[NAME_MAX + sizeof "/" FLAG_CONSOLE_FILE] ;
    unsigned int consoles = consoles_of(services[i]) ;
    if (!consoles || !path_join(file, sizeof file, services[i], FLAG_CONSOLE_FILE)) continue ;
    if (has) finding(check, LEVEL_ERROR, file, 1, "remove one of them, or give them an enable-if", "%s has flag-console, too, and one service at most has the container's stdin", has) ;
    else if (consoles > 1) finding(check, LEVEL_ERROR, file, 1, "remove it, or write 1 to count", "there are %u of it, and one service at most has the container's stdin", consoles) ;
    if (!has) has = services[i] ;
  }
}

static int check_scan_directory (struct check *check)
{
  size_t len = strlen(check->path) ;
  unsigned int before = check->findings ;
  size_t count ;
  char **services ;
  int ok = 1 ;
  if (!list_services(&services, &count, check)) return 0 ;
  if (!count && check->findings == before)
    finding(check, LEVEL_HINT, "", 1, "name the directory that the services are in, or a service's", "there is no service here") ;
  for (size_t i = 0 ; i < count && ok ; i++)
  {
    enum role role = check_role(services[i]) ;
    int back ;
    if (role == ROLE_LINK || !enter(check, services[i], &back)) continue ;
    ok = check_as(check, role) ;
    ok = leave(check, len, back) && ok ;
  }
  if (ok) check_consoles(check, services, count) ;
  ok = ok && check_needs(check, services, count, 0) ;
  free_services(services, count) ;
  return ok ;
}

/* Checks the dependencies of the service in the working directory. They name services in the
   directory above, so it goes there. */
static int check_own_needs (struct check *check)
{
  char real[PATH_MAX] ;
  char *name ;
  char *slash ;
  char **services ;
  size_t count ;
  int ok ;
  if (!is_directory("dependencies.d")) return 1 ;
  if (!realpath(".", real)) return 0 ;
  slash = strrchr(real, '/') ;
  name = slash + 1 ;
  if (!*name || chdir("..") == -1) return 0 ;
  slash = strrchr(check->path, '/') ;
  if (slash && !strcmp(slash + 1, name)) *(slash == check->path ? slash + 1 : slash) = 0 ;
  else if (!strcmp(check->path, name)) memcpy(check->path, ".", sizeof ".") ;
  else snprintf(check->path, sizeof check->path, "%.*s", (int)(name - real - 1), real) ;
  if (!list_services(&services, &count, 0)) return 0 ;
  ok = check_needs(check, services, count, name) ;
  free_services(services, count) ;
  return ok ;
}

/* The role of the working directory, seen from the directory above. */
static enum role own_role (void)
{
  char real[PATH_MAX] ;
  enum role role = ROLE_SERVICE ;
  int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (here == -1) return role ;
  if (realpath(".", real) && chdir("..") != -1) role = check_role(path_last(real)) ;
  if (fchdir(here) == -1) role = ROLE_SERVICE ;
  fd_close(here) ;
  return role ;
}

int check_directory (struct check *check, char const *directory, int start)
{
  size_t len = strlen(directory) ;
  enum role role ;
  while (len > 1 && directory[len - 1] == '/') len-- ;
  if (len >= sizeof check->path)
  {
    errno = ENAMETOOLONG ;
    return 0 ;
  }
  memcpy(check->path, directory, len) ;
  check->path[len] = 0 ;
  if (fchdir(start) == -1 || chdir(directory) == -1) return 0 ;
  role = own_role() ;
  if (!is_there("run") && role == ROLE_TEMPLATE)
  {
    finding(check, LEVEL_ERROR, "", 1, "write a run", "without a run it is no template") ;
    return 1 ;
  }
  if (!is_there("run") && role != ROLE_INSTANCE) return check_scan_directory(check) ;
  return check_as(check, role) && check_own_needs(check) ;
}
