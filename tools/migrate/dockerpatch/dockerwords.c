/* What a word that the image executes may be: a file of the build context, a starter of other
   programs, a script, or, if the Dockerfile does not name the input, perhaps the input. */

#include <string.h>

#include "migrate/command/procrunners.h"
#include "migrate/dockerpatch/starting.h"
#include "migrate/shell/shell.h"

char const *dockerfile_source_of (struct dockerfile const *dockerfile, char const *path)
{
  struct pool *pool = dockerfile->source->pool ;
  char const *name = shell_basename(path) ;
  char const *found = 0 ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(dockerfile, one, "COPY ADD")) ; ) /* a later one takes its place */
  {
    struct copying const *copying = one->copying ;
    for (struct text const *source = copying->from_stage ? 0 : copying->sources.first ; source ; source = source->next)
      if (!strcmp(shell_basename(copying_path(pool, copying, source->text)), name)) found = source->text ;
  }
  return found ;
}

int is_starter (char const *word)
{
  return shell_one_of(shell_basename(word), "tini tini-static dumb-init catatonit docker-init sh bash ash dash exec env time source") || !strcmp(word, ".") ;
}

int env_sets (char const *word, char const *next)
{
  return !strcmp(shell_basename(word), "env") && (strchr(next, '=') || (*next == '-' && strcmp(next, "-S") != 0)) ;
}

int takes_code (char const *option)
{
  size_t len = strlen(option) ;
  return *option == '-' && len > 1 && option[len - 1] == 'c' && strspn(option + 1, "ceuxl") == len - 1 ;
}

int is_project_starter (char const *word)
{
  char const *name = shell_basename(word) ;
  return shell_one_of(name, "bundle bundler poetry pipenv uv pdm hatch rye npx bunx npm pnpm yarn rbenv python python2 python3") ;
}

static int is_place (char const *place, char const *word)
{
  char const *slash = strrchr(place, '/') ;
  if (strchr(word, '/')) return !strcmp(place, word) ;
  return slash && !strcmp(slash + 1, word) && slash - place >= 3 && !strncmp(slash - 3, "bin", 3) ;
}

struct docker_script const *dockerfile_script (struct dockerfile const *dockerfile, struct docker_script const *one, char const *word)
{
  char const *workdir = dockerfile_workdir(dockerfile, 0) ;
  int is_name = !strchr(word, '/') ;
  if (!strncmp(word, "./", 2)) word += 2 ;
  if (!is_name && *word != '/') word = pool_printf(dockerfile->source->pool, "%s/%s", workdir, word) ;
  for (; one ; one = one->next)
  {
    if (is_place(one->path, word)) break ;
    for (struct text const *also = one->also.first ; also ; also = also->next)
      if (is_place(also->text, word)) return one ;
  }
  return one ;
}

/* A path's last part, without what is around it: /usr/bin/supervisord}" */
static char const *plain_name (struct pool *pool, char const *raw)
{
  char const *name = shell_basename(pool_copy(pool, raw, strcspn(raw, " \t\n;&|"))) ;
  return pool_copy(pool, name, strcspn(name, ")}\"'`")) ;
}

/* $(which PROGRAM), "$(command -v PROGRAM)"; 0: it is no such thing */
static char const *looked_up (struct pool *pool, char const *raw)
{
  static char const *const looks[] = { "which ", "command -v ", "type -P " } ;
  char const *inside = raw + (*raw == '"') ;
  inside += *inside == '`' ? 1 : !strncmp(inside, "$(", 2) ? 2 : 0 ;
  for (size_t i = 0 ; inside > raw && i < sizeof(looks) / sizeof(*looks) ; i++)
    if (!strncmp(inside, looks[i], strlen(looks[i]))) return plain_name(pool, inside + strlen(looks[i])) ;
  return 0 ;
}

char const *executed_word (struct starting const *s, struct statement const *statement, unsigned int i)
{
  char const *value = statement_word(statement, i) ;
  char const *raw = statement->words[i].raw ;
  char const *name = raw + strspn(raw, "\"${") ;
  size_t len = strspn(name, NAME_LETTERS) ;
  if (!*value && looked_up(s->pool, raw)) return looked_up(s->pool, raw) ;
  if (*value || !strchr(raw, '$')) return value ;
  if (name[len] == ':' || strchr(raw, '/')) return plain_name(s->pool, name[len] == ':' && name[len + 1] ? name + len + 2 : raw) ;
  name = pool_printf(s->pool, "%.*s=", (int)len, name) ;
  for (char const *p = s->code ; len && p && (p = strstr(p, name)) ; p++)
    if (p == s->code || strchr(" \t\n;", p[-1])) return plain_name(s->pool, p + len + 1) ;
  return value ;
}

int starts_supervisor (struct statement const *statement)
{
  char const *command = statement_command(statement) ;
  int is_service = shell_one_of(command, "service invoke-rc.d") ;
  char const *name = is_service ? statement_word(statement, 1) : !strncmp(statement_word(statement, 0), "/etc/init.d/", 12) ? command : "" ;
  return shell_one_of(name, "supervisor supervisord") && shell_one_of(statement_word(statement, is_service ? 2 : 1), "start restart") ;
}

/* Interpreters, servers and tools: no script has such a name, unless the build brings one. */
int is_known_program (struct starting const *s, char const *word)
{
  char const *name = shell_basename(word) ;
  if (dockerfile_source_of(s->dockerfile, name)) return 0 ;
  if (!strncmp(name, "python", 6) || !strncmp(name, "php", 3) || !strncmp(name, "ruby", 4)) return 1 ;
  if (procrunner_is(name)) return 1 ;
  return shell_one_of(name, "node nodejs deno bun java perl npm npx pnpm yarn bundle rake rails puma gunicorn uvicorn hypercorn celery flask uwsgi dotnet make go cargo "
    "nginx httpd httpd-foreground apache2 apachectl apache2ctl apache2-foreground caddy haproxy traefik redis-server mongod mysqld mariadbd postgres memcached "
    "supervisord pm2 pm2-runtime cron crond sshd tail sleep cat echo true") ;
}

/* Can the word be the input? It cannot if the input executes it, or if it is another script of the build context. */
static int is_candidate (struct starting const *s, char const *word, char const *text)
{
  char const *name = shell_basename(word) ;
  return *name && *word != '-' && !strpbrk(word, " =$:") && !is_starter(word) && !is_known_program(s, name) && !shell_mentions(text, name) && !dockerfile_script(s->dockerfile, s->scripts, word) ;
}

char const *guess_name (struct starting *s, char const *text)
{
  int first = strstr(text, "$@") || strstr(text, "${@}") ;
  char const *found = 0 ;
  int is_other = 0 ; /* another script is executed, and these are its arguments */
  int is_option = 0 ;
  for (struct text const *one = s->words.first ; one ; one = one->next)
  {
    struct source code ;
    int is_script = strstr(one->text, ".sh") && !strchr(one->text, ' ') ;
    int is_value = is_option ; /* bash -o pipefail */
    is_option = *one->text == '-' && one->text[strlen(one->text) - 1] == 'o' && shell_one_of(one->text + 1, "o eo uo euo exo euxo") ;
    if (is_value) continue ;
    if (is_known_program(s, one->text) && !strstr(one->text, ".sh")) return found ;
    is_other |= !!dockerfile_script(s->dockerfile, s->scripts, one->text) ;
    if (is_candidate(s, one->text, text) && (is_script || !is_other) && (!found || (is_script && !first))) found = shell_basename(one->text) ;
    if (!strchr(one->text, ' ')) continue ;
    for (struct statement *part = shell_parse_text(s->pool, &code, one->text) ; part ; part = part->next)
    {
      struct statement const *last = part ;
      while (last->kind == STATEMENT_AND && last->body) last = last->body->next ;
      for (unsigned int i = 0 ; !part->next && i < last->nwords && (!found || !first) && !is_known_program(s, statement_word(last, i)) ; i++)
        if (is_candidate(s, statement_word(last, i), text) && (!found || strstr(statement_word(last, i), ".sh"))) found = shell_basename(statement_word(last, i)) ;
    }
  }
  return found ;
}

void open_code (struct starting *s)
{
  struct text const *code = s->words.first ;
  struct texts words = { 0 } ;
  struct source source ;
  struct statement *only ;
  while (code && !takes_code(code->text)) code = code->next ;
  if (!code || !code->next || code->next->next) return ;
  only = shell_parse_text(s->pool, &source, code->next->text) ;
  if (!only || only->next || only->kind != STATEMENT_COMMAND || only->nredirects || only->nassignments || only->background) return ;
  for (struct text const *one = s->words.first ; one->next != code && one != code ; one = one->next) texts_add(s->pool, &words, one->text) ; /* tini -- */
  for (unsigned int i = !strcmp(statement_command(only), "exec") ; i < only->nwords ; i++)
  {
    if (!only->words[i].value) return ;
    texts_add(s->pool, &words, only->words[i].value) ;
  }
  s->words = words ;
}

char const *option_value (struct pool *pool, struct text const *at, char const *letter, char const *name)
{
  size_t len = strlen(name) ;
  for (; at ; at = at->next)
  {
    if (shell_one_of(at->text, pool_printf(pool, "%s %s", letter, name))) return at->next ? at->next->text : 0 ;
    if (!strncmp(at->text, name, len) && at->text[len] == '=') return at->text + len + 1 ;
    if (!strncmp(at->text, letter, 2) && at->text[2] && at->text[1] != '-') return at->text + 2 ;
  }
  return 0 ;
}
