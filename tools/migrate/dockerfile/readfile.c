#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>

#include "migrate/dockerfile/readfile.h"
#include "migrate/shell/shell.h"

/* Of each kind, in a folder that COPY takes. */
#define FILES_MAX 200
#define FILE_SIZE_MAX 100000

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

static int read_source (struct source *source, struct pool *pool, char const *path, size_t max)
{
  struct stat st ;
  size_t len ;
  char const *bytes = !stat(path, &st) && S_ISREG(st.st_mode) && (size_t)st.st_size <= max ? file_read(pool, path, &len) : 0 ;
  if (!bytes || len > max) return 0 ;
  source_init(source, pool, path, bytes, len) ;
  return 1 ;
}

char const *text_read (struct pool *pool, char const *path, size_t max)
{
  struct source source ;
  return read_source(&source, pool, path, max) ? source.text : 0 ;
}

/* Where the build context may be: as texts that end in / or are empty. */
static void add_folders (struct pool *pool, char const *dockerfile_path, struct texts *folders)
{
  char const *slash ;
  while (!strncmp(dockerfile_path, "./", 2)) dockerfile_path += 2 + strspn(dockerfile_path + 2, "/") ; /* no file has two names */
  slash = strrchr(dockerfile_path, '/') ;
  if (slash) texts_add(pool, folders, pool_copy(pool, dockerfile_path, (size_t)(slash - dockerfile_path + 1))) ;
  texts_add_once(pool, folders, "") ;
}

/* To COPY, the build context is the root: /a, ../a and a are one file there. */
static char const *in_context (char const *name)
{
  for (;;)
  {
    name += strspn(name, "/") ;
    if (strncmp(name, "../", 3) != 0) break ;
    name += 3 ;
  }
  return !*name || !strcmp(name, "..") ? "." : name ;
}

char const *context_read (struct pool *pool, char const *dockerfile_path, char const *name)
{
  struct texts folders = { 0 } ;
  char const *text = 0 ;
  add_folders(pool, dockerfile_path, &folders) ;
  name = in_context(name) ;
  for (struct text const *one = folders.first ; one && !text ; one = one->next)
    text = text_read(pool, pool_printf(pool, "%s%s", one->text, name), SOURCE_SIZE_MAX) ;
  return text ;
}

/* ---- what COPY and ADD take from there ---- */

/* A file of the build context, and where it is in the image. */
typedef void found_file (void *data, char const *path, char const *place) ;

struct visiting
{
  struct pool *pool ;
  found_file *visit ;
  void *data ;
} ;

/* What is behind the last `n` slashes: 1 is the name. */
static char const *last_parts (char const *path, unsigned int n)
{
  char const *p = path + strlen(path) ;
  while (p > path && (p[-1] != '/' || --n)) p-- ;
  return p ;
}

/* `from` is, in the image, `to`: a file, or a folder whose files, and those of its folders, are meant. If it is a
   pattern, what it matches is in the folder `to`, and so is what is in a folder that it matches. */
static void visit_matching (struct visiting const *v, char const *from, char const *end, char const *to)
{
  glob_t found ;
  char const *pattern ;
  if (*from && from[strlen(from) - 1] == '/') from = pool_copy(v->pool, from, strlen(from) - 1) ;
  pattern = pool_printf(v->pool, "%s%s", from, end) ;
  if (glob(pattern, 0, 0, &found)) return ;
  for (size_t i = 0 ; i < found.gl_pathc ; i++)
  {
    char const *path = pool_copy(v->pool, found.gl_pathv[i], strlen(found.gl_pathv[i])) ;
    if (strpbrk(from, "*?[")) v->visit(v->data, path, pool_printf(v->pool, "%s/%s", to, last_parts(path, strlen(end) > 2 ? 2 : 1))) ;
    else v->visit(v->data, path, *end ? pool_printf(v->pool, "%s%s", to, path + strlen(from)) : to) ;
  }
  globfree(&found) ;
}

static void visit_copied (struct dockerfile const *dockerfile, char const *dockerfile_path, found_file *visit, void *data)
{
  struct pool *pool = dockerfile->source->pool ;
  struct visiting v = { pool, visit, data } ;
  struct texts folders = { 0 } ;
  add_folders(pool, dockerfile_path, &folders) ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, "COPY ADD")) ; )
  {
    struct copying const *copying = one->copying ;
    char const *target ;
    target = pool_copy(pool, copying->target, strlen(copying->target) - (strlen(copying->target) > 0 && copying->target[strlen(copying->target) - 1] == '/')) ;
    for (struct text const *source = copying->from_stage ? 0 : copying->sources.first ; source ; source = source->next)
      for (struct text const *folder = folders.first ; folder ; folder = folder->next)
        for (char const *const *end = (char const *const[]){ "", "/*", "/*/*", 0 } ; *end ; end++)
          visit_matching(&v, pool_printf(pool, "%s%s", folder->text, in_context(source->text)), *end,
            **end || strpbrk(source->text, "*?[") ? target : copying_path(pool, copying, source->text)) ;
  }
}

/* The name in the build context that COPY brings to `place`; 0: it brings something else. */
static char const *name_of_place (struct pool *pool, struct copying const *copying, char const *source, char const *place)
{
  size_t len = strlen(copying->target) ;
  char const *slash = strrchr(source, '/') ;
  char const *inside ;
  if (!strcmp(copying_path(pool, copying, source), place)) return source ;
  while (len && copying->target[len - 1] == '/') len-- ;
  if (strncmp(place, copying->target, len) != 0 || place[len] != '/') return 0 ;
  inside = place + len + 1 ;
  if (!strpbrk(source, "*?["))
  {
    for (len = strlen(source) ; len && source[len - 1] == '/' ; ) len-- ;
    return pool_printf(pool, "%.*s/%s", (int)len, source, inside) ;
  }
  inside = pool_printf(pool, "%.*s%s", slash ? (int)(slash - source + 1) : 0, source, inside) ;
  return fnmatch(source, inside, FNM_PATHNAME) ? 0 : inside ;
}

char const *context_path (struct pool *pool, char const *dockerfile_path, char const *name)
{
  struct texts folders = { 0 } ;
  struct stat st ;
  add_folders(pool, dockerfile_path, &folders) ;
  name = in_context(name) ;
  for (int i = 0 ; i < 2 ; i++) /* ././start.sh, /start.sh, $UNSET/start.sh, ${UNSET}/start.sh */
  {
    char const *variable = *name == '$' ? name + 1 + (name[1] == '{') : name ;
    char const *end = variable + strspn(variable, NAME_LETTERS) ;
    end += *end == '}' ;
    if (variable > name && *end == '/') name = end ; /* nothing sets it */
    name += strspn(name, "/") ;
    if (!strncmp(name, "./", 2)) name += 2 ;
  }
  for (struct text const *one = folders.first ; one ; one = one->next)
  {
    char const *path = pool_printf(pool, "%s%s", one->text, name) ;
    if (!stat(path, &st) && S_ISREG(st.st_mode)) return path ;
  }
  return 0 ;
}

char const *context_place (struct dockerfile const *dockerfile, char const *dockerfile_path, char const *place)
{
  struct pool *pool = dockerfile->source->pool ;
  char const *name = 0 ;
  char const *found = 0 ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, "COPY ADD")) ; )
  {
    struct copying const *copying = one->copying ;
    if (one->documents.first && !strcmp(copying->target, place)) found = 0 ; /* a later one takes its place */
    for (struct text const *source = copying->from_stage ? 0 : copying->sources.first ; source ; source = source->next)
      if ((name = name_of_place(pool, copying, source->text, place)) && (name = context_path(pool, dockerfile_path, name))) found = name ;
  }
  return found ;
}

static int ends_in (char const *path, char const *ends)
{
  char const *dot = strrchr(shell_basename(path), '.') ;
  return dot && shell_one_of(dot, ends) ;
}

struct collection
{
  struct pool *pool ;
  struct docker_script *first ; /* the one that came last: it takes the place of an earlier one */
  unsigned int n ;
} ;

static void collect (struct collection *all, char const *path, char const *place, char const *text)
{
  struct docker_script *one = pool_alloc(all->pool, sizeof(*one)) ;
  *one = (struct docker_script){ .name = path, .path = place, .text = text, .next = all->first } ;
  all->first = one ;
  all->n++ ;
}

/* By another name, as /src/go and go; 0: it is not there. */
static struct docker_script *known (struct collection const *all, char const *path)
{
  struct stat own ;
  struct stat other ;
  for (struct docker_script *one = all->first ; one ; one = one->next)
    if (!strcmp(shell_basename(one->name), shell_basename(path)) && !stat(path, &own) && !stat(one->name, &other) && own.st_dev == other.st_dev && own.st_ino == other.st_ino) return one ;
  return 0 ;
}

static void add_script (void *data, char const *path, char const *place)
{
  struct collection *scripts = data ;
  struct docker_script *again = known(scripts, path) ;
  struct source source ;
  while (!strncmp(path, "./", 2)) path += 2 ; /* from COPY . . */
  if (again && strcmp(again->path, place) != 0) texts_add_once(scripts->pool, &again->also, place) ;
  if (scripts->n == FILES_MAX || again || !read_source(&source, scripts->pool, path, FILE_SIZE_MAX)) return ;
  if (strncmp(source.text, "#!", 2) != 0 && !strstr(place, "cron") && !ends_in(path, ".sh")) return ; /* what cron and `sh FILE` execute has no #! */
  collect(scripts, path, place, source.text) ;
  scripts->first->had_crlf = source.had_crlf ;
}

struct docker_script *context_scripts (struct dockerfile const *dockerfile, char const *dockerfile_path)
{
  struct collection scripts = { .pool = dockerfile->source->pool } ;
  visit_copied(dockerfile, dockerfile_path, &add_script, &scripts) ;
  return scripts.first ;
}

/* By its name, or where the image has it: init scripts read /etc/default/ssh. */
static int is_configuration (char const *path, char const *place)
{
  return ends_in(path, ".conf .cnf .cfg .ini .yml .yaml .json .xml .py .rb") || !strcmp(shell_basename(path), "torrc") || !strncmp(place, "/etc/default/", 13)
    || !strncmp(place, "/etc/sysconfig/", 15) || !strncmp(place, "/etc/conf.d/", 12) ;
}

static void add_configuration (void *data, char const *path, char const *place)
{
  struct collection *all = data ;
  char const *text = all->n < FILES_MAX && is_configuration(path, place) ? text_read(all->pool, path, FILE_SIZE_MAX) : 0 ;
  if (text) collect(all, path, place, text) ;
}

struct configuration *context_configurations (struct dockerfile const *dockerfile, char const *dockerfile_path)
{
  struct collection all = { .pool = dockerfile->source->pool } ;
  visit_copied(dockerfile, dockerfile_path, &add_configuration, &all) ;
  return context_sources(all.pool, all.first) ;
}

/* ---- files that a script may read ---- */

struct configuration *context_sources (struct pool *pool, struct docker_script const *scripts)
{
  struct configuration *first = 0 ;
  struct configuration **end = &first ;
  for (; scripts ; scripts = scripts->next)
  {
    char const *path = scripts->path ;
    for (struct text const *also = scripts->also.first ; path ; also = also ? also->next : 0)
    {
      *end = pool_alloc(pool, sizeof(**end)) ;
      **end = (struct configuration){ .path = path, .text = scripts->text } ;
      end = &(*end)->next ;
      path = also ? also->text : 0 ;
    }
  }
  return first ;
}

struct configuration *folder_sources (struct pool *pool, char const *input)
{
  struct collection scripts = { .pool = pool } ;
  struct visiting v = { pool, &add_script, &scripts } ;
  char const *slash = strrchr(input, '/') ;
  char const *folder = slash ? pool_copy(pool, input, (size_t)(slash - input)) : "." ;
  struct configuration *first ;
  visit_matching(&v, folder, "/*", "") ;
  visit_matching(&v, folder, "/*/*", "") ;
  first = context_sources(pool, scripts.first) ;
  for (struct configuration *one = first ; one ; one = one->next) one->path += *one->path == '/' ;
  return first ;
}

int path_is_folder (char const *path)
{
  struct stat st ;
  return !stat(path, &st) && S_ISDIR(st.st_mode) ;
}
