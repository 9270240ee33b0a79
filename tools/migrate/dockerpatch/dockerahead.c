/* What the image executes ahead of the input: options of shells, inits, and scripts that stay. */

#include <string.h>

#include "migrate/dockerpatch/starting.h"

int names_input (struct starting const *s, char const *word)
{
  return texts_has(&s->names, shell_basename(word)) ;
}

static int is_init_program (char const *word)
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
      if (is_init && shell_one_of(one->text, "-r --rewrite -p -e -l") && one->next != until)
      {
        one = one->next ;
        if (strchr(one->text, ':')) s->start->rewrites = one->text ;
      }
      else if (is_init && strchr(one->text, ':')) s->start->rewrites = one->text ;
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
