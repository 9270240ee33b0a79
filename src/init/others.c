#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "advice/foreign.h"
#include "base/file.h"
#include "init/init.h"

#define TEXT_MAX 16384 /* as much of a script is read */
#define PATH_ROOM 512 /* behind SERVICES_DIRECTORY */

struct scripts_read
{
  char path[sizeof SERVICES_DIRECTORY + PATH_ROOM] ; /* the present script */
  char first[sizeof SERVICES_DIRECTORY + PATH_ROOM] ; /* the first script that names s6-overlay's directory */
  unsigned int count ; /* scripts that name it */
  unsigned int systems ; /* the systems that scripts run */
} ;

static void note_name (enum foreign_name name, char const *line, unsigned int number, void *data)
{
  struct scripts_read *scripts = data ;
  (void)line ;
  (void)number ;
  if (name != FOREIGN_S6_SERVICES) return ;
  if (!scripts->count++) memcpy(scripts->first, scripts->path, sizeof scripts->first) ;
}

static void read_script (struct scripts_read *scripts, char const *service, char const *file)
{
  static char text[TEXT_MAX + 1] ;
  ssize_t len ;
  snprintf(scripts->path, sizeof scripts->path, SERVICES_DIRECTORY "/%s/%s", service, file) ;
  len = file_read(AT_FDCWD, scripts->path, text, TEXT_MAX) ;
  if (len == -1 || strncmp(text, "#!", 2) != 0) return ;
  scripts->systems |= foreign_systems(text) ;
  foreign_names(text, (size_t)len, &note_name, scripts) ;
}

static void read_scripts (struct scripts_read *scripts)
{
  struct dirent *e ;
  DIR *dir = opendir(SERVICES_DIRECTORY) ;
  if (!dir) return ;
  while ((e = readdir(dir)))
  {
    if (e->d_name[0] == '.') continue ;
    read_script(scripts, e->d_name, "run") ;
    read_script(scripts, e->d_name, "finish") ;
  }
  closedir(dir) ;
}

/* Is s6 installed? Then the scripts' s6-svscanctl works: the directory that they give it is a link
   to LIVE. */
static int has_s6 (void)
{
  char path[PATH_MAX] ;
  char const *list = getenv("PATH") ;
  for (; list && *list ; list += list[strcspn(list, ":")] ? strcspn(list, ":") + 1 : strlen(list))
  {
    int n = snprintf(path, sizeof path, "%.*s/s6-svscanctl", (int)strcspn(list, ":"), list) ;
    if (n > 0 && n < (int)sizeof path && !access(path, X_OK)) return 1 ;
  }
  return 0 ;
}

static void say_scripts (struct scripts_read const *scripts)
{
  char more[UINT_FMT + sizeof " (and  others)"] = "" ;
  if (!scripts->count || has_s6()) return ;
  if (scripts->count > 1) snprintf(more, sizeof more, " (and %u others)", scripts->count - 1) ;
  strerr_warnw4x(scripts->first, more, " uses s6-overlay's /run/s6/services with s6's programs, which are not here: ",
    "write reeve shutdown, or create flag-main for a service whose end is the container's") ;
}

static void say_place (char const *path, char const *mend, void *data)
{
  (void)data ;
  strerr_warnw3x(path, " is not read: ", mend) ;
}

void others_say (char const *const *command)
{
  static struct scripts_read scripts ;
  for (; *command ; command++) scripts.systems |= foreign_systems(*command) ;
  read_scripts(&scripts) ;
  foreign_look(scripts.systems, &say_place, 0) ;
  say_scripts(&scripts) ;
}
