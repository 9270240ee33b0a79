#include <fnmatch.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

#include "migrate/dockerfile/readfile.h"
#include "migrate/shell/shell.h"
#include "migrate/supervisord/include.h"
#include "migrate/supervisord/ini.h"
#include "migrate/text/root.h"

struct including
{
  struct pool *pool ;
  struct dockerfile const *dockerfile ;
  struct texts folders ; /* where the build context may be */
  char const *input ; /* the file that is migrated */
  char const *text ; /* all that is read */
  struct source_part *parts ;
  struct source_part **end ;
  uint32_t lines ;
} ;

static uint32_t count_lines (char const *text)
{
  uint32_t n = 0 ;
  for (; *text ; text++) n += *text == '\n' || !text[1] ;
  return n ;
}

static char const *folder_of (struct pool *pool, char const *path)
{
  char const *slash = strrchr(path, '/') ;
  return slash ? pool_copy(pool, path, (size_t)(slash - path)) : "." ;
}

static int is_same_file (char const *path, char const *other)
{
  struct stat st ;
  struct stat st2 ;
  return !stat(path, &st) && !stat(other, &st2) && st.st_dev == st2.st_dev && st.st_ino == st2.st_ino ;
}

static char const *name_of (char const *path)
{
  return !strncmp(path, "./", 2) ? path + 2 : path ;
}

/* One file's text, behind what has been read. 1: it is there now. */
static int add_text (struct including *in, char const *path, char const *bytes)
{
  struct source_part *part ;
  size_t len = strlen(bytes) ;
  if (!len || strlen(in->text) + len + 2 > SOURCE_SIZE_MAX) return 0 ;
  if (*in->text && in->text[strlen(in->text) - 1] != '\n') in->text = pool_printf(in->pool, "%s\n", in->text) ;
  part = pool_alloc(in->pool, sizeof(*part)) ;
  part->name = name_of(path) ;
  part->first = count_lines(in->text) + 1 ;
  *in->end = part ;
  in->end = &part->next ;
  in->text = pool_printf(in->pool, "%s%s", in->text, bytes) ;
  return 1 ;
}

static int add_file (struct including *in, char const *path)
{
  char const *text ;
  for (struct source_part *one = in->parts ; one ; one = one->next)
    if (!strcmp(one->name, name_of(path))) return 1 ;
  if (is_same_file(path, in->input)) return 1 ;
  text = text_read(in->pool, path, SOURCE_SIZE_MAX) ;
  return text && add_text(in, path, text) ;
}

/* Of the unpacked image: the pattern's last part alone may have * in it. */
static int add_from_root (struct including *in, int root, char const *pattern)
{
  struct texts names = { 0 } ;
  char const *folder = folder_of(in->pool, pattern) ;
  int any = 0 ;
  if (root == ROOT_NONE) return 0 ;
  root_list(in->pool, root, folder, &names) ;
  for (struct text const *one = names.first ; one ; one = one->next)
  {
    char const *path = pool_printf(in->pool, "%s/%s", folder, one->text) ;
    char const *text = fnmatch(shell_basename(pattern), one->text, 0) ? 0 : root_read(in->pool, root, path) ;
    int known = 0 ;
    for (struct source_part *part = in->parts ; part ; part = part->next) known |= !strcmp(part->name, path) ;
    if (text) any |= known || add_text(in, path, text) ;
  }
  return any ;
}

/* All that the pattern, of this machine, means; `place`, if not 0, is the pattern in the image
   that the copy of each, below `target`, has to match. */
static int add_matching (struct including *in, char const *pattern, char const *target, char const *place)
{
  glob_t found ;
  int any = 0 ;
  if (glob(pattern, 0, 0, &found)) return 0 ;
  for (size_t i = 0 ; i < found.gl_pathc ; i++)
  {
    char const *path = pool_copy(in->pool, found.gl_pathv[i], strlen(found.gl_pathv[i])) ;
    if (place && fnmatch(place, pool_printf(in->pool, "%s%s", target, target[strlen(target) - 1] == '/' ? shell_basename(path) : ""), FNM_PATHNAME) != 0) continue ;
    any |= add_file(in, path) ;
  }
  globfree(&found) ;
  return any ;
}

/* What one word of a COPY brings to where the pattern looks. */
static int add_copied (struct including *in, struct copying const *copying, char const *source, char const *context, char const *pattern)
{
  char const *path = pool_printf(in->pool, "%s/%s", context, source) ;
  size_t len = strlen(copying->target) ;
  size_t end = strlen(path) ;
  char const *target = copying->target ;
  while (end > 1 && path[end - 1] == '/') end-- ;
  path = pool_copy(in->pool, path, end) ;
  if (!path_is_folder(path)) return add_matching(in, path, target, pattern) ;
  /* A folder's content comes to be in the target. */
  while (len && target[len - 1] == '/') len-- ;
  if (strncmp(pattern, target, len) != 0 || pattern[len] != '/') return 0 ;
  return add_matching(in, pool_printf(in->pool, "%s%s", path, pattern + len), "", 0) ;
}

static int add_from_image (struct including *in, char const *pattern)
{
  int any = 0 ;
  for (struct instruction *one = 0 ; in->dockerfile && (one = dockerfile_next(in->dockerfile, one, "COPY ADD")) ; )
  {
    struct copying const *copying = one->copying ;
    int is_unknown ;
    char const *document = copying_document(in->dockerfile, one, &is_unknown) ;
    if (document && !is_unknown && !fnmatch(pattern, copying->target, FNM_PATHNAME)) any |= add_text(in, copying->target, document) ;
    for (struct text const *source = copying->from_stage ? 0 : copying->sources.first ; source && !document ; source = source->next)
      for (struct text const *folder = in->folders.first ; folder ; folder = folder->next)
        any |= add_copied(in, copying, source->text, folder->text, pattern) ;
  }
  return any ;
}

/* %(here)s: the folder of the file itself. */
static char const *with_here (struct pool *pool, char const *pattern)
{
  char const *at = strstr(pattern, "%(here)s/") ;
  return at ? pool_printf(pool, "%.*s%s", (int)(at - pattern), pattern, at + 9) : pattern ;
}

/* The folder that the file itself is in, in the image; 0: no COPY names it. */
static char const *own_folder (struct including *in, char const *input)
{
  char const *found = 0 ;
  for (struct instruction *one = 0 ; in->dockerfile && (one = dockerfile_next(in->dockerfile, one, "COPY ADD")) ; )
  {
    struct copying const *copying = one->copying ;
    for (struct text const *source = copying->from_stage ? 0 : copying->sources.first ; source ; source = source->next)
      if (!strcmp(shell_basename(source->text), shell_basename(input))) found = folder_of(in->pool, copying_path(in->pool, copying, source->text)) ;
  }
  return found ;
}

/* A file in /etc/supervisor/conf.d: the image's supervisord.conf includes that folder, as Debian's
   does, and supervisor.d on Alpine. Returns the folder in the image; 0: it is somewhere else. */
static char const *included_folder (struct including *in, char const *input)
{
  char const *folder = own_folder(in, input) ;
  return folder && shell_one_of(shell_basename(folder), "conf.d supervisor.d supervisord.d") ? folder : 0 ;
}

/* What a relative pattern means: files beside the file here, or beside it in the image. */
static int add_relative (struct including *in, int root, char const *input, char const *pattern)
{
  char const *folder = own_folder(in, input) ;
  int any = add_matching(in, pool_printf(in->pool, "%s/%s", folder_of(in->pool, input), pattern), "", 0) ;
  if (!folder) return any ;
  pattern = pool_printf(in->pool, "%s/%s", folder, pattern) ;
  return add_from_image(in, pattern) || any || add_from_root(in, root, pattern) ;
}

void include_files (struct source *source, struct dockerfile const *dockerfile, char const *dockerfile_path, int root, struct texts *unread)
{
  struct pool *pool = source->pool ;
  struct source parsed ;
  struct ini ini ;
  struct including in = { .pool = pool, .dockerfile = dockerfile, .input = source->name, .text = source->text } ;
  char const *folder ;
  in.end = &in.parts ;
  if (dockerfile_path)
  {
    texts_add_once(pool, &in.folders, folder_of(pool, dockerfile_path)) ;
    texts_add_once(pool, &in.folders, ".") ;
  }
  source_init(&parsed, pool, source->name, source->text, source->len) ;
  ini_read(&parsed, &ini) ;
  for (struct ini_section *section = ini.sections ; section ; section = section->next)
  {
    char const *files = strcmp(section->name, "include") != 0 ? 0 : ini_take(&parsed, section, "files", "", 0) ;
    for (char const *p = files ? files : "" ; *(p += strspn(p, " \t\n")) ; p += strcspn(p, " \t\n"))
    {
      char const *pattern = with_here(pool, pool_copy(pool, p, strcspn(p, " \t\n"))) ;
      if (!(*pattern == '/' ? add_from_image(&in, pattern) || add_from_root(&in, root, pattern) : add_relative(&in, root, source->name, pattern))) texts_add(pool, unread, pattern) ;
    }
  }
  folder = included_folder(&in, source->name) ;
  for (char const *const *end = (char const *const[]){ "conf", "ini", 0 } ; folder && *end ; end++)
    add_from_image(&in, pool_printf(pool, "%s/*.%s", folder, *end)) ;
  if (!in.parts) return ;
  source_init(source, pool, source->name, in.text, strlen(in.text)) ;
  source->parts = in.parts ;
}
