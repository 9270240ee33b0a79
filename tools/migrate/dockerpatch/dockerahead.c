/* What the image executes ahead of the input: options of shells, inits, and scripts that stay. */

#include <string.h>

#include "migrate/dockerpatch/handover.h"
#include "migrate/dockerpatch/starting.h"

int names_input (struct starting const *s, char const *word)
{
  return texts_has(&s->names, shell_basename(word)) ;
}

int is_init_program (char const *word)
{
  return shell_one_of(shell_basename(word), "tini tini-static dumb-init catatonit docker-init") ;
}

/* -e, -u, -x of `bash -e /start.sh`, as `set` has them */
char const *keep_options (struct pool *pool, char const *before, char const *word)
{
  char const *out = before ? before : "-" ;
  if (!strpbrk(word + 1, "eux")) return before ;
  for (char const *p = word + 1 ; *p ; p++)
    if (strchr("eux", *p)) out = pool_printf(pool, "%s%c", out, *p) ;
  return out ;
}

/* An option of tini or dumb-init: what it did is lost. Returns 1 if the next word is its value. */
int lose_init_option (struct starting *s, char const *option, char const *next)
{
  int takes_next = *next && shell_one_of(option, "-r --rewrite -p -e -l") ;
  char const *value = takes_next ? next : strchr(option, '=') ? strchr(option, '=') + 1 : option + 1 + (strlen(option) > 1) ;
  if (strchr(value, ':'))
    texts_add(s->pool, &s->start->lost, pool_printf(s->pool, "TODO: dumb-init passed other signals on than it got (%s), to every process: write down-signal for the services that need it", value)) ;
  else if (!strncmp(option, "-e", 2) && *value)
    texts_add(s->pool, &s->start->lost, pool_printf(s->pool, "TODO: tini made the exit code %s to 0: write it into success-codes of what is main", value)) ;
  return takes_next ;
}

/* bash -l, bash -lc */
void lose_login (struct starting *s, char const *option)
{
  if (!strcmp(option, "--login") || (option[1] != '-' && strchr(option, 'l')))
    texts_add_once(s->pool, &s->start->lost, "TODO: the image's shell was a login shell (-l), which reads /etc/profile and ~/.profile: the services do not; write what they need of it, as PATH, as ENV into the Dockerfile") ;
}

/* bundle exec, poetry run: not the shell, or python -m, behind it. */
void set_prefix (struct starting *s, struct texts const *words)
{
  char const *prefix = "" ;
  for (struct text const *one = words->first ; one && !shell_one_of(shell_basename(one->text), "sh bash ash dash python python2 python3") ; one = one->next)
    prefix = pool_printf(s->pool, "%s%s%s", prefix, *prefix ? " " : "", shell_quote(s->pool, one->text)) ;
  if (*prefix) s->start->prefix = prefix ;
}

/* What is ahead of the input, without tini -g -- , sh -x, and the like. The shell of a script that stays is
   in the new ENTRYPOINT as well: such a script need not be executable. */
void add_front (struct starting *s, struct text const *until)
{
  struct texts front = { 0 } ;
  struct texts entrypoint = { 0 } ;
  struct text const *shell = 0 ; /* of the next word */
  int options = 0 ; /* of what only starts another program */
  int is_init = 0 ;
  int is_shell = 0 ;
  for (struct text const *one = s->words.first ; one != until ; one = one->next)
  {
    if (s->is_read && is_project_starter(one->text))
    {
      struct texts words = { 0 } ;
      for (; one != until ; one = one->next) texts_add(s->pool, &words, one->text) ;
      set_prefix(s, &words) ;
      break ;
    }
    int is_env = one->next != until && env_sets(one->text, one->next->text) ;
    if (options && *one->text == '-')
    {
      if (is_shell && one->text[1] != '-' && one->text[strlen(one->text) - 1] == 'o' && one->next != until)
      {
        /* bash -euo pipefail -c */
        s->start->shell_options = keep_options(s->pool, s->start->shell_options, pool_copy(s->pool, one->text, strlen(one->text) - 1)) ;
        one = one->next ;
        continue ;
      }
      if (is_shell && *one->text == '-' && one->text[1] != '-' && !strchr(one->text, 'c') && strpbrk(one->text, "eux"))
        s->start->shell_options = keep_options(s->pool, s->start->shell_options, one->text) ;
      if (is_shell) lose_login(s, one->text) ;
      if (is_init && lose_init_option(s, one->text, one->next != until ? one->next->text : "")) one = one->next ;
      continue ;
    }
    if (!strcmp(one->text, "/init")) /* the overlay's takes its place */
    {
      s->start->has_init = 1 ;
      continue ;
    }
    is_init = is_init_program(one->text) ;
    is_shell = shell_one_of(shell_basename(one->text), "sh bash ash dash") ;
    options = is_starter(one->text) && !is_env ;
    if (is_shell) shell = one ;
    if (options) continue ;
    for (; shell && shell != one ; shell = shell->next) texts_add(s->pool, &entrypoint, shell->text) ;
    shell = 0 ;
    texts_add(s->pool, &front, one->text) ;
    texts_add(s->pool, &entrypoint, one->text) ;
  }
  s->start->shell = shell ? shell->text : 0 ;
  s->start->front = front ;
  s->start->entrypoint = entrypoint ;
  lose_user(s) ;
}

/* What is behind sudo, runuser or doas, their options and the user; 0: nothing. su has its command in its own words. */
static struct text const *behind_user (struct text const *one)
{
  if (!strcmp(shell_basename(one->text), "su")) return 0 ;
  for (one = one->next ; one && (*one->text == '-' || strchr(one->text, '=')) ; one = one->next)
    if (!strcmp(one->text, "--")) return one->next ;
    else if (one->next && shell_one_of(one->text, "-u --user -g --group -G --supp-group -C -D -R -T -h -p -U")) one = one->next ;
  return one ;
}

/* The words from `from` on, of those in `words`. */
static struct texts words_from (struct pool *pool, struct text const *from)
{
  struct texts words = { 0 } ;
  for (; from ; from = from->next) texts_add(pool, &words, from->text) ;
  return words ;
}

void lose_user (struct starting *s)
{
  struct text const *first = s->start->front.first ;
  struct text const *same = s->start->entrypoint.first ;
  if (!first || !shell_one_of(shell_basename(first->text), CHANGES_USER_AS_PARENT)) return ;
  texts_add(s->pool, &s->start->lost, pool_printf(s->pool, "TODO: the image executed %s: %s stays the parent of what it starts, and /init has to be PID 1, so the patch takes that out. "
    "Write USER ahead of ENTRYPOINT, if all shall run as that user; or reeve-exec --user USER into the run of each service", texts_join(s->pool, &s->words, " "), shell_basename(first->text))) ;
  while (same && strcmp(same->text, first->text) != 0) same = same->next ;
  s->start->front = words_from(s->pool, behind_user(first)) ;
  s->start->entrypoint = same ? words_from(s->pool, behind_user(same)) : s->start->front ;
}

void set_arguments (struct starting *s, struct texts const *words)
{
  char const **array ;
  unsigned int n = 0 ;
  for (struct text const *one = words->first ; one ; one = one->next) n++ ;
  array = pool_alloc(s->pool, (n + 1) * sizeof(*array)) ;
  n = 0 ;
  for (struct text const *one = words->first ; one ; one = one->next) array[n++] = one->text ;
  s->start->arguments = array ;
}
