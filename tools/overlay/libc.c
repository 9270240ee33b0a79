/* Stands in for what musl has larger, in the overlay alone: musl's own look-ups of
   accounts ask a name service too, its setuid(), setrlimit() and fork() all threads,
   its printf() knows floating point, which is done in software on arm64, and its
   strstr() and qsort() are for more than our services. Together they would be a
   fifth of /init. */

#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/stralloc.h>
#include <skalibs/types.h>
#include <skalibs/uint32.h>
#include <skalibs/uint64.h>

/* ---- accounts: /etc/passwd and /etc/group, and nothing else ---- */

#define PASSWD_FIELDS 7
#define GROUP_FIELDS 4

static stralloc table = STRALLOC_ZERO ;
static char *next_line ;

static int open_table (char const *path)
{
  table.len = 0 ;
  if (!openslurpclose(&table, path) || !stralloc_0(&table)) return 0 ;
  next_line = table.s ;
  return 1 ;
}

/* The next line that has that many fields; the last one is the rest. */
static int read_fields (char **field, unsigned int n)
{
  while (*next_line)
  {
    char *at = next_line ;
    char *end = strchrnul(at, '\n') ;
    unsigned int i = 0 ;
    next_line = end + !!*end ;
    *end = 0 ;
    for (; at && i < n ; i++)
    {
      field[i] = at ;
      at = i < n - 1 ? strchr(at, ':') : 0 ;
      if (at) *at++ = 0 ;
    }
    if (i == n) return 1 ;
  }
  return 0 ;
}

static struct passwd *find_account (char const *name, uid_t uid)
{
  static struct passwd found ;
  char *field[PASSWD_FIELDS] ;
  if (!open_table("/etc/passwd")) return 0 ;
  while (read_fields(field, PASSWD_FIELDS))
  {
    found = (struct passwd) { .pw_name = field[0], .pw_passwd = field[1], .pw_gecos = field[4], .pw_dir = field[5], .pw_shell = field[6] } ;
    if (!uint320_scan(field[2], &found.pw_uid) || !uint320_scan(field[3], &found.pw_gid)) continue ;
    if (name ? !strcmp(name, field[0]) : uid == found.pw_uid) return &found ;
  }
  return 0 ;
}

struct passwd *getpwnam (char const *name) { return find_account(name, 0) ; }
struct passwd *getpwuid (uid_t uid) { return find_account(0, uid) ; }

struct group *getgrnam (char const *name)
{
  static struct group found ;
  char *field[GROUP_FIELDS] ;
  if (!open_table("/etc/group")) return 0 ;
  while (read_fields(field, GROUP_FIELDS))
    if (!strcmp(name, field[0]) && uint320_scan(field[2], &found.gr_gid)) return &found ;
  return 0 ;
}

static int is_member (char const *user, char const *members)
{
  size_t len = strlen(user) ;
  while (*members)
  {
    size_t one = strcspn(members, ",") ;
    if (one == len && !memcmp(members, user, len)) return 1 ;
    members += one + !!members[one] ;
  }
  return 0 ;
}

int getgrouplist (char const *user, gid_t gid, gid_t *groups, int *n)
{
  char *field[GROUP_FIELDS] ;
  int max = *n ;
  groups[0] = gid ;
  *n = 1 ;
  if (!open_table("/etc/group")) return errno == ENOENT ? 1 : -1 ;
  while (read_fields(field, GROUP_FIELDS))
  {
    uint32_t one ;
    if (!is_member(user, field[3]) || !uint320_scan(field[2], &one) || one == gid) continue ;
    if (*n == max) return -1 ;
    groups[(*n)++] = one ;
  }
  return *n ;
}

/* ---- identity, limits and processes: there is one thread ---- */

int setuid (uid_t uid) { return (int)syscall(SYS_setuid, uid) ; }
int setgid (gid_t gid) { return (int)syscall(SYS_setgid, gid) ; }
int setgroups (size_t n, gid_t const *groups) { return (int)syscall(SYS_setgroups, n, groups) ; }
/* What musl's setrlimit() has done by every thread. */
void __synccall (void (*done) (void *), void *data) { done(data) ; }
pid_t fork (void) { return _Fork() ; }

/* ---- texts and arrays: short ones ---- */

char *strstr (char const *text, char const *wanted)
{
  size_t len = strlen(wanted) ;
  while (strncmp(text, wanted, len) != 0)
    if (!*text++) return 0 ;
  return (char *)text ;
}

static void swap (char *a, char *b, size_t len)
{
  while (len--)
  {
    char c = a[len] ;
    a[len] = b[len] ;
    b[len] = c ;
  }
}

/* Shell's sort. */
void qsort (void *base, size_t n, size_t width, int (*compare) (void const *, void const *))
{
  char *items = base ;
  for (size_t gap = n / 2 ; gap ; gap /= 2)
    for (size_t i = gap ; i < n ; i++)
      for (size_t j = i ; j >= gap && compare(items + (j - gap) * width, items + j * width) > 0 ; j -= gap)
        swap(items + (j - gap) * width, items + j * width, width) ;
}

/* ---- printf: %s %d %u %x %m %%, with -, 0, width, precision, l, j, z ---- */

struct conversion
{
  int left ; /* - */
  int zeros ; /* 0 */
  int width ;
  int precision ; /* -1: none */
  int wide ; /* l, j, z: 64 bits */
} ;

static char const *parse_number (char const *format, int *n)
{
  for (*n = 0 ; *format >= '0' && *format <= '9' ; format++) *n = *n * 10 + *format - '0' ;
  return format ;
}

static size_t fill (FILE *f, char c, int n)
{
  for (int i = 0 ; i < n ; i++) putc(c, f) ;
  return n > 0 ? (size_t)n : 0 ;
}

static size_t write_text (FILE *f, struct conversion const *c, char const *text)
{
  size_t len = c->precision >= 0 ? strnlen(text, (size_t)c->precision) : strlen(text) ;
  int padding = c->width - (int)len ;
  size_t n = len ;
  if (!c->left) n += fill(f, c->zeros ? '0' : ' ', padding) ;
  fwrite(text, 1, len, f) ;
  if (c->left) n += fill(f, ' ', padding) ;
  return n ;
}

static size_t write_number (FILE *f, struct conversion const *c, uint64_t n, int negative, int hexadecimal)
{
  char text[UINT64_FMT + 1] ;
  text[0] = '-' ;
  text[negative + (int)(hexadecimal ? uint64_xfmt(text + negative, n) : uint64_fmt(text + negative, n))] = 0 ;
  return write_text(f, c, text) ;
}

static size_t write_signed (FILE *f, struct conversion const *c, int64_t n)
{
  return write_number(f, c, n < 0 ? -(uint64_t)n : (uint64_t)n, n < 0, 0) ;
}

int vfprintf (FILE *restrict f, char const *restrict text, va_list list)
{
  char const *format = text ;
  int err = errno ;
  size_t total = 0 ;
  while (*format)
  {
    size_t len = strcspn(format, "%") ;
    struct conversion c = { .precision = -1 } ;
    total += fwrite(format, 1, len, f) ;
    format += len ;
    if (!*format++) break ;
    for (; *format == '-' || *format == '0' ; format++) *(*format == '-' ? &c.left : &c.zeros) = 1 ;
    if (*format != '*') format = parse_number(format, &c.width) ;
    else
    {
      c.width = va_arg(list, int) ;
      format++ ;
    }
    if (*format == '.' && *++format != '*') format = parse_number(format, &c.precision) ;
    else if (*format == '*')
    {
      c.precision = va_arg(list, int) ;
      format++ ;
    }
    for (; *format == 'l' || *format == 'j' || *format == 'z' ; format++) c.wide = 1 ;
    switch (*format++)
    {
      case 's' : total += write_text(f, &c, va_arg(list, char const *)) ; break ;
      case 'm' : total += write_text(f, &c, strerror(err)) ; break ;
      case '%' : total += write_text(f, &c, "%") ; break ;
      case 'd' : total += write_signed(f, &c, c.wide ? va_arg(list, int64_t) : va_arg(list, int)) ; break ;
      case 'u' :
      case 'x' : total += write_number(f, &c, c.wide ? va_arg(list, uint64_t) : va_arg(list, unsigned int), 0, format[-1] == 'x') ; break ;
      default : abort() ; /* one that is not known here */
    }
  }
  return ferror(f) ? -1 : (int)total ;
}
