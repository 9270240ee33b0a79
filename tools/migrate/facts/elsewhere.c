/* Which service of the script does a condition ask, if it does not ask another host? */

#include <string.h>

#include "migrate/facts/facts.h"

/* The first word behind the options is a host. */
static struct
{
  char const *program ;
  char const *values ; /* letters of options that take a value */
} const askers[] =
{
  { "nc", "wipsXx" }, { "ncat", "wipsXx" }, { "netcat", "wipsXx" }, { "telnet", "bel" }, { "ping", "cWwisIt" }, { "fping", "citB" }, { "nslookup", "" },
  { "dig", "pqtcx" }, { "cqlsh", "eupktf" }, { "getent hosts", "" }, { "getent ahosts", "" }, { "ssh", "piloFJ" },
} ;

/* `$HOST` may be both: `unknown` is the answer for that. */
static int is_here (char const *host, size_t len, int unknown)
{
  char name[256] ;
  if (!strncmp(host, "$(hostname", 10) || !strncmp(host, "$HOSTNAME", 9)) return 1 ;
  if (len && *host == '$') return unknown ;
  if (!len || len >= sizeof(name) || *host == '/') return 1 ;
  memcpy(name, host, len) ;
  name[len] = 0 ;
  return shell_one_of(name, "localhost 127.0.0.1 ::1 [::1] 0.0.0.0 localhost.localdomain") || !strncmp(name, "127.", 4)
   || strspn(name, "0123456789") == len ;
}

/* Is there a host behind one of the marks that is not this one? USER:PASSWORD@ may be before it. */
static int host_after (char const *condition, char const *mark, char const *end, int unknown)
{
  char const *p = condition ;
  while ((p = strstr(p, mark)))
  {
    char const *host = p + strlen(mark) ;
    size_t at ;
    host += strspn(host, " \"'=") ;
    at = strcspn(host, " \t\n\"'/@") ;
    if (host[at] == '@' && !strcmp(mark, "://")) host += at + 1 ;
    if (*host != '-' && !is_here(host, strcspn(host, end), unknown)) return 1 ;
    p++ ;
  }
  return 0 ;
}

/* Behind the program's options */
static char const *first_word (char const *p, char const *values)
{
  while (strchr("-+@", *(p += strspn(p, " "))) && *p)
  {
    size_t len = strcspn(p, " ") ;
    int takes_value = len >= 2 && *p == '-' && strchr(values, p[len - 1]) ;
    p += len ;
    if (!takes_value) continue ;
    p += strspn(p, " ") ;
    p += strcspn(p, " ") ;
  }
  return p + strspn(p, "\"'") ;
}

static int program_asks_elsewhere (char const *condition, char const *program, char const *values, int unknown)
{
  size_t len = strlen(program) ;
  for (char const *p = condition ; (p = strstr(p, program)) ; p += len)
  {
    char const *host ;
    if ((p > condition && !strchr(" \t\n;&|(!{`/", p[-1])) || p[len] != ' ') continue ;
    host = first_word(p + len, values) ;
    if (!is_here(host, strcspn(host, " \"';|&)@<>"), unknown) || (host[strcspn(host, " @")] == '@' && !is_here(host + strcspn(host, "@") + 1, strcspn(host, " \"';|&)"), unknown))) return 1 ;
  }
  return 0 ;
}

/* curl "$API_URL": the address as a whole */
static int has_address_variable (char const *condition)
{
  static char const *const marks[] = { "URL", "URI", "DSN", "HOST", "ADDR", "SERVER", "ENDPOINT", "BROKER", "CONNECTION_STRING" } ;
  for (char const *p = condition ; (p = strchr(p, '$')) ; p++)
  {
    char name[128] ;
    char const *begin = p + 1 + (p[1] == '{') ;
    size_t len = strspn(begin, NAME_LETTERS) ;
    if (p > condition && !strchr(" \"'=", p[-1])) continue ;
    if (len >= sizeof(name)) continue ;
    memcpy(name, begin, len) ;
    name[len] = 0 ;
    for (size_t i = 0 ; strcmp(name, "HOSTNAME") != 0 && i < ROWS(marks) ; i++)
      if (strcasestr(name, marks[i])) return 1 ;
  }
  return 0 ;
}

static int asks_elsewhere (char const *condition, int unknown)
{
  static char const *const waiters[] = { "wait-for-it ", "wait-for-it.sh ", "wait-for ", "wait-for.sh ", "wait4ports ", "--bootstrap-server", "-n rabbit@" } ;
  if (host_after(condition, "/dev/tcp/", "/ \"'", unknown) || host_after(condition, "://", ":/ \"')", unknown) || host_after(condition, "--host", " \"';", unknown)) return 1 ;
  for (size_t i = 0 ; i < ROWS(waiters) ; i++)
    if (host_after(condition, waiters[i], ": \"'", unknown)) return 1 ;
  if ((shell_mentions(condition, "pg_isready") || shell_mentions(condition, "redis-cli") || shell_mentions(condition, "mysqladmin") || shell_mentions(condition, "psql")
   || shell_mentions(condition, "mysql")) && host_after(condition, " -h", " \"';", unknown)) return 1 ;
  for (size_t i = 0 ; i < ROWS(askers) ; i++)
    if (program_asks_elsewhere(condition, askers[i].program, askers[i].values, unknown)) return 1 ;
  return !unknown && has_address_variable(condition) ;
}

/* ---- a service that reads a FIFO ---- */

/* Is there a writer by now? <>FIFO is one, too. */
static int has_writer (struct analysis *a, struct service const *service, char const *fifo)
{
  for (unsigned int i = 0 ; i < service->npieces ; i++)
    if (strstr(a->plan->pieces[i].text, ">") && strstr(a->plan->pieces[i].text, fifo)) return 1 ;
  for (struct service const *one = a->plan->services ; one && one != service ; one = one->next)
  {
    char const *at = strstr(one->redirects, fifo) ;
    if (at && strcspn(one->redirects, ">") < (size_t)(at - one->redirects)) return 1 ;
  }
  return 0 ;
}

/* Does the script make it, or send its own output there? */
static int is_fifo (struct analysis *a, char const *path)
{
  for (char const *p = a->source->text ; (p = strstr(p, path)) ; p++)
  {
    char const *line = p ;
    while (line > a->source->text && line[-1] != '\n') line-- ;
    if (memmem(line, (size_t)(p - line), "mkfifo", 6) || memmem(line, (size_t)(p - line), "mknod", 5) || (memmem(line, (size_t)(p - line), "exec", 4) && memchr(line, '>', (size_t)(p - line)))) return 1 ;
  }
  return 0 ;
}

/* Who waits for its answer would wait for ever. */
static int waits_for_writer (struct analysis *a, struct service const *service)
{
  char const *p = strchr(service->redirects, '<') ;
  char const *path ;
  if (!p || strchr("<&(>", p[1])) return 0 ;
  p += 1 + strspn(p + 1, " \"") ;
  path = pool_copy(a->pool, p, strcspn(p, " \"<>&")) ;
  return *path && strcmp(path, "/dev/null") != 0 && is_fifo(a, path) && !has_writer(a, service, path) ;
}

/* if [ "$LOCAL_DB" = 1 ]; then mysqld & fi, behind which the script also waits where it has not started that. */
static int may_be_missing_here (struct analysis *a, struct service const *service)
{
  int is_on_condition = 0 ;
  for (struct text const *one = service->conditions.first ; one ; one = one->next)
    is_on_condition |= !texts_has(&a->conditions, one->text) && !texts_has(&a->otherwise, one->text) ;
  for (struct service const *one = a->plan->services ; is_on_condition && one ; one = one->next)
    if (are_exclusive(a, one, service)) return 0 ; /* another one in its place */
  return is_on_condition ;
}

struct service *asked_service (struct analysis *a, char const *condition, int *certain)
{
  char const *meant = with_known_values(a, condition) ;
  struct service *service ;
  if (!a->plan->services || asks_elsewhere(meant, 1)) return 0 ;
  service = probed_service(a, meant, certain) ;
  if (!service || ((!*certain || may_be_missing_here(a, service)) && asks_elsewhere(meant, 0))) return 0 ;
  return waits_for_writer(a, service) ? 0 : service ;
}
