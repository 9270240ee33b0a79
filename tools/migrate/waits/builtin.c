/* Which check of reeve-exec's own (tcp:, unix:, http://) asks the same as a command? */

#include <stdlib.h>
#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/waits/waits.h"

static int is_port (char const *text)
{
  char const *end ;
  unsigned int port = shell_number(text, 65536, &end) ;
  return port && port <= 65535 && !*end ;
}

/* Only this machine: another host is not a service of this container. */
static int is_local (char const *host)
{
  return shell_one_of(host, "localhost ip6-localhost 127.0.0.1 ::1 [::1] 0.0.0.0") || (!strncmp(host, "127.", 4) && strspn(host, "0123456789.") == strlen(host)) ;
}

static char const *tcp (struct pool *pool, char const *host, char const *port)
{
  if (!is_port(port) || !is_local(host)) return 0 ;
  if (!strcmp(host, "localhost") || !strcmp(host, "0.0.0.0") || !strcmp(host, "ip6-localhost")) return pool_printf(pool, "tcp:%s", port) ;
  return pool_printf(pool, !strcmp(host, "::1") ? "tcp:[%s]:%s" : "tcp:%s:%s", host, port) ;
}

static char const *unix_socket (struct pool *pool, char const *path)
{
  return *path == '/' && strlen(path) < 100 ? pool_printf(pool, "unix:%s", path) : 0 ;
}

/* ---- options: only those that do not change the answer may be skipped ---- */

struct options
{
  char const *plain ; /* letters without a value */
  char const *valued ; /* letters with one */
  char const *discard ; /* letters whose value has to be /dev/null or - */
  char const *words ; /* long ones, without a value or with =VALUE */
  char const *valued_words ; /* long ones whose value is the next word */
} ;

struct reading
{
  struct statement const *statement ;
  unsigned int i ; /* the word that is read */
  struct texts given ; /* letters and long options */
  char const *arguments[3] ;
  unsigned int n ;
} ;

static int is_discarded (char const *value)
{
  return shell_one_of(value, "/dev/null -") ;
}

static int read_letters (struct pool *pool, struct options const *options, struct reading *r, char const *word)
{
  for (char const *p = word + 1 ; *p ; p++)
  {
    texts_add_once(pool, &r->given, pool_copy(pool, p, 1)) ;
    if (strchr(options->plain, *p)) continue ;
    if (strchr(options->valued, *p) || strchr(options->discard, *p))
    {
      char const *value = p[1] ? p + 1 : statement_word(r->statement, ++r->i) ;
      return *value && (strchr(options->valued, *p) || is_discarded(value)) ;
    }
    return 0 ;
  }
  return 1 ;
}

static int read_long (struct pool *pool, struct options const *options, struct reading *r, char const *word)
{
  size_t len = strcspn(word, "=") ;
  char const *name = pool_copy(pool, word, len) ;
  texts_add_once(pool, &r->given, name) ;
  if (shell_one_of(name, "--output --output-document")) return is_discarded(word[len] ? word + len + 1 : statement_word(r->statement, ++r->i)) ;
  if (shell_one_of(name, options->words)) return 1 ;
  if (!shell_one_of(name, options->valued_words)) return 0 ;
  if (!word[len]) r->i++ ;
  return 1 ;
}

/* Looks at the words from `first` on. 0: one of them may matter. */
static int read_words (struct pool *pool, struct statement const *statement, unsigned int first, struct options const *options, struct reading *r)
{
  *r = (struct reading){ .statement = statement, .i = first } ;
  for (; r->i < statement->nwords ; r->i++)
  {
    char const *word = statement_word(statement, r->i) ;
    if (!*word) return 0 ; /* something in it is expanded */
    if (!strncmp(word, "--", 2) && word[2])
    {
      if (!read_long(pool, options, r, word)) return 0 ;
    }
    else if (*word == '-' && word[1] && word[1] != '-')
    {
      if (!read_letters(pool, options, r, word)) return 0 ;
    }
    else if (r->n == 3) return 0 ;
    else r->arguments[r->n++] = word ;
  }
  return 1 ;
}

/* ---- programs ---- */

static char const *of_netcat (struct pool *pool, struct statement const *statement, unsigned int first)
{
  static struct options const options = { "zvnN4U", "wqi", "", "--zero --verbose --wait", "" } ;
  struct reading r ;
  if (!read_words(pool, statement, first + 1, &options, &r)) return 0 ;
  if (!texts_has(&r.given, "z") && !texts_has(&r.given, "--zero")) return 0 ;
  if (texts_has(&r.given, "U")) return r.n == 1 ? unix_socket(pool, r.arguments[0]) : 0 ;
  return r.n == 2 ? tcp(pool, r.arguments[0], r.arguments[1]) : 0 ;
}

static char const *http (struct pool *pool, char const *url)
{
  char const *rest = strncmp(url, "http://", 7) ? url : url + 7 ;
  size_t len = strcspn(rest, "/?#") ;
  char const *host = pool_copy(pool, rest, len) ;
  char const *colon = *host == '[' ? strstr(host, "]:") : strchr(host, ':') ;
  char const *port = !colon ? "80" : *colon == ']' ? colon + 2 : colon + 1 ;
  if (strstr(rest, "://") || strchr(host, '@') || rest[strcspn(rest, "#{}[]") ] == '#' || strpbrk(rest + len, "{}[] ") || (rest[len] && rest[len] != '/')) return 0 ;
  if (colon) host = pool_copy(pool, host, (size_t)(colon - host) + (*colon == ']')) ;
  return is_port(port) && is_local(host) ? pool_printf(pool, "http://%s", rest) : 0 ;
}

/* Without --fail any answer is good, and with --location the last answer counts. No built-in check does that. */
static char const *of_curl (struct pool *pool, struct statement const *statement, unsigned int first)
{
  static struct options const options = { "sSfvq4", "m", "o", "--silent --show-error --fail --fail-with-body --verbose --ipv4 --no-progress-meter", "--max-time --connect-timeout" } ;
  struct reading r ;
  if (!read_words(pool, statement, first + 1, &options, &r) || r.n != 1) return 0 ;
  return texts_has(&r.given, "f") || texts_has(&r.given, "--fail") || texts_has(&r.given, "--fail-with-body") ? http(pool, r.arguments[0]) : 0 ;
}

static char const *of_wget (struct pool *pool, struct statement const *statement, unsigned int first)
{
  static struct options const options = { "qnv", "Tt", "O", "--quiet --spider --no-verbose --timeout --tries", "" } ;
  struct reading r ;
  if (!read_words(pool, statement, first + 1, &options, &r) || r.n != 1) return 0 ;
  if (!texts_has(&r.given, "O") && !texts_has(&r.given, "--output-document") && !texts_has(&r.given, "--spider")) return 0 ; /* it keeps the file */
  return http(pool, r.arguments[0]) ;
}

/* It exits with 0 whatever it is answered. */
static char const *of_redis (struct pool *pool, struct statement const *statement, unsigned int first)
{
  char const *host = "127.0.0.1" ;
  char const *port = "6379" ;
  for (unsigned int i = first + 1 ; i < statement->nwords ; i += 2) /* an option and its value */
  {
    char const *word = statement_word(statement, i) ;
    char const *next = statement_word(statement, i + 1) ;
    if (!strcasecmp(word, "ping")) return i + 1 == statement->nwords ? tcp(pool, host, port) : 0 ;
    if (!strcmp(word, "-s")) return !strcasecmp(statement_word(statement, i + 2), "ping") ? unix_socket(pool, next) : 0 ;
    if (!strcmp(word, "-h")) host = next ;
    else if (!strcmp(word, "-p")) port = next ;
    else return 0 ;
  }
  return 0 ;
}

/* [ -S /run/x.sock ] */
static char const *of_test (struct pool *pool, char const *text)
{
  char const *p = !strncmp(text, "test ", 5) ? text + 5 : text + strspn(text, "[ ") ;
  size_t len ;
  char const *path ;
  if (strncmp(p, "-S ", 3) != 0) return 0 ;
  p += 3 ;
  len = strcspn(p, "]") ;
  while (len && p[len - 1] == ' ') len-- ;
  path = shell_unquote(pool, pool_copy(pool, p, len)) ;
  return path && !strchr(path, ' ') ? unix_socket(pool, path) : 0 ;
}

/* : </dev/tcp/HOST/PORT, echo >/dev/tcp/HOST/PORT, exec 3<>/dev/tcp/HOST/PORT */
static char const *of_redirection (struct pool *pool, struct statement const *statement)
{
  char const *found = 0 ;
  char const *slash ;
  if (statement->nwords && !shell_one_of(statement_word(statement, 0), ": true echo exec printf cat")) return 0 ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
  {
    char const *target = shell_unquote(pool, statement->redirects[i].target) ;
    if (!target || strncmp(target, "/dev/tcp/", 9) != 0) continue ;
    /* cat of what the port says ends only with the connection */
    if (!strcmp(statement_word(statement, 0), "cat") && !statement->redirects[i].is_output) return 0 ;
    found = target + 9 ;
  }
  slash = found ? strchr(found, '/') : 0 ;
  return slash ? tcp(pool, pool_copy(pool, found, (size_t)(slash - found)), slash + 1) : 0 ;
}

static char const *of_command (struct pool *pool, struct statement const *statement, unsigned int first)
{
  char const *name = shell_basename(statement_word(statement, first)) ;
  if (shell_one_of(name, "busybox command")) return of_command(pool, statement, first + 1) ;
  if (!strcmp(name, "timeout"))
  {
    unsigned int i = first + 1 ;
    while (!strcmp(statement_word(statement, i), "-t")) i++ ;
    return duration_ms(statement_word(statement, i)) ? of_command(pool, statement, i + 1) : 0 ;
  }
  if (shell_one_of(name, "sh bash ash dash") && statement_word(statement, first + 1)[0] == '-' && strchr(statement_word(statement, first + 1), 'c'))
    return first + 3 == statement->nwords ? builtin_check(pool, statement_word(statement, first + 2)) : 0 ;
  if (shell_one_of(name, "nc ncat netcat")) return of_netcat(pool, statement, first) ;
  if (!strcmp(name, "curl")) return of_curl(pool, statement, first) ;
  if (!strcmp(name, "wget")) return of_wget(pool, statement, first) ;
  if (shell_one_of(name, "redis-cli valkey-cli keydb-cli")) return of_redis(pool, statement, first) ;
  return 0 ;
}

char const *builtin_check (struct pool *pool, char const *command)
{
  struct source code ;
  struct statement *only = *command ? shell_parse_text(pool, &code, command) : 0 ;
  char const *text ;
  char const *found ;
  while (only && !only->next && !only->background && (only->kind == STATEMENT_SUBSHELL || only->kind == STATEMENT_GROUP)) only = only->body ;
  if (!only || only->next || only->background || only->damaged || only->nassignments) return 0 ;
  for (unsigned int i = 0 ; i < only->nredirects ; i++)
    if (!shell_one_of(only->redirects[i].target, "/dev/null 1 2 -") && !strstr(only->redirects[i].target, "/dev/tcp/")) return 0 ;
  text = source_copy(&code, only->core) ;
  if (only->kind == STATEMENT_TEST || shell_one_of(statement_command(only), "test [")) return of_test(pool, text) ;
  if (only->kind != STATEMENT_COMMAND && only->kind != STATEMENT_OTHER) return 0 ;
  found = of_redirection(pool, only) ;
  return found || !only->nwords ? found : of_command(pool, only, 0) ;
}
