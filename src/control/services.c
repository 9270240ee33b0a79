#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/path.h"
#include "base/text.h"
#include "control/control.h"
#include "control/services.h"
#include "service/instance.h"
#include "wire/channels.h"
#include "wire/lock.h"
#include "wire/scale.h"
#include "wire/scan_state.h"

#define PATH_SIZE 4096

struct list
{
  char **names ;
  size_t count ;
} ;

static int exists (char const *directory, char const *name, char const *file)
{
  char path[2 * PATH_SIZE] ;
  struct stat st ;
  return path_join(path, sizeof path, directory, name) && path_join(path, sizeof path, path, file) && lstat(path, &st) != -1 ;
}

static int is_service (char const *directory, char const *name)
{
  return exists(directory, name, "run") || exists(directory, name, "supervise") ;
}

static int is_template (char const *scan, char const *name)
{
  return instance_is_template(name) && exists(scan, name, "run") && !exists(scan, name, "instances") && !is_service(".", name) ;
}

static int add (struct list *list, char const *name, char const *suffix)
{
  size_t len = strlen(name) + strlen(suffix) + 1 ;
  char **more = realloc(list->names, (list->count + 1) * sizeof *more) ;
  if (!more) return 0 ;
  list->names = more ;
  more[list->count] = malloc(len) ;
  if (!more[list->count]) return 0 ;
  snprintf(more[list->count++], len, "%s%s", name, suffix) ;
  return 1 ;
}

static int by_name (void const *a, void const *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b) ;
}

void services_free (char **names, size_t count)
{
  for (size_t i = 0 ; names && i < count ; i++) free(names[i]) ;
  free(names) ;
}

static void sort_once_each (struct list *list)
{
  size_t kept = 0 ;
  qsort(list->names, list->count, sizeof *list->names, &by_name) ;
  for (size_t i = 0 ; i < list->count ; i++)
    if (kept && !strcmp(list->names[kept - 1], list->names[i])) free(list->names[i]) ;
    else list->names[kept++] = list->names[i] ;
  list->count = kept ;
}

enum added { ADD_SERVICES, ADD_WITH_LOGGERS, ADD_TEMPLATES } ;

static int is_in (struct list const *sorted, size_t count, char const *name)
{
  return count && bsearch(&name, sorted->names, count, sizeof *sorted->names, &by_name) ;
}

/* Adds the services of LIVE (".") or of SCAN, or the templates of SCAN. Names that are in the list already
   are skipped; the list is sorted. Returns 0 with errno. */
static int add_all (struct list *list, char const *directory, enum added what)
{
  struct dirent *e ;
  DIR *dir = opendir(directory) ;
  size_t known = list->count ;
  int ok = 1 ;
  int err ;
  if (!dir) return 0 ;
  while (ok && (errno = 0, e = readdir(dir)))
  {
    char logger[NAME_MAX + sizeof LOGGER_SUFFIX] ;
    if (service_name_fault(e->d_name)) continue ;
    if (!is_in(list, known, e->d_name))
    {
      if (!is_service(directory, e->d_name) || is_template(directory, e->d_name) != (what == ADD_TEMPLATES)) continue ;
      ok = add(list, e->d_name, "") ;
    }
    snprintf(logger, sizeof logger, "%s" LOGGER_SUFFIX, e->d_name) ;
    if (ok && what == ADD_WITH_LOGGERS && !is_in(list, known, logger) && exists(directory, logger, ".") && is_service(directory, logger)) ok = add(list, e->d_name, LOGGER_SUFFIX) ;
  }
  err = errno ;
  closedir(dir) ;
  errno = err ;
  return ok && !err ;
}

/* Reads the path of SCAN, which the scanner has written. */
static int scan_directory (char out[PATH_SIZE])
{
  struct scan_state state ;
  if (!scan_state_read(&state)) return 0 ;
  memcpy(out, state.scan, sizeof state.scan) ;
  return 1 ;
}

/* If `ok`, returns the names of the list; else frees them, and returns 0 with errno. */
static char **finished (struct list *list, int ok, size_t *count)
{
  if (ok) sort_once_each(list) ;
  else
  {
    int err = errno ;
    services_free(list->names, list->count) ;
    errno = err ;
  }
  *count = list->count ;
  return ok ? list->names : 0 ;
}

char **services_list (int with_loggers, size_t *count)
{
  char scan[PATH_SIZE] ;
  struct list list = { .names = malloc(sizeof *list.names) } ;
  enum added what = with_loggers ? ADD_WITH_LOGGERS : ADD_SERVICES ;
  int ok = list.names && add_all(&list, ".", what) ;
  if (ok) sort_once_each(&list) ;
  ok = ok && (!scan_directory(scan) || add_all(&list, scan, what) || errno == ENOENT || errno == ENOTDIR || errno == EACCES) ;
  return finished(&list, ok, count) ;
}

static int valid (char const *name)
{
  char base[SERVICE_NAME_MAX + 1] ;
  size_t len = strlen(name) ;
  size_t suffix = sizeof LOGGER_SUFFIX - 1 ;
  if (len > suffix && !strcmp(name + len - suffix, LOGGER_SUFFIX)) len -= suffix ;
  if (!len || len >= sizeof base) return 0 ;
  memcpy(base, name, len) ;
  base[len] = 0 ;
  return !service_name_fault(base) ;
}

int services_has_logger (struct request const *request, char const *name)
{
  char logger[SERVICE_NAME_MAX + sizeof LOGGER_SUFFIX] ;
  struct list const list = { request->names, request->count } ;
  snprintf(logger, sizeof logger, "%s" LOGGER_SUFFIX, name) ;
  return request->listed && !request->all ? is_in(&list, list.count, logger) : access(logger, F_OK) != -1 || errno != ENOENT ;
}

int services_has_template (char const *name)
{
  char scan[PATH_SIZE] ;
  return valid(name) && scan_directory(scan) && is_template(scan, name) ;
}

int services_is_instance (char const *name)
{
  char scan[PATH_SIZE] ;
  char template[SERVICE_NAME_MAX + 1] ;
  return instance_template(name, template, 0) && scan_directory(scan) && is_template(scan, template) && !exists(scan, name, "run") ;
}

/* Is the instance one that `reeve scale` has asked for, even if the scanner has not come to it yet? */
static int is_scaled_to (char const *name)
{
  char template[SERVICE_NAME_MAX + 1] ;
  uint32_t count ;
  uint32_t number = instance_number(name) ;
  return number && services_is_instance(name) && instance_template(name, template, 0) && scale_read(template, &count) == 1 && number <= count ;
}

int services_has (char const *name)
{
  char scan[PATH_SIZE] ;
  if (!valid(name)) return 0 ;
  return is_service(".", name) || is_scaled_to(name) || (scan_directory(scan) && exists(scan, name, "run") && !is_template(scan, name)) ;
}

int services_collector (void)
{
  return is_service(".", COLLECTOR) ;
}

int services_is_link (char const *name)
{
  char scan[PATH_SIZE] ;
  char path[2 * PATH_SIZE] ;
  char template[SERVICE_NAME_MAX + 1] ;
  struct stat st ;
  return instance_template(name, template, 0) && scan_directory(scan) && is_template(scan, template)
    && path_join(path, sizeof path, scan, name) && !lstat(path, &st) && S_ISLNK(st.st_mode) ;
}

int services_has_directory (char const *name)
{
  char scan[PATH_SIZE] ;
  return valid(name) && scan_directory(scan) && exists(scan, name, ".") ;
}

char **services_list_templates (size_t *count)
{
  char scan[PATH_SIZE] ;
  struct list list = { .names = malloc(sizeof *list.names) } ;
  return finished(&list, list.names && scan_directory(scan) && add_all(&list, scan, ADD_TEMPLATES), count) ;
}

char const *services_printable (char *out, char const *path)
{
  snprintf(out, PATH_SIZE, "%s", path) ;
  text_make_printable(out, strlen(out)) ;
  for (char *at = out ; (at = strchr(at, '\n')) ; ) *at = '?' ;
  return out ;
}

void services_say_none (struct request const *request)
{
  char scan[PATH_SIZE] ;
  char shown[PATH_SIZE] ;
  if (!scan_directory(scan)) strerr_warnw2x("nothing runs: there is no CMD, and no service in ", request->live) ;
  else if (access(scan, F_OK) == -1)
    strerr_warnw5x("nothing runs: there is no CMD, and ", services_printable(shown, scan), ", where services should be, cannot be looked at (", strerror(errno), "): COPY the service directories there") ;
  else strerr_warnw5x("nothing runs: there is no CMD, and no service in ", services_printable(shown, scan), " or ", request->live, ": a service is a directory with a run in it") ;
}

char const *services_who_may (void)
{
  return errno == EACCES ? " (only the scanner's user and root may)" : "" ;
}

int services_scanner_lives (void)
{
  int foreign ;
  pid_t holder = lock_holder_shown(SCAN_LOCK, &foreign) ;
  return holder < 0 ? -1 : holder || foreign ;
}

pid_t services_scanner (void)
{
  int foreign ;
  pid_t holder = lock_holder_shown(SCAN_LOCK, &foreign) ;
  return holder > 0 ? holder : 0 ;
}

int services_scanner_stops (void)
{
  int foreign ;
  pid_t holder = lock_holder_shown(STOPPING_LOCK, &foreign) ;
  return holder > 0 || foreign ;
}

pid_t services_preparing (void)
{
  int foreign ;
  pid_t holder = lock_holder_shown(PREPARING_LOCK, &foreign) ;
  return holder > 0 ? holder : 0 ;
}

int services_say_no_scanner (struct request const *request)
{
  strerr_warnw3x("no scanner runs on ", request->live, " (start reeve-scan, or name its live directory with -l or REEVE_LIVE)") ;
  return EXIT_NO ;
}

int services_need_scanner (struct request const *request)
{
  int lives = services_scanner_lives() ;
  if (lives > 0) return EXIT_YES ;
  if (!lives) return services_say_no_scanner(request) ;
  strerr_warnwu3sys("look for the scanner on ", request->live, services_who_may()) ;
  return EXIT_SYSTEM ;
}

int services_say_unknown (struct request const *request, char const *name, int is_pattern)
{
  char printable[SERVICE_NAME_MAX + 5] ;
  size_t count ;
  char **names = services_list(1, &count) ;
  char const *what = is_pattern ? "no service matches " : "there is no service " ;
  size_t size = 1 ;
  char *list ;
  size_t at = 0 ;
  if (names && !count && !services_scanner_lives())
  {
    services_free(names, count) ;
    return services_need_scanner(request) ;
  }
  service_name_printable(printable, sizeof printable, name) ;
  for (size_t i = 0 ; names && i < count ; i++) size += strlen(names[i]) + 2 ;
  list = malloc(size) ;
  if (!names || !list || !count)
  {
    strerr_warnw5x(what, printable, " in ", request->live, names && !count ? ": there is none at all" : "") ;
    services_free(names, count) ;
    free(list) ;
    return EXIT_USAGE ;
  }
  for (size_t i = 0 ; i < count ; i++)
  {
    char one[SERVICE_NAME_MAX + 5] ;
    at += (size_t)snprintf(list + at, size - at, "%s%s", i ? ", " : "", service_name_printable(one, sizeof one, names[i])) ;
  }
  strerr_warnw6x(what, printable, " in ", request->live, "; there are: ", list) ;
  services_free(names, count) ;
  free(list) ;
  return EXIT_USAGE ;
}
