#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/path.h"
#include "check/check.h"

#define TEXT_MAX 1024

static void print_plain (char const *text)
{
  for (; *text ; text++) putchar((unsigned char)*text < 32 || *text == 127 ? '?' : *text) ;
}

static void print_member (char const *name, char const *text)
{
  printf("\"%s\":", name) ;
  json_print(text) ;
}

void finding (struct check *check, enum level level, char const *file, unsigned int line, char const *mend, char const *what, ...)
{
  static char const *const names[] = { [LEVEL_ERROR] = "error", [LEVEL_WARNING] = "warning", [LEVEL_HINT] = "hint" } ;
  char path[2 * PATH_MAX] ;
  char text[TEXT_MAX] ;
  va_list arguments ;
  va_start(arguments, what) ;
  /* The analyzer does not follow va_start(). NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
  vsnprintf(text, sizeof text, what, arguments) ;
  va_end(arguments) ;
  if (!*file || !path_join(path, sizeof path, check->path, file)) memcpy(path, check->path, strlen(check->path) + 1) ;
  if (!mend)
  {
    char *colon = strstr(text, ": ") ;
    if (colon)
    {
      *colon = 0 ;
      mend = colon + 2 ;
    }
  }
  if (check->json)
  {
    fputs(check->findings ? ",\n{" : "\n{", stdout) ;
    print_member("file", path) ;
    printf(",\"line\":%u,\"level\":\"%s\",", line, names[level]) ;
    print_member("what", text) ;
    putchar(',') ;
    print_member("mend", mend ? mend : "") ;
    putchar('}') ;
  }
  else
  {
    print_plain(path) ;
    printf(":%u: %s: ", line, names[level]) ;
    print_plain(text) ;
    if (mend)
    {
      fputs(": ", stdout) ;
      print_plain(mend) ;
    }
    putchar('\n') ;
  }
  check->findings++ ;
  if (level == LEVEL_ERROR) check->errors++ ;
}

void findings_begin (struct check const *check)
{
  if (check->json) putchar('[') ;
}

int findings_end (struct check const *check)
{
  if (check->json) puts("\n]") ;
  return !fflush(stdout) && !ferror(stdout) ;
}
