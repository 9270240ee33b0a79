#include "advice/foreign.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"

#define SERVICES "/etc/services.d"
#define TEXT_MAX 65536

/* ---- files that other systems read ---- */

enum kind
{
  KIND_EXISTS,
  KIND_ENTRIES, /* a directory that is not empty */
  KIND_SERVICES, /* a directory with service directories */
  KIND_PROGRAMS /* a supervisord.conf with programs, or a directory of such files */
} ;

struct place
{
  char const *path ;
  enum kind kind ;
  unsigned int system ; /* enum foreign_system; 0: one that cannot be in use */
  char const *mend ;
} ;

#define TO_SERVICES "move its service directories to " SERVICES
#define TO_MIGRATE "reeve-migrate makes service directories of it"

/* Of one system, only the first is reported. */
static struct place const places[] =
{
  { "/etc/s6-overlay/s6-rc.d", KIND_EXISTS, 0, "services are directories with a run script in " SERVICES },
  { "/etc/fix-attrs.d", KIND_ENTRIES, 0, "set owners and modes in a script of /etc/cont-init.d" },
  { "/etc/service", KIND_SERVICES, FOREIGN_RUNIT, TO_SERVICES },
  { "/service", KIND_SERVICES, FOREIGN_RUNIT, TO_SERVICES },
  { "/var/service", KIND_SERVICES, FOREIGN_RUNIT, TO_SERVICES },
  { "/etc/runit/runsvdir/default", KIND_SERVICES, FOREIGN_RUNIT, TO_SERVICES },
  { "/etc/sv", KIND_SERVICES, FOREIGN_RUNIT, TO_SERVICES },
  { "/etc/my_init.d", KIND_ENTRIES, FOREIGN_MY_INIT, "move its scripts to /etc/cont-init.d" },
  { "/etc/my_init.pre_shutdown.d", KIND_ENTRIES, FOREIGN_MY_INIT, "move its scripts to /etc/cont-finish.d" },
  { "/etc/supervisord.conf", KIND_PROGRAMS, FOREIGN_SUPERVISORD, TO_MIGRATE },
  { "/etc/supervisor/supervisord.conf", KIND_PROGRAMS, FOREIGN_SUPERVISORD, TO_MIGRATE },
  { "/etc/supervisor/conf.d", KIND_PROGRAMS, FOREIGN_SUPERVISORD, TO_MIGRATE },
  { "/etc/supervisord.d", KIND_PROGRAMS, FOREIGN_SUPERVISORD, TO_MIGRATE },
  { "/etc/supervisor.d", KIND_PROGRAMS, FOREIGN_SUPERVISORD, TO_MIGRATE },
} ;

static int exists (int dir, char const *name, char const *file)
{
  char path[2 * NAME_MAX] ;
  struct stat st ;
  return path_join(path, sizeof path, name, file) && !fstatat(dir, path, &st, 0) ;
}

/* Packages install service directories that are not started: marked ones, with a .meta, and an
   example. */
static int is_service (int dir, char const *name)
{
  return exists(dir, name, "run") && !exists(dir, name, ".meta") && strcmp(name, "svlogd") != 0 ;
}

static int has_programs (int dir, char const *name)
{
  static char text[TEXT_MAX + 1] ;
  return file_read(dir, name, text, TEXT_MAX) > 0 && (strstr(text, "[program:") || strstr(text, "[fcgi-program:")) ;
}

static int counts (enum kind kind, int dir, char const *name)
{
  return kind == KIND_SERVICES ? is_service(dir, name) : kind != KIND_PROGRAMS || has_programs(dir, name) ;
}

static int holds (struct place const *place)
{
  struct dirent *e ;
  DIR *dir = opendir(place->path) ;
  int found = 0 ;
  if (!dir) return place->kind == KIND_PROGRAMS && has_programs(AT_FDCWD, place->path) ;
  while (!found && (e = readdir(dir))) found = e->d_name[0] != '.' && counts(place->kind, dirfd(dir), e->d_name) ;
  closedir(dir) ;
  return found ;
}

/* A link to SERVICES is read by Reeve, too. */
static int is_read (char const *path)
{
  struct stat a ;
  struct stat b ;
  return !stat(path, &a) && !stat(SERVICES, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino ;
}

void foreign_look (unsigned int used, foreign_found_func *each, void *data)
{
  for (size_t i = 0 ; i < sizeof places / sizeof *places ; i++)
  {
    struct place const *place = places + i ;
    if (place->system & used || access(place->path, F_OK) == -1 || is_read(place->path)) continue ;
    if (place->kind != KIND_EXISTS && !holds(place)) continue ;
    (*each)(place->path, place->mend, data) ;
    used |= place->system & ~(unsigned int)FOREIGN_MY_INIT ; /* my_init's directories serve different purposes, so each is reported */
  }
}

unsigned int foreign_systems (char const *text)
{
  static struct { char const *program ; unsigned int system ; } const programs[] =
  {
    { "supervisord", FOREIGN_SUPERVISORD },
    { "runsvdir", FOREIGN_RUNIT },
    { "runit", FOREIGN_RUNIT },
    { "svscan", FOREIGN_RUNIT },
    { "my_init", FOREIGN_MY_INIT | FOREIGN_RUNIT },
  } ;
  unsigned int systems = 0 ;
  for (size_t i = 0 ; i < sizeof programs / sizeof *programs ; i++)
    if (strstr(text, programs[i].program)) systems |= programs[i].system ;
  return systems ;
}

/* ---- names in scripts ---- */

static char const *const names[] =
{
  [FOREIGN_S6_SERVICES] = "/run/s6/services",
  [FOREIGN_STDOUT] = "/proc/1/fd/1",
  [FOREIGN_STDERR] = "/proc/1/fd/2"
} ;

static int line_has (char const *line, char const *end, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *at = line ; (size_t)(end - at) >= len && (at = memmem(at, (size_t)(end - at), name, len)) ; at += len)
    if (at + len == end || at[len] < '0' || at[len] > '9') return 1 ; /* not /proc/1/fd/10 */
  return 0 ;
}

void foreign_names (char const *text, size_t len, foreign_name_func *each, void *data)
{
  char const *all = text + len ;
  unsigned int number = 1 ;
  for (char const *end ; text < all ; text = end + 1, number++)
  {
    end = memchr(text, '\n', (size_t)(all - text)) ;
    if (!end) end = all ;
    if (text[strspn(text, " \t")] == '#') continue ;
    for (size_t i = 0 ; i < sizeof names / sizeof *names ; i++)
      if (line_has(text, end, names[i])) (*each)((enum foreign_name)i, text, number, data) ;
  }
}
