/* Conditions that ask nothing but the environment: the service's file enable-if. */

#include <string.h>

#include "migrate/facts/facts.h"
#include "migrate/script/walk.h"

struct enabling
{
  struct analysis *a ;
  struct service *service ;
  struct source const *code ; /* that is converted */
  struct texts lines ;
} ;

/* Adds the lines for a condition, or for its negation; 0: no lines can express it. */
static int convert (struct enabling *e, struct statement const *statement, int negated) ;

/* A value that a line of enable-if can have. */
static int is_plain_value (char const *value)
{
  return *value && !strpbrk(value, "| \t\n\r") && *value != '!' ;
}

static int add_line (struct enabling *e, char const *name, char const *values, int negated)
{
  texts_add_once(e->a->pool, &e->lines, pool_printf(e->a->pool, "%s%s%s%s", negated ? "!" : "", name, *values ? "=" : "", values)) ;
  return 1 ;
}

static int resolve (struct enabling *e, char const *raw, struct variable *variable)
{
  if (!variable_parse(e->a->pool, raw, variable) || !variable_from_environment(e->a, variable, e->service->npieces) || variable->constant) return 0 ;
  if (texts_has(&e->a->unknown_loops, variable->name) || texts_has(&e->a->status_names, variable->name)) return 0 ;
  return !placed_mentioned(e->service->positional, pool_printf(e->a->pool, "$%s", variable->name)) ;
}

static int is_among (char const *value, char const *values)
{
  size_t len = strlen(value) ;
  for (char const *p = values ; ; p++)
  {
    size_t one = strcspn(p, "|") ;
    if (one == len && !strncmp(p, value, len)) return 1 ;
    p += one ;
    if (!*p) return 0 ;
  }
}

/* The variable is one of the values, with | between them. */
static int equals (struct enabling *e, struct variable const *variable, char const *values, int negated)
{
  char const *fallback = variable->fallback && *variable->fallback ? variable->fallback : 0 ;
  if (!fallback || !is_among(fallback, values)) return add_line(e, variable->name, values, negated) ;
  /* The default is one of the values: a line cannot say "not set, or". */
  return negated && add_line(e, variable->name, "", 0) && add_line(e, variable->name, values, 1) ;
}

static int is_set (struct enabling *e, struct variable const *variable, int negated)
{
  return (!variable->fallback || !*variable->fallback) && add_line(e, variable->name, "", negated) ;
}

/* "x$A" = xyes */
static void without_x (struct pool *pool, char const **left, char const **right)
{
  char const *l = *left ;
  char const *r = *right ;
  int quoted = *l == '"' ;
  if (l[quoted] != 'x' && l[quoted] != 'X') return ;
  if (r[*r == '"'] != l[quoted]) return ;
  *left = pool_printf(pool, "%s%s", quoted ? "\"" : "", l + quoted + 1) ;
  *right = pool_printf(pool, "%s%s", *r == '"' ? "\"" : "", r + (*r == '"') + 1) ;
}

/* ^(a|b)$, ^a$ */
static char const *values_of_regex (struct pool *pool, char const *regex)
{
  size_t len = strlen(regex) ;
  int grouped ;
  char const *values ;
  if (len < 3 || *regex != '^' || regex[len - 1] != '$') return 0 ;
  grouped = regex[1] == '(' && regex[len - 2] == ')' ;
  values = pool_copy(pool, regex + 1 + grouped, len - 2 - 2 * (size_t)grouped) ;
  return strspn(values, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-|") == strlen(values) && *values && (grouped || !strchr(values, '|')) ? values : 0 ;
}

static int compare (struct enabling *e, char const *left, char const *operator, char const *right, int negated)
{
  struct variable variable ;
  char const *value ;
  without_x(e->a->pool, &left, &right) ;
  if (!resolve(e, left, &variable)) return 0 ;
  if (!strcmp(operator, "=~"))
  {
    value = values_of_regex(e->a->pool, right) ;
    return value && equals(e, &variable, value, negated) ;
  }
  value = *right ? shell_unquote(e->a->pool, right) : "" ;
  if (!value) return 0 ;
  if (shell_one_of(operator, "-eq -ne"))
    return strspn(value, "0123456789") == strlen(value) && *value && equals(e, &variable, value, negated ^ (operator[1] == 'n')) ;
  if (!shell_one_of(operator, "= == !=")) return 0 ;
  negated ^= *operator == '!' ;
  if (!*value) return is_set(e, &variable, !negated) ;
  return is_plain_value(value) && equals(e, &variable, value, negated) ;
}

/* [ "$A" = yes ], from word `i` on. */
static int convert_words (struct enabling *e, struct statement const *test, unsigned int i, int negated)
{
  struct word const *words ;
  struct variable variable ;
  unsigned int n ;
  if (test->kind == STATEMENT_AND && !negated) return convert_words(e, test->body, i, 0) && convert_words(e, test->body->next, 0, 0) ;
  if (test->kind == STATEMENT_OR && negated) return convert_words(e, test->body, i, 1) && convert_words(e, test->body->next, 0, 1) ;
  if (test->kind != STATEMENT_COMMAND || test->nredirects || test->nwords <= i) return 0 ;
  if (!strcmp(test->words[i].raw, "!"))
  {
    negated = !negated ;
    i++ ;
  }
  n = test->nwords - i ;
  words = test->words + i ;
  if (n == 3) return compare(e, words[0].raw, words[1].raw, words[2].raw, negated) ;
  if (n == 2 && shell_one_of(words[0].raw, "-n -z"))
    return resolve(e, words[1].raw, &variable) && is_set(e, &variable, negated ^ (words[0].raw[1] == 'z')) ;
  return n == 1 && resolve(e, words[0].raw, &variable) && is_set(e, &variable, negated) ;
}

static int convert_test (struct enabling *e, char const *text, int negated)
{
  struct source code ;
  struct statement *test ;
  char const *regex ;
  size_t len ;
  if (!strncmp(text, "test ", 5)) text += 5 ;
  text += strspn(text, "[ ") ;
  len = strlen(text) ;
  while (len && (text[len - 1] == ']' || text[len - 1] == ' ')) len-- ;
  text = pool_copy(e->a->pool, text, len) ;
  regex = strstr(text, " =~ ") ;
  if (regex) /* no word of a command's */
    return !strpbrk(regex + 4, " &") && compare(e, pool_copy(e->a->pool, text, (size_t)(regex - text)), "=~", regex + 4, negated) ;
  test = shell_parse_text(e->a->pool, &code, pool_printf(e->a->pool, "x %.*s", (int)len, text)) ;
  return test && !test->next && convert_words(e, test, 1, negated) ;
}

/* a|"b": plain words, without quotes; 0: there is another pattern. */
static char const *plain_patterns (struct pool *pool, char const *patterns)
{
  struct texts values = { 0 } ;
  for (char const *p = patterns + strspn(patterns, "( ") ; ; p++)
  {
    size_t len = strcspn(p, "|") ;
    size_t end = len ;
    char const *value ;
    while (end && strchr(" \t\n", p[end - 1])) end-- ;
    value = shell_unquote(pool, pool_copy(pool, p + strspn(p, " \t\n"), end - strspn(p, " \t\n"))) ;
    if (!value || !is_plain_value(value)) return 0 ;
    texts_add_once(pool, &values, value) ;
    p += len ;
    if (!*p) break ;
  }
  return texts_join(pool, &values, "|") ;
}

/* case "$A" in a|b) true ;; *) false ;; esac, as the branches are made. */
static int convert_case (struct enabling *e, struct statement const *statement, int negated)
{
  struct variable variable ;
  char const *refused = 0 ;
  char const *wanted = 0 ;
  if (statement->nwords != 1 || !resolve(e, statement->words[0].raw, &variable)) return 0 ;
  for (struct branch const *branch = statement->branches ; branch ; branch = branch->next)
  {
    int yes = branch->body && !strcmp(statement_command(branch->body), "true") ;
    char const *values = branch->pattern ? plain_patterns(e->a->pool, branch->pattern) : 0 ;
    if (!branch->next && branch->pattern && !strcmp(branch->pattern, "*"))
    {
      if (!yes) return wanted && equals(e, &variable, wanted, negated) ;
      return !wanted && refused && equals(e, &variable, refused, !negated) ;
    }
    if (!values) return 0 ;
    if (!yes && !wanted) refused = refused ? pool_printf(e->a->pool, "%s|%s", refused, values) : values ;
    else if (yes && !wanted) wanted = values ;
    else return 0 ;
    if (refused && wanted)
      for (char const *p = wanted ; *p ; p += strcspn(p, "|"), p += *p == '|')
        if (is_among(pool_copy(e->a->pool, p, strcspn(p, "|")), refused)) return 0 ;
  }
  return 0 ;
}

/* [ "$A" = x ] || [ "$A" = y ]: one line, A=x|y */
static int convert_either (struct enabling *e, struct statement const *left, struct statement const *right)
{
  struct enabling one = *e ;
  struct enabling other = *e ;
  char const *first ;
  char const *second ;
  size_t len ;
  one.lines = other.lines = (struct texts){ 0 } ;
  if (!convert(&one, left, 0) || !convert(&other, right, 0) || one.lines.first->next || other.lines.first->next) return 0 ;
  first = one.lines.first->text ;
  second = other.lines.first->text ;
  len = strcspn(first, "=") ;
  if (*first == '!' || !first[len] || strncmp(first, second, len + 1) != 0) return 0 ;
  texts_add_once(e->a->pool, &e->lines, pool_printf(e->a->pool, "%s|%s", first, second + len + 1)) ;
  return 1 ;
}

/* All lines of the file have to hold, so lines cannot express "one of two". */
static int convert (struct enabling *e, struct statement const *statement, int negated)
{
  struct statement const *left = statement->body ;
  int truth ;
  if (statement->background || statement->nredirects) return 0 ;
  if (miswritten(e->code, statement, &truth)) return 0 ; /* run asks it as the script did */
  if (statement->kind == STATEMENT_TEST || shell_one_of(statement_command(statement), "test ["))
    return !fails_in_dash(e->a, source_copy(e->code, statement->range)) && convert_test(e, source_copy(e->code, statement->range), negated) ;
  if (statement->kind == STATEMENT_NOT) return left && convert(e, left, !negated) ;
  if (statement->kind == STATEMENT_GROUP) return left && !left->next && convert(e, left, negated) ;
  if (statement->kind == STATEMENT_CASE) return convert_case(e, statement, negated) ;
  if (!is_and_or(statement)) return 0 ;
  if ((statement->kind == STATEMENT_AND) == !negated) return convert(e, left, negated) && convert(e, left->next, negated) ;
  return !negated && convert_either(e, left, left->next) ;
}

/* The inside of ! { ...; }, which negated() writes and the grammar does not know; 0: another form. */
static char const *inside_negation (struct pool *pool, char const *text)
{
  size_t len = strlen(text) ;
  unsigned int depth = 1 ;
  if (strncmp(text, "! { ", 4) != 0 || len < 8 || strcmp(text + len - 3, "; }") != 0) return 0 ;
  for (char const *p = text + 4 ; p < text + len - 1 ; p++)
  {
    if (*p == '{' && p[-1] == ' ' && p[1] == ' ') depth++ ;
    else if (*p == '}' && p[-1] == ' ' && !--depth) return 0 ;
  }
  return pool_copy(pool, text + 4, len - 7) ;
}

static int convert_text (struct enabling *e, char const *text)
{
  struct source code ;
  struct statement *statement ;
  int negated = 0 ;
  int r ;
  for (char const *inside ; (inside = inside_negation(e->a->pool, text)) ; text = inside) negated = !negated ;
  statement = shell_parse_text(e->a->pool, &code, text) ;
  e->code = &code ;
  r = statement && !statement->next && !statement->damaged && convert(e, statement, negated) ;
  e->code = 0 ;
  return r ;
}

/* ! { A; } && ! { B; } && C, as the later branches of an `if` have them. */
static int convert_all (struct enabling *e, char const *text)
{
  for (char const *p = text ; !strncmp(text, "! { ", 4) && (p = strstr(p, "; } && ")) ; p++)
  {
    char const *first = pool_copy(e->a->pool, text, (size_t)(p + 3 - text)) ;
    if (inside_negation(e->a->pool, first)) return convert_text(e, first) && convert_all(e, p + 7) ;
  }
  return convert_text(e, text) ;
}

static void enable (struct analysis *a, struct service *service)
{
  struct enabling e = { .a = a, .service = service } ;
  for (struct text const *one = service->conditions.first ; one ; one = one->next)
    if (!convert_all(&e, one->text)) return ;
  if (!e.lines.first) return ;
  service_set(a->plan, service, "enable-if", texts_join(a->pool, &e.lines, "\n")) ;
  if (service->claim) service->claim->what = pool_printf(a->pool, "%s (enable-if)", service->claim->what) ;
}

/* if A; then exec one; else exec other; fi: one of them always runs. */
static int is_other_of (struct analysis *a, struct service const *service)
{
  char const *condition = texts_join(a->pool, &service->conditions, " && ") ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one->is_main && one->conditions.first && !strcmp(texts_join(a->pool, &one->conditions, " && "), negated(a->pool, condition))) return 1 ;
  return 0 ;
}

/* Was there a way through the script on which it had nothing to become, or to wait for? `is_end`: it ended with services on a condition. */
static int may_run_nothing (struct analysis const *a, int is_end)
{
  if (a->replaced_line) return 0 ;
  return a->waited_line ? a->waited_in_branch || is_end : !!a->otherwise.first ;
}

/* Did the script stay for it, beside others, so that it is not main? */
static int stayed_for (struct analysis const *a, struct service const *service)
{
  char const *where = texts_join(a->pool, &service->conditions, " && ") ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one->is_main && !strcmp(texts_join(a->pool, &one->conditions, " && "), where)) return 0 ; /* it stayed for that */
  for (struct text const *one = a->branch_waits.first ; one && *where ; one = one->next)
    if (strstr(one->text, where)) return !service->is_main && !service->is_oneshot ;
  return 0 ;
}

/* Where none of the branches was taken, it had no main service. Returns 0 if it is another case. */
static int note_nothing_runs (struct analysis *a, int is_end)
{
  struct texts names = { 0 } ;
  int others = 0 ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
  {
    if ((one->is_main && (!one->conditions.first || one->ends.first || is_other_of(a, one))) || stayed_for(a, one)) return 0 ;
    if (one->is_main) texts_add(a->pool, &names, one->name) ;
    else others |= !one->is_oneshot && !one->conditions.first ;
  }
  if (!names.first || (others && a->waited_line && !is_end)) return 0 ;
  texts_add(a->pool, &a->plan->notes, pool_printf(a->pool, "where nothing asks for %s, the script ended, and the container with it; here the container stays up%s", texts_join(a->pool, &names, ", or "),
    others ? ", with what else is started" : ", and nothing runs in it")) ;
  return 1 ;
}

/* if X; then sleep infinity; fi, and nothing behind it */
static void note_branch_waits (struct analysis *a)
{
  if (!a->branch_waits.first || a->waits_always || a->plan->goes_on) return ;
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one->is_exec) return ; /* it stayed in that, too */
  texts_add(a->pool, &a->plan->notes, pool_printf(a->pool, "the script stayed in %s; otherwise it ended, and the container with it: here the container stays up",
    texts_join(a->pool, &a->branch_waits, ", or in "))) ;
}

/* Does the list end with exit 1, or with die "no such role", whose body does? The setup does that now. */
static int fails_at_end (struct analysis *a, struct statement const *list, int depth)
{
  struct function *function ;
  while (list && list->next) list = list->next ;
  if (!list || depth > 3) return 0 ;
  if (list->kind == STATEMENT_GROUP) return fails_at_end(a, list->body, depth + 1) ;
  function = called_function(a, list) ;
  if (function) return fails_at_end(a, function->statement->body, depth + 1) ;
  return !strcmp(statement_command(list), "exit") && list->nwords > 1 && strcmp(list->words[1].raw, "0") != 0 ;
}

static int fails (struct analysis *a, struct statement const *statement)
{
  struct statement alone = *statement ;
  struct claim const *claim = claim_of(a, statement) ;
  alone.next = 0 ;
  return claim && !strcmp(claim->where, plan_setup_where(a->plan)) && fails_at_end(a, &alone, 0) ;
}

static int is_main_start (struct analysis *a, struct statement const *statement)
{
  for (struct service const *one = a->plan->services ; one ; one = one->next)
    if (one->is_main && is_started_in(one, statement)) return 1 ;
  return 0 ;
}

/* case "$MODE" in web) exec one ;; *) exit 1 ;; esac: whichever branches are taken, something main is started, or the
   setup ends the container. */
static int runs_or_fails (struct analysis *a, struct statement const *list)
{
  for (; list ; list = list->next)
  {
    if (list->kind == STATEMENT_GROUP ? runs_or_fails(a, list->body) : list->kind == STATEMENT_COMMAND && (fails(a, list) || is_main_start(a, list))) return 1 ;
    if ((list->kind == STATEMENT_IF || list->kind == STATEMENT_CASE) && statement_else(list))
    {
      struct branch const *branch = list->branches ;
      while (branch && runs_or_fails(a, branch->body)) branch = branch->next ;
      if (!branch) return 1 ;
    }
  }
  return 0 ;
}

void settle_conditions (struct analysis *a, struct statement *script)
{
  int is_end = 0 ;
  for (struct service *service = a->plan->services ; service ; service = service->next)
  {
    if (!service->conditions.first) continue ;
    enable(a, service) ;
    is_end |= settle_last_choice(a, service, script) ;
  }
  if (may_run_nothing(a, is_end) && !runs_or_fails(a, script) && !note_nothing_runs(a, is_end) && !is_end) note_branch_waits(a) ;
}
