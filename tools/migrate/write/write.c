#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "migrate/write/write.h"

#define EXIT_USAGE 100
#define EXIT_SYSTEM 111

/* services.d/X is below `services`; the rest beside it. */
static char const *path_of (struct pool *pool, char const *services, char const *file)
{
  size_t len = strlen(services) ;
  char const *slash ;
  while (len > 1 && services[len - 1] == '/') len-- ;
  services = pool_copy(pool, services, len) ;
  if (!strncmp(file, "services.d/", 11)) return pool_printf(pool, "%s/%s", services, file + 11) ;
  slash = strrchr(services, '/') ;
  return slash ? pool_printf(pool, "%.*s/%s", (int)(slash - services), services, file) : file ;
}

/* What is replaced or refused as a whole: a service directory, or a script. */
static char const *unit_of (struct pool *pool, char const *services, char const *file)
{
  char const *slash = strchr(file, '/') ;
  char const *end = slash ? strchr(slash + 1, '/') : 0 ;
  return path_of(pool, services, end ? pool_copy(pool, file, (size_t)(end - file)) : file) ;
}

/* Returns 1, or 0 with errno. */
static int make_parents (struct pool *pool, char const *path)
{
  char *copy = (char *)pool_copy(pool, path, strlen(path)) ;
  for (char *p = copy + 1 ; (p = strchr(p, '/')) ; p++)
  {
    *p = 0 ;
    if (mkdir(copy, 0755) == -1 && errno != EEXIST) return 0 ;
    *p = '/' ;
  }
  return 1 ;
}

static int write_file (struct pool *pool, char const *path, struct file const *file)
{
  size_t len = strlen(file->content) ;
  int fd ;
  if (!make_parents(pool, path))
  {
    strerr_warnwu2sys("make the directories of ", path) ;
    return 0 ;
  }
  fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file->executable ? 0755 : 0644) ;
  if (fd == -1 || allwrite(fd, file->content, len) < len)
  {
    strerr_warnwu2sys("write ", path) ;
    if (fd >= 0) close(fd) ;
    return 0 ;
  }
  if (close(fd) == -1)
  {
    strerr_warnwu2sys("write ", path) ;
    return 0 ;
  }
  return 1 ;
}

static int make_room (struct pool *pool, struct file const *files, char const *services, int force)
{
  struct texts units = { 0 } ;
  int in_the_way = 0 ;
  for (struct file const *file = files ; file ; file = file->next) texts_add_once(pool, &units, unit_of(pool, services, file->path)) ;
  for (struct text const *unit = units.first ; unit ; unit = unit->next)
  {
    struct stat st ;
    if (lstat(unit->text, &st) == -1) continue ;
    if (force)
    {
      if (rm_rf(unit->text) == -1)
      {
        strerr_warnwu2sys("remove ", unit->text) ;
        return EXIT_SYSTEM ;
      }
      continue ;
    }
    strerr_warnw2x(unit->text, " is there already: remove it, write elsewhere, or use --force") ;
    in_the_way = 1 ;
  }
  return in_the_way ? EXIT_USAGE : 0 ;
}

char const *written_places (struct pool *pool, struct file const *files, char const *services)
{
  struct texts units = { 0 } ;
  for (struct file const *file = files ; file ; file = file->next)
    texts_add_once(pool, &units, pool_printf(pool, "wrote %s\n", unit_of(pool, services, file->path))) ;
  return texts_join(pool, &units, "") ;
}

int write_files (struct pool *pool, struct file const *files, char const *services, int force)
{
  int code = make_room(pool, files, services, force) ;
  for (struct file const *file = files ; !code && file ; file = file->next)
    if (!write_file(pool, path_of(pool, services, file->path), file)) code = EXIT_SYSTEM ;
  return code ;
}

void print_files (struct file const *files)
{
  for (; files ; files = files->next)
    printf("\n==> %s%s\n%s", files->path, files->executable ? " (executable)" : "", files->content) ;
}
