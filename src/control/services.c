#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "control/control.h"
#include "service/name.h"
#include "wire/channels.h"

#define PATH_SIZE 4096
#define MARKER "supervise/reeve" /* its content is SCAN's path */

static int exists (char const *name, char const *file)
{
  char path[PATH_SIZE] ;
  struct stat st ;
  int n = snprintf(path, sizeof path, "%s/%s", name, file) ;
  return n > 0 && (size_t)n < sizeof path && lstat(path, &st) != -1 ;
}

static int is_service (char const *name)
{
  return exists(name, "run") || exists(name, "supervise") ;
}

static int add (char ***names, size_t *count, char const *name, char const *suffix)
{
  size_t len = strlen(name) + strlen(suffix) + 1 ;
  char **more = realloc(*names, (*count + 1) * sizeof **names) ;
  if (!more) return 0 ;
  *names = more ;
  more[*count] = malloc(len) ;
  if (!more[*count]) return 0 ;
  snprintf(more[*count], len, "%s%s", name, suffix) ;
  ++*count ;
  return 1 ;
}

static int by_name (void const *a, void const *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b) ;
}

static void services_free (char **names, size_t count)
{
  for (size_t i = 0 ; names && i < count ; i++) free(names[i]) ;
  free(names) ;
}

char **services_list (int with_loggers, size_t *count)
{
  char **names = malloc(sizeof *names) ;
  struct dirent *e ;
  DIR *dir = opendir(".") ;
  int ok = names && dir ;
  *count = 0 ;
  while (ok && (e = readdir(dir)))
  {
    char logger[NAME_MAX + sizeof LOGGER_SUFFIX] ;
    if (e->d_name[0] == '.' || !is_service(e->d_name)) continue ;
    ok = add(&names, count, e->d_name, "") ;
    snprintf(logger, sizeof logger, "%s" LOGGER_SUFFIX, e->d_name) ;
    if (ok && with_loggers && is_service(logger)) ok = add(&names, count, e->d_name, LOGGER_SUFFIX) ;
  }
  if (dir) closedir(dir) ;
  if (!ok)
  {
    int err = errno ;
    services_free(names, *count) ;
    errno = err ;
    return 0 ;
  }
  qsort(names, *count, sizeof *names, &by_name) ;
  return names ;
}

/* SCAN, as the scanner has written it into what it made. */
static int scan_directory (char out[PATH_SIZE])
{
  struct dirent *e ;
  DIR *dir = opendir(".") ;
  size_t n = 0 ;
  while (dir && !n && (e = readdir(dir)))
  {
    char path[NAME_MAX + sizeof "/" MARKER] ;
    int fd ;
    if (e->d_name[0] == '.') continue ;
    snprintf(path, sizeof path, "%s/" MARKER, e->d_name) ;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) ;
    if (fd == -1) continue ;
    n = allread(fd, out, PATH_SIZE - 1) ;
    fd_close(fd) ;
    if (n && out[n - 1] == '\n') n-- ;
  }
  if (dir) closedir(dir) ;
  out[n] = 0 ;
  return !!n ;
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

int services_has (char const *name)
{
  char scan[PATH_SIZE] ;
  char path[2 * PATH_SIZE] ;
  if (!valid(name)) return 0 ;
  if (is_service(name)) return 1 ;
  if (!scan_directory(scan)) return 0 ;
  snprintf(path, sizeof path, "%s/%s", scan, name) ;
  return exists(path, "run") ;
}

void services_say_unknown (struct request const *request, char const *name)
{
  char printable[SERVICE_NAME_MAX + 5] ;
  size_t count ;
  char **names = services_list(1, &count) ;
  size_t size = 1 ;
  char *list ;
  size_t at = 0 ;
  service_name_printable(printable, sizeof printable, name) ;
  for (size_t i = 0 ; names && i < count ; i++) size += strlen(names[i]) + 2 ;
  list = malloc(size) ;
  if (!names || !list || !count)
  {
    strerr_warnw5x("there is no service ", printable, " in ", request->live, names && !count ? ": there is none at all" : "") ;
    services_free(names, count) ;
    free(list) ;
    return ;
  }
  for (size_t i = 0 ; i < count ; i++)
  {
    char one[SERVICE_NAME_MAX + 5] ;
    at += (size_t)snprintf(list + at, size - at, "%s%s", i ? ", " : "", service_name_printable(one, sizeof one, names[i])) ;
  }
  strerr_warnw6x("there is no service ", printable, " in ", request->live, "; there are: ", list) ;
  services_free(names, count) ;
  free(list) ;
}

int services_scanner_lives (void)
{
  int foreign ;
  return lock_holder(SCAN_LOCK, &foreign) > 0 || foreign ;
}
