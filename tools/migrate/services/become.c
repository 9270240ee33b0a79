/* The command that a run becomes: its words, its redirections, its foreground form. */

#include <string.h>

#include "migrate/command/image.h"
#include "migrate/command/initscript.h"
#include "migrate/command/variants.h"
#include "migrate/facts/facts.h"
#include "migrate/services/become.h"
#include "migrate/services/services.h"

char const *redirects_of (struct analysis *a, struct statement const *statement, uint32_t before, uint32_t from)
{
  struct texts texts = { 0 } ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++)
    if (statement->redirects[i].range.start < before || statement->redirects[i].range.start >= from)
      texts_add(a->pool, &texts, plain_redirect(a, statement->redirects + i)) ;
  return texts_join(a->pool, &texts, " ") ;
}

static void tell_dropped (struct analysis *a, struct service *service, struct launch const *launch)
{
  struct claim *claim = service->claim ;
  if (!launch->dropped.first || !claim) return ;
  claim->what = pool_printf(a->pool, "%s (dropped: %s)", claim->what, texts_join(a->pool, &launch->dropped, "; ")) ;
}

/* Does the code do more with the file than read it? Returns where. */
char const *text_handles (char const *text, char const *path)
{
  size_t len = strlen(path) ;
  for (char const *p = text ; (p = strstr(p, path)) ; p += len)
  {
    char const *q = p ;
    while (q > text && strchr(" \t\"'", q[-1])) q-- ;
    if (strchr(NAME_LETTERS ".-/", p[len] ? p[len] : ' ') || (q > text && q[-1] == '.') || (q > text + 5 && !strncmp(q - 6, "source", 6))) continue ;
    return p ;
  }
  return 0 ;
}

/* What writes or changes the file, in the script ahead of line `before`, or in the image; 0: nothing does, as far as it is known. */
static char const *who_handles (struct analysis *a, char const *path, uint32_t before)
{
  char const *at = text_handles(a->source->text, path) ;
  uint32_t line = at ? source_line(a->source, (uint32_t)(at - a->source->text)) : 0 ;
  if (line && line <= before) return pool_printf(a->pool, "line %u writes or changes", line) ;
  for (struct text const *run = a->plan->image_runs.first ; run ; run = run->next)
    if (text_handles(run->text, path)) return "a RUN of the Dockerfile writes or changes" ;
  for (struct configuration const *one = a->plan->configurations ; one ; one = one->next)
    if (!strcmp(one->path, path)) return "COPY brings" ;
  return 0 ;
}

/* An init script reads its options from a file, which the program itself does not know. */
static void mark_defaults (struct analysis *a, struct service *service, uint32_t line, char const *name)
{
  static char const *const folders[] = { "/etc/default/", "/etc/sysconfig/", "/etc/conf.d/" } ;
  for (size_t i = 0 ; i < sizeof(folders) / sizeof(*folders) ; i++)
  {
    char const *path = pool_printf(a->pool, "%s%s", folders[i], name) ;
    char const *who = who_handles(a, path, line) ;
    if (who) plan_todo(a->plan, service, service->claim, line, pool_printf(a->pool,
      "its init script read %s, which %s; here nothing reads it: write the options from it into run", path, who)) ;
  }
}

/* The script did not go on behind it: what may keep it in the foreground perhaps did. */
static int stayed (struct service const *service, struct foreground const *foreground)
{
  return service->is_main || (service->is_background && !image_refuses_twice(foreground->argv)) ;
}

#define BY_ITSELF "it would have left by itself"

static void tell_foreground (struct analysis *a, struct service *service, uint32_t line, struct foreground const *foreground)
{
  if (foreground->means_strays) service_set(a->plan, service, "flag-keep-strays", "") ;
  if (!foreground->in_background) return ;
  service->is_leaving = 1 ;
  initscript_note(a->plan, service, line, foreground) ;
  variant_note(a->plan, line, foreground) ;
  if (foreground->is_init_script && foreground->init_script && foreground->argv[0]) mark_defaults(a, service, line, shell_basename(foreground->init_script)) ;
  if (!foreground->argv[0]) forks_on(a->plan, service, line, foreground) ;
  else if (service->claim)
    service->claim->what = pool_printf(a->pool, "%s (in the foreground: %s)", service->claim->what,
      foreground->is_configured ? "its configuration says so"
      : foreground->by_configuration || (foreground->may_be_configured && stayed(service, foreground)) ? "whatever its configuration says" : BY_ITSELF) ;
}

char const *with_exec (struct pool *pool, struct source const *code, struct statement const *command, uint32_t end)
{
  uint32_t first = command->nassignments && command->nwords ? command->words[0].range.start : command->core.start ;
  return pool_printf(pool, "%sexec %s", source_copy(code, (struct range){ command->core.start, first }), source_copy(code, (struct range){ first, end })) ;
}

/* su app -c "$*": the script's shell puts in what may be more than one command, as `cd /app && server`. */
static int is_computed_code (struct statement const *command)
{
  return command->nwords && strpbrk(command->words[0].raw, "$`") ;
}

/* su app -c "cd /app && server", perhaps with & behind it: the code with exec, in the foreground; 0: it has another form. */
static char const *foreground_chain (struct pool *pool, struct source const *code, struct statement const *only, int is_plain)
{
  struct statement const *last = only ;
  char const *text ;
  size_t len ;
  if (only->kind != STATEMENT_AND) return 0 ;
  while (last->kind == STATEMENT_AND && last->body && last->body->next) last = last->body->next ;
  if (last->kind != STATEMENT_COMMAND || shell_one_of(statement_command(last), "exec cd : true false echo printf export test [ read set eval . source wait exit return kill trap")) return 0 ;
  if (!is_plain && is_computed_code(last)) return 0 ;
  text = with_exec(pool, code, last, only->range.end) ;
  len = strlen(text) ;
  while (len && strchr(" \t\n;", text[len - 1])) len-- ;
  if (len && text[len - 1] == '&') len-- ;
  return pool_printf(pool, "%s%.*s", source_copy(code, (struct range){ only->core.start, last->core.start }), (int)len, text) ;
}

/* Its configuration is not here, or a variable may hold an option. If the script went on behind it, it went into
   the background. Behind & it may have: where a variable says that it stays, to say it twice does no harm, but
   for nginx. */
static void decide_leaving (struct analysis *a, struct service *service, struct foreground *foreground)
{
  foreground->in_background = service->is_daemon ;
  if (service->is_background && !foreground->by_configuration && foreground->argv[0])
  {
    service->may_leave = !strcmp(shell_basename(foreground->argv[0]), "nginx") && !image_nginx_stays_with(a->plan, foreground->argv) ;
    if (strcmp(shell_basename(foreground->argv[0]), "nginx") != 0) foreground->in_background = foreground->by_configuration = 1 ;
  }
  if (!foreground->in_background) foreground->argv[0] = 0 ;
  foreground->is_supposed = service->is_daemon && foreground->mend ;
}

/* The code of `su -c` and the like, with exec before a command that is alone, and that
   in the foreground. */
static char const *code_with_exec (struct analysis *a, struct service *service, char const *raw)
{
  struct source code ;
  char const *value = shell_unquote(a->pool, raw) ;
  int is_plain = !!value ;
  struct statement *only ;
  char const *chain ;
  struct foreground foreground ;
  struct launch launch ;
  if (!value && *raw == '"' && raw[1]) value = pool_copy(a->pool, raw + 1, strlen(raw) - 2) ;
  only = value ? shell_parse_text(a->pool, &code, value) : 0 ;
  chain = only && !only->next ? foreground_chain(a->pool, &code, only, is_plain) : 0 ;
  if (chain) return is_plain ? shell_quote(a->pool, chain) : pool_printf(a->pool, "\"%s\"", chain) ;
  for (struct statement *one = only ; one ; one = one->next)
    if (one->background && (one->next || one != only || one->kind != STATEMENT_COMMAND))
    {
      plan_todo(a->plan, service, service->claim, service->line, "its code leaves something in the background, which ends with it: let the last command be in the foreground, or make each a service") ;
      break ;
    }
  if (!only || only->next || only->kind != STATEMENT_COMMAND || shell_one_of(statement_command(only), "exec cd") || (!is_plain && is_computed_code(only))) return raw ;
  value = with_exec(a->pool, &code, only, only->range.end) ;
  command_unwrap(a->pool, only, &launch) ;
  foreground_of(a->plan, only, launch.first, &foreground) ;
  if (!*service->program && launch.first < only->nwords && only->words[launch.first].value) service->program = shell_basename(only->words[launch.first].value) ;
  if (foreground.may_leave && !only->background) decide_leaving(a, service, &foreground) ;
  else if (foreground.may_leave) foreground.argv[0] = 0 ; /* it is & that left it behind */
  if (foreground.in_background) tell_foreground(a, service, service->line, &foreground) ;
  if (foreground.argv[0])
  {
    char const *pidfile = pid_not_written(a->pool, only, launch.first, &foreground) ;
    value = pidfile ? pool_printf(a->pool, "echo $$ >%s; ", pidfile) : "" ; /* the pid stays the same also where the outer shell puts it in */
    for (unsigned int i = 0 ; i < only->nassignments ; i++) value = pool_printf(a->pool, "%s%s ", value, only->assignments[i].raw) ;
    value = pool_printf(a->pool, "%sexec %s", value, command_foreground_words(a->pool, only, launch.first, &foreground)) ;
    for (unsigned int i = 0 ; i < only->nredirects ; i++) value = pool_printf(a->pool, "%s %s", value, only->redirects[i].raw) ;
  }
  else if (foreground.in_background) return raw ; /* flag-forks follows it */
  return is_plain ? shell_quote(a->pool, value) : pool_printf(a->pool, "\"%s\"", value) ;
}

static char const *trim (struct pool *pool, char const *text)
{
  size_t len ;
  while (*text == ' ') text++ ;
  len = strlen(text) ;
  while (len && text[len - 1] == ' ') len-- ;
  return pool_copy(pool, text, len) ;
}

/* The command with CMD's words in the place of the script's own "$@", where they are known. */
static char const *put_arguments (struct analysis *a, char const *command)
{
  static char const *const marks[] = { "\"$@\"", "\"${@}\"", "$@" } ;
  struct texts words = { 0 } ;
  if (!a->arguments || a->shifted || a->positional || a->in_function || a->in_call) return command ;
  for (unsigned int i = 0 ; a->arguments[i] ; i++) texts_add(a->pool, &words, shell_quote(a->pool, a->arguments[i])) ;
  for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
  {
    char const *at = strstr(command, marks[i]) ;
    size_t len = strlen(marks[i]) ;
    while (at && next_expansion(command, strchr(at, '$')) != strchr(at, '$')) at = strstr(at + 1, marks[i]) ; /* sh -c '... "$@"' sh: its own */
    if (!at || (at != command && at[-1] != ' ') || (at[len] && at[len] != ' ')) continue ;
    a->arguments_put = 1 ;
    return trim(a->pool, pool_printf(a->pool, "%.*s%s%s", (int)(at - command), command, texts_join(a->pool, &words, " "), words.first ? at + len : at + len + (at[len] == ' '))) ;
  }
  return command ;
}

static void tell_redirects (struct analysis *a, struct service *service, struct statement const *statement)
{
  char const *before = service->command ;
  int is_told = 0 ;
  service->command = plain_command(a, before) ;
  is_told = service->command != before ;
  for (unsigned int i = 0 ; i < statement->nredirects ; i++) is_told |= !strncmp(statement->redirects[i].raw, "&>", 2) && may_be_dash(a) ;
  if (is_told)
    plan_mistake(a->plan, line_of(a, statement), "where sh is dash, &> is & and >: what is ahead of it starts in the background, and keeps its output; here it is what was meant, >FILE 2>&1") ;
}

/* Program and arguments, and the redirections behind them. */
static void set_words (struct analysis *a, struct service *service, struct statement const *statement, struct launch const *launch,
  struct foreground const *foreground)
{
  uint32_t first = launch->first < statement->nwords ? statement->words[launch->first].range.start : statement->core.end ;
  service->redirects = trim(a->pool, redirects_of(a, statement, first, statement->core.end)) ;
  if (launch->code)
  {
    service->command = pool_printf(a->pool, "%s -c %s%s%s", launch->code_prefix, code_with_exec(a, service, launch->code),
      launch->code_words ? " " : "", launch->code_words ? launch->code_words : "") ;
    service->redirects = redirects_of(a, statement, UINT32_MAX, 0) ;
  }
  else if (foreground->argv[0])
  {
    service->command = command_foreground_words(a->pool, statement, launch->first, foreground) ;
    service->redirects = redirects_of(a, statement, UINT32_MAX, 0) ;
  }
  else if (launch->dashes)
    service->command = pool_printf(a->pool, "%s %s", statement->words[launch->first].raw,
      trim(a->pool, source_copy(source_of(a, statement), (struct range){ statement->words[launch->dashes].range.end, statement->core.end }))) ;
  else service->command = put_arguments(a, trim(a->pool, source_copy(a->source, (struct range){ first, statement->core.end }))) ;
  tell_redirects(a, service, statement) ;
}

/* A=1 command "$A": its words see the old A. */
static int used_by_words (struct statement const *statement, char const *assignment)
{
  char name[128] ;
  size_t len = strcspn(assignment, "=+[") ;
  if (len >= sizeof(name)) return 1 ;
  memcpy(name, assignment, len) ;
  name[len] = 0 ;
  for (unsigned int i = 0 ; i < statement->nwords ; i++)
    if (shell_mentions(statement->words[i].raw, name)) return 1 ;
  return 0 ;
}

/* nginx does not start if both its configuration and its words say daemon off. */
static void keep_configured (struct analysis *a, struct service *service, uint32_t line, struct foreground *foreground)
{
  if (!foreground->argv[0]) return ;
  /* What the script ended with: the container would have ended at once. */
  if (service->is_main && foreground->by_configuration && strcmp(shell_basename(foreground->argv[0]), "dbus-daemon") != 0)
  {
    foreground->argv[0] = 0 ;
    foreground->in_background = 0 ;
    return ;
  }
  if (service->is_main && !foreground->is_init_script && image_leaves_as_it_is(a->plan, service, line, foreground->argv, 1))
  {
    foreground->argv[0] = 0 ;
    foreground->in_background = 0 ;
    return ;
  }
  nginx_without_option(a->plan, foreground) ;
}

/* sudo su app -c CODE: the code is looked at, too. */
static void keep_code (struct analysis *a, struct statement const *statement, struct launch const *inner, struct launch *launch)
{
  unsigned int first = launch->first ;
  unsigned int i = first + 1 ;
  while (i < statement->nwords && statement->words[i].raw != inner->code) i++ ;
  if (i >= statement->nwords || strcmp(statement_word(statement, i - 1), "-c") != 0) return ;
  launch->code = inner->code ;
  launch->code_prefix = trim(a->pool, source_copy(source_of(a, statement), (struct range){ statement->words[first].range.start, statement->words[i - 1].range.start })) ;
  launch->code_words = inner->code_words ;
  launch->first = inner->first ;
}

int leaves_inside (struct analysis *a, struct statement *statement, struct foreground *foreground)
{
  struct statement *inside = command_inside(a, statement) ;
  struct launch inner ;
  if (inside == statement) return 0 ;
  command_unwrap(a->pool, inside, &inner) ;
  foreground_of(a->plan, inside, inner.first, foreground) ;
  return foreground->in_background && !foreground->ends ;
}

void follow_inside (struct analysis *a, struct service *service, struct statement const *statement, struct foreground const *inside)
{
  service->is_leaving = 1 ;
  forks_on(a->plan, service, line_of(a, statement), inside) ;
}

/* sh -c "redis-server --daemonize yes": it is looked at as that of su -c. */
static void take_code (struct analysis *a, struct service const *service, struct statement *statement, struct launch *launch)
{
  struct foreground foreground = { 0 } ;
  int is_code ;
  unsigned int i = launch->code || launch->first >= statement->nwords ? 0 : statement_of_shell(statement, launch->first, &is_code) ;
  if (!i || !is_code || strcmp(statement_word(statement, i - 1), "-c") != 0) return ;
  if (!leaves_inside(a, statement, &foreground) && !(foreground.may_leave && service->is_daemon)) return ;
  launch->code = statement->words[i].raw ;
  launch->code_prefix = trim(a->pool, source_copy(source_of(a, statement), (struct range){ statement->words[launch->first].range.start, statement->words[i - 1].range.start })) ;
  if (i + 1 < statement->nwords) launch->code_words = trim(a->pool, source_copy(source_of(a, statement), (struct range){ statement->words[i + 1].range.start, statement->core.end })) ;
  launch->first = statement->nwords ;
}

/* Whom reeve-exec's options make it; 0: root, or nobody. */
static char const *user_of_options (struct texts const *options)
{
  struct text const *one = options->first ;
  while (one && strcmp(one->text, "--user") != 0) one = one->next ;
  return one && one->next && !shell_one_of(one->next->text, "root 0") ? one->next->text : 0 ;
}

/* In the branch of [ "$(id -u)" = 0 ] it is not the image's USER who works. */
static int is_for_root (struct analysis *a)
{
  struct text const *one = a->conditions.first ;
  while (one && !(asks_for_root(a, one->text) && holds_for_root(a, one->text))) one = one->next ;
  return !!one ;
}

/* The image's USER may not become another one without sudo or su: its words stay, and what they start is looked at
   as it is without them. */
static void keep_user_change (struct analysis *a, struct service *service, struct statement const *statement, struct launch *launch)
{
  char const *user = a->plan->image_user ;
  struct launch const inner = *launch ;
  char const *other ;
  char const *name ;
  if (!user || !launch->before_user || is_for_root(a)) return ;
  *launch = *inner.before_user ;
  name = shell_basename(statement_word(statement, launch->first)) ;
  other = user_of_options(&inner.options) ;
  if (!inner.code && !inner.dashes && inner.first < statement->nwords)
  {
    launch->kept = pool_printf(a->pool, "%s ", trim(a->pool, source_copy(source_of(a, statement), (struct range){ statement->words[launch->first].range.start, statement->words[inner.first].range.start }))) ;
    launch->first = inner.first ;
  }
  if (inner.code) keep_code(a, statement, &inner, launch) ;
  /* A task ends by itself: the script did not signal it either. */
  if (!service->is_oneshot) plan_todo(a->plan, service, service->claim, line_of(a, statement), pool_printf(a->pool, "%s is kept, as the Dockerfile says USER %s, but then its supervisor may not signal the program: "
    "better take USER out of the Dockerfile, %s, and give the other services reeve-exec --user %s", name, user,
    other ? pool_printf(a->pool, "write reeve-exec --user %s here in place of %s", other, name) : pool_printf(a->pool, "and %s out of here", name),
    strchr(user, '$') ? pool_printf(a->pool, "NAME (what %s was in the build)", user) : user)) ;
  if (inner.detached && !launch->detached)
    plan_todo(a->plan, service, service->claim, line_of(a, statement), pool_printf(a->pool, "behind %s an option puts it into the background: take that out", name)) ;
}

/* nginx &: its words as they are, until the script's end tells whether it stayed by itself. */
static void keep_written (struct analysis *a, struct service *service, struct statement const *statement, struct launch const *launch, struct foreground const *foreground)
{
  struct texts words = { 0 } ;
  if (!service->is_background || launch->code || foreground->is_init_script || foreground->is_configured || !image_refuses_twice(foreground->argv)) return ;
  for (unsigned int i = launch->first ; i < statement->nwords ; i++) texts_add(a->pool, &words, statement->words[i].raw) ;
  service->as_written = texts_join(a->pool, &words, " ") ;
}

/* nginx & wait $!: the container would have ended at once, if it had left. */
static void leave_as_written (struct analysis *a, struct service *service)
{
  service->command = service->as_written ;
  claim_say_instead(a->pool, service->claim, "in the foreground: " BY_ITSELF, "as it is: its configuration keeps it in the foreground, or else the container would have ended at once") ;
}

/* The command that run becomes. */
void become (struct analysis *a, struct service *service, struct statement *statement)
{
  struct launch launch ;
  struct foreground foreground ;
  struct foreground inside ;
  char const *argv[COMMAND_WORDS_MAX] ;
  command_unwrap(a->pool, statement, &launch) ;
  keep_user_change(a, service, statement, &launch) ;
  take_code(a, service, statement, &launch) ;
  foreground_of(a->plan, statement, launch.first, &foreground) ;
  if (foreground.may_leave) decide_leaving(a, service, &foreground) ;
  if ((foreground.by_letter || foreground.unless_configured) && service->is_main) foreground = (struct foreground){ .is_daemon = 1 } ; /* the script became it, or ended with it: it stays */
  if (foreground.in_background) keep_configured(a, service, line_of(a, statement), &foreground) ;
  for (unsigned int i = 0 ; i < statement->nassignments ; i++)
    if (!used_by_words(statement, statement->assignments[i].raw))
      texts_add(a->pool, &service->before, pool_printf(a->pool, "export %s", statement->assignments[i].raw)) ;
    else service->assignments = pool_printf(a->pool, "%s%s ", service->assignments, statement->assignments[i].raw) ;
  for (struct text *one = launch.before.first ; one ; one = one->next) texts_add(a->pool, &service->before, one->text) ;
  service->options = launch.options ;
  initscript_look(a->plan, service, &foreground) ;
  if (!texts_has(&launch.options, "--user") && !launch.before_user) texts_add_all(a->pool, &service->options, &service->user) ;
  if (launch.todo) plan_todo(a->plan, service, service->claim, line_of(a, statement), launch.todo) ;
  tell_dropped(a, service, &launch) ;
  command_argv(statement, launch.first, argv) ;
  if (argv[0] && !*service->program) service->program = shell_basename(argv[0]) ;
  set_words(a, service, statement, &launch, &foreground) ;
  if (!launch.code) write_own_pid(a, service, statement, launch.first, &foreground) ;
  if (launch.kept) service->command = pool_printf(a->pool, "%s%s", launch.kept, service->command) ;
  if (foreground.in_background && foreground.argv[0]) keep_written(a, service, statement, &launch, &foreground) ;
  tell_foreground(a, service, line_of(a, statement), &foreground) ;
  /* docker-entrypoint.sh nginx */
  if (!launch.code && !foreground.in_background && !foreground.is_daemon && leaves_inside(a, statement, &inside) && !inside.by_configuration)
    follow_inside(a, service, statement, &inside) ;
}

void settle_leaving (struct analysis *a)
{
  for (struct service *one = a->plan->services ; one ; one = one->next)
    if (one->as_written && one->is_main && one->has_stayed) leave_as_written(a, one) ;
    else if (one->may_leave && !one->is_main)
      plan_todo(a->plan, one, one->claim, one->line, "nothing tells here whether nginx stays in the foreground: where neither its variables nor its configuration "
        "say daemon off, add -g 'daemon off;' (nginx refuses to start with both)") ;
}
