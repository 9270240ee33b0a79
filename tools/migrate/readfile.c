#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "migrate/readfile.h"
#include "migrate/shell.h"

#define SCRIPTS_MAX 200
#define SCRIPT_SIZE_MAX 100000

char const *file_read (struct pool *pool, char const *path, size_t *len)
{
  char *bytes = pool_alloc(pool, SOURCE_SIZE_MAX + 1) ;
  int fd = open(path, O_RDONLY | O_CLOEXEC) ;
  if (fd == -1) return 0 ;
  errno = 0 ; /* allread() leaves it as it was at the end of the file */
  *len = allread(fd, bytes, SOURCE_SIZE_MAX + 1) ;
  if (*len <= SOURCE_SIZE_MAX && errno && errno != EPIPE) bytes = 0 ;
  fd_close(fd) ;
  return bytes ;
}

static char const *read_regular (struct pool *pool, char const *path, off_t max)
{
  struct source source ;
  struct stat st ;
  size_t len ;
  char const *bytes = !stat(path, &st) && S_ISREG(st.st_mode) && st.st_size <= max ? file_read(pool, path, &len) : 0 ;
  if (!bytes || len > (size_t)max) return 0 ;
  source_init(&source, pool, path, bytes, len) ;
  return source.text ;
}

/* Where the build context may be: as texts that end in / or are empty. */
static void add_folders (struct pool *pool, char const *dockerfile_path, struct texts *folders)
{
  char const *slash = strrchr(dockerfile_path, '/') ;
  if (slash) texts_add(pool, folders, pool_copy(pool, dockerfile_path, (size_t)(slash - dockerfile_path + 1))) ;
  texts_add_once(pool, folders, "") ;
}

char const *context_read (struct pool *pool, char const *dockerfile_path, char const *name)
{
  struct texts folders = { 0 } ;
  char const *text = 0 ;
  add_folders(pool, dockerfile_path, &folders) ;
  name += strspn(name, "/") ; /* to COPY, / is the build context */
  for (struct text const *one = folders.first ; one && !text ; one = one->next)
    text = read_regular(pool, pool_printf(pool, "%s%s", one->text, name), SOURCE_SIZE_MAX) ;
  return text ;
}

/* ---- scripts ---- */

struct scripts
{
  struct pool *pool ;
  struct docker_script *first ;
  unsigned int n ;
} ;

static int is_known (struct scripts const *scripts, char const *path)
{
  for (struct docker_script const *one = scripts->first ; one ; one = one->next)
    if (!strcmp(one->name, path)) return 1 ;
  return 0 ;
}

static int ends_in_sh (char const *path)
{
  size_t len = strlen(path) ;
  return len > 3 && !strcmp(path + len - 3, ".sh") ;
}

static void add_script (struct scripts *scripts, char const *path, char const *place)
{
  char const *text ;
  struct docker_script *one ;
  if (scripts->n == SCRIPTS_MAX || is_known(scripts, path)) return ;
  text = read_regular(scripts->pool, path, SCRIPT_SIZE_MAX) ;
  if (!text || (strncmp(text, "#!", 2) != 0 && !strstr(place, "cron") && !ends_in_sh(path))) return ; /* what cron and `sh FILE` execute has no #! */
  one = pool_alloc(scripts->pool, sizeof(*one)) ;
  *one = (struct docker_script){ .name = path, .path = place, .text = text, .next = scripts->first } ;
  scripts->first = one ;
  scripts->n++ ;
}

/* `from` is, in the image, `to`: a file, or a folder whose files, and those of its folders, are meant. */
static void add_matching (struct scripts *scripts, char const *from, char const *end, char const *to)
{
  glob_t found ;
  char const *pattern ;
  if (*from && from[strlen(from) - 1] == '/') from = pool_copy(scripts->pool, from, strlen(from) - 1) ;
  pattern = pool_printf(scripts->pool, "%s%s", from, end) ;
  if (glob(pattern, 0, 0, &found)) return ;
  for (size_t i = 0 ; i < found.gl_pathc ; i++)
  {
    char const *path = pool_copy(scripts->pool, found.gl_pathv[i], strlen(found.gl_pathv[i])) ;
    add_script(scripts, path, *end ? pool_printf(scripts->pool, "%s%s", to, path + strlen(from)) : to) ;
  }
  globfree(&found) ;
}

struct docker_script *context_scripts (struct dockerfile const *dockerfile, char const *dockerfile_path)
{
  struct pool *pool = dockerfile->source->pool ;
  struct scripts scripts = { .pool = pool } ;
  struct texts folders = { 0 } ;
  add_folders(pool, dockerfile_path, &folders) ;
  for (int i = 0 ; i < 2 ; i++)
    for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, i ? "ADD" : "COPY")) ; )
    {
      struct copying copying ;
      char const *target ;
      dockerfile_copying(dockerfile, one, &copying) ;
      target = pool_copy(pool, copying.target, strlen(copying.target) - (strlen(copying.target) > 0 && copying.target[strlen(copying.target) - 1] == '/')) ;
      for (struct text const *source = copying.from_stage ? 0 : copying.sources.first ; source ; source = source->next)
        for (struct text const *folder = folders.first ; folder ; folder = folder->next)
          for (char const *const *end = (char const *const[]){ "", "/*", "/*/*", 0 } ; *end ; end++)
            add_matching(&scripts, pool_printf(pool, "%s%s", folder->text, source->text + strspn(source->text, "/")), *end,
              **end ? target : copying_path(pool, &copying, source->text)) ;
    }
  return scripts.first ;
}
