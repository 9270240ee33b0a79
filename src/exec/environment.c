#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/types.h>

#include "base/file.h"
#include "exec/exec.h"

#define VARIABLE_MAX 131072 /* the longest string that the kernel takes */
#define FILE_MAX 1048576

static char content[FILE_MAX + 1] ;

void environment_set (char const *name, char const *value)
{
  if ((value ? setenv(name, value, 1) : unsetenv(name)) == -1) strerr_diefu2sys(EXIT_SYSTEM, "set the variable ", name) ;
}

void environment_set_number (char const *name, uint32_t value)
{
  char number[UINT32_FMT] ;
  number[uint32_fmt(number, value)] = 0 ;
  environment_set(name, number) ;
}

/* ---- variables from a directory ---- */

/* Makes the value from a file's content. skalibs' envdir_internal() treats values longer than 4095
   bytes differently. Returns the length of the value. */
static size_t first_line (size_t len, unsigned int flags, char nul)
{
  char *newline = memchr(content, '\n', len) ;
  if (flags & ENVDIR_WHOLE)
  {
    if (len && content[len - 1] == '\n' && !(flags & ENVDIR_NO_CHOMP)) len-- ;
  }
  else
  {
    if (newline) len = (size_t)(newline - content) ;
    while (len && !(flags & ENVDIR_NO_CHOMP) && content[len - 1] && strchr(flags & ENVDIR_KEEP_RETURN ? " \t" : " \t\r", content[len - 1])) len-- ;
  }
  for (size_t i = 0 ; i < len ; i++)
    if (!content[i]) content[i] = nul ;
  content[len] = 0 ;
  return len ;
}

static void read_one (char const *directory, int dir, char const *name, size_t max, unsigned int flags, char nul)
{
  ssize_t len = file_read(dir, name, content, max) ;
  if (len == -1)
  {
    if (errno == EISDIR && flags & ENVDIR_SKIP_DIRECTORIES) return ;
    strerr_diefu4sys(EXIT_SYSTEM, "read the variable ", directory, "/", name) ;
  }
  if (len == VARIABLE_MAX) strerr_dief4x(EXIT_USAGE, directory, "/", name, " is longer than a variable can be: 128 kB") ;
  if (len) first_line((size_t)len, flags, nul) ;
  environment_set(name, len ? content : 0) ;
}

void environment_read_directory (char const *directory, size_t max, unsigned int flags, char nul)
{
  struct dirent *e ;
  DIR *dir = opendir(directory) ;
  if (!dir)
  {
    if (flags & ENVDIR_MAY_LACK && errno == ENOENT) return ;
    strerr_diefu2sys(EXIT_SYSTEM, "read variables from the directory ", directory) ;
  }
  while (errno = 0, e = readdir(dir))
    if (e->d_name[0] != '.' && !strchr(e->d_name, '=')) read_one(directory, dirfd(dir), e->d_name, max ? max : VARIABLE_MAX, flags, nul) ;
  if (errno) strerr_diefu2sys(EXIT_SYSTEM, "read the directory ", directory) ;
  closedir(dir) ;
}

/* ---- variables from a file ---- */

static char const white_space[] = " \t\v\f\r" ;

int environment_parse_line (char *line, char **name, char **value)
{
  size_t len ;
  line += strspn(line, white_space) ;
  if (!*line || *line == '#') return 0 ;
  len = strcspn(line, "=") ;
  if (!len) return -1 ;
  if (strcspn(line, white_space) < len) return -2 ;
  if (!line[len]) return 0 ; /* a name alone: the variable stays as it was inherited */
  line[len] = 0 ;
  *name = line ;
  *value = line + len + 1 ;
  return 1 ;
}

static void __attribute__((noreturn)) wrong_line (char const *file, unsigned int number, char const *why)
{
  char text[UINT_FMT] ;
  text[uint_fmt(text, number)] = 0 ;
  strerr_dief5x(EXIT_USAGE, file, ":", text, ": ", why) ;
}

static void read_line (char const *file, unsigned int number, char *line)
{
  char *name ;
  char *value ;
  switch (environment_parse_line(line, &name, &value))
  {
    case 1 : environment_set(name, value) ; break ;
    case -1 : wrong_line(file, number, "there is no name before the =") ;
    case -2 : wrong_line(file, number, "there is white space in the name: write NAME=VALUE") ;
    default : break ;
  }
}

void environment_read_file (char const *file)
{
  static char const byte_order_mark[] = "\xef\xbb\xbf" ;
  unsigned int number = 0 ;
  ssize_t len = file_read(AT_FDCWD, file, content, FILE_MAX) ;
  char *line = content ;
  if (len == -1) strerr_diefu2sys(EXIT_SYSTEM, "read variables from ", file) ;
  if (len == FILE_MAX) strerr_dief2x(EXIT_USAGE, file, " is longer than 1 MB") ;
  if (!strncmp(line, byte_order_mark, 3)) line += 3 ;
  while (line < content + len)
  {
    char *end = strchrnul(line, '\n') ;
    number++ ;
    if (!*end && end < content + len) wrong_line(file, number, "there is a NUL in it") ;
    *end = 0 ;
    if (end > line && end[-1] == '\r') end[-1] = 0 ;
    read_line(file, number, line) ;
    line = end + 1 ;
  }
}

/* ---- a secret ---- */

/* An empty variable counts as not set: a compose file makes one by `NAME=${NAME:-}`. */
static char const *get_set (char const *name)
{
  char const *value = getenv(name) ;
  return value && *value ? value : 0 ;
}

static char const *secret_variable (char out[NAME_MAX * 2], char const *before, char const *name, char const *after)
{
  if (snprintf(out, NAME_MAX * 2, "%s%s%s", before, name, after) >= NAME_MAX * 2) strerr_dief2x(EXIT_USAGE, "the name of a secret is too long: ", name) ;
  return get_set(out) ;
}

void environment_read_secret (char const *name)
{
  char after[NAME_MAX * 2] ;
  char before[NAME_MAX * 2] ;
  char const *file = secret_variable(after, "", name, "_FILE") ;
  char const *other = secret_variable(before, "FILE__", name, "") ;
  ssize_t len ;
  if (file && other) strerr_dief5x(EXIT_USAGE, "both ", after, " and ", before, " are set: set only one of them") ;
  if (!file && !other) return ;
  if (get_set(name)) strerr_dief5x(EXIT_USAGE, "both ", name, " and ", file ? after : before, " are set: set only one of them") ;
  if (!file) file = other ;
  len = file_read(AT_FDCWD, file, content, VARIABLE_MAX) ;
  if (len == -1) strerr_diefu4sys(EXIT_SYSTEM, "read the secret ", name, " from ", file) ;
  if (len == VARIABLE_MAX || strlen(content) < (size_t)len)
    strerr_dief4x(EXIT_USAGE, "the secret ", name, len == VARIABLE_MAX ? " is longer than a variable can be: " : " has a NUL in it: ", file) ;
  if (len && content[len - 1] == '\n') content[len - 1] = 0 ;
  environment_set(name, content) ;
  environment_set(file == other ? before : after, 0) ;
}
