/* The words that the image starts supervisord with: its options count before those of [supervisord]. */

#include <string.h>

#include "migrate/shell/shell.h"
#include "migrate/supervisord/commandline.h"

struct option_name
{
  char letter ;
  char const *name ;
  int has_value ;
} ;

static struct option_name const known[] =
{
  { 'c', "configuration", 1 }, { 'u', "user", 1 }, { 'm', "umask", 1 }, { 'd', "directory", 1 }, { 'n', "nodaemon", 0 }, { 'a', "minfds", 1 },
  { 'e', "loglevel", 1 }, { 'i', "identifier", 1 }, { 'j', "pidfile", 1 }, { 'k', "nocleanup", 0 }, { 'l', "logfile", 1 }, { 'q', "childlogdir", 1 },
  { 's', "silent", 0 }, { 't', "strip_ansi", 0 }, { 'y', "logfile_maxbytes", 1 }, { 'z', "logfile_backups", 1 }, { 0, "minprocs", 1 }, { 0, "profile_options", 1 },
} ;

static struct option_name const *by_letter (char letter)
{
  for (size_t i = 0 ; i < sizeof(known) / sizeof(*known) ; i++)
    if (known[i].letter == letter) return known + i ;
  return 0 ;
}

static struct option_name const *by_name (char const *name, size_t len)
{
  for (size_t i = 0 ; i < sizeof(known) / sizeof(*known) ; i++)
    if (!strncmp(known[i].name, name, len)) return known + i ; /* an abbreviation will do */
  return 0 ;
}

/* `value`: as a word of a shell. */
static void set_option (struct commandline *c, char letter, char const *value)
{
  switch (letter)
  {
    case 'c' : c->file = value ; break ;
    case 'u' : c->user = value ; break ;
    case 'm' : c->umask = value ; break ;
    case 'd' : c->directory = value ; break ;
    case 'a' : c->minfds = value ; break ;
    case 'n' : c->stays = 1 ; break ;
    default : break ;
  }
}

/* -nc FILE, -nkcFILE. Returns 1 if the next word is a value. */
static int read_letters (struct commandline *c, struct pool *pool, char const *word, char const *next)
{
  for (char const *p = word + 1 ; *p ; p++)
  {
    struct option_name const *option = by_letter(*p) ;
    if (!option) return 0 ;
    if (!option->has_value) set_option(c, *p, "") ;
    else
    {
      set_option(c, *p, p[1] ? shell_quote(pool, p + 1) : next) ;
      return !p[1] ;
    }
  }
  return 0 ;
}

/* --user=app, --user app. The same. */
static int read_name (struct commandline *c, struct pool *pool, char const *word, char const *next)
{
  size_t len = strcspn(word + 2, "=") ;
  struct option_name const *option = by_name(word + 2, len) ;
  char const *value = word + 2 + len ;
  if (!option) return 0 ;
  if (!option->has_value) set_option(c, option->letter, "") ;
  else if (*value != '=') set_option(c, option->letter, next) ;
  else set_option(c, option->letter, shell_unquote(pool, word) ? shell_quote(pool, value + 1) : value + 1) ;
  return option->has_value && *value != '=' ;
}

struct commandline *commandline_read (struct pool *pool, struct texts const *words)
{
  struct commandline *c ;
  struct text const *one = words->first ;
  if (!one) return 0 ;
  c = pool_alloc(pool, sizeof(*c)) ;
  *c = (struct commandline){ 0 } ;
  for (one = one->next ; one ; one = one->next)
  {
    char const *plain = shell_unquote(pool, one->text) ;
    char const *word = plain ? plain : one->text ;
    char const *next = one->next ? one->next->text : "" ;
    if (*word != '-' || !word[1] || !strcmp(word, "--")) break ;
    if ((word[1] == '-' ? read_name(c, pool, word, next) : read_letters(c, pool, word, next)) && one->next) one = one->next ;
  }
  return c ;
}

char const *commandline_folder (struct pool *pool, struct commandline const *c)
{
  char const *path = c && c->file ? shell_unquote(pool, c->file) : 0 ;
  char const *slash = path && *path == '/' ? strrchr(path, '/') : 0 ;
  return !slash ? 0 : slash == path ? "/" : pool_copy(pool, path, (size_t)(slash - path)) ;
}
