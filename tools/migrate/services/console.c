/* Programs that a person talks to: they have the container's terminal. */

#include <string.h>
#include <strings.h>

#include "migrate/facts/facts.h"
#include "migrate/services/services.h"

static int talks (struct pool *pool, struct statement const *statement, char const *text, unsigned int depth) ;

/* sh -c bash, which a CMD bash is */
static int code_talks (struct pool *pool, char const *raw, unsigned int depth)
{
  struct source code ;
  char const *value = shell_unquote(pool, raw) ;
  struct statement *one = value && depth < 5 ? shell_parse_text(pool, &code, value) : 0 ;
  return one && !one->next && one->kind == STATEMENT_COMMAND && talks(pool, one, value, depth + 1) ;
}

/* `text` is the statement's. */
static int talks (struct pool *pool, struct statement const *statement, char const *text, unsigned int depth)
{
  struct launch launch ;
  char const *name ;
  char const *second ;
  char const *third ;
  command_unwrap(pool, statement, &launch) ;
  if (launch.code) return code_talks(pool, launch.code, depth) ;
  if (shell_one_of(statement_word(statement, launch.first), "bundle poetry pipenv uv pdm") && shell_one_of(statement_word(statement, launch.first + 1), "exec run")) launch.first += 2 ;
  name = shell_basename(statement_word(statement, launch.first)) ;
  second = statement_word(statement, launch.first + 1) ;
  third = statement_word(statement, launch.first + 2) ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (!statement->redirects[i].is_output) return 0 ;
  if (shell_one_of(name, "psql mysql mariadb mongosh redis-cli sqlite3 htop top tmux screen irb pry login mc")) return !strstr(text, " -e ") && !strstr(text, " -c ") && !says_stop(statement) ;
  if (shell_one_of(name, "rails console") && shell_one_of(second, "console c")) return 1 ;
  if (!strcmp(name, "php") && (shell_one_of(second, "-a --interactive") || (shell_one_of(shell_basename(second), "artisan") && shell_one_of(third, "tinker")))) return 1 ;
  if (!strcmp(name, "flask")) return !strcmp(second, "shell") ;
  if (!strcmp(shell_basename(second), "manage.py")) return shell_one_of(third, "shell shell_plus dbshell") ;
  if (shell_one_of(name, "python python2 python3 node ruby ipython jshell iex")) return launch.first + 1 == statement->nwords ;
  if (!shell_one_of(name, "sh bash ash dash zsh fish")) return 0 ;
  if (!strcmp(second, "-c") && launch.first + 3 == statement->nwords) return code_talks(pool, statement->words[launch.first + 2].raw, depth) ;
  for (unsigned int i = launch.first + 1 ; i < statement->nwords ; i++)
    if (!shell_one_of(statement->words[i].raw, "-i -l -li -il --login")) return 0 ;
  return 1 ;
}

/* The words of "$@", "$1", "${@:-bash}", ${SHELL:-sh}: what CMD, or nothing, makes of them; else as they are. */
static char const *with_values (struct analysis *a, struct statement const *statement)
{
  struct texts words = { 0 } ;
  for (unsigned int i = 0 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    char const *value = strchr(raw, '$') ? value_by_cmd(a, raw) : 0 ;
    struct variable variable ;
    if (!value && strchr(raw, '$') && variable_parse(a->pool, raw, &variable)) value = variable.fallback ;
    if (!value) texts_add(a->pool, &words, raw) ;
    else if (shell_one_of(raw, "\"$@\" $@ \"${@}\" ${@}"))
      for (char const *const *one = a->arguments ; *one ; one++) texts_add(a->pool, &words, shell_quote(a->pool, *one)) ;
    else if (strchr(raw, '@') || strchr(raw, '*')) texts_add(a->pool, &words, value) ; /* several */
    else texts_add(a->pool, &words, shell_quote(a->pool, value)) ;
  }
  return texts_join(a->pool, &words, " ") ;
}

/* bash or psql as the last line, also by way of CMD, for `docker run -it`: does it read the container's stdin? */
static int talks_to_person (struct analysis *a, struct statement const *statement)
{
  struct source code ;
  char const *text ;
  struct statement *one ;
  if (statement->kind != STATEMENT_COMMAND) return 0 ;
  text = with_values(a, statement) ;
  if (talks(a->pool, statement, statement_text(a, statement), 0)) return 1 ;
  one = shell_parse_text(a->pool, &code, text) ;
  return one && !one->next && !statement->nredirects && one->kind == STATEMENT_COMMAND && talks(a->pool, one, text, 0) ;
}

int is_shell_for_person (struct statement const *statement)
{
  if (!shell_one_of(shell_basename(statement_word(statement, 0)), "sh bash ash dash zsh fish") || statement->nredirects) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (!shell_one_of(statement->words[i].raw, "-i -l -li -il --login")) return 0 ;
  return 1 ;
}

/* psql -U app db, mysql -u root -ppw: no query, and no file of them. */
int is_session (struct pool *pool, struct statement const *statement)
{
  static struct { char const *programs ; char const *with ; char const *alone ; } const clients[] = /* options with a word behind them, and without one */
    { { "psql", "-h -p -U -d --host --port --username --dbname", "-w -W -q -X -n" }, { "mysql mariadb", "-h -P -p -u -D -S --host --port --user --database --socket", "-p" } } ;
  char const *name = statement_command(statement) ;
  size_t row = 0 ;
  while (row < ROWS(clients) && !shell_one_of(name, clients[row].programs)) row++ ;
  if (row == ROWS(clients) || strcmp(statement_word(statement, 0), name) != 0 || statement->nredirects) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    if (*raw == '$') return 0 ;
    if (*raw != '-' || shell_one_of(raw, clients[row].alone)) continue ;
    if (shell_one_of(raw, clients[row].with)) i++ ;
    else if (!shell_one_of(pool_copy(pool, raw, raw[1] == '-' ? strcspn(raw, "=") : 2), clients[row].with)) return 0 ;
  }
  return 1 ;
}

static int has_console (struct analysis *a)
{
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if (service_has(one, "flag-console")) return 1 ;
  return 0 ;
}

static void set_console (struct analysis *a, struct service *service)
{
  service->without_signals = 0 ;
  service_set(a->plan, service, "flag-console", "") ;
  service->claim->what = pool_printf(a->pool, "%s; it has the container's terminal (flag-console), for docker run -it", service->claim->what) ;
}

int start_console (struct analysis *a, struct statement *statement)
{
  if (!talks_to_person(a, statement) || has_console(a)) return 0 ;
  set_console(a, start_service(a, statement, START_MAIN)) ;
  return 1 ;
}

void give_console (struct analysis *a, struct service *service, struct statement const *body)
{
  struct statement const *last = statement_last(body->kind == STATEMENT_GROUP || body->kind == STATEMENT_SUBSHELL || body->kind == STATEMENT_AND ? body->body : body) ;
  if (last && talks_to_person(a, last) && !has_console(a)) set_console(a, service) ;
}

/* ---- servers that read commands from their stdin ---- */

/* Game servers by the beginnings of their programs' names, in lower case; those that a jar has only with that ending. */
static char const *const servers[] = { "bedrock_server", "srcds_", "hlds_", "terrariaserver", "tmodloaderserver", "tshock.server", "hytaleserver", "minecraft_server", "minecraft-server",
  "fabric-server", "quilt-server", "pocketmine", "vintagestoryserver", "factorio", "localadmin", "fxserver", "unturned", 0 } ;
static char const *const jars[] = { "paper", "spigot", "purpur", "craftbukkit", "bukkit", "forge", "neoforge", "velocity", "bungeecord", "waterfall", "mindustry", 0 } ;

static int begins_so (char const *name, char const *const *list)
{
  for (; *list ; list++)
    if (!strncasecmp(name, *list, strlen(*list))) return 1 ;
  return 0 ;
}

/* java -jar paper-1.21.jar nogui, mono TerrariaServer.exe */
static int reads_commands (struct pool *pool, struct service const *service)
{
  char const *text = service->text ;
  if (begins_so(service->name, servers)) return 1 ;
  for (size_t len ; *(text += strspn(text, " \t\n\"'")) ; text += len)
  {
    char const *name ;
    len = strcspn(text, " \t\n\"'") ;
    name = shell_basename(pool_copy(pool, text, len)) ;
    if (shell_one_of(name, "nogui --nogui") || begins_so(name, servers) || (strstr(name, ".jar") && begins_so(name, jars))) return 1 ;
  }
  return 0 ;
}

/* What came to it from the container's stdin in the script: it was in the foreground, and nothing else was its input. */
static int has_stdin (struct service const *service)
{
  if (!service->is_main || service->is_background || service->is_daemon || service->is_oneshot || service_has(service, "flag-console")) return 0 ;
  return !strchr(service->text, '<') && !strchr(service->text, '|') ;
}

char const *speaks_of_console (struct pool *pool, char const *text)
{
  static char const *const marks[] = { "docker attach", "in the console", "server console", "game console", "console command", "interactive console", "stdin_open" } ;
  while (*text)
  {
    size_t len ;
    char const *line ;
    text += strspn(text, " \t\n#") ;
    len = strcspn(text, "\n") ;
    line = pool_copy(pool, text, len) ;
    for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
      if (strcasestr(line, marks[i])) return line ;
    text += len ;
  }
  return 0 ;
}

void give_server_consoles (struct analysis *a)
{
  char const *told = speaks_of_console(a->pool, a->source->text) ;
  if (!told) told = a->plan->console_told ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    if (!has_stdin(service)) continue ;
    if (reads_commands(a->pool, service) && !has_console(a)) set_console(a, service) ;
    else if (told && !has_console(a))
      texts_add_once(a->pool, &a->plan->notes, pool_printf(a->pool, "%s had the container's stdin: if somebody writes commands to it there (docker run -it, docker attach), as what is said here tells (%s), give it an empty file flag-console",
        service->name, told)) ;
  }
}
