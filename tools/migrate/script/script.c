#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/command/image.h"
#include "migrate/facts/analysis.h"
#include "migrate/facts/facts.h"
#include "migrate/script/ending.h"
#include "migrate/script/script.h"
#include "migrate/script/walk.h"
#include "migrate/services/services.h"
#include "migrate/traps/traps.h"
#include "migrate/waits/waits.h"
#include "migrate/write/render.h"

#define FUNCTIONS_MAX 50 /* more: a program */
#define READINGS_MAX 4 /* of a script that starts itself again with other words */
#define LINES_MAX 3000 /* more: the same */

static void refuse_programs (struct analysis *a)
{
  unsigned int n = 0 ;
  for (struct function *function = a->functions ; function ; function = function->next) n++ ;
  if (n > FUNCTIONS_MAX)
    a->plan->refused = pool_printf(a->pool, "%s has %u functions: a program of its own, not a wrapper; take its services apart by hand", a->source->name, n) ;
}

/* eval $START, where the script has START="server --port 80" at its beginning */
static int is_own_command (struct analysis *a, struct statement const *eval)
{
  char const *name = eval->nwords == 2 ? eval->words[1].raw + strspn(eval->words[1].raw, "\"${") : "" ;
  size_t len = strspn(name, NAME_LETTERS) ;
  char const *set = pool_printf(a->pool, "\n%.*s=", (int)len, name) ;
  return len && (*name < '0' || *name > '9') && strspn(name + len, "}\"") == strlen(name + len) && strstr(a->source->text, set)
   && !strstr(a->source->text, pool_printf(a->pool, "local %.*s", (int)len, name)) ;
}

/* eval "$command" & in a function or a loop: the commands are data. */
static int starts_data (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  if (!statement->background || is_own_command(a, statement) || strcmp(statement_command(statement), "eval") != 0) return 0 ;
  a->plan->refused = pool_printf(a->pool, "line %u starts what a variable holds: a registry of services, not a wrapper", line_of(a, statement)) ;
  return 1 ;
}

static int registers (struct statement *statement, void *data)
{
  if (statement->kind != STATEMENT_FUNCTION && statement->kind != STATEMENT_LOOP && statement->kind != STATEMENT_FOR) return 0 ;
  return statement_walk(statement, &starts_data, data) ;
}

/* ---- what is left at the end ---- */

static void claim_functions (struct analysis *a)
{
  for (struct function *function = a->functions ; function ; function = function->next)
  {
    char const *name = pool_printf(a->pool, "function %s", function->name) ;
    struct claim *claim = source_claim(a->source, function->statement->range, "dropped",
      pool_printf(a->pool, function->walked ? "%s: its parts went where they are used" : "%s: nothing calls it", name)) ;
    claim->if_kept = name ;
  }
}

/* Is the text in the file as lines, or commands, of their own? */
static int has_lines (char const *content, char const *text)
{
  size_t len = strlen(text) ;
  for (char const *at = content ; len && (at = strstr(at, text)) ; at++)
    if ((at == content || strchr(" \t\n;", at[-1])) && (!at[len] || strchr("\n;", at[len]))) return 1 ;
  return 0 ;
}

/* What nothing was seen to need may be in a file all the same: as part of what stayed as it was, or by declare -f NAME. */
static void tell_kept (struct analysis *a, struct file const *files)
{
  for (uint32_t i = 0 ; i < a->source->nclaims ; i++)
  {
    struct claim *claim = a->source->claims[i] ;
    struct texts where = { 0 } ;
    if (!claim->if_kept || strcmp(claim->where, "dropped") != 0) continue ;
    for (struct file const *file = files ; file ; file = file->next)
      if (has_lines(file->content, source_copy(a->source, claim->range))) texts_add(a->pool, &where, file->path) ;
    if (!where.first) continue ;
    claim->where = texts_join(a->pool, &where, ", ") ;
    claim->what = claim->if_kept ;
  }
}

/* The lines with errors; "": none */
static char const *damaged_lines (struct analysis *a, struct statement *first)
{
  struct texts lines = { 0 } ;
  for (struct statement *one = first ; one ; one = one->next)
    if (one->damaged) texts_add(a->pool, &lines, source_last_line(a->source, one->range) > line_of(a, one)
      ? pool_printf(a->pool, "%u-%u", line_of(a, one), source_last_line(a->source, one->range)) : pool_printf(a->pool, "%u", line_of(a, one))) ;
  return texts_join(a->pool, &lines, ", ") ;
}

static void note_damage (struct analysis *a, struct statement *first)
{
  char const *lines = damaged_lines(a, first) ;
  if (*lines) texts_add(a->pool, &a->plan->notes, pool_printf(a->pool, "the parser found errors in lines %s: look at what became of them", lines)) ;
}

/* The script's arguments, where run asks for them: run's own $1 is the name of the service. */
static void add_arguments (struct analysis *a, struct statement *first)
{
  struct texts words = { 0 } ;
  char const *line = "set -- # the script's arguments are not known" ;
  for (unsigned int i = 0 ; a->plan->cmd && a->plan->cmd[i] ; i++) texts_add(a->pool, &words, shell_quote(a->pool, a->plan->cmd[i])) ;
  if (words.first) line = pool_printf(a->pool, "set -- %s # CMD", texts_join(a->pool, &words, " ")) ;
  else if (!asks_positional(a, first)) return ;
  else if (a->plan->cmd_code) line = pool_printf(a->pool, "set -- %s # as the Dockerfile starts the script", a->plan->cmd_code) ;
  else if (a->plan->cmd) line = "set -- # CMD gave the script no arguments" ;
  plan_piece(a->plan, line, " ")->positional = 1 ;
}

/* CMD ["bash", "-e", "/start.sh"] */
static void add_shell_options (struct analysis *a)
{
  struct plan *plan = a->plan ;
  char const *line ;
  if (!plan->shell_options) return ;
  line = pool_printf(a->pool, "set %s # as the image executed it", plan->shell_options) ;
  plan_piece(plan, line, " ")->always = 1 ;
  plan_setup(plan, (struct range){ 0, 0 }, line, 0) ;
  if (strchr(plan->shell_options, 'e')) note_errexit(a, 1) ;
}

/* case "$1"; MODE=$1, then case "$MODE" */
static int is_chosen (struct analysis *a, struct service const *service)
{
  char const *conditions = texts_join(a->pool, &service->conditions, " ") ;
  if (service->positional) return 0 ;
  if (mentions_positional(conditions)) return 1 ;
  for (unsigned int i = 0 ; i < service->npieces ; i++)
    if (a->plan->pieces[i].claim && piece_mentioned(a->plan->pieces + i, conditions) && mentions_positional(a->plan->pieces[i].text)) return 1 ;
  return 0 ;
}

#define SHELL_FORM "an ENTRYPOINT in shell form gets none. If CMD is to reach it, write ENTRYPOINT [\"WORD\", ...], and migrate again"

/* How whoever starts the container can still choose. */
static char const *how_to_choose (struct plan const *plan, char const *cmd)
{
  if (!plan->cmd[1] && *plan->cmd[0] != '-')
    return pool_printf(plan->pool, ". To choose, write `set -- \"${ROLE:-%s}\"` in place of `set -- %s`, and start with `docker run -e ROLE=WORD`", plan->cmd[0], cmd) ;
  if (strpbrk(cmd, "'\"\\}*?[")) return "" ;
  return pool_printf(plan->pool, ". To choose, write `set -- ${ARGUMENTS:-%s}` in place of `set -- %s`, and start with `docker run -e ARGUMENTS='WORD...'`", cmd, cmd) ;
}

/* The files have the CMD of now: another CMD would not choose another branch. */
static void note_arguments (struct analysis *a, struct statement *first)
{
  struct plan *plan = a->plan ;
  struct texts chosen = { 0 } ;
  struct texts words = { 0 } ;
  char const *cmd ;
  if (!plan->services || !asks_positional(a, first)) return ;
  if (!plan->cmd && plan->cmd_code)
  {
    texts_add(a->pool, &plan->notes, pool_printf(a->pool, "the script's arguments are %s, as the Dockerfile starts it: each run that asks for them computes them anew", plan->cmd_code)) ;
    return ;
  }
  if (!plan->cmd)
  {
    texts_add(a->pool, &plan->notes, "the script looks at its arguments, which are the image's CMD: with --dockerfile they are known") ;
    return ;
  }
  if (!plan->cmd[0])
  {
    if (plan->lost_cmd) texts_add(a->pool, &plan->notes, pool_printf(a->pool, "TODO: the script looks at its arguments, and never got the CMD in line %u of the Dockerfile: %s", plan->lost_cmd, SHELL_FORM)) ;
    if (plan->is_given)
      texts_add(a->pool, &plan->notes, "TODO: the script looks at its arguments, and CMD gives it none: those that `docker run IMAGE ...`, or `command` in a compose file, gave it "
        "are executed beside the services now: write what you give it as CMD, and migrate again") ;
    return ;
  }
  for (unsigned int i = 0 ; plan->cmd[i] ; i++) texts_add(a->pool, &words, shell_quote(a->pool, plan->cmd[i])) ;
  cmd = texts_join(a->pool, &words, " ") ;
  if (a->dispatched)
    texts_add(a->pool, &plan->notes, pool_printf(a->pool, "the script's arguments chose what runs; now that is what CMD (%s) chose, and `docker run IMAGE WORD` "
      "does not choose any more: for another WORD, migrate with that as CMD, for an image or a stage of its own", cmd)) ;
  else for (struct service *service = plan->services ; service ; service = service->next)
    if (is_chosen(a, service)) texts_add(a->pool, &chosen, service->name) ;
  if (!a->dispatched) texts_add(a->pool, &plan->notes, chosen.first
    ? pool_printf(a->pool, "the script's arguments decided about %s; now CMD (%s) is written into their run, and `docker run IMAGE WORD` does not choose any more: "
      "it runs WORD beside the services%s",
      texts_join(a->pool, &chosen, ", "), cmd, a->arguments_put ? "" : how_to_choose(plan, cmd))
    : pool_printf(a->pool, "the script's arguments were CMD (%s): that is written into the files now, and `docker run IMAGE COMMAND` runs COMMAND beside the services", cmd)) ;
}

/* ---- code that the image's shell executes before the script ---- */

struct service *migrate_code (struct plan *plan)
{
  struct source *code = pool_alloc(plan->pool, sizeof(*code)) ;
  struct analysis a = { .plan = plan, .source = code, .pool = plan->pool, .suffix = "" } ;
  struct statement input = { .kind = STATEMENT_COMMAND, .background = 1, .name = "" } ; /* stands for what starts there */
  struct frame behind = { .rest = &input } ;
  struct service *aside ;
  struct statement *first ;
  struct statement *last ;
  if (!plan->code) return 0 ;
  first = shell_parse_text(plan->pool, code, plan->code) ;
  last = statement_last(first) ;
  plan->code_source = code ;
  interpreter_of_code(plan, code) ;
  if (plan->code_must_succeed && last)
  {
    /* a; b && input: the input did not run when b failed. */
    for (struct statement *one = first ; one != last ; one = one->next)
      if (one->next == last)
      {
        one->next = 0 ;
        walk_script(&a, first, &behind) ;
        break ;
      }
    a.must_succeed = 1 ;
  }
  walk_script(&a, plan->code_must_succeed ? last : first, &behind) ;
  close_task(&a) ;
  plan->code_ready = a.ready ;
  aside = plan->services ;
  for (struct service *one = aside ; one && plan->kind == INPUT_SCRIPT ; one = one->next) one->is_background = 0 ; /* another shell's child */
  if (plan->kind == INPUT_SCRIPT) return 0 ;
  plan->services = 0 ;
  return aside ;
}

/* In the account of the code: the service has another name. */
static void rename_places (struct plan *plan, char const *from, char const *to)
{
  char const *old = pool_printf(plan->pool, "services.d/%s/", from) ;
  for (uint32_t i = 0 ; i < plan->code_source->nclaims ; i++)
  {
    struct claim *claim = plan->code_source->claims[i] ;
    if (!strncmp(claim->where, old, strlen(old))) claim->where = pool_printf(plan->pool, "services.d/%s/%s", to, claim->where + strlen(old)) ;
  }
}

/* Xvfb & sleep 2; exec supervisord: all that this starts came later. */
static void order_behind_code (struct plan *plan, struct service *input)
{
  struct analysis a = { .plan = plan, .source = plan->code_source, .pool = plan->pool, .suffix = "" } ;
  for (; input ; input = input->next)
    for (struct text const *one = plan->code_ready.first ; one ; one = one->next) texts_add_once(plan->pool, &input->dependencies, one->text) ;
  settle_ready(&a) ;
  settle_in_order(&a) ;
  plan_settle_order(plan) ;
}

void migrate_code_end (struct plan *plan, struct service *services)
{
  struct service **end = &plan->services ;
  struct texts ready = { 0 } ;
  int all_background = !plan->code_ready.first ;
  for (struct service *one = services ; one ; one = one->next)
  {
    char const *base = one->name ;
    all_background &= one->is_background ;
    for (unsigned int i = 2 ; plan_find(plan, one->name) ; i++) one->name = pool_printf(plan->pool, "%s-%u", base, i) ;
    if (one->name != base) rename_places(plan, base, one->name) ;
    if (texts_has(&plan->code_ready, base)) texts_add(plan->pool, &ready, one->name) ;
  }
  if (all_background)
  {
    while (*end) end = &(*end)->next ;
    *end = services ;
    return ;
  }
  plan->code_ready = ready ;
  end = &services ;
  while (*end) end = &(*end)->next ;
  *end = plan->services ;
  plan->services = services ;
  order_behind_code(plan, *end) ;
}

/* The files that it reads, which may start what it does not. */
struct sourcing
{
  struct analysis *a ;
  struct texts files ;
} ;

static int add_sourced (struct statement *statement, void *data)
{
  struct sourcing *sourcing = data ;
  if (shell_one_of(statement_command(statement), "source .") && statement->nwords > 1)
    texts_add_once(sourcing->a->pool, &sourcing->files, statement->words[1].raw) ;
  return 0 ;
}

static int sources_files (struct analysis *a, struct statement *first)
{
  struct sourcing sourcing = { .a = a } ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &add_sourced, &sourcing) ;
  return !!sourcing.files.first ;
}

/* Only what other files define is started: each service would be a whole program of its own. */
static int starts_only_sourced (struct plan const *plan, struct texts *names)
{
  int others = 0 ;
  for (struct service const *one = plan->services ; one ; one = one->next)
    if (one->is_sourced) texts_add_once(plan->pool, names, one->text && *one->text ? one->text : one->name) ;
    else others |= !one->is_oneshot ;
  return !others && names->first ;
}

static void refuse_sourced (struct analysis *a, struct statement *first, struct texts const *names)
{
  struct sourcing sourcing = { .a = a } ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &add_sourced, &sourcing) ;
  a->plan->refused = pool_printf(a->pool, "%s starts nothing by itself: what it calls (%s) is, by its name, a function of a file that it reads: %s. "
    "Give the file that starts the processes, or put them together; if it is a program, write exec before it, or its path",
    a->source->name, texts_join(a->pool, names, ", "), texts_join(a->pool, &sourcing.files, ", ")) ;
}

/* if [ "$1" = web ]; then exec server; fi */
static int starts_by_words (struct statement *statement, void *data)
{
  return statement->background || (!strcmp(statement_command(statement), "exec") && statement->nwords > 1 && !is_image_command(data, statement)) ;
}

static void refuse_idle (struct analysis *a, struct statement *first)
{
  struct sourcing sourcing = { .a = a } ;
  char const *damaged = damaged_lines(a, first) ;
  int starts = 0 ;
  if (*damaged)
  {
    a->plan->refused = pool_printf(a->pool, "%s: no long-running process was found, and the parser found errors in lines %s: write these in another way, and migrate again", a->source->name, damaged) ;
    return ;
  }
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &add_sourced, &sourcing) ;
  for (struct statement *one = first ; one && !starts ; one = one->next) starts = statement_walk(one, &starts_by_words, a) ;
  if (starts && a->plan->cmd && !a->plan->cmd[0] && !a->plan->lost_cmd && asks_positional(a, first))
  {
    a->plan->refused = pool_printf(a->pool, "%s starts what its arguments say, and the Dockerfile has no CMD, so that it starts nothing: write what docker run, or a compose file, gives it as CMD into "
      "the Dockerfile, and migrate again", a->source->name) ;
    return ;
  }
  a->plan->refused = sourcing.files.first
    ? pool_printf(a->pool, "%s starts nothing by itself, but reads other files, which may: %s. Give the one that starts the processes, or put them together",
        a->source->name, texts_join(a->pool, &sourcing.files, ", "))
    : pool_printf(a->pool, "%s: no long-running process: nothing is started in the background or at the end. If it only prepares something, "
        "it can stay as it is: as a script in cont-init.d, or ahead of /init: ENTRYPOINT [\"SCRIPT\", \"/init\"], with exec \"$@\" at its end%s", a->source->name,
        !a->plan->cmd || a->plan->cmd[0] || !asks_positional(a, first) ? ""
          : a->plan->lost_cmd ? pool_printf(a->pool, ". CMD in line %u of the Dockerfile is no argument of it: %s", a->plan->lost_cmd, SHELL_FORM)
          : ". If docker run, or a compose file, tells it what to execute, write that as CMD into the Dockerfile, and migrate again") ;
}

/* Computed names of functions become what they stand for, in the source: each call grows with the number of functions.
   Returns the functions whose parts are where they were called. */
static struct text const *spell_out (struct analysis *a)
{
  struct analysis apart = *a ;
  struct statement *first = shell_parse(a->source) ;
  fill_empty_bodies(&apart, first) ;
  first = shell_parse(a->source) ;
  spell_out_fed_code(&apart, first) ;
  first = shell_parse(a->source) ;
  spell_out_own_name(&apart, first) ;
  first = shell_parse(a->source) ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &add_declared, &apart) ;
  refuse_programs(&apart) ;
  if (a->plan->refused) return 0 ;
  spell_out_calls(&apart, first) ;
  apart = *a ;
  first = shell_parse(a->source) ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &add_declared, &apart) ;
  return spell_out_ends(&apart, first) ;
}

void migrate_script (struct plan *plan)
{
  struct analysis a = { .plan = plan, .source = plan->source, .pool = plan->pool, .suffix = "", .arguments = plan->cmd } ;
  struct statement *first ;
  struct analysis was ;
  struct plan was_planned ;
  uint32_t nclaims ;
  struct file const *files ;
  struct texts sourced = { 0 } ;
  struct text const *spelled ;
  interpreter_choose(plan) ;
  if (!plan->refused && plan->source->nlines > LINES_MAX)
    plan->refused = pool_printf(plan->pool, "%s has %u lines: a program of its own, not a wrapper; take its services apart by hand", plan->source->name, plan->source->nlines) ;
  if (plan->refused) return ;
  spelled = spell_out(&a) ;
  if (plan->refused) return ;
  first = shell_parse(plan->source) ;
  for (struct statement *one = first ; one ; one = one->next) statement_walk(one, &add_declared, &a) ;
  for (; spelled ; spelled = spelled->next) find_function(&a, spelled->text)->walked = 1 ;
  for (struct statement *one = first ; one && !plan->refused ; one = one->next) statement_walk(one, &registers, &a) ;
  if (plan->refused) return ;
  interpreter_claim(&a, first) ;
  note_errexit(&a, shell_has_errexit(plan->shell)) ;
  migrate_code(plan) ;
  a.ready = plan->code_ready ;
  add_arguments(&a, first) ;
  add_shell_options(&a) ;
  if (first && first->kind == STATEMENT_COMMENT && !strncmp(plan->source->text, "#!", 2) && !first->range.start) first = first->next ;
  drop_ends_ahead_of_exits(&a, first) ;
  was = a ;
  was_planned = *plan ;
  nclaims = plan->source->nclaims ;
  walk_script(&a, first, 0) ;
  for (unsigned int n = 0 ; a.anew && n < READINGS_MAX ; n++)
  {
    first = read_anew(&a, &was, &was_planned, nclaims, first) ;
    walk_script(&a, first, 0) ;
  }
  if (a.anew) plan->refused = pool_printf(plan->pool, "%s starts itself again and again: line %u", plan->source->name, source_line(plan->source, a.again->range.start)) ;
  if (plan->refused) return ;
  apply_traps(&a) ;
  give_server_consoles(&a) ;
  settle_conditions(&a, first) ;
  mark_deeds(&a, first) ;
  settle_exclusive(&a) ;
  settle_asked(&a) ;
  settle_waits(&a) ;
  settle_ended_where(&a) ;
  settle_end(&a) ;
  settle_ready(&a) ;
  settle_in_order(&a) ;
  settle_removed(&a, first) ;
  settle_once(&a) ;
  settle_sourced(&a) ;
  settle_exporting(&a) ;
  settle_user(&a) ;
  settle_pids(&a) ;
  settle_endings(&a) ;
  settle_leaving(&a) ;
  settle_finish(&a) ;
  settle_kept_functions(&a) ;
  claim_functions(&a) ;
  find_mistakes(&a, first) ;
  image_check(plan) ;
  plan_settle(plan) ;
  files = render(plan) ;
  tell_kept(&a, files) ;
  settle_lost(&a, first, files) ;
  audit_plan(&a, first, files) ;
  note_damage(&a, first) ;
  if (starts_only_sourced(plan, &sourced)) refuse_sourced(&a, first, &sourced) ;
  else if (!plan->services && ((!a.waited_line && !a.branch_waits.first) || sources_files(&a, first))) refuse_idle(&a, first) ;
  else if (!plan->services) texts_add(a.pool, &plan->notes, "no long-running process was found, though the script waits for something: which line starts it?") ;
  note_arguments(&a, first) ;
}
