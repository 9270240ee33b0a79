#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/program.h"
#include "check/check.h"
#include "service/executable.h"

#define LINE_MAX_LENGTH 254 /* so many bytes of the first line the kernel reads, without its newline */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* The first line: the interpreter, and the rest, which the kernel passes as one argument. */
struct first_line
{
  char interpreter[LINE_MAX_LENGTH + 1] ;
  char argument[LINE_MAX_LENGTH + 1] ;
} ;

static char content[SCRIPT_MAX + 1] ;

static void say_why (struct check *check, char const *file, int err)
{
  char why[EXECUTABLE_WHY_MAX] ;
  finding(check, LEVEL_ERROR, file, 1, 0, "%s", executable_why_not(file, err, why, sizeof why)) ;
}

static int is_program (char const *path)
{
  struct stat st ;
  return !stat(path, &st) && S_ISREG(st.st_mode) && st.st_mode & 0111 ;
}

static int is_in_directory (char const *directory, size_t len, char const *name)
{
  char path[PATH_MAX] ;
  int n = snprintf(path, sizeof path, "%.*s/%s", (int)len, directory, name) ;
  return n > 0 && (size_t)n < sizeof path && is_program(path) ;
}

int check_is_found (char const *name)
{
  char path[PROGRAM_PATH_MAX] ;
  char const *list = getenv("PATH") ;
  if (strchr(name, '/')) return is_program(name) ;
  if (!list) list = DEFAULT_PATH ;
  for (char const *at = list ; *at ; at += *at == ':')
  {
    size_t len = strcspn(at, ":") ;
    if (len && is_in_directory(at, len, name)) return 1 ;
    at += len ;
  }
  return program_beside(path, name) ; /* /init appends the directory of Reeve's programs to PATH */
}

static int read_first_line (struct first_line *first, char const *text, size_t len)
{
  char const *end = memchr(text, '\n', len) ;
  size_t n = end ? (size_t)(end - text) : len ;
  size_t word ;
  char line[LINE_MAX_LENGTH + 1] ;
  char *at = line ;
  if (n > LINE_MAX_LENGTH) return 0 ;
  memcpy(line, text, n) ;
  line[n] = 0 ;
  at += 2 ;
  at += strspn(at, " \t") ;
  word = strcspn(at, " \t") ;
  memcpy(first->interpreter, at, word) ;
  first->interpreter[word] = 0 ;
  at += word ;
  at += strspn(at, " \t") ;
  for (n = strlen(at) ; n && (at[n - 1] == ' ' || at[n - 1] == '\t') ; ) n-- ;
  memcpy(first->argument, at, n) ;
  first->argument[n] = 0 ;
  return 1 ;
}

/* The program that env or with-contenv executes with this argument; "" when that is not certain. */
static char const *program_of (char *argument)
{
  char *rest ;
  for (char *word = strtok_r(argument, " \t", &rest) ; word ; word = strtok_r(0, " \t", &rest))
    if (*word != '-' && !strchr(word, '=')) return word ;
    else if (*word == '-' && strcmp(word, "-S") != 0 && strcmp(word, "-i") != 0 && strcmp(word, "-iS") != 0) return "" ;
  return "" ;
}

static enum language language_of (char const *name)
{
  static char const *const shells[] = { "sh", "bash", "dash", "ash", "ksh", "mksh", "busybox" } ;
  for (size_t i = 0 ; i < sizeof shells / sizeof *shells ; i++)
    if (!strcmp(name, shells[i])) return LANGUAGE_SHELL ;
  return strcmp(name, "execlineb") != 0 ? LANGUAGE_OTHER : LANGUAGE_EXECLINE ;
}

static int check_first_line (struct check *check, char const *file, struct content *script)
{
  struct first_line first ;
  char const *name ;
  size_t n ;
  if (!read_first_line(&first, script->text, script->len))
  {
    finding(check, LEVEL_ERROR, file, 1, "write a shorter one", "its #! line is longer than %d bytes", LINE_MAX_LENGTH) ;
    return 0 ;
  }
  n = strlen(first.interpreter) ;
  if (!n || first.interpreter[n - 1] == '\r' || !is_program(first.interpreter))
  {
    say_why(check, file, ENOENT) ;
    return 0 ;
  }
  name = path_last(first.interpreter) ;
  if (!strcmp(name, "env") || !strcmp(name, "with-contenv"))
  {
    if (!strcmp(name, "env") && first.argument[0] != '-' && strpbrk(first.argument, " \t"))
    {
      finding(check, LEVEL_ERROR, file, 1, "write env -S", "env is given \"%s\" as one word", first.argument) ;
      return 0 ;
    }
    name = program_of(first.argument) ;
    if (*name && !check_is_found(name))
    {
      finding(check, LEVEL_ERROR, file, 1, "install it, or fix the #! line", "its interpreter %s is missing", name) ;
      return 0 ;
    }
  }
  script->language = language_of(path_last(name)) ;
  return 1 ;
}

/* Returns 0 when there is a carriage return that the interpreter would not accept. */
static int check_carriage_returns (struct check *check, char const *file, struct content const *script)
{
  unsigned int line = 1 ;
  for (size_t i = 0 ; i + 1 < script->len ; i++)
  {
    if (script->text[i] == '\r' && script->text[i + 1] == '\n')
    {
      finding(check, LEVEL_ERROR, file, line, "convert it to Unix line ends (sed -i 's/\\r$//')", "the line ends in a carriage return") ;
      return 0 ;
    }
    if (script->text[i] == '\n') line++ ;
  }
  return 1 ;
}

/* Returns 0, after a finding, when the file cannot be read. */
static int read_content (struct check *check, char const *file, struct content *script)
{
  ssize_t len = file_read(AT_FDCWD, file, content, SCRIPT_MAX) ;
  script->text = content ;
  script->language = LANGUAGE_OTHER ;
  if (len == -1)
  {
    finding(check, LEVEL_WARNING, file, 1, "check as a user who may", "it cannot be read (%s)", strerror(errno)) ;
    return 0 ;
  }
  script->len = (size_t)len ;
  return 1 ;
}

int check_script (struct check *check, char const *file, struct content *script)
{
  struct stat st ;
  if (stat(file, &st) == -1 || !S_ISREG(st.st_mode))
  {
    say_why(check, file, EACCES) ;
    return 0 ;
  }
  if (!(st.st_mode & 0111)) say_why(check, file, EACCES) ; /* continues: there may be more faults */
  if (!read_content(check, file, script)) return 0 ;
  if (script->len >= SELFMAG && !memcmp(script->text, ELFMAG, SELFMAG))
  {
    char why[EXECUTABLE_WHY_MAX] ;
    executable_why_not(file, ENOEXEC, why, sizeof why) ;
    if (st.st_mode & 0111 && strstr(why, "it is a program for ") == why) say_why(check, file, ENOEXEC) ;
    return 0 ;
  }
  if (script->len >= 3 && !memcmp(script->text, "\xef\xbb\xbf", 3))
  {
    finding(check, LEVEL_ERROR, file, 1, "store it without (sed -i '1s/^\\xef\\xbb\\xbf//')", "it begins with a byte order mark") ;
    return 0 ;
  }
  if (script->len < 2 || memcmp(script->text, "#!", 2) != 0)
  {
    say_why(check, file, ENOEXEC) ;
    return 0 ;
  }
  return check_first_line(check, file, script) && check_carriage_returns(check, file, script) && script->len < SCRIPT_MAX ;
}
