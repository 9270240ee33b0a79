#include <string.h>

#include "migrate/shell/shell.h"
#include "migrate/write/handed.h"
#include "migrate/write/ownwords.h"
#include "migrate/write/render.h"
#include "migrate/write/setuptext.h"

/* Where the script was: /init tells it. */
#define WORKDIR "cd \"${REEVE_WORKDIR:-/}\" || exit 111"

struct rendering
{
  struct plan *plan ;
  struct file *first ;
  struct file **end ;
} ;

static void add_file (struct rendering *r, char const *path, char const *content, int executable)
{
  struct file *file = pool_alloc(r->plan->pool, sizeof(*file)) ;
  file->path = path ;
  file->content = content ;
  file->executable = executable ;
  *r->end = file ;
  r->end = &file->next ;
}

static char const *as_script (struct rendering *r, struct texts const *lines)
{
  return plan_with_place(r->plan, pool_printf(r->plan->pool, "%s\n", texts_join(r->plan->pool, lines, "\n"))) ;
}

static int is_absolute_cd (char const *text)
{
  return !strncmp(text, "cd /", 4) || !strncmp(text, "cd \"/", 5) ;
}

/* source env, $(cat FILE), < FILE : may it ask for files by a relative path? */
static int may_read_files (char const *text)
{
  static char const *const marks[] = { "source ", ". ", "cd ", "pushd ", "<", ">" } ;
  if (strstr(text, "$(") || strchr(text, '`')) return 1 ;
  for (size_t i = 0 ; i < sizeof(marks) / sizeof(*marks) ; i++)
    for (char const *at = strstr(text, marks[i]) ; at ; at = strstr(at, marks[i]))
    {
      at += strlen(marks[i]) ;
      if (!strchr("/&", at[strspn(at, " \"'>")])) return 1 ; /* > /dev/null and >&2 ask for none */
    }
  return 0 ;
}

/* Commands, not only comments. */
static int works_ahead (struct service const *service, unsigned int i)
{
  for (struct text const *one = service->before.first ; one ; one = one->next)
    if (one->ahead == i + 1 && *one->text != '#') return 1 ;
  for (struct text const *one = service->run.first ; one ; one = one->next)
    if (one->ahead == i + 1 && *one->text != '#') return 1 ;
  return 0 ;
}

/* here=$PWD, cd -: where the script was at first counts, wherever it goes then. */
static int names_first_folder (char const *text)
{
  char const *back = strstr(text, "cd -") ;
  return shell_mentions(text, "PWD") || shell_mentions(text, "OLDPWD") || (back && strchr(" \t\n;&|>", back[4])) ;
}

/* A service starts in its own directory, the script in another one. That matters unless the
   script went to an absolute path before anything asked for a relative one: `cd web`, `. ./env`. */
static int needs_workdir (struct rendering *r, struct service const *service, unsigned int npieces, char const *needed)
{
  int asks = 0 ;
  for (unsigned int i = 0 ; i < npieces ; i++)
    if (needed[i] && names_first_folder(r->plan->pieces[i].text)) return 1 ;
  for (unsigned int i = 0 ; i < npieces && !asks ; i++)
  {
    struct piece const *piece = r->plan->pieces + i ;
    asks = service && works_ahead(service, i) ;
    if (asks || !needed[i]) continue ;
    if (!is_absolute_cd(piece->text)) asks = may_read_files(piece->text) ;
    else if (!piece->under) return 0 ;
  }
  if (asks) return 1 ;
  for (struct text const *one = service ? service->before.first : 0 ; one ; one = one->next)
    if (is_absolute_cd(one->text)) return 0 ;
  for (unsigned int i = 0 ; i < npieces ; i++)
    if (needed[i] && may_read_files(r->plan->pieces[i].text)) return 1 ;
  return !service || service->before.first || service->conditions.first || !service->run.first || !is_absolute_cd(service->run.first->text)
   || !strstr(service->run.first->text, "|| exit") ;
}

static void add_conditions (struct rendering *r, struct texts *lines, struct service const *service)
{
  struct pool *pool = r->plan->pool ;
  char const *name ;
  if (!service->conditions.first || service_has(service, "enable-if")) return ;
  if (service->is_main && service->ends.first)
  {
    texts_add(pool, lines, "# Where this fails, the script ended, and so does the container.") ;
    texts_add_all(pool, lines, &service->ends) ;
    return ;
  }
  texts_add(pool, lines, "# Not started unless the script would have.") ;
  name = service_has(service, "count") ? pool_printf(pool, "\"%s$REEVE_INSTANCE\"", service->name) : service->name ;
  texts_add(pool, lines, pool_printf(pool, "if ! { %s; }; then %s; fi", texts_join(pool, &service->conditions, " && "), service->is_oneshot ? "exit 0"
    /* If a main service ended before the command arrives, the container would end. */
    : service->is_main ? pool_printf(pool, "reeve stop -n %s; exec sleep 3600", name) : pool_printf(pool, "exec reeve stop %s", name))) ;
}

static void add_placed (struct rendering *r, struct texts *lines, struct placed const *placed, unsigned int npieces)
{
  if (!placed) return ;
  add_placed(r, lines, placed->outer, npieces) ;
  if (placed->npieces == npieces) texts_add(r->plan->pool, lines, placed->text) ;
}

/* Do the conditions ask for what piece i, or one behind it, sets outside of the branch? */
static int asks_for_later (struct plan const *plan, char const *needed, unsigned int i, unsigned int npieces, char const *conditions)
{
  for (; i < npieces ; i++)
    if (needed[i] && !plan->pieces[i].under && piece_mentioned(plan->pieces + i, conditions)) return 1 ;
  return 0 ;
}

/* The lines of run that the script had ahead of piece i. */
static void add_ahead (struct rendering *r, struct texts *lines, struct service const *service, unsigned int i)
{
  for (struct text const *one = service->before.first ; one ; one = one->next)
    if (one->ahead == i + 1) texts_add(r->plan->pool, lines, one->text) ;
  for (struct text const *one = service->run.first ; one ; one = one->next)
    if (one->ahead == i + 1) texts_add(r->plan->pool, lines, one->text) ;
}

/* The others. */
static void add_behind (struct rendering *r, struct texts *lines, struct texts const *all)
{
  for (struct text const *one = all->first ; one ; one = one->next)
    if (!one->ahead) texts_add(r->plan->pool, lines, one->text) ;
}

/* Does it ask for its words behind what it needs of the script's lines so far? */
static int asks_for_words (struct pool *pool, struct service const *service)
{
  struct texts all = { 0 } ;
  texts_add_all(pool, &all, &service->run) ;
  texts_add_all(pool, &all, &service->before) ;
  texts_add_all(pool, &all, &service->conditions) ;
  texts_add_all(pool, &all, &service->options) ;
  texts_add(pool, &all, service->redirects) ;
  if (service->command) texts_add(pool, &all, service->command) ;
  return mentions_positional(texts_join(pool, &all, "\n")) ;
}

/* #!, and what the script's lines so far mean for this one; for a run also the
   conditions of the service, ahead of what is in the same branch. */
static void add_head (struct rendering *r, struct texts *lines, struct service const *service, unsigned int npieces,
  struct placed const *placed, char const *extra)
{
  char const *conditions = service && service->conditions.first ? texts_join(r->plan->pool, &service->conditions, " && ") : 0 ;
  int asked = 0 ;
  int has_others = 0 ; /* the words of a call that it is not in */
  struct plan *plan = r->plan ;
  char *needed = pool_alloc(plan->pool, plan->npieces + 1) ;
  plan_needed(plan, service, npieces, placed, extra, needed) ;
  texts_add(plan->pool, lines, pool_printf(plan->pool, "#!%s", plan->shell)) ;
  if (needs_workdir(r, service, npieces, needed)) texts_add(plan->pool, lines, plan->workdir
    ? pool_printf(plan->pool, "cd %s || exit 111", shell_quote(plan->pool, plan->workdir)) : WORKDIR) ;
  for (unsigned int i = 0 ; i < npieces ; i++)
  {
    struct piece const *piece = plan->pieces + i ;
    add_placed(r, lines, placed, i) ;
    if (service)
    {
      if (!asked && works_ahead(service, i) && !(conditions && asks_for_later(plan, needed, i, npieces, conditions)))
      {
        asked = 1 ;
        add_conditions(r, lines, service) ;
      }
      add_ahead(r, lines, service, i) ;
    }
    if (!needed[i]) continue ;
    if (piece_is_elsewhere(piece, placed) && placed_mentioned(piece->placed, piece->text))
    {
      add_all_placed(plan->pool, lines, piece->placed) ;
      has_others = mentions_positional(piece->text) ;
    }
    for (struct comment const *one = piece->comments ; one ; one = one->next) texts_add(plan->pool, lines, one->text) ;
    if (piece->shared) add_received(plan, lines, piece) ;
    else if (piece->under && conditions && !strcmp(piece->under, conditions))
    {
      if (!asked++) add_conditions(r, lines, service) ;
      texts_add(plan->pool, lines, piece->text) ;
    }
    else if (piece->under) texts_add(plan->pool, lines, pool_printf(plan->pool, "if %s; then\n%s\nfi", piece->under, piece->text)) ;
    else texts_add(plan->pool, lines, piece->text) ;
  }
  if (has_others && !placed && own_arguments(plan) && (mentions_positional(extra) || (service && asks_for_words(plan->pool, service)))) texts_add(plan->pool, lines, own_arguments(plan)) ;
  add_placed(r, lines, placed, npieces) ;
  if (!service) return ;
  if (!asked) add_conditions(r, lines, service) ;
}

static int changes_directory (struct texts const *lines)
{
  for (struct text const *one = lines->first ; one ; one = one->next)
    if (shell_mentions(one->text, "cd") || shell_mentions(one->text, "pushd")) return 1 ;
  return 0 ;
}

/* For bash, whose exec turns ./manage.py into an absolute path: the program would see
   that in its $0 (argv[0]), and say other things in its messages than it did under the
   wrapper, which executed it as ./manage.py. reeve-exec hands the name on as it is. */
static int is_relative (char const *command)
{
  return !strncmp(command, "./", 2) || !strncmp(command, "../", 3) ;
}

static char const *check_word (struct rendering *r, struct service const *service)
{
  return service->builtin ? shell_quote(r->plan->pool, service->builtin) : "./data/check" ;
}

/* The script asked as the user that it was itself, perhaps by su: so does data/check. Where the whole script had
   become another user, so do both. */
static int asks_ahead_of_user (struct service const *service)
{
  return !service->builtin && !service->user.first && texts_has(&service->options, "--user") ;
}

/* The last lines: what run becomes. */
static void add_exec (struct rendering *r, struct texts *lines, struct service const *service)
{
  struct pool *pool = r->plan->pool ;
  char const *options = texts_join(pool, &service->options, " ") ;
  char const *redirects = *service->redirects ? pool_printf(pool, " %s", service->redirects) : "" ;
  char const *assignments = *service->assignments ? pool_printf(pool, "env %s", service->assignments) : "" ;
  if (!service->command) return ;
  if (service->check)
  {
    char const *chdir = "" ;
    if (changes_directory(lines))
    {
      texts_add(pool, lines, "workdir=$PWD") ;
      if (*redirects) texts_add(pool, lines, pool_printf(pool, "exec%s", redirects)) ;
      texts_add(pool, lines, "cd \"$service\" || exit 111 # where reeve-exec finds notification-fd") ;
      chdir = " --chdir \"$workdir\"" ;
      redirects = "" ;
    }
    texts_add(pool, lines, pool_printf(pool, "exec reeve-exec --ready %s%s%s%s%s -- %s%s%s", check_word(r, service), chdir,
      asks_ahead_of_user(service) ? " -- reeve-exec" : "", *options ? " " : "", options, assignments, service->command, redirects)) ;
    return ;
  }
  if (*options) options = pool_printf(pool, "reeve-exec %s -- ", options) ;
  else if (is_relative(service->command) && strstr(r->plan->shell, "bash")) options = "reeve-exec -- " ;
  texts_add(pool, lines, pool_printf(pool, "exec %s%s%s%s", options, assignments, service->command, redirects)) ;
}

/* Becomes the user, as the script did: the file starts itself again. */
static void add_again (struct rendering *r, struct texts *lines, struct service const *service, char const *file)
{
  struct pool *pool = r->plan->pool ;
  texts_add_all(pool, lines, &service->again) ;
  if (service->user_if)
    texts_add(pool, lines, pool_printf(pool, "if [ \"$(id -u)\" = 0 ] && %s; then exec reeve-exec %s -- %s \"$@\"; fi", service->user_if, texts_join(pool, &service->user, " "), file)) ;
  else
    texts_add(pool, lines, pool_printf(pool, "[ \"$(id -u)\" != 0 ] || exec reeve-exec %s -- %s \"$@\"", texts_join(pool, &service->user, " "), file)) ;
}

static void add_run (struct rendering *r, struct service *service)
{
  struct pool *pool = r->plan->pool ;
  struct texts lines = { 0 } ;
  struct texts all = { 0 } ;
  int remember = 0 ;
  add_head(r, &lines, service, service->npieces, service->positional, "") ;
  texts_add_all(pool, &all, &lines) ;
  texts_add_all(pool, &all, &service->before) ;
  texts_add_all(pool, &all, &service->run) ;
  remember = service->check && service->command && changes_directory(&all) ;
  all = (struct texts){ 0 } ;
  texts_add(pool, &all, lines.first->text) ;
  texts_add_all(pool, &all, &service->todo) ;
  if (service->runs_again && !(service->check && !service->command)) add_again(r, &all, service, "./run") ;
  if (remember) texts_add(pool, &all, "service=$PWD") ;
  for (struct text const *one = lines.first->next ; one ; one = one->next) texts_add(pool, &all, one->text) ;
  add_behind(r, &all, &service->before) ;
  add_behind(r, &all, &service->run) ;
  add_exec(r, &all, service) ;
  if (service->check && !service->command)
  {
    /* A shell stays: it is started by the one that tells readiness. */
    add_file(r, service_where(r->plan, service, "data/start"), as_script(r, &all), 1) ;
    all = (struct texts){ 0 } ;
    texts_add(pool, &all, "#!/bin/sh") ;
    if (service->runs_again) add_again(r, &all, service, "./run") ;
    texts_add(pool, &all, pool_printf(pool, "exec reeve-exec --ready %s -- ./data/start", check_word(r, service))) ;
  }
  add_file(r, service_where(r->plan, service, "run"), as_script(r, &all), 1) ;
}

static void add_check (struct rendering *r, struct service *service)
{
  struct texts lines = { 0 } ;
  add_head(r, &lines, 0, service->check_npieces, service->check_positional, service->check) ;
  texts_add(r->plan->pool, &lines, service->check) ;
  add_file(r, service_where(r->plan, service, "data/check"), as_script(r, &lines), 1) ;
}

static void add_finish (struct rendering *r, struct service *service)
{
  struct texts lines = { 0 } ;
  char const *extra = texts_join(r->plan->pool, &service->finish, "\n") ;
  add_head(r, &lines, 0, service->npieces, service->positional, extra) ;
  texts_add_all(r->plan->pool, &lines, &service->finish) ;
  lines = with_own_words(r->plan->pool, &lines) ;
  add_file(r, service_where(r->plan, service, "finish"), as_script(r, &lines), 1) ;
}

static void add_logger (struct rendering *r, struct service *service)
{
  struct pool *pool = r->plan->pool ;
  struct texts lines = { 0 } ;
  struct texts all = { 0 } ;
  add_head(r, &lines, 0, service->npieces, service->positional, texts_join(pool, &service->logger, "\n")) ;
  texts_add(pool, &all, lines.first->text) ;
  if (service->user.first) add_again(r, &all, service, "./run") ;
  for (struct text const *one = lines.first->next ; one ; one = one->next) texts_add(pool, &all, one->text) ;
  texts_add_all(pool, &all, &service->logger) ;
  add_file(r, service_where(r->plan, service, "log/run"), as_script(r, &all), 1) ;
}

static void add_service (struct rendering *r, struct service *service)
{
  struct plan *plan = r->plan ;
  add_run(r, service) ;
  if (service->check && !service->builtin) add_check(r, service) ;
  if (service->finish.first) add_finish(r, service) ;
  if (service->logger.first) add_logger(r, service) ;
  for (struct setting const *setting = service->settings ; setting ; setting = setting->next)
    add_file(r, service_where(plan, service, setting->file), *setting->value ? pool_printf(plan->pool, "%s\n", setting->value) : "", 0) ;
  if (service->is_main) add_file(r, service_where(plan, service, "flag-main"), "", 0) ;
  if (service->is_oneshot) add_file(r, service_where(plan, service, "flag-oneshot"), "", 0) ;
  for (struct text const *one = service->dependencies.first ; one ; one = one->next)
    add_file(r, service_where(plan, service, pool_printf(plan->pool, "dependencies.d/%s", one->text)),
      texts_has(&service->optional, one->text) ? "optional\n" : "", 0) ;
}

/* A file that is read, or eval, may ask for them, too. */
static int may_ask_arguments (char const *text)
{
  return mentions_positional(text) || shell_mentions(text, "shift") || shell_mentions(text, "eval") || shell_read_file(text) ;
}

static void add_setup (struct rendering *r)
{
  struct plan *plan = r->plan ;
  struct texts lines = { 0 } ;
  char const *text = setup_text(plan) ;
  if (!plan_has_setup(plan)) return ;
  /* The #! comes first, then what the script was given. */
  if (!strncmp(text, "#!", 2)) text += strcspn(text, "\n") ;
  if (*text == '\n') text++ ;
  texts_add(plan->pool, &lines, pool_printf(plan->pool, "#!%s", plan->shell)) ;
  for (unsigned int i = 0 ; i < plan->npieces ; i++)
    if (plan->pieces[i].positional && !plan->pieces[i].claim && may_ask_arguments(text)) texts_add(plan->pool, &lines, plan->pieces[i].text) ;
  texts_add(plan->pool, &lines, text) ;
  texts_add_all(plan->pool, &lines, &plan->setup_todo) ;
  add_handed(plan, &lines) ;
  if (!shell_last_decides(plan->pool, plan->shell, texts_join(plan->pool, &lines, "\n")))
    texts_add(plan->pool, &lines, "exit 0 # the last command's code did not matter to the script") ;
  add_file(r, plan_setup_where(plan), as_script(r, &lines), 1) ;
}

struct file *render (struct plan *plan)
{
  struct rendering r = { .plan = plan } ;
  r.end = &r.first ;
  add_setup(&r) ;
  for (struct service *service = plan->services ; service ; service = service->next) add_service(&r, service) ;
  return r.first ;
}
