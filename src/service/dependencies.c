#include "service/dependencies.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/djbunix.h>

#include "base/file.h"
#include "service/instance.h"

#define OPTIONAL "optional"
#define CONTENT_MAX 64
#define WHY_MAX 256

struct reading
{
  int dir ;
  dependencies_fault_func *tell ;
  void *data ;
} ;

static void fault (struct reading const *reading, char const *name, char const *why)
{
  if (reading->tell) (*reading->tell)(name, why, reading->data) ;
}

static void wrong_content (struct reading const *reading, char const *name, char *text)
{
  char why[WHY_MAX] ;
  text[strcspn(text, "\r\n")] = 0 ;
  for (char *c = text ; *c ; c++)
    if ((unsigned char)*c < 32 || *c == 127) *c = '?' ;
  snprintf(why, sizeof why, "\"%s\" is not allowed in it: make it empty, or write " OPTIONAL, text) ;
  fault(reading, name, why) ;
}

static void cannot_read (struct reading const *reading, char const *name)
{
  char why[WHY_MAX] ;
  snprintf(why, sizeof why, "it cannot be read (%s): it counts as empty", strerror(errno)) ;
  fault(reading, name, why) ;
}

static int is_optional (struct reading const *reading, char const *name)
{
  static char const space[] = " \t\r\n" ;
  char text[CONTENT_MAX + 1] ;
  struct stat st ;
  char const *begin ;
  size_t len ;
  if (fstatat(reading->dir, name, &st, 0) == -1) return (cannot_read(reading, name), 0) ;
  if (!S_ISREG(st.st_mode)) return (fault(reading, name, "it is no regular file: make it one, empty or with " OPTIONAL " in it"), 0) ;
  if (!st.st_size) return 0 ;
  if (file_read(reading->dir, name, text, CONTENT_MAX) == -1) return (cannot_read(reading, name), 0) ;
  begin = text + strspn(text, space) ;
  len = strcspn(begin, space) ;
  if (!len && !*begin) return 0 ;
  if (len == sizeof OPTIONAL - 1 && !strncmp(begin, OPTIONAL, len) && !begin[len + strspn(begin + len, space)]) return 1 ;
  wrong_content(reading, name, text) ;
  return 0 ;
}

int dependencies_append (struct dependencies *dependencies, char const *name, int optional)
{
  struct graph_wish *more = realloc(dependencies->wishes, (dependencies->count + 1) * sizeof *more) ;
  char *copy ;
  if (!more) return 0 ;
  dependencies->wishes = more ;
  copy = strdup(name) ;
  if (!copy) return 0 ;
  more[dependencies->count++] = (struct graph_wish) { .name = copy, .optional = optional } ;
  return 1 ;
}

static int add (struct dependencies *dependencies, struct reading const *reading, char const *name)
{
  char printable[SERVICE_NAME_MAX + 5] ;
  char const *wrong = service_name_fault(name) ;
  if (!wrong) return dependencies_append(dependencies, name, is_optional(reading, name)) ;
  fault(reading, service_name_printable(printable, sizeof printable, name), "no service can have that name: remove the file") ;
  return 1 ;
}

static int by_name (void const *a, void const *b)
{
  return strcmp(((struct graph_wish const *)a)->name, ((struct graph_wish const *)b)->name) ;
}

static int read_all (struct dependencies *dependencies, struct reading const *reading, DIR *dir)
{
  struct dirent *e ;
  while ((errno = 0, e = readdir(dir)))
    if (e->d_name[0] != '.' && !add(dependencies, reading, e->d_name)) return 0 ;
  return !errno ;
}

int dependencies_read (struct dependencies *dependencies, int at, char const *path, dependencies_fault_func *tell, void *data)
{
  struct reading reading = { .tell = tell, .data = data } ;
  DIR *dir ;
  int ok ;
  int err ;
  int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK) ;
  *dependencies = (struct dependencies) { .count = 0 } ;
  if (fd == -1) return errno == ENOENT ;
  reading.dir = fd ;
  dir = fdopendir(fd) ;
  ok = dir && read_all(dependencies, &reading, dir) ;
  err = errno ;
  if (dir) closedir(dir) ;
  else fd_close(fd) ;
  if (!ok) dependencies_free(dependencies) ;
  else if ((dependencies->named = dependencies->count)) qsort(dependencies->wishes, dependencies->count, sizeof *dependencies->wishes, &by_name) ;
  errno = err ;
  return ok ;
}

void dependencies_free (struct dependencies *dependencies)
{
  for (size_t i = 0 ; i < dependencies->count ; i++) free((void *)dependencies->wishes[i].name) ;
  free(dependencies->wishes) ;
  *dependencies = (struct dependencies) { .count = 0 } ;
}

int dependencies_has_template (struct dependencies const *dependencies)
{
  for (size_t i = 0 ; i < dependencies->named ; i++)
    if (instance_is_template(dependencies->wishes[i].name)) return 1 ;
  return 0 ;
}

static struct graph_wish const *find (struct dependencies const *dependencies, char const *name)
{
  for (size_t i = 0 ; i < dependencies->named ; i++)
    if (!strcmp(dependencies->wishes[i].name, name)) return dependencies->wishes + i ;
  return 0 ;
}

int dependencies_add_instance (struct dependencies *dependencies, char const *instance)
{
  char template[SERVICE_NAME_MAX + 1] ;
  struct graph_wish const *needed ;
  if (!instance_template(instance, template, 0)) return 1 ;
  needed = find(dependencies, template) ;
  return !needed || find(dependencies, instance) || dependencies_append(dependencies, instance, needed->optional) ;
}
