#include "scan/cmd_search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <skalibs/strerr.h>

#include "service/executable.h"

#define ABSOLUTE_MAX 8192 /* a directory and a path: twice SCAN_PATH_MAX */

static char const *search_path (void)
{
  char const *path = getenv("PATH") ;
  return path ? path : "/usr/local/bin:/usr/bin:/bin" ;
}

/* Makes a relative path absolute. It starts in CMD's directory, but the scanner's own directory is
   LIVE. Returns 0 when it is too long. */
static int from_here (struct scanner const *s, char const *path, char out[ABSOLUTE_MAX])
{
  int n = snprintf(out, ABSOLUTE_MAX, "%s%s%s", *path == '/' ? "" : s->origin, *path == '/' ? "" : "/", path) ;
  return n > 0 && n < ABSOLUTE_MAX ;
}

/* Is `path` a file that execve() should try? If not, errno is what execve() would say. */
static int is_file (struct scanner const *s, char const *path)
{
  char absolute[ABSOLUTE_MAX] ;
  struct stat st ;
  if (!from_here(s, path, absolute)) return (errno = ENAMETOOLONG, 0) ;
  if (stat(absolute, &st) == -1) return 0 ;
  return S_ISDIR(st.st_mode) ? (errno = EACCES, 0) : 1 ;
}

static int goes_on_after (int err)
{
  return err == EACCES || err == ENOENT || err == ENOTDIR || err == ENAMETOOLONG || err == ESTALE || err == ENODEV || err == ETIMEDOUT ;
}

/* Of several failures the message is about the first EACCES; without one, about the first file that
   was found. */
static void remember (struct cmd_search *result, char const *path, int err, int executing)
{
  if (result->path[0] && (err != EACCES || result->err == EACCES)) return ;
  memcpy(result->path, path, strlen(path) + 1) ;
  result->err = err ;
  result->executing = executing ;
}

pid_t cmd_search_start (struct scanner const *s, struct spawn const *request, struct cmd_search *result)
{
  struct spawn attempt = *request ;
  char path[SCAN_PATH_MAX] ;
  char const *name = request->argv[0] ;
  char const *rest = search_path() ;
  int has_slash = !!strchr(name, '/') ;
  *result = (struct cmd_search) { .err = ENOENT, .executing = 1 } ;
  attempt.path = path ;
  while (*name)
  {
    size_t len = has_slash ? 0 : strcspn(rest, ":") ;
    int n = snprintf(path, sizeof path, "%.*s%s%s", (int)len, rest, len ? "/" : "", name) ;
    int fits = n >= 0 && n < (int)sizeof path ;
    if (has_slash && !fits) result->err = ENAMETOOLONG ;
    if (fits && (has_slash || is_file(s, path)))
    {
      int executing ;
      pid_t pid = spawn(&attempt, &executing) ;
      if (pid) return pid ;
      if (!executing || !goes_on_after(errno)) result->path[0] = 0 ; /* this failure ends the search, so the message is about it alone */
      remember(result, path, errno, executing) ;
      if (!executing || !goes_on_after(errno)) return 0 ;
    }
    else if (fits && errno == EACCES) remember(result, path, EACCES, 1) ;
    if (has_slash || !rest[len]) return 0 ;
    rest += len + 1 ;
  }
  return 0 ;
}

void cmd_search_say (struct scanner const *s, struct cmd_search const *result)
{
  char absolute[ABSOLUTE_MAX] ;
  char why[EXECUTABLE_WHY_MAX] ;
  char const *name = s->cmd.argv[0] ;
  char const *found = result->path[0] && strcmp(result->path, name) != 0 ? result->path : "" ; /* the file that was tried, where argv[0] does not name it */
  if (!result->path[0])
    strerr_warnwu5x("execute the command ", name, EXECUTABLE_NOT_IN_PATH, search_path(), " (stopping everything)") ;
  else
    strerr_warnwu8x("execute the command ", name, *found ? " (" : "", found, *found ? "): " : ": ",
      result->executing && from_here(s, result->path, absolute) ? executable_why_not(absolute, result->err, why, sizeof why) : strerror(result->err),
      " (stopping everything)", "") ;
}
