#include <string.h>

#include "advice/daemons.h"
#include "migrate/command/image.h"
#include "migrate/shell/shell.h"
#include "migrate/text/root.h"

#define WORDS_MAX 64

/* The program's file in the image, as its PATH finds it; 0: there is none, or no image. */
static char const *image_program (struct plan *plan, char const *name)
{
  static char const *const folders[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin" } ;
  if (plan->root == ROOT_NONE) return 0 ;
  if (*name == '/') return root_has(plan->root, name) ? name : 0 ;
  for (size_t i = 0 ; i < sizeof(folders) / sizeof(*folders) ; i++)
  {
    char const *path = pool_printf(plan->pool, "%s/%s", folders[i], name) ;
    if (root_has(plan->root, path)) return path ;
  }
  return 0 ;
}

static int has_user (struct plan *plan, char const *user)
{
  char const *passwd = root_read(plan->pool, plan->root, "/etc/passwd") ;
  char const *line = pool_printf(plan->pool, "%s:", user) ;
  if (!passwd) return 1 ; /* not known */
  for (char const *p = passwd ; p ; p = strchr(p, '\n'))
  {
    p += *p == '\n' ;
    if (!strncmp(p, line, strlen(line))) return 1 ;
  }
  return 0 ;
}

int image_nginx_stays (char const *configuration)
{
  for (char const *p = configuration ; p && *p ; p = strchr(p, '\n'))
  {
    size_t blank ;
    p += strspn(p, "\n") ;
    p += strspn(p, " \t") ;
    if (strncmp(p, "daemon", 6) != 0) continue ;
    blank = strspn(p + 6, " \t") ;
    if (blank && !strncmp(p + 6 + blank, "off", 3) && strchr(" \t;", p[9 + blank])) return 1 ;
  }
  return 0 ;
}

char const *image_nginx_reads (char const *const *argv)
{
  for (unsigned int i = 1 ; argv[i] ; i++)
    if (!strncmp(argv[i], "-c", 2)) return argv[i][2] ? argv[i] + 2 : argv[i + 1] ;
  return 0 ;
}

/* echo "daemon off;" >>FILE, sed -i '1i daemon off;' FILE, or a line of a here-document */
static int script_writes_it (struct plan const *plan)
{
  char const *text = plan->kind == INPUT_SCRIPT ? source_uncommented(plan->source) : "" ;
  for (size_t len ; *text ; text += len + (text[len] == '\n'))
  {
    char const *line = pool_copy(plan->pool, text, len = strcspn(text, "\n")) ;
    char const *at = strstr(line, "daemon off") ;
    if (at && !strstr(line, "-g") && (at == line + strspn(line, " \t") || strchr(line, '>') || shell_mentions(line, "sed") || shell_mentions(line, "tee"))) return 1 ;
  }
  return 0 ;
}

int image_nginx_stays_with (struct plan const *plan, char const *const *argv)
{
  char const *file = image_nginx_reads(argv) ;
  if (script_writes_it(plan)) return 1 ;
  if (!file || !strcmp(shell_basename(file), "nginx.conf")) return plan->nginx_stays ;
  for (struct configuration const *one = plan->configurations ; one ; one = one->next)
    if (!strcmp(one->path, file)) return image_nginx_stays(one->text) ;
  for (struct text const *run = plan->image_runs.first ; run ; run = run->next)
    if (strstr(run->text, file) && strstr(run->text, "daemon off")) return 1 ;
  return 0 ;
}

int image_refuses_twice (char const *const *argv)
{
  return argv[0] && shell_one_of(shell_basename(argv[0]), "nginx openresty angie tengine") ;
}

int image_leaves_as_it_is (struct plan *plan, struct service *service, uint32_t line, char const *const *argv, int is_certain)
{
  int stays ;
  if (!image_refuses_twice(argv)) return 0 ;
  stays = image_nginx_stays_with(plan, argv) ;
  if ((stays || is_certain) && service->claim)
    service->claim->what = pool_printf(plan->pool, "%s (as it is: its configuration keeps it in the foreground%s)", service->claim->what,
      stays ? "" : ", or else the container would have ended at once") ;
  else plan_todo(plan, service, service->claim, line,
    "it is left as it is, as something kept it in the foreground: look for daemon off in its configuration, and in scripts that write it; "
    "if it is not there, add -g 'daemon off;' (nginx refuses to start with both)") ;
  return 1 ;
}

/* ---- daemons whose init scripts are known ---- */

static char const *const *words (struct plan *plan, char const *const *from)
{
  unsigned int n = 0 ;
  char const **argv ;
  while (from[n]) n++ ;
  argv = pool_alloc(plan->pool, (n + 1) * sizeof(*argv)) ;
  memcpy(argv, from, (n + 1) * sizeof(*argv)) ;
  return argv ;
}

/* mysqld or its successor, and the folder of its socket, in /run. */
static int find_mysql (struct plan *plan, struct image_daemon *found)
{
  char const *program = image_program(plan, "mariadbd") ? "mariadbd" : image_program(plan, "mysqld") ? "mysqld" : 0 ;
  if (!program) return 0 ;
  found->argv = words(plan, (char const *const[]){ program, "--user=mysql", 0 }) ;
  if (has_user(plan, "mysql")) texts_add(plan->pool, &found->before, "install -d -m 755 -o mysql -g root /run/mysqld") ;
  return 1 ;
}

/* path: 13/main */
static void set_postgresql (struct plan *plan, struct image_daemon *found, char const *path)
{
  found->argv = words(plan, (char const *const[]){ pool_printf(plan->pool, "/usr/lib/postgresql/%.*s/bin/postgres", (int)strcspn(path, "/"), path), "-D",
    pool_printf(plan->pool, "/var/lib/postgresql/%s", path), "-c", pool_printf(plan->pool, "config_file=/etc/postgresql/%s/postgresql.conf", path), 0 }) ;
  found->user = "postgres" ;
  texts_add(plan->pool, &found->before, "install -d -m 2775 -o postgres -g postgres /run/postgresql") ;
}

/* Debian's: one cluster of one version, which pg_ctlcluster would start. */
static int find_postgresql (struct plan *plan, struct image_daemon *found)
{
  struct texts versions = { 0 } ;
  char const *path = 0 ;
  unsigned int n = 0 ;
  root_list(plan->pool, plan->root, "/etc/postgresql", &versions) ;
  for (struct text const *version = versions.first ; version ; version = version->next)
  {
    struct texts clusters = { 0 } ;
    root_list(plan->pool, plan->root, pool_printf(plan->pool, "/etc/postgresql/%s", version->text), &clusters) ;
    for (struct text const *cluster = clusters.first ; cluster ; cluster = cluster->next, n++) path = pool_printf(plan->pool, "%s/%s", version->text, cluster->text) ;
  }
  if (n > 1)
  {
    found->starts = "several clusters, a postgres each: one service for each of those that pg_lsclusters names" ;
    return 1 ;
  }
  if (!n)
  {
    versions = (struct texts){ 0 } ;
    root_list(plan->pool, plan->root, "/usr/lib/postgresql", &versions) ;
    if (versions.first && !versions.first->next)
      found->starts = pool_printf(plan->pool, "/usr/lib/postgresql/%s/bin/postgres, when there is a cluster: the image has none in /etc/postgresql", versions.first->text) ;
    return !!found->starts ;
  }
  set_postgresql(plan, found, path) ;
  if (!root_has(plan->root, found->argv[0]))
  {
    found->starts = pool_printf(plan->pool, "%s, which the image does not have", found->argv[0]) ;
    found->argv = 0 ;
    found->user = 0 ;
    found->before = (struct texts){ 0 } ;
  }
  return 1 ;
}

/* apt-get install postgresql-13: the package makes the cluster 13/main. "": several, or something else makes clusters. */
static char const *installed_postgresql (struct plan *plan)
{
  char const *found = 0 ;
  for (struct text const *run = plan->image_runs.first ; run ; run = run->next)
  {
    if (strstr(run->text, "createcluster") || strstr(run->text, "create_main_cluster") || strstr(run->text, "pg_dropcluster") || strstr(run->text, "pg_renamecluster")) return "" ;
    for (char const *p = run->text ; strstr(run->text, "apt") && (p = strstr(p, "postgresql-")) ; p++)
    {
      size_t len = strspn(p + 11, "0123456789") ;
      char const *version ;
      if (!len || (p > run->text && !strchr(" \t\n", p[-1])) || (p[11 + len] && !strchr(" \t\n;&=\\-", p[11 + len]))) continue ;
      version = pool_copy(plan->pool, p + 11, len) ;
      if (found && strcmp(found, version) != 0) return "" ;
      found = version ;
    }
  }
  return found ? found : "" ;
}

static int find_installed_postgresql (struct plan *plan, struct image_daemon *found)
{
  char const *version = installed_postgresql(plan) ;
  if (!*version) return 0 ;
  set_postgresql(plan, found, pool_printf(plan->pool, "%s/main", version)) ;
  return 1 ;
}

/* ---- any other: what its start-stop-daemon executes ---- */

struct scripting
{
  struct plan *plan ;
  struct source code ;
  struct texts names ; /* of variables */
  struct texts values ; /* of these, in the same order */
  char const *program ;
  char const *user ;
  char const *arguments ;
  char const *also ;
  int detached ; /* it stays in the foreground: start-stop-daemon is what forks */
} ;

static char const *value_of (struct scripting const *s, char const *name)
{
  struct text const *value = s->values.first ;
  char const *found = 0 ;
  for (struct text const *one = s->names.first ; one && value ; one = one->next, value = value->next)
    if (!strcmp(one->text, name)) found = value->text ;
  return found ;
}

/* Expands the variables that the file sets; 0: it has others, or more than variables. */
static char const *expand (struct scripting const *s, char const *raw, unsigned int depth)
{
  struct pool *pool = s->plan->pool ;
  char const *out = "" ;
  while (*raw)
  {
    size_t len = strcspn(raw, "$`\"'\\") ;
    out = pool_printf(pool, "%s%.*s", out, (int)len, raw) ;
    raw += len ;
    if (*raw == '"' || *raw == '\'') raw++ ;
    else if (*raw == '$' && depth < 5)
    {
      int braced = raw[1] == '{' ;
      char const *name = raw + 1 + braced ;
      char const *value ;
      len = strspn(name, NAME_LETTERS) ;
      value = len ? value_of(s, pool_copy(pool, name, len)) : 0 ;
      if (braced && name[len] == ':' && name[len + 1] == '-' && !value)
      {
        size_t end = strcspn(name, "}") ;
        value = pool_copy(pool, name + len + 2, end - len - 2) ;
        len = end ;
      }
      if (!value || (braced && name[len] != '}')) return 0 ;
      out = pool_printf(pool, "%s%s", out, expand(s, value, depth + 1) ? expand(s, value, depth + 1) : "") ;
      raw = name + len + braced ;
    }
    else if (*raw) return 0 ;
  }
  return out ;
}

static int read_assignment (struct statement *statement, void *data)
{
  struct scripting *s = data ;
  char const *text = source_copy(&s->code, statement->range) ;
  size_t len = strcspn(text, "=") ;
  if (statement->kind != STATEMENT_ASSIGNMENT || statement->nassignments > 1 || !text[len]) return 0 ;
  if (strpbrk(text + len, "`") || strstr(text, "$(")) return 0 ;
  texts_add(s->plan->pool, &s->names, pool_copy(s->plan->pool, text, len)) ;
  texts_add(s->plan->pool, &s->values, text + len + 1) ;
  return 0 ;
}

static void read_variables (struct scripting *s, char const *text)
{
  if (!text) return ;
  for (struct statement *one = shell_parse_text(s->plan->pool, &s->code, text) ; one ; one = one->next) statement_walk(one, &read_assignment, s) ;
}

static void read_start (struct scripting *s, struct statement const *statement)
{
  struct pool *pool = s->plan->pool ;
  char const *program = 0 ;
  char const *arguments = "" ;
  int starts = 0 ;
  unsigned int i = 1 ;
  for (; i < statement->nwords && strcmp(statement->words[i].raw, "--") != 0 ; i++)
  {
    char const *raw = statement->words[i].raw ;
    char const *next = i + 1 < statement->nwords ? statement->words[i + 1].raw : "" ;
    if (shell_one_of(raw, "--start -S")) starts = 1 ;
    else if (shell_one_of(raw, "--test -t")) return ;
    else if (shell_one_of(raw, "-x --exec -a --startas")) program = expand(s, next, 0) ;
    else if (shell_one_of(raw, "-c --chuid")) s->user = expand(s, next, 0) ;
    else if (shell_one_of(raw, "-b --background")) s->detached = 1 ;
  }
  for (i++ ; i < statement->nwords ; i++)
  {
    char const *word = expand(s, statement->words[i].raw, 0) ;
    if (!word) word = statement->words[i].raw ;
    arguments = pool_printf(pool, "%s %s", arguments, word) ;
  }
  if (!starts || !program || !*program) return ;
  s->program = program ;
  s->arguments = arguments ;
}

static int read_command (struct statement *statement, void *data)
{
  struct scripting *s = data ;
  char const *command = statement_command(statement) ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  if (!strcmp(command, "start-stop-daemon")) read_start(s, statement) ;
  else if (shell_one_of(command, "mkdir install chown chmod ssh-keygen modprobe sysctl"))
  {
    char const *text = expand(s, source_copy(&s->code, statement->range), 0) ;
    if (!text) text = source_copy(&s->code, statement->range) ;
    s->also = s->also ? pool_printf(s->plan->pool, "%s; %s", s->also, text) : text ;
  }
  return 0 ;
}

static void find_any (struct plan *plan, char const *name, struct image_daemon *found)
{
  struct scripting s = { .plan = plan } ;
  char const *text = root_read(plan->pool, plan->root, pool_printf(plan->pool, "/etc/init.d/%s", name)) ;
  char const *argv[WORDS_MAX] ;
  char const *foreground[WORDS_MAX] ;
  struct daemon_advice advice ;
  unsigned int n = 0 ;
  if (!text) return ;
  read_variables(&s, text) ;
  read_variables(&s, root_read(plan->pool, plan->root, pool_printf(plan->pool, "/etc/default/%s", name))) ;
  for (struct statement *one = shell_parse_text(plan->pool, &s.code, text) ; one ; one = one->next) statement_walk(one, &read_command, &s) ;
  if (!s.program)
  {
    char const *daemon = value_of(&s, "DAEMON") ;
    s.program = daemon ? expand(&s, daemon, 0) : 0 ;
    s.arguments = "" ;
    if (s.program) found->starts = pool_printf(plan->pool, "%s, with arguments that are not found here", s.program) ;
    return ;
  }
  found->also = s.also ;
  found->user = s.user && strcmp(s.user, "root") != 0 ? s.user : 0 ;
  argv[n++] = s.program ;
  for (char const *p = s.arguments ; *(p += strspn(p, " \t\n")) && n + 1 < WORDS_MAX ; p += strcspn(p, " \t\n"))
    argv[n++] = pool_copy(plan->pool, p, strcspn(p, " \t\n")) ;
  argv[n] = 0 ;
  found->starts = pool_printf(plan->pool, "%s%s", s.program, s.arguments) ;
  if (strpbrk(found->starts, "$`")) return ; /* not all of it is known */
  daemon_look(argv, &advice) ;
  if (s.detached || advice.stays == DAEMON_IN_FOREGROUND) found->argv = words(plan, argv) ;
  else if (daemon_foreground(argv, foreground, WORDS_MAX)) found->argv = words(plan, foreground) ;
}

void image_init_script (struct plan *plan, char const *name, struct image_daemon *found)
{
  *found = (struct image_daemon){ 0 } ;
  if (plan->root == ROOT_NONE && shell_one_of(name, "postgresql postgres") && find_installed_postgresql(plan, found)) return ;
  if (plan->root == ROOT_NONE || strchr(name, '/')) return ;
  if (shell_one_of(name, "mysql mariadb mysqld") && find_mysql(plan, found)) return ;
  if (shell_one_of(name, "postgresql postgres") && find_postgresql(plan, found)) return ;
  find_any(plan, name, found) ;
}

/* ---- what is not there ---- */

static char const *user_of (struct service const *service)
{
  for (struct text const *one = service->options.first ; one ; one = one->next)
    if (!strcmp(one->text, "--user") && one->next) return one->next->text ;
  return 0 ;
}

static void check_user (struct plan *plan, struct service const *service)
{
  char const *user = user_of(service) ;
  char const *name = user ? pool_copy(plan->pool, user, strcspn(user, ":")) : "" ;
  if (!*name || strpbrk(name, "$`\"'") || strchr("0123456789", *name) || has_user(plan, name)) return ;
  texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool, "%s: there is no user %s in the image's /etc/passwd", service->name, name)) ;
}

static void check_program (struct plan *plan, struct service const *service)
{
  char const *command = service->command ? service->command : "" ;
  char const *word = pool_copy(plan->pool, command, strcspn(command, " \t\n")) ;
  char const *name = shell_unquote(plan->pool, word) ;
  if (!name || !*name || strchr(name, '=') || (strchr(name, '/') && *name != '/') || image_program(plan, name)) return ;
  texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool, "%s: there is no %s in the image", service->name, name)) ;
}

void image_check (struct plan *plan)
{
  if (plan->root == ROOT_NONE) return ;
  for (struct service *service = plan->services ; service ; service = service->next)
  {
    check_user(plan, service) ;
    check_program(plan, service) ;
  }
}
