/* What the image executes ahead of the input: options of shells, inits, and scripts that stay. */

#include <string.h>

#include "migrate/command/command.h"
#include "migrate/dockerpatch/handover.h"
#include "migrate/dockerpatch/starting.h"

char const *executed_name (char const *word)
{
  return !strcmp(word, "supervisor.supervisord") ? word + 11 : shell_basename(word) ;
}

int names_input (struct starting const *s, char const *word)
{
  return texts_has(&s->names, executed_name(word)) ;
}

static int is_init_program (char const *word)
{
  return shell_one_of(shell_basename(word), "tini tini-static dumb-init catatonit docker-init") ;
}

/* dumb-init signals its session, tini its child, or with -g that one's process group. */
static enum docker_init init_of (char const *word)
{
  return shell_one_of(shell_basename(word), "dumb-init") ? INIT_SIGNALS_ALL : INIT_SIGNALS_CHILD ;
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
static int lose_init_option (struct starting *s, char const *option, char const *next)
{
  int takes_next = *next && shell_one_of(option, "-r --rewrite -p -e -l") ;
  char const *value = takes_next ? next : strchr(option, '=') ? strchr(option, '=') + 1 : option + 1 + (strlen(option) > 1) ;
  if (shell_one_of(option, "-g -vg -sg")) s->start->init = INIT_SIGNALS_ALL ;
  if (shell_one_of(option, "-c --single-child")) s->start->init = INIT_SIGNALS_CHILD ;
  if (strchr(value, ':'))
    texts_add(s->pool, &s->start->lost, pool_printf(s->pool, "TODO: dumb-init passed other signals on than it got (%s), to every process: write down-signal for the services that need it", value)) ;
  else if (!strncmp(option, "-e", 2) && *value)
    texts_add(s->pool, &s->start->lost, pool_printf(s->pool, "TODO: tini made the exit code %s to 0: write it into success-codes of what is main", value)) ;
  return takes_next ;
}

/* bash -l, bash -lc */
static void lose_login (struct starting *s, char const *option)
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

/* sudo and the like stay the parent of what they start: a TODO says where the user goes. Returns the word behind
   them, their options and the user. */
static unsigned int lose_user (struct starting *s, struct statement const *statement, unsigned int i)
{
  texts_add_once(s->pool, &s->start->lost, pool_printf(s->pool, "TODO: the image executed %s: %s stays the parent of what it starts, and /init has to be PID 1, so the patch takes that out. "
    "Write USER ahead of ENTRYPOINT, if all shall run as that user; or reeve-exec --user USER into the run of each service", texts_join(s->pool, &s->words, " "), shell_basename(statement_word(statement, i)))) ;
  return command_behind_user(s->pool, statement, i) ;
}

/* An option of a shell. Returns 1 if the next word is its value: bash -euo pipefail */
static int lose_shell_option (struct starting *s, char const *option)
{
  size_t len = strlen(option) ;
  int takes_next = option[1] != '-' && option[len - 1] == 'o' ;
  if (takes_next || (option[1] != '-' && !strchr(option, 'c') && strpbrk(option, "eux")))
    s->start->shell_options = keep_options(s->pool, s->start->shell_options, pool_copy(s->pool, option, len - (size_t)takes_next)) ;
  lose_login(s, option) ;
  return takes_next ;
}

/* Variables in the words: a shell computes them, and becomes the program. `last`: of ENTRYPOINT ahead of these words; 0: they are all of it. */
static void keep_shell (struct starting *s, struct text *last, char const *words)
{
  struct texts *entrypoint = &s->start->entrypoint ;
  if (last)
  {
    last->next = 0 ;
    entrypoint->end = &last->next ;
  }
  else *entrypoint = (struct texts){ 0 } ;
  texts_add(s->pool, entrypoint, "/bin/sh") ;
  texts_add(s->pool, entrypoint, "-c") ;
  texts_add(s->pool, entrypoint, pool_printf(s->pool, "exec %s \"$@\"", words)) ;
  texts_add(s->pool, entrypoint, "sh") ;
}

void add_front (struct starting *s, struct statement const *statement, unsigned int end)
{
  struct text *last = 0 ; /* of ENTRYPOINT, ahead of these words */
  struct texts raw = { 0 } ;
  unsigned int shell = end ; /* of the next word; end: none */
  int options = 0 ; /* of what only starts another program */
  int is_init = 0 ;
  int is_shell = 0 ;
  int computes = 0 ;
  for (struct text *one = s->start->entrypoint.first ; one ; one = one->next) last = one ;
  for (unsigned int i = 0 ; i < end ; i++)
  {
    struct word const *at = statement->words + i ;
    char const *word = statement_word(statement, i) ;
    char const *next = i + 1 < end ? statement->words[i + 1].raw : "" ;
    if (s->is_read && is_project_starter(word))
    {
      struct texts words = { 0 } ;
      for (; i < end ; i++) texts_add(s->pool, &words, statement_word(statement, i)) ;
      set_prefix(s, &words) ;
      break ;
    }
    if (options && *word == '-')
    {
      if (is_shell && lose_shell_option(s, word)) i++ ;
      if (is_init && lose_init_option(s, word, next)) i++ ;
      continue ;
    }
    if (!strcmp(word, "/init")) /* the overlay's takes its place */
    {
      s->start->has_init = 1 ;
      continue ;
    }
    if (shell_one_of(shell_basename(word), "my_init my_init.py"))
    {
      texts_add_once(s->pool, &s->start->lost, "TODO: the image executed my_init, and /init takes its place: it started the scripts of /etc/my_init.d and the services of /etc/service: put these into /etc/cont-init.d and /etc/services.d") ;
      options = 1 ;
      continue ;
    }
    if (shell_one_of(shell_basename(word), CHANGES_USER_AS_PARENT))
    {
      if (s->start->init == NO_INIT) s->start->init = INIT_SIGNALS_CHILD ; /* it was PID 1, and not the script */
      i = lose_user(s, statement, i) - 1 ;
      options = 0 ;
      shell = end ;
      continue ;
    }
    is_init = is_init_program(word) ;
    if (is_init) s->start->init = init_of(word) ;
    is_shell = shell_one_of(shell_basename(word), "sh bash ash dash") ;
    options = is_starter(word) && !env_sets(word, next) && !(i && shell_one_of(statement_word(statement, i - 1), "-n --name -p --prefix")) ; /* conda run -n env */
    if (is_shell) shell = i ;
    if (options) continue ;
    for (; shell < i ; shell++)
    {
      texts_add(s->pool, &s->start->entrypoint, statement_word(statement, shell)) ;
      texts_add(s->pool, &raw, statement->words[shell].raw) ;
    }
    shell = end ;
    computes |= !at->value ;
    texts_add(s->pool, &raw, at->raw) ;
    texts_add(s->pool, &s->start->front, at->value ? word : at->raw) ;
    texts_add(s->pool, &s->start->entrypoint, word) ;
  }
  s->start->shell = shell < end ? statement_word(statement, shell) : 0 ;
  if (computes) keep_shell(s, last, texts_join(s->pool, &raw, " ")) ;
}

/* The words as a command. */
static struct statement const *words_statement (struct pool *pool, struct text const *first, struct text const *until)
{
  struct statement *statement = pool_alloc(pool, sizeof(*statement)) ;
  statement->kind = STATEMENT_COMMAND ;
  for (struct text const *one = first ; one != until ; one = one->next) statement->nwords++ ;
  statement->words = pool_alloc(pool, (statement->nwords + 1) * sizeof(*statement->words)) ;
  statement->nwords = 0 ;
  for (struct text const *one = first ; one != until ; one = one->next)
    statement->words[statement->nwords++] = (struct word){ .raw = shell_quote(pool, one->text), .value = one->text } ;
  return statement ;
}

void add_front_words (struct starting *s, struct text const *until)
{
  struct statement const *statement = words_statement(s->pool, s->words.first, until) ;
  add_front(s, statement, statement->nwords) ;
  for (struct text const *one = s->words.first ; one && s->start->front.first ; one = one->next)
    if (!strcmp(one->text, s->start->front.first->text) && one->next && !strpbrk(one->next->text, "$`")) s->start->given = one->next->text ;
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
