/* Which service's pid a variable, an array or a file holds. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"

/* ---- what holds a pid ---- */

static int in_name (char c)
{
  return isalnum((unsigned char)c) || c == '_' ;
}

/* $! or ${!}, not ${!name}; 0: none */
static char const *find_pid (char const *text)
{
  char const *bare = strstr(text, "$!") ;
  return bare ? bare : strstr(text, "${!}") ;
}

static void forget_pids (struct analysis *a, char const *name)
{
  for (struct pid_variable **pid = &a->pids ; *pid ; )
    if (!strcmp((*pid)->name, name)) *pid = (*pid)->next ;
    else pid = &(*pid)->next ;
}

static unsigned int count_pids (struct analysis *a, char const *name)
{
  unsigned int n = 0 ;
  for (struct pid_variable *pid = a->pids ; pid ; pid = pid->next) n += !strcmp(pid->name, name) ;
  return n ;
}

static struct pid_variable *add_pid (struct analysis *a, char const *name, char const *key, struct service *service)
{
  struct pid_variable *pid = pool_alloc(a->pool, sizeof(*pid)) ;
  *pid = (struct pid_variable){ .name = name, .key = key, .npieces = a->plan->npieces, .service = service, .next = a->pids } ;
  a->pids = pid ;
  return pid ;
}

unsigned int pid_taken_at (struct analysis *a, char const *name, unsigned int npieces)
{
  unsigned int taken = 0 ;
  for (struct pid_variable const *pid = a->pids ; pid ; pid = pid->next)
    if (!pid->is_file && !strcmp(pid->name, name) && pid->npieces <= npieces && pid->npieces >= taken) taken = pid->npieces + 1 ;
  return taken ;
}

/* Whose pid $! is: a daemon, which has left by itself, did not change it. 0: none of a service */
static struct service *last_started (struct analysis *a)
{
  struct service *found = a->last_is_idle ? 0 : a->last ;
  if (!found || !found->is_daemon || found->is_background) return found ;
  for (struct service *one = a->plan->services ; one && one != a->last ; one = one->next)
    if (one->is_background && !is_excluded_here(a, one)) found = one ;
  return found ;
}

/* Whose pid $! may be besides the last one's. */
static struct text const *may_be_last (struct analysis *a)
{
  return last_started(a) && a->last_or_of == last_started(a) ? a->last_or.first : 0 ;
}

/* NAME=$!  NAME+=($!)  NAME[KEY]=$!  NAME="$NAME $!" */
static void note_pid (struct analysis *a, char const *text, char const *value)
{
  size_t end = (size_t)(value - text) ;
  size_t begin ;
  char const *name ;
  char const *key = 0 ;
  int appends ;
  while (end && text[end - 1] != '=') end-- ;
  if (!end--) return ;
  appends = end && text[end - 1] == '+' ;
  if (appends) end-- ;
  if (end && text[end - 1] == ']')
  {
    size_t open = end ;
    while (open && text[open - 1] != '[') open-- ;
    if (!open) return ;
    key = pool_copy(a->pool, text + open, end - 1 - open) ;
    end = open - 1 ;
  }
  begin = end ;
  while (begin && in_name(text[begin - 1])) begin-- ;
  if (begin == end) return ;
  name = pool_copy(a->pool, text + begin, end - begin) ;
  if (!appends && !key && !a->conditions.first && !shell_mentions(text + end, name)) forget_pids(a, name) ;
  if (!key && strchr(text + end, '(')) key = pool_printf(a->pool, "%u", count_pids(a, name)) ;
  add_pid(a, name, key, last_started(a))->is_instead = !appends && !key && a->conditions.first && !shell_mentions(text + end, name) ;
  for (struct text const *one = may_be_last(a) ; one ; one = one->next) add_pid(a, name, key, plan_find(a->plan, one->text)) ;
}

/* ---- what is meant by a word ---- */

/* Does the word mean this one of the variable's pids? */
static int means_pid (char const *raw, struct pid_variable const *pid)
{
  size_t len = strlen(pid->name) ;
  for (char const *p = raw ; (p = strstr(p, pid->name)) ; p++)
  {
    char const *end ;
    if (in_name(p[len]) || (!pid->is_file && (p == raw || !strchr("${!", p[-1])))) continue ;
    if (!pid->key) return 1 ;
    if (p[len] != '[') return !strcmp(pid->key, "0") ;
    end = strchr(p + len, ']') ;
    if (!end || strpbrk(p + len, "@*$")) return 1 ;
    if (strlen(pid->key) == (size_t)(end - p) - len - 1 && !strncmp(p + len + 1, pid->key, strlen(pid->key))) return 1 ;
  }
  return 0 ;
}

void services_of_pid (struct analysis *a, char const *raw, struct texts *names)
{
  struct texts found = { 0 } ; /* the latest first */
  char const *word = raw + (*raw == '"' || *raw == '\'') ;
  if (find_pid(raw) && last_started(a))
  {
    texts_add_once(a->pool, names, last_started(a)->name) ;
    for (struct text const *one = may_be_last(a) ; one ; one = one->next) texts_add_once(a->pool, names, one->text) ;
  }
  if (*word == '%')
  {
    services_of_job(a, word + 1, names) ;
    return ;
  }
  for (struct pid_variable *pid = a->pids ; pid ; pid = pid->next)
    if (pid->service && means_pid(raw, pid)) texts_add_once(a->pool, &found, pid->service->name) ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
    if (texts_has(&found, service->name) || (!found.first && reads_pid_of(a, service, raw))) texts_add_once(a->pool, names, service->name) ;
}

void one_of_pids (struct analysis *a, char const *text, struct texts *names)
{
  struct pid_variable const *pid = a->pids ;
  if (find_pid(text) && may_be_last(a)) services_of_pid(a, "$!", names) ;
  while (pid && !(pid->is_instead && means_pid(text, pid))) pid = pid->next ;
  if (pid) services_of_pid(a, pool_printf(a->pool, "$%s", pid->name), names) ;
}

int is_idle_pid (struct analysis *a, char const *raw)
{
  if (find_pid(raw)) return a->last_is_idle ;
  for (struct text const *one = a->pause_pids.first ; one ; one = one->next)
    if (strchr(raw, '$') && shell_mentions(raw, one->text)) return 1 ;
  for (struct pid_variable *pid = a->pids ; pid ; pid = pid->next)
    if (!pid->service && means_pid(raw, pid)) return 1 ;
  return 0 ;
}

char const *written_file (struct statement const *statement)
{
  char const *file = "" ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
  {
    struct redirect const *one = statement->redirects + i ;
    if (one->is_output && !strchr("2&", *one->raw) && !shell_one_of(one->target, "1 2 /dev/null /dev/stdout /dev/stderr")) file = one->target ;
  }
  return file ;
}

/* echo $! >FILE, echo "$PID" >FILE */
static int says_pid (struct analysis *a, struct statement const *statement)
{
  struct texts meant = { 0 } ;
  struct claim *claim ;
  char const *file ;
  int is_last = !!find_pid(statement_text(a, statement)) ;
  if (statement->kind != STATEMENT_COMMAND || !shell_one_of(statement_command(statement), "echo printf")) return 0 ;
  if (is_last || (writes_files(statement) && statement->nwords == 2)) services_of_pid(a, is_last ? "$!" : statement->words[1].raw, &meant) ;
  if (!is_last && !meant.first) return 0 ;
  claim = claim_statement(a, statement, "dropped", "the pid: the supervisor knows it") ;
  if (!*written_file(statement)) return 1 ;
  file = shell_without_quotes(a->pool, written_file(statement)) ;
  for (struct text const *one = meant.first ; one ; one = one->next) add_pid(a, file, 0, plan_find(a->plan, one->text))->is_file = 1 ;
  if (!meant.first) add_pid(a, file, 0, 0)->is_file = 1 ;
  texts_add(a->pool, &claim->todo, pool_printf(a->pool, "does somebody read it from %s?", written_file(statement))) ;
  return 1 ;
}

static int holds_pid (struct analysis *a, char const *word)
{
  for (struct pid_variable *pid = a->pids ; pid ; pid = pid->next)
    if (!pid->is_file && means_pid(word, pid)) return 1 ;
  return 0 ;
}

/* MAIN=$A  PIDS="$A $B"  PIDS+=("$A"): nothing but pids that are known. */
static int copies_pids (struct analysis *a, struct statement *statement)
{
  char const *text = statement_text(a, statement) ;
  size_t len = strspn(text, NAME_LETTERS) ;
  char const *value = text + len ;
  struct texts meant = { 0 } ;
  char const *name ;
  int appends = *value == '+' ;
  int is_array = !!strchr(value, '(') ;
  if (!a->pids || statement->kind != STATEMENT_ASSIGNMENT || statement->nassignments > 1 || !len || value[appends] != '=') return 0 ;
  name = pool_copy(a->pool, text, len) ;
  for (value += 1 + appends ; *(value += strspn(value, "\"'() \t")) ; )
  {
    char const *word = pool_copy(a->pool, value, strcspn(value, "\"'() \t")) ;
    if (*word != '$' || strspn(word, NAME_LETTERS "${}[]@*") != strlen(word) || !holds_pid(a, word)) return 0 ;
    services_of_pid(a, word, &meant) ;
    value += strlen(word) ;
  }
  if (!meant.first) return 0 ;
  if (!appends && !a->conditions.first) forget_pids(a, name) ;
  for (struct text const *one = meant.first ; one ; one = one->next) add_pid(a, name, is_array ? pool_printf(a->pool, "%u", count_pids(a, name)) : 0, plan_find(a->plan, one->text)) ;
  claim_statement(a, statement, "dropped", pool_printf(a->pool, "the pid of %s: its supervisor knows it", texts_join(a->pool, &meant, ", "))) ;
  return 1 ;
}

int takes_pid (struct analysis *a, struct statement *statement)
{
  char const *text = statement_text(a, statement) ;
  char const *value = find_pid(text) ;
  if (value && (statement->kind == STATEMENT_ASSIGNMENT || statement->kind == STATEMENT_DECLARATION))
  {
    struct claim *claim ;
    note_pid(a, text, value) ;
    claim = claim_statement(a, statement, "dropped", last_started(a) ? pool_printf(a->pool, "the pid of %s: its supervisor knows it", last_started(a)->name) : "the pid: the supervisor knows it") ;
    if (!strcmp(statement_command(statement), "export"))
      texts_add(a->pool, &claim->todo, "what started later had the pid in its environment, and no service has it now: does one read it?") ;
    return 1 ;
  }
  return copies_pids(a, statement) || says_pid(a, statement) ;
}

void alias_pid (struct analysis *a, char const *name, struct texts const *services)
{
  forget_pids(a, name) ;
  for (struct text const *one = services->first ; one ; one = one->next) add_pid(a, name, 0, plan_find(a->plan, one->text)) ;
}

/* for pid in "${pids[@]}" */
void alias_loop (struct analysis *a, struct statement const *loop)
{
  struct texts meant = { 0 } ;
  for (unsigned int i = 0 ; i < loop->nwords ; i++) services_of_pid(a, loop->words[i].raw, &meant) ;
  if (meant.first) alias_pid(a, loop->name, &meant) ;
}

/* PID="", of a process that has been started */
int empties_pid (struct analysis *a, struct statement const *statement)
{
  char const *text = statement_text(a, statement) ;
  size_t len = strspn(text, NAME_LETTERS) ;
  if (statement->kind != STATEMENT_ASSIGNMENT || text[len] != '=' || (text[len + 1] && !shell_one_of(text + len + 1, "\"\" '' 0"))) return 0 ;
  for (struct pid_variable *pid = a->pids ; pid ; pid = pid->next)
    if (!pid->key && strlen(pid->name) == len && !strncmp(pid->name, text, len)) return 1 ;
  return 0 ;
}

/* ---- pids that are not known any more ---- */

/* Does the text ask for $NAME or ${NAME ahead of setting it? */
static int asks_pid (char const *text, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *p = text ; (p = strstr(p, name)) ; p++)
  {
    if (in_name(p[len]) || (p > text && in_name(p[-1]))) continue ;
    if (p > text && (p[-1] == '$' || (p - text > 1 && p[-1] == '{' && p[-2] == '$'))) return 1 ;
    if (p[len] == '=' || (p[len] == '+' && p[len + 1] == '=')) return 0 ;
  }
  return 0 ;
}

/* kill -TERM $$: to end it, or to tell it something? */
struct killing
{
  struct pool *pool ;
  char const *names ; /* that hold the script's own pid: MAIN=$$ */
  int ends ;
  int tells ;
} ;

static int is_own_pid (struct pool *pool, char const *names, char const *raw)
{
  char const *word = shell_without_quotes(pool, raw) ;
  if (*word == '-') word++ ;
  if (shell_one_of(word, "$$ ${$}")) return 1 ;
  if (*word != '$') return 0 ;
  word += word[1] == '{' ? 2 : 1 ;
  return shell_one_of(pool_copy(pool, word, strcspn(word, "}")), names) ;
}

static char const *own_pid_names (struct plan const *plan)
{
  struct texts names = { 0 } ;
  for (unsigned int i = 0 ; i < plan->npieces ; i++)
  {
    char const *equals = strchr(plan->pieces[i].text, '=') ;
    if (equals && shell_one_of(equals + 1, "$$ \"$$\" ${$} $BASHPID")) texts_add(plan->pool, &names, plan->pieces[i].names) ;
  }
  return texts_join(plan->pool, &names, " ") ;
}

static int find_kill (struct statement *statement, void *data)
{
  struct killing *killing = data ;
  int is_kill = !strcmp(statement_command(statement), "kill") ;
  unsigned int first = 0 ;
  char const *signal = is_kill ? kill_signal(statement, &first) : "" ;
  for (unsigned int i = first ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    struct source code ;
    if (is_kill && is_own_pid(killing->pool, killing->names, raw) && strcmp(signal, "0") != 0)
    {
      if (!*signal || is_ending_signal(signal)) killing->ends = 1 ;
      else killing->tells = 1 ;
    }
    else if (*raw == '"' && strstr(raw, "$$")) /* sh -c "kill $$"; in other quotes it is that shell's own */
      for (struct statement *one = shell_parse_text(killing->pool, &code, shell_without_quotes(killing->pool, raw)) ; one ; one = one->next) statement_walk(one, &find_kill, killing) ;
  }
  return 0 ;
}

static struct killing kills_script (struct pool *pool, char const *text, char const *names)
{
  struct killing killing = { .pool = pool, .names = names } ;
  struct source code ;
  if ((*names || strstr(text, "$$")) && shell_mentions(text, "kill"))
    for (struct statement *one = shell_parse_text(pool, &code, text) ; one ; one = one->next) statement_walk(one, &find_kill, &killing) ;
  return killing ;
}

/* Conditions that look for processes by their names. */
static int lists_processes (char const *text)
{
  return shell_mentions(text, "pgrep") || shell_mentions(text, "pidof") || (shell_mentions(text, "ps") && shell_mentions(text, "grep")) ;
}

/* export PID; ./reload.sh: the program may ask for it. */
static void note_exported (struct analysis *a, struct pid_variable const *pid)
{
  struct service const *later = pid->service ? pid->service->next : 0 ;
  if (later && texts_has(&a->plan->environment, pid->name))
    texts_add_once(a->pool, &a->plan->notes, pool_printf(a->pool,
      "%s was exported: what was started later (%s%s) does not find it any more: it was the pid of %s, which only its supervisor knows (`reeve status --json`)",
      pid->name, later->name, later->next ? ", ..." : "", pid->service->name)) ;
}

/* for n in "${!cmds[@]}": a later loop over pids may have a variable of that name. */
static int is_loop_variable (struct service const *service, char const *name)
{
  size_t len = strlen(name) ;
  for (struct placed const *one = service->positional ; one ; one = one->outer)
    if (!strncmp(one->text, name, len) && one->text[len] == '=') return 1 ;
  return 0 ;
}

/* The services of all entries of that name; "": an entry ahead of this one is of that name. */
static char const *holders_of (struct analysis *a, struct pid_variable const *pid)
{
  struct texts all = { 0 } ;
  for (struct pid_variable const *one = a->pids ; one != pid ; one = one->next)
    if (!one->is_file && !strcmp(one->name, pid->name)) return "" ;
  for (struct pid_variable const *one = pid ; one ; one = one->next)
    if (!one->is_file && !strcmp(one->name, pid->name)) texts_add_once(a->pool, &all, one->service ? one->service->name : "what kept the script alive") ;
  return texts_join(a->pool, &all, " or ") ;
}

char const *lost_pid (struct analysis *a, char const *name, char const *text)
{
  struct pid_variable const *pid = a->pids ;
  while (pid && (pid->is_file || strcmp(pid->name, name) != 0)) pid = pid->next ;
  if (!pid || isdigit((unsigned char)*name)) return 0 ;
  return pool_printf(a->pool, "$%s is not known here: it was the pid of %s, which only its supervisor knows (%s)", name, holders_of(a, pid),
    pid->service && shell_mentions(text, "kill") ? pool_printf(a->pool, "`reeve kill SIGNAL %s` sends it a signal", pid->service->name) : "`reeve status --json`") ;
}

void settle_pids (struct analysis *a)
{
  char const *names = own_pid_names(a->plan) ;
  for (struct pid_variable *pid = a->pids ; pid ; pid = pid->next) note_exported(a, pid) ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    struct killing killing ;
    char const *conditions = texts_join(a->pool, &service->conditions, "\n") ;
    char const *text = pool_printf(a->pool, "%s\n%s\n%s\n%s\n%s\n%s\n%s", service->text, texts_join(a->pool, &service->before, "\n"), texts_join(a->pool, &service->run, "\n"),
      service->command ? service->command : "", service->check ? service->check : "", texts_join(a->pool, &service->finish, "\n"), conditions) ;
    if (strchr(text, '#')) text = shell_uncommented(a->pool, text) ;
    for (struct pid_variable *pid = a->pids ; pid ; pid = pid->next)
      if (!isdigit((unsigned char)*pid->name) && !pid->is_file && !is_loop_variable(service, pid->name) && *holders_of(a, pid) && asks_pid(text, pid->name))
        plan_todo(a->plan, service, service->claim, service->line, lost_pid(a, pid->name, text)) ;
    killing = kills_script(a->pool, text, names) ;
    if (killing.ends)
      plan_todo(a->plan, service, service->claim, service->line, "by kill $$ it ended the script, and the container with it; here $$ is only the shell of this file: write `reeve shutdown` in its place") ;
    else if (killing.tells)
      plan_todo(a->plan, service, service->claim, service->line, "by kill $$ it sent the script a signal; here $$ is only the shell of this file: send it to the service that is meant with `reeve kill`") ;
    if (lists_processes(conditions))
      plan_todo(a->plan, service, service->claim, service->line,
        "its condition looks for a process by name, and supervisors have the services' names among their arguments: leave it out, if it only asked whether the service runs already") ;
  }
}

unsigned int followed_pid (struct statement const *statement)
{
  if (statement->kind != STATEMENT_COMMAND || strcmp(statement_command(statement), "tail") != 0) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (!strncmp(statement->words[i].raw, "--pid=", 6)) return i ;
    else if (!strcmp(statement->words[i].raw, "--pid") && i + 1 < statement->nwords) return i + 1 ;
  return 0 ;
}
