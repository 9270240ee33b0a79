/* A last look at the files: does each one have what it asks for? This finds mistakes of the
   rest of the analysis. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/script/ending.h"
#include "migrate/script/walk.h"
#include "migrate/write/render.h"

/* The names that statements set, and what they leave. */
struct assigned
{
  struct analysis *a ;
  struct pool *pool ;
  struct texts names ;
  struct texts left ; /* what the code of a shell leaves in the background */
  uint32_t before ; /* only what is set above this line */
  struct range const *place ; /* of the service that asks: other subshells set nothing for it; 0: not known */
  struct statement *first ; /* the script, if there is a place */
} ;

static size_t name_length (char const *text)
{
  size_t len = strspn(text, NAME_LETTERS) ;
  return strchr("0123456789", *text) ? 0 : len ;
}

static void add_name (struct assigned *assigned, char const *text)
{
  size_t len = name_length(text) ;
  if (len) texts_add_once(assigned->pool, &assigned->names, pool_copy(assigned->pool, text, len)) ;
}

/* read -r a b, getopts abc o, mapfile -t lines, printf -v x, declare -A map */
static void add_command (struct assigned *assigned, struct statement const *statement)
{
  char const *command = statement_command(statement) ;
  unsigned int i = 1 ;
  if (!strcmp(command, "getopts"))
  {
    add_name(assigned, "OPTIND") ;
    add_name(assigned, "OPTARG") ;
    i = 2 ;
  }
  else if (!strcmp(command, "printf"))
  {
    if (strcmp(statement_word(statement, 1), "-v") != 0) return ;
  }
  else if (!strcmp(command, "coproc"))
  {
    if (statement->nwords > 2) add_name(assigned, statement->words[1].raw) ;
    return ;
  }
  else if (!shell_one_of(command, "read mapfile readarray let local export declare typeset readonly")) return ;
  for (; i < statement->nwords ; i++) add_name(assigned, statement->words[i].raw) ;
}

/* ((n = 1)), ((n += 2)), ((n++)) */
static void add_arithmetic (struct assigned *assigned, char const *text)
{
  if (strncmp(text, "((", 2) != 0) return ;
  for (char const *p = text ; *p ; p++)
  {
    size_t len = name_length(p) ;
    char const *end = p + len + strspn(p + len, " ") ;
    if (!len) continue ;
    if ((*end == '=' && end[1] != '=') || (*end && strchr("+-*/%", *end) && (end[1] == '=' || end[1] == *end))) add_name(assigned, p) ;
    p += len - 1 ;
  }
}

static int holds (struct range const *outer, struct range const *inner)
{
  return outer->start <= inner->start && inner->end <= outer->end ;
}

struct apart
{
  struct analysis *a ;
  struct range const *place ;
  struct range const *set ;
} ;

static int is_apart (struct statement *statement, void *data)
{
  struct apart const *apart = data ;
  return has_own_shell(apart->a, statement) && holds(&statement->range, apart->set)
   && (statement->range.end <= apart->place->start || apart->place->end <= statement->range.start) ;
}

/* Is it set in a subshell that the service is not in? */
static int is_set_apart (struct assigned const *assigned, struct statement const *statement)
{
  struct apart apart = { assigned->a, assigned->place, &statement->range } ;
  if (!assigned->place) return 0 ;
  for (struct statement *one = assigned->first ; one ; one = one->next)
    if (holds(&one->range, &statement->range) && statement_walk(one, &is_apart, &apart)) return 1 ;
  return 0 ;
}

/* A function's body is executed elsewhere, too. */
static int is_in_function (struct statement *statement, void *data)
{
  return statement->kind == STATEMENT_FUNCTION && holds(&statement->range, data) ;
}

static int add_assigned (struct statement *statement, void *data)
{
  struct assigned *assigned = data ;
  if (assigned->before && line_of(assigned->a, statement) >= assigned->before) return 0 ;
  if (is_set_apart(assigned, statement)) return 0 ;
  for (unsigned int i = 0 ; i < statement->nassignments ; i++)
    if (statement->kind == STATEMENT_ASSIGNMENT) add_name(assigned, statement->assignments[i].raw) ;
  if (statement->kind == STATEMENT_ASSIGNMENT) add_name(assigned, statement_text(assigned->a, statement)) ;
  if (statement->kind == STATEMENT_FOR && statement->name) add_name(assigned, statement->name) ;
  if (statement->kind == STATEMENT_TEST) add_arithmetic(assigned, statement_text(assigned->a, statement)) ;
  if (statement->kind == STATEMENT_COMMAND || statement->kind == STATEMENT_DECLARATION) add_command(assigned, statement) ;
  return 0 ;
}

/* $NAME, ${NAME, ${#NAME, ${!NAME */
static int asks (char const *text, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *p = text ; (p = strstr(p, name)) ; p++)
  {
    char const *q = p ;
    if (name_length(p) != len) continue ;
    if (q > text + 1 && strchr("#!", q[-1]) && q[-2] == '{') q-- ;
    if (q > text && q[-1] == '{') q-- ;
    if (q > text && q[-1] == '$' && (q - 1 == text || q[-2] != '\\')) return 1 ;
  }
  return 0 ;
}

static char const *without_comments (struct pool *pool, char const *text)
{
  char *out = pool_alloc(pool, strlen(text) + 1) ;
  char *p = out ;
  while (*text)
  {
    size_t len = strcspn(text, "\n") ;
    len += text[len] == '\n' ;
    if (*(text + strspn(text, " \t")) != '#')
    {
      memcpy(p, text, len) ;
      p += len ;
    }
    text += len ;
  }
  *p = 0 ;
  return out ;
}

/* What no program of the system is: exec would not find it. */
static int execs_shell_word (struct statement *statement, void *data)
{
  char const **word = data ;
  char const *raw ;
  if (strcmp(statement_command(statement), "exec") != 0 || statement->nwords < 2) return 0 ;
  raw = statement->words[1].raw ;
  if (!shell_one_of(raw, "return break continue local declare typeset export readonly unset shift eval source . set trap wait : let getopts mapfile readarray umask ulimit cd pushd popd [[ (( coproc") && *raw != '(') return 0 ;
  *word = raw ;
  return 1 ;
}

/* flock 9, flock -n 9: for as long as the shell has that file open. */
static int locks_itself (struct statement const *statement)
{
  char const *last = statement->nwords > 1 ? statement_word(statement, statement->nwords - 1) : "" ;
  return !strcmp(statement_command(statement), "flock") && *last && strspn(last, "0123456789") == strlen(last) ;
}

static int mark_lock (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  if (locks_itself(statement))
    plan_todo(a->plan, 0, claim_statement(a, statement, plan_setup_where(a->plan), "a lock"), line_of(a, statement),
      "the script held this lock until its end, and no service does: is that meant, and against whom?") ;
  return 0 ;
}

/* The first part of the file that has the word. */
static struct claim *claim_with (struct plan *plan, char const *path, char const *word)
{
  for (uint32_t i = 0 ; i < plan->source->nclaims ; i++)
    if (strstr(plan->source->claims[i]->where, path) && shell_mentions(source_copy(plan->source, plan->source->claims[i]->range), word)) return plan->source->claims[i] ;
  return 0 ;
}

/* The first part of the cont-init.d script that asks for the name; if that is 0, the first part. */
static struct claim *setup_claim (struct analysis *a, char const *name)
{
  struct plan *plan = a->plan ;
  for (uint32_t i = 0 ; i < plan->source->nclaims ; i++)
    if (!strncmp(plan->source->claims[i]->where, "cont-init.d/", 12)
     && (!name || asks(source_copy(plan->source, plan->source->claims[i]->range), name))) return plan->source->claims[i] ;
  return 0 ;
}

/* The line of the last statement that is in the file: what is set up to there is asked there. */
static uint32_t last_line_in (struct analysis *a, char const *path, uint32_t line)
{
  struct source const *source = a->plan->source ;
  for (uint32_t i = 0 ; i < source->nclaims ; i++)
    if (strstr(source->claims[i]->where, path) && source_line(source, source->claims[i]->range.start) > line)
      line = source_line(source, source->claims[i]->range.start) ;
  return line ;
}

static int has_damage (struct statement *statement, void *data)
{
  (void)data ;
  return statement->damaged || statement->kind == STATEMENT_DAMAGED ;
}

/* sh -c 'a & b' */
static int add_left_behind (struct statement *statement, void *data)
{
  struct assigned *there = data ;
  char const *names = left_behind(there->a, statement, 1) ;
  if (*names) texts_add_once(there->pool, &there->left, names) ;
  return 0 ;
}

/* PID=, where that was the pid of another service by the time that this one was started. */
static int is_ahead_of_pid (struct analysis *a, struct service const *service, char const *text)
{
  for (unsigned int i = 0 ; i < service->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    struct pid_variable const *pid = a->pids ;
    if (piece->is_function || strcmp(piece->text, text) != 0) continue ;
    while (pid && (pid->is_file || !pid->service || strcmp(piece->names, pool_printf(a->pool, " %s ", pid->name)) != 0)) pid = pid->next ;
    if (!pid || pid_taken_at(a, pid->name, service->npieces) <= i + 1) continue ;
    for (struct service const *one = pid->service->next ; one ; one = one->next)
      if (one == service) return 1 ;
  }
  return 0 ;
}

static void look_at_file (struct analysis *a, struct file const *file, struct statement *first, int is_damaged)
{
  struct plan *plan = a->plan ;
  char const *text = without_comments(a->pool, file->content) ;
  char const *base = shell_basename(file->path) ;
  struct service *service = strncmp(file->path, "services.d/", 11) ? 0 : plan_find(plan, pool_copy(a->pool, file->path + 11, strcspn(file->path + 11, "/"))) ;
  struct claim *claim = service ? service->claim : setup_claim(a, 0) ;
  uint32_t line = service ? service->line : claim ? source_line(a->source, claim->range.start) : 1 ;
  int is_run = service && !strstr(file->path, "/log/") && !strcmp(base, "run") ;
  struct assigned input = { .a = a, .pool = a->pool, .before = is_run ? last_line_in(a, file->path, line) : service ? 0 : last_line_in(a, file->path, 0) } ;
  struct source code ;
  struct statement *written = shell_parse_text(a->pool, &code, text) ;
  struct analysis there = { .plan = plan, .source = &code, .pool = a->pool } ;
  struct assigned output = { .a = &there, .pool = a->pool } ;
  struct range const ahead = { 0, 0 } ; /* of all subshells */
  char const *word = 0 ;
  int broken = 0 ;
  struct claim *left = 0 ; /* of a return */
  if (!service)
  {
    input.place = &ahead ;
    input.first = first ;
  }
  if (is_run && claim)
  {
    input.place = &claim->range ;
    input.first = first ;
    for (struct statement *one = first ; one ; one = one->next)
      if (statement_walk(one, &is_in_function, &claim->range)) input.place = 0 ;
  }
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &add_assigned, &input) ;
  for (struct statement *one = written ; one ; one = one->next)
  {
    if (!service || !is_ahead_of_pid(a, service, source_copy(&code, one->range))) statement_walk(one, &add_assigned, &output) ;
    if (!word) statement_walk(one, &execs_shell_word, &word) ;
    broken |= statement_walk(one, &has_damage, 0) ;
    if (statement_walk_here(one, &statement_returns, 0)) left = claim_with(plan, file->path, "return") ;
    statement_walk(one, &add_left_behind, &output) ;
  }
  /* What the setup leaves is marked where it is taken from the script. */
  if (output.left.first && service && !strstr(texts_join(a->pool, &service->todo, "\n"), "its code leaves"))
    plan_todo(plan, service, claim, line, pool_printf(a->pool, "its code leaves %s in the background, and nobody supervises that: make a service of each, in the foreground", texts_join(a->pool, &output.left, ", "))) ;
  if (left)
    plan_todo(plan, service, left, source_line(a->source, left->range.start), pool_printf(a->pool, "return left a function of the script; here (%s) it leaves nothing, and what came behind it in the function is done all the same: ask for the opposite ahead of that", base)) ;
  if (word) plan_todo(plan, service, claim, line, pool_printf(a->pool, "%s is the shell's own, which exec does not find: write what was meant", word)) ;
  for (struct text const *one = is_run ? service->conditions.first : 0 ; one ; one = one->next)
    if (asks_status(a, one->text))
      plan_todo(plan, service, claim, line, pool_printf(a->pool, "the script started it by how the command ahead of that had ended, which is not known here: let it depend on that command's task, without `optional`, or let run execute it: %s", one->text)) ;
  /* The grammar does not know all that a condition may be. */
  if (broken && !is_damaged && service && !service->conditions.first) plan_todo(plan, service, claim, line, pool_printf(a->pool, "the shell may not understand %s: look at it", base)) ;
  for (struct text const *one = input.names.first ; one ; one = one->next)
  {
    if (texts_has(&output.names, one->text) || texts_has(&plan->environment, one->text) || !(asks(text, one->text) || (!strcmp(one->text, "OPTIND") && shell_mentions(text, one->text)))) continue ;
    if (strstr(text, pool_printf(a->pool, "$reeve_place/%s\"", one->text))) continue ;
    if (is_run && texts_has(&a->status_names, one->text) && asks(texts_join(a->pool, &service->conditions, "\n"), one->text)) continue ; /* it has a TODO */
    if (service && service->trap && shell_mentions(service->trap, one->text)) continue ;
    if (service && strstr(texts_join(a->pool, &service->todo, "\n"), pool_printf(a->pool, "$%s is not known here", one->text))) continue ;
    if (service && strstr(texts_join(a->pool, &service->todo, "\n"), pool_printf(a->pool, "values of %s that are not known here", one->text))) continue ;
    if (!service && setup_claim(a, one->text)) claim = setup_claim(a, one->text) ;
    if (!service && claim) line = source_line(a->source, claim->range.start) ;
    plan_todo(plan, service, claim, line, lost_pid(a, one->text, text) ? lost_pid(a, one->text, text) : pool_printf(a->pool, "$%s is not known here (%s): the script had set it; set it here, too%s", one->text, base,
      !strcmp(base, "finish") ? "; the exit code is $1" : "")) ;
  }
}

/* /tmp/spool.$$, but not kill $$ */
static int has_name_by_pid (char const *text)
{
  for (char const *at = text ; (at = strstr(at, "$$")) ; at += 2)
    if ((at > text && strchr("/.-_" NAME_LETTERS, at[-1])) || (at[2] && strchr("/.-_" NAME_LETTERS, at[2]))) return 1 ;
  return 0 ;
}

/* What the script computed from its pid is another name in each file. */
static void mark_names_by_pid (struct analysis *a, struct file const *files)
{
  struct texts places = { 0 } ;
  for (struct file const *file = files ; file ; file = file->next)
    if (file->executable && has_name_by_pid(without_comments(a->pool, file->content))) texts_add(a->pool, &places, file->path) ;
  if (!places.first || !places.first->next) return ;
  for (struct text const *one = places.first ; one ; one = one->next)
  {
    struct service *service = strncmp(one->text, "services.d/", 11) ? 0 : plan_find(a->plan, pool_copy(a->pool, one->text + 11, strcspn(one->text + 11, "/"))) ;
    struct claim *claim = service ? service->claim : setup_claim(a, 0) ;
    if (claim)
      plan_todo(a->plan, service, claim, service ? service->line : source_line(a->source, claim->range.start), pool_printf(a->pool,
        "$$ was the script's pid, one for all; here each of these has another: %s: set a variable to that name once, in the script, and migrate that", texts_join(a->pool, &places, ", "))) ;
  }
}

void settle_lost (struct analysis *a, struct statement *first, struct file const *files)
{
  int is_damaged = 0 ;
  for (struct statement *one = first ; one ; one = one->next)
  {
    is_damaged |= statement_walk(one, &has_damage, 0) ;
    statement_walk(one, &mark_lock, a) ;
  }
  mark_names_by_pid(a, files) ;
  for (struct file const *file = files ; file ; file = file->next)
    if (file->executable) look_at_file(a, file, first, is_damaged) ;
}
