#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "check/check.h"
#include "service/enable_if.h"

#define OTHER_VALUE "\001" /* a value that no line names */
#define VALUE_MAX ENABLE_IF_TEXT_MAX

static int is_about (struct enable_if_line const *a, struct enable_if_line const *b)
{
  return a->name_len == b->name_len && !memcmp(a->name, b->name, a->name_len) ;
}

/* Do all lines up to `last` that are about its variable hold with this value? */
static int hold (char const *text, struct enable_if_line const *last, char const *value)
{
  struct enable_if_line line = { .number = 0 } ;
  while (line.number < last->number && enable_if_next(&text, &line) == 1)
    if (is_about(&line, last) && !enable_if_holds(&line, value)) return 0 ;
  return 1 ;
}

/* Do they hold with one of the values that `line` names? */
static int hold_with (char const *text, struct enable_if_line const *last, struct enable_if_line const *line)
{
  char value[VALUE_MAX + 1] ;
  char const *at = 0 ;
  size_t len ;
  while (line->values && (len = enable_if_value(line, &at)))
  {
    memcpy(value, at, len) ;
    value[len] = 0 ;
    if (hold(text, last, value)) return 1 ;
  }
  return 0 ;
}

/* Tries all that can make a difference: the variable is not set, or has a named value, or another
   one. */
static int can_hold (char const *text, struct enable_if_line const *last)
{
  struct enable_if_line line = { .number = 0 } ;
  char const *at = text ;
  if (hold(text, last, 0) || hold(text, last, OTHER_VALUE)) return 1 ;
  while (line.number < last->number && enable_if_next(&at, &line) == 1)
    if (is_about(&line, last) && hold_with(text, last, &line)) return 1 ;
  return 0 ;
}

static void check_lines (struct check *check, char const *text)
{
  struct enable_if_line line = { .number = 0 } ;
  char const *at = text ;
  char shown[41] ;
  int r ;
  while ((r = enable_if_next(&at, &line)) == 1)
  {
    if (can_hold(text, &line)) continue ;
    finding(check, LEVEL_ERROR, ENABLE_IF_FILE, line.number, "remove one of them", "with the lines above about %.*s, it can never hold: the service is disabled everywhere",
      (int)line.name_len, line.name) ;
    return ;
  }
  if (r == -1)
  {
    size_t len = line.name_len < sizeof shown ? line.name_len : sizeof shown - 1 ;
    memcpy(shown, line.name, len) ;
    shown[len] = 0 ;
    text_make_printable(shown, len) ;
    finding(check, LEVEL_ERROR, ENABLE_IF_FILE, line.number, "allowed: " ENABLE_IF_ALLOWED, "invalid value \"%s\"", shown) ;
  }
}

static int has_condition (char const *text)
{
  struct enable_if_line line = { .number = 0 } ;
  return enable_if_next(&text, &line) != 0 ;
}

void check_condition (struct check *check)
{
  char text[ENABLE_IF_TEXT_MAX + 2] ;
  struct stat st ;
  ssize_t n ;
  if (stat(ENABLE_IF_FILE, &st) == -1 && errno == ENOENT) return ;
  if (check->is_logger)
  {
    finding(check, LEVEL_WARNING, ENABLE_IF_FILE, 1, "remove it", "a logger has none: it runs when its service does") ;
    return ;
  }
  errno = EINVAL ;
  n = S_ISDIR(st.st_mode) ? (errno = EISDIR, -1) : !S_ISREG(st.st_mode) ? -1 : file_read(AT_FDCWD, ENABLE_IF_FILE, text, ENABLE_IF_TEXT_MAX + 1) ;
  if (n < 0) finding(check, LEVEL_ERROR, ENABLE_IF_FILE, 1, "make it a file that everybody may read", "it cannot be read (%s)", strerror(errno)) ;
  else if (n > ENABLE_IF_TEXT_MAX || strlen(text) < (size_t)n) finding(check, LEVEL_ERROR, ENABLE_IF_FILE, 1, "allowed: " ENABLE_IF_ALLOWED, "invalid content") ;
  else if (!has_condition(text)) finding(check, LEVEL_WARNING, ENABLE_IF_FILE, 1, "remove it, or write NAME or NAME=VALUE", "no condition in it, so that it has no effect") ;
  else check_lines(check, text) ;
}
