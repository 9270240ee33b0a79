/* exec gosu USER "$0" "$@": the script starts itself again as another user. So do the services. */

#include <string.h>

#include "migrate/facts/facts.h"

/* What executes the rest of its words: python3 "$0" would be another program. */
#define STARTERS "env nice ionice chpst setpriv chrt taskset numactl prlimit setarch linux32 linux64 unshare nsenter capsh softlimit flock timeout stdbuf " \
  "dbus-run-session xvfb-run ssh-agent"

/* A word without its quotes, up to the first blank: "\"$0\" $*" begins with $0. */
static char const *first_of (struct pool *pool, char const *raw)
{
  char *out = (char *)pool_copy(pool, raw, strlen(raw)) ;
  size_t n = 0 ;
  for (; *raw && (!n || !strchr(" \t\n;", *raw)) ; raw++)
    if (!strchr("\"'\\ ", *raw)) out[n++] = *raw ;
  out[n] = 0 ;
  return out ;
}

/* $0, or the path that the script has in the image. */
static int is_script (struct analysis *a, char const *raw)
{
  char const *word = first_of(a->pool, raw) ;
  char const *name = a->plan->script_name ? a->plan->script_name : shell_basename(a->source->name) ;
  if (shell_one_of(word, "$0 ${0} $BASH_SOURCE ${BASH_SOURCE} ${BASH_SOURCE[0]}")) return 1 ;
  return *word == '/' && !strcmp(shell_basename(word), name) ;
}

/* The word behind bash -e. */
static unsigned int behind_shell (struct statement const *statement, unsigned int i)
{
  if (!shell_one_of(shell_basename(statement_word(statement, i)), "sh bash ash dash")) return i ;
  for (i++ ; i < statement->nwords && *statement->words[i].raw == '-' && !strchr(statement->words[i].raw, 'c') ; i++) ;
  return i ;
}

/* su app -c "$0 $*", su app -c 'exec "$0" "$@"' "$0" "$@" */
static int code_is_script (struct analysis *a, struct launch const *launch)
{
  int is_literal = *launch->code == '\'' ;
  char const *code = launch->code + strspn(launch->code, "\"' ") ;
  if (!strncmp(code, "exec ", 5)) code += 5 ;
  if (!is_script(a, code)) return 0 ;
  return !is_literal || *first_of(a->pool, code) == '/' || (launch->code_words && is_script(a, launch->code_words)) ;
}

/* Are the words of the code behind its first one only the script's own? */
static int only_hands_on (struct pool *pool, char const *code)
{
  char *words = (char *)pool_copy(pool, code, strlen(code)) ;
  for (char *p = words ; *p ; p++) if (strchr("\"'\\;", *p)) *p = ' ' ;
  for (char const *p = words + strcspn(words, " ") ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
    if (!shell_one_of(pool_copy(pool, p, strcspn(p, " ")), "$* ${*} $@ ${@} exit $?")) return 0 ;
  return 1 ;
}

char const *other_words_in_code (struct analysis *a, struct launch const *launch)
{
  char const *at = launch->code ;
  if (!at || *at == '\'') return 0 ;
  at += strspn(at, "\"' \\") ;
  if (!strncmp(at, "exec ", 5)) at += 5 ;
  at += strspn(at, "\"' \\") ;
  return is_script(a, at) && !only_hands_on(a->pool, at) ? at : 0 ;
}

static int runs_script (struct analysis *a, struct statement const *statement, struct launch const *launch)
{
  unsigned int i = behind_shell(statement, launch->first) ;
  if (launch->code) return code_is_script(a, launch) && !other_words_in_code(a, launch) ;
  /* exec /usr/bin/supervisord in a script /app/supervisord: without anything between, it is another program. */
  if (i == 1 && !strcmp(statement_command(statement), "exec") && *first_of(a->pool, statement->words[1].raw) == '/') return 0 ;
  return i < statement->nwords && is_script(a, statement->words[i].raw) ;
}

/* exec env HOME=/x gosu app "$0" "$@": finds the program behind others that are not taken off. Returns the
   first word of what is taken off; 0: the script is none of the words. */
static unsigned int behind_others (struct analysis *a, struct statement const *statement, unsigned int first, struct launch *launch)
{
  unsigned int last = statement->nwords ;
  if (!shell_one_of(shell_basename(statement_word(statement, first)), STARTERS)) return 0 ;
  while (last && !is_script(a, statement->words[last - 1].raw)) last-- ;
  for (unsigned int i = last ; i < statement->nwords ; i++)
    if (!takes_arguments(statement->words[i].raw)) return 0 ;
  for (unsigned int i = first + 1 ; i < last ; i++)
  {
    struct statement rest = *statement ;
    rest.words += i ;
    rest.nwords -= i ;
    command_unwrap(a->pool, &rest, launch) ;
    if (runs_script(a, &rest, launch)) return i ;
  }
  return 0 ;
}

unsigned int other_words (struct analysis *a, struct statement const *statement, struct launch const *launch)
{
  unsigned int i = behind_shell(statement, launch->first) ;
  if (launch->code || i >= statement->nwords || !is_script(a, statement->words[i].raw)) return 0 ;
  for (unsigned int j = i + 1 ; j < statement->nwords ; j++)
    if (!takes_arguments(statement->words[j].raw)) return i + 1 ;
  return 0 ;
}

void note_again (struct analysis *a, struct statement *statement, struct launch const *launch)
{
  if (texts_has(&launch->options, "--user")) a->user = launch->options ;
  a->again = claim_statement(a, statement, "dropped", "the script started itself again") ;
  a->again_in_branch = !!a->conditions.first ;
  a->again_as_root = asks_for_root(a, texts_join(a->pool, &a->conditions, "\n")) ;
  a->again_if = asked_beside_root(a, texts_join(a->pool, &a->user, " ")) ;
  for (struct text const *one = a->user.first ; one ; one = one->next)
    if (!strcmp(one->text, "--user")) a->again->what = pool_printf(a->pool, "the script started itself again as %s%s%s: so do the services", one->next->text, a->again_if ? ", if " : "", a->again_if ? a->again_if : "") ;
  a->again_nsetup = a->plan->nsetup + !!a->pending ; /* what is in its branch came before it, too */
}

/* ./app & wait $!; [ $? -eq 42 ] && exec "$0": all of it anew, and no other way to start the same. */
static void mark_all_anew (struct analysis *a, struct statement const *statement)
{
  struct service *one = a->plan->services ;
  while (one && !one->is_oneshot && !one->is_background) one = one->next ;
  if (!one || texts_has(&a->user, "--user")) return ;
  plan_todo(a->plan, one, a->again, line_of(a, statement),
    "behind the end of this, the script could begin anew, and else it ended: if this is the server, make it a service that is always started again (no flag-oneshot), and let its finish run `reeve shutdown CODE` where the script ended ($1 is the exit code of run)") ;
}

int starts_itself (struct analysis *a, struct statement *statement, struct launch const *launch)
{
  struct launch inner = *launch ;
  unsigned int others = runs_script(a, statement, launch) ? 0 : launch->replaced ? behind_others(a, statement, launch->first, &inner) : 0 ;
  if (other_words(a, statement, launch) || (!others && !runs_script(a, statement, launch))) return 0 ;
  note_again(a, statement, &inner) ;
  mark_all_anew(a, statement) ;
  if (others)
    texts_add(a->pool, &a->again->todo, pool_printf(a->pool, "it did that by %s, which goes: do the same in each run if a service needs it",
      source_copy(source_of(a, statement), (struct range){ statement->words[launch->first].range.start, statement->words[others - 1].range.end }))) ;
  return 1 ;
}

static int is_child_of_itself (struct statement *statement, void *data)
{
  struct analysis *a = data ;
  struct launch launch ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords) return 0 ;
  command_unwrap(a->pool, statement, &launch) ;
  return texts_has(&launch.options, "--user") && runs_script(a, statement, &launch) ;
}

void mark_again (struct analysis *a, struct statement *statement, struct claim *claim)
{
  if (statement_walk(statement, &is_child_of_itself, a))
    plan_todo(a->plan, 0, claim, line_of(a, statement), "the script starts itself again as another user, without exec: what is behind it in the script ran as that user: write exec there, and migrate again") ;
}

/* A=1, export A=1, cd /app: no matter as whom. */
static int only_sets (struct pool *pool, char const *line)
{
  size_t name = strspn(line, NAME_LETTERS) ;
  if (strstr(line, "$(") || strpbrk(line, "`<>;&|")) return 0 ;
  return *line == '#' || (name && line[name] == '=' && !strpbrk(line, " \t\n")) || shell_one_of(pool_copy(pool, line, name), "cd export umask ulimit set unset shopt") ;
}

static int any_works (struct pool *pool, struct texts const *lines)
{
  for (struct text const *one = lines->first ; one ; one = one->next)
    if (!only_sets(pool, one->text)) return 1 ;
  return 0 ;
}

/* Does the shell answer this in another way as another user? $(id -un), $HOME, ~/data, [ -w FILE ], cd */
static int asks_who (char const *text)
{
  static char const *const marks[] = { "$(id", "`id", "whoami", "logname", "[ -w ", "[ ! -w ", "[ -r ", "[ ! -r ", "[ -O " } ;
  static char const *const names[] = { "HOME", "USER", "LOGNAME", "UID", "EUID" } ;
  for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
    if (strstr(text, marks[i])) return 1 ;
  for (size_t i = 0 ; i < sizeof(names) / sizeof(*names) ; i++)
    if (shell_mentions(text, names[i])) return 1 ;
  for (char const *at = strchr(text, '~') ; at ; at = strchr(at + 1, '~'))
    if ((at == text || strchr(" \t\n=:", at[-1])) && strchr("/ \t\n;&", at[1])) return 1 ;
  return !strcmp(text, "cd") ;
}

static int any_asks_who (struct texts const *lines)
{
  for (struct text const *one = lines->first ; one ; one = one->next)
    if (asks_who(one->text)) return 1 ;
  return 0 ;
}

static int pieces_ask_who (struct analysis *a, struct service const *service)
{
  char *needed = pool_alloc(a->pool, a->plan->npieces + 1) ;
  plan_needed(a->plan, service, service->npieces, service->positional, "", needed) ;
  for (unsigned int i = 0 ; i < service->npieces ; i++)
    if (needed[i] && !a->plan->pieces[i].shared && asks_who(a->plan->pieces[i].text)) return 1 ;
  return 0 ;
}

/* Does run do more than to set something that is the same for each user, and to become its program? */
static int works_ahead (struct analysis *a, struct service const *service)
{
  return !service->command || any_works(a->pool, &service->run) || any_works(a->pool, &service->before) || asks_who(service->command) || any_asks_who(&service->run)
    || any_asks_who(&service->conditions) || pieces_ask_who(a, service) ;
}

/* The same options without those of `user`. */
static struct texts options_without (struct pool *pool, struct texts const *options, struct texts const *user)
{
  struct texts others = { 0 } ;
  for (struct text const *one = user->first ; one ; one = one->next)
    if (!texts_has(options, one->text)) return *options ; /* another user */
  for (struct text const *one = options->first ; one ; one = one->next)
    if (!texts_has(user, one->text)) texts_add(pool, &others, one->text) ;
  return others ;
}

/* In the script that it started again, which asks for root in vain, this had been done. */
static int is_ahead_as_root (struct analysis *a, struct piece const *piece)
{
  return piece->under && piece->claim && piece->claim->range.start < a->again->range.start && asks_for_root(a, piece->under) ;
}

/* export DROPPED=1 */
static int is_handed_over (struct analysis *a, struct piece const *piece)
{
  return is_ahead_as_root(a, piece) && !piece->shared && (!strncmp(piece->text, "export ", 7) || strstr(piece->text, " export ")) ;
}

/* Which pieces make the user's name, and answer the question: those that the text mentions, and what they mention. A function
   may call one that is defined behind it. */
static void find_user_pieces (struct analysis *a, struct service *service, char const *text, char *found)
{
  struct plan *plan = a->plan ;
  char const *question = text ;
  for (unsigned int i = service->npieces ; i-- ; )
  {
    struct piece const *piece = plan->pieces + i ;
    if (found[i] || (piece->under && !is_ahead_as_root(a, piece)) || !piece_mentioned(piece, piece->positional ? question : text)) continue ; /* a function has words of its own */
    found[i] = 1 ;
    if (!piece->shared)
    {
      text = pool_printf(a->pool, "%s\n%s", text, piece->text) ;
      if (piece->is_function) i = service->npieces ;
      continue ;
    }
    found[i] = 2 ;
    plan_todo(plan, service, service->claim, service->line, pool_printf(a->pool, "it ran as the user %s, whom only the setup knows: write who that is into run", texts_join(a->pool, &service->user, " "))) ;
  }
}

/* Lines of the script that make the user's name, and what only root exported. */
static void define_user (struct analysis *a, struct service *service)
{
  char const *text = pool_printf(a->pool, "%s\n%s", texts_join(a->pool, &service->user, " "), service->user_if ? service->user_if : "") ;
  char *found = pool_alloc(a->pool, service->npieces + 1) ;
  struct texts lines = { 0 } ;
  for (unsigned int i = 0 ; service->runs_again && i < service->npieces ; i++)
    if (is_handed_over(a, a->plan->pieces + i)) text = pool_printf(a->pool, "%s\n%s\n%s", text, a->plan->pieces[i].under, a->plan->pieces[i].text) ;
  find_user_pieces(a, service, text, found) ;
  for (unsigned int i = 0 ; i < service->npieces ; i++)
    if (found[i] == 1 || (service->runs_again && is_handed_over(a, a->plan->pieces + i)))
    {
      struct piece const *piece = a->plan->pieces + i ;
      texts_add(a->pool, &lines, piece->under ? pool_printf(a->pool, "if %s; then\n%s\nfi", piece->under, piece->text) : piece->text) ;
      texts_add_once(a->pool, &a->plan->pieces[i].used, service_where(a->plan, service, "run")) ;
    }
  texts_add_all(a->pool, &lines, &service->again) ;
  service->again = lines ;
}

/* if CONDITION; then: what is in it, and stood behind the new start, ran where that had not been done. */
static int is_only_for_root (struct analysis *a, char const *text)
{
  return text && !strncmp(text, "if ", 3) && asks_for_root(a, pool_copy(a->pool, text, strcspn(text, "\n"))) ;
}

/* The setup behind it goes on as root. */
static void mark_setup (struct analysis *a)
{
  struct plan const *plan = a->plan ;
  for (unsigned int i = a->again_nsetup ; i < plan->nsetup ; i++)
    if (plan->setup[i].does_something && !is_only_for_root(a, plan->setup[i].text))
    {
      plan_todo(a->plan, 0, a->again, source_line(a->source, a->again->range.start), pool_printf(a->pool,
        "what is behind this in the setup ran as that user, and runs as root now: put reeve-exec %s -- ahead of its commands, or look at who owns what it makes", texts_join(a->pool, &a->user, " "))) ;
      return ;
    }
}

/* Started as another user, the script did not become that one, and worked; reeve-exec --user refuses. */
static void tell_only_root (struct analysis *a)
{
  char const *user = texts_join(a->pool, &a->user, " ") ;
  texts_add_once(a->pool, &a->plan->notes, pool_printf(a->pool, "the script became another user only as root; reeve-exec %s does so in any case, and refuses where docker run --user names "
    "a third one, so that the service does not start: for that, write into run, as its second line, [ \"$(id -u)\" != 0 ] || exec reeve-exec %s -- ./run \"$@\", and take the option out of the last line", user, user)) ;
}

void settle_user (struct analysis *a)
{
  if (!a->again || !a->user.first) return ;
  mark_setup(a) ;
  for (struct service *one = a->plan->services ; one ; one = one->next)
  {
    int works ;
    if (!one->user.first) continue ;
    works = one->user_if || works_ahead(a, one) || (a->again_as_root && a->plan->image_user) ;
    one->runs_again = works && (!one->command || texts_has(&one->options, "--user")) ;
    if (works && !one->runs_again) /* sudo */
      plan_todo(a->plan, one, one->claim, one->line, pool_printf(a->pool, "what is ahead of its program ran as another user (reeve-exec %s), and runs as root now, as the program: "
        "put reeve-exec ahead of each command there", texts_join(a->pool, &one->user, " "))) ;
    if (one->runs_again) one->options = options_without(a->pool, &one->options, &one->user) ;
    else if (a->again_as_root && texts_has(&one->options, "--user")) tell_only_root(a) ;
    if (one->runs_again || one->logger.first) define_user(a, one) ;
  }
}
