/* What the image executes at its start: ENTRYPOINT's words, then CMD's; where the input is
   among them, and what comes before and behind it. */

#include <string.h>

#include "migrate/command/command.h"
#include "migrate/command/procrunners.h"
#include "migrate/dockerpatch/starting.h"
#include "migrate/plan/inputkind.h"

/* The last ENTRYPOINT, and the last CMD that it is given: one sets the CMD of what its stage is
   made from back to nothing. */
void find_instructions (struct dockerfile const *dockerfile, struct instruction **entrypoint, struct instruction **cmd)
{
  *entrypoint = dockerfile_last(dockerfile, "ENTRYPOINT") ;
  *cmd = dockerfile_last(dockerfile, "CMD") ;
  if (!*entrypoint || !*cmd || (*cmd)->first > (*entrypoint)->first) return ;
  for (struct instruction *one = *cmd ; one && one != *entrypoint ; one = one->next)
    if (!strcmp(one->name, "FROM"))
    {
      *cmd = 0 ;
      return ;
    }
}

/* ["a"], or a shell and its code. Returns 1 for the former. */
static int add_words (struct starting *s, struct instruction const *instruction)
{
  char const *code = dockerfile_joined(s->dockerfile, instruction, "") ;
  if (dockerfile_exec_form(s->pool, code, &s->words)) return 1 ;
  {
    struct texts shell = { 0 } ;
    struct instruction const *set = 0 ;
    for (struct instruction const *one = 0 ; (one = dockerfile_next(s->dockerfile, one, "SHELL")) && one->first < instruction->first ; ) set = one ;
    if (!set || !dockerfile_exec_form(s->pool, set->arguments, &shell))
    {
      texts_add(s->pool, &shell, "/bin/sh") ;
      texts_add(s->pool, &shell, "-c") ;
    }
    for (struct text *one = shell.first ; one ; one = one->next) texts_add(s->pool, &s->words, one->text) ;
    texts_add(s->pool, &s->words, code) ;
  }
  return 0 ;
}

/* Is it a file that COPY brings, or a script or a configuration by its name? */
static int is_file (struct starting const *s, char const *path)
{
  char const *dot = strrchr(shell_basename(path), '.') ;
  return dockerfile_source_of(s->dockerfile, path) || (dot && strchr(path, '/') && shell_one_of(dot, ".sh .conf")) ;
}

/* sh $APP_HOME/start.sh: shell code whose files have their names from ENV. Other words stay, as docker run may set their variables. */
static char const *with_files (struct starting *s, struct text *one)
{
  struct texts parts = { 0 } ;
  for (char const *p = one->text ; *p ; )
  {
    size_t blank = strspn(p, " \t\n;&|()") ;
    char const *word = pool_copy(s->pool, p + blank, strcspn(p + blank, " \t\n;&|()")) ;
    char const *plain = strchr(word, '$') && !strpbrk(word, "='`") ? shell_without_quotes(s->pool, word) : 0 ;
    char const *path = plain ? dockerfile_expand(s->dockerfile, 0, plain) : "$" ;
    int is_known = !strchr(path, '$') && is_file(s, path) ;
    if (is_known) texts_add_once(s->pool, &s->start->lost, pool_printf(s->pool, "%s is %s by ENV: where docker run gave that another value, the container executed another file", word, path)) ;
    texts_add(s->pool, &parts, pool_printf(s->pool, "%.*s%s", (int)blank, p, is_known ? path : word)) ;
    p += blank + strlen(word) ;
  }
  return texts_join(s->pool, &parts, "") ;
}

/* env -S "TZ=UTC bash /start.sh": as env splits that, where it has only blanks between its words. */
static void split_env (struct starting *s)
{
  struct texts words = { 0 } ;
  for (struct text const *one = s->words.first, *before = 0 ; one ; before = one, one = one->next)
  {
    int is_env = before && !strcmp(shell_basename(before->text), "env") ;
    char const *text = is_env && !strncmp(one->text, "-S", 2) ? one->text + 2 : is_env && !strncmp(one->text, "--split-string=", 15) ? one->text + 15 : 0 ;
    if (text && !*text && one->next) text = (one = one->next)->text ;
    if (!text || strpbrk(text, "\"'\\#$"))
    {
      if (text && before && one == before->next->next) texts_add(s->pool, &words, before->next->text) ;
      texts_add(s->pool, &words, one->text) ;
      continue ;
    }
    for (text += strspn(text, " \t") ; *text ; text += strspn(text, " \t"))
    {
      texts_add(s->pool, &words, pool_copy(s->pool, text, strcspn(text, " \t"))) ;
      text += strcspn(text, " \t") ;
    }
  }
  s->words = words ;
}

void add_start_words (struct starting *s)
{
  struct instruction *entrypoint ;
  struct instruction *cmd ;
  int is_exec = 1 ;
  find_instructions(s->dockerfile, &entrypoint, &cmd) ;
  if (entrypoint) is_exec = add_words(s, entrypoint) ;
  if (is_exec && s->words.first && !s->words.first->next && !*s->words.first->text) s->words = (struct texts){ 0 } ; /* [""] is [], for docker */
  split_env(s) ;
  for (struct text const *one = s->words.first ; one && is_exec ; one = one->next) s->nentrypoint++ ;
  if (cmd && is_exec) add_words(s, cmd) ;
  else if (cmd) s->start->lost_cmd = cmd->first ;
  split_env(s) ;
  s->start->line = cmd ? cmd->first : entrypoint ? entrypoint->first : 0 ;
  for (struct text *one = s->words.first ; one && one->next ; one = one->next)
    if (takes_code(one->text) && strchr(one->next->text, '$')) one->next->text = with_files(s, one->next) ;
}

/* ---- the names of the input ---- */

/* What reads it, and is executed in its place. Returns 0 for a script. */
static int add_reader (struct starting *s, char const *name, char const *text)
{
  enum input_kind kind = input_kind(name, text) ;
  if (kind == INPUT_SUPERVISORD) texts_add(s->pool, &s->names, "supervisord") ;
  else if (kind == INPUT_PROCFILE)
    for (unsigned int i = 0 ; procrunner_name(i) ; i++) texts_add(s->pool, &s->names, procrunner_name(i)) ;
  else return 0 ;
  return 1 ;
}

/* Returns 1 when the build takes it into the image by its name. */
static int add_input_names (struct starting *s, char const *input)
{
  char const *name = shell_basename(input) ;
  int found = 0 ;
  texts_add(s->pool, &s->names, name) ;
  for (struct instruction *one = 0 ; (one = dockerfile_next(s->dockerfile, one, "COPY ADD")) ; )
  {
    struct copying const *copying = one->copying ;
    for (struct text const *source = copying->from_stage ? 0 : copying->sources.first ; source ; source = source->next)
      if (!strcmp(shell_basename(source->text), name))
      {
        texts_add_once(s->pool, &s->names, shell_basename(copying_path(s->pool, copying, source->text))) ;
        found = 1 ;
      }
  }
  add_moved_names(s) ;
  return found ;
}

/* ---- where it is, and what is around it ---- */

static void find_in_words (struct starting *s)
{
  struct texts rest = { 0 } ;
  struct text const *at = s->words.first ;
  unsigned int n = 0 ;
  int in_code = 0 ;
  while (at && (!names_input(s, at->text) || (strchr(at->text, ' ') && !strchr(shell_basename(at->text), ' ')))) at = at->next ;
  if (!at) return ;
  s->start->script = executed_name(at->text) ;
  for (struct text const *one = s->words.first ; one != at ; one = one->next)
  {
    n++ ;
    in_code = takes_code(one->text) ; /* its further words are no arguments of the input */
  }
  s->start->is_given = !in_code && n < s->nentrypoint ;
  if (*at->text == '/' || (!in_code && strchr(at->text, '/'))) s->start->path = dockerfile_below(s->pool, dockerfile_workdir(s->dockerfile, 0), at->text) ;
  add_front_words(s, at) ;
  if (in_code) s->start->shell = 0 ;
  for (struct text const *one = s->is_read ? at : 0 ; one ; one = one->next) texts_add(s->pool, &s->start->command, shell_quote(s->pool, one->text)) ;
  for (at = at->next ; at ; at = at->next) texts_add(s->pool, &rest, at->text) ;
  set_arguments(s, &rest) ;
}

/* ---- a script of the image that executes the input ---- */

static void take_user (struct starting *s, struct launch const *launch)
{
  for (struct text const *one = launch->options.first ; one && one->next ; one = one->next)
    if (!strcmp(one->text, "--user")) s->start->through_user = one->next->text ;
}

/* What executes /init in place of the input, its word `i`: with env A=1, nice and redirections, but without exec, sh and tini, which /init does
   without, and without what is ahead of word `first`, which take_user() knows. 0: just exec "$@" */
static char const *new_command (struct starting const *s, struct statement const *statement, unsigned int first, unsigned int i)
{
  char const *ahead = "" ;
  char const *set = "" ;
  char const *behind = "" ;
  int of_starter = 0 ;
  if (strstr(statement->words[i].raw, ".conf")) return 0 ; /* the file of a program that is not known here */
  for (unsigned int j = 0 ; j < statement->nassignments ; j++) set = pool_printf(s->pool, "%s%s ", set, statement->assignments[j].raw) ;
  for (unsigned int j = first ; j < i ; j++)
  {
    char const *word = statement_word(statement, j) ;
    if (s->is_read && is_project_starter(word)) break ; /* bundle exec: ahead of each service now, and does not become what it starts */
    if (of_starter && *word == '-') continue ;
    of_starter = command_is_interpreter(shell_basename(word)) || (is_starter(word) && !(j + 1 < i && env_sets(word, statement->words[j + 1].raw))) ;
    if (!of_starter) ahead = pool_printf(s->pool, "%s%s ", ahead, statement->words[j].raw) ;
  }
  for (unsigned int j = 0 ; j < statement->nredirects ; j++) behind = pool_printf(s->pool, "%s %s", behind, statement->redirects[j].raw) ;
  return *ahead || *set || *behind ? pool_printf(s->pool, "%sexec %s\"$@\"%s", set, ahead, behind) : 0 ;
}

/* exec nice -n 5 supervisord, exec /docker-entrypoint.sh supervisord: a word behind the program, of a script behind those that
   are known to execute it; nwords: none is. */
static unsigned int word_behind (struct starting const *s, struct statement const *statement, unsigned int i)
{
  char const *argv[COMMAND_WORDS_MAX] ;
  char const *const *behind ;
  if (strcmp(statement_command(statement), "exec") != 0) return statement->nwords ;
  command_argv(statement, i, argv) ;
  behind = command_behind_runners(s->pool, argv) ;
  for (unsigned int j = i ; j < statement->nwords ; j++)
    if (names_input(s, executed_word(s, statement, j)) && (s->is_read || behind == argv + (j - i))) return j ;
  return statement->nwords ;
}

/* exec bash -c CODE; 0: it is no such thing */
static char const *code_of_shell (struct statement const *statement)
{
  unsigned int i = !strcmp(statement_command(statement), "exec") ;
  if (i + 3 != statement->nwords || !shell_one_of(shell_basename(statement_word(statement, i)), "sh bash ash dash")) return 0 ;
  return takes_code(statement_word(statement, i + 1)) ? statement->words[i + 2].raw : 0 ;
}

/* supervisord -c /etc/other.conf: it reads another file than the input. */
static int reads_other (struct starting const *s, struct statement const *statement)
{
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
    if (shell_one_of(statement_word(statement, i - 1), "-c --configuration -f --procfile") && *statement_word(statement, i))
      return !texts_has(&s->names, shell_basename(statement_word(statement, i))) ;
  return 0 ;
}

/* bundle exec, uv run, of the words from `first` on, ahead of word `end`; `end`: none is. */
static unsigned int project_starter (struct statement const *statement, unsigned int first, unsigned int end)
{
  while (first < end && !is_project_starter(statement_word(statement, first))) first++ ;
  return first ;
}

static int executes_input (struct statement *statement, void *data)
{
  struct starting *s = data ;
  struct launch launch ;
  char const *inner ;
  unsigned int i ;
  if (statement->kind != STATEMENT_COMMAND || !statement->nwords || (s->by_file && reads_other(s, statement))) return 0 ;
  command_unwrap(s->pool, statement, &launch) ;
  inner = launch.code ? launch.code : code_of_shell(statement) ;
  if (inner)
  {
    struct source code ;
    char const *text = shell_unquote(s->pool, inner) ;
    for (struct statement *one = text ? shell_parse_text(s->pool, &code, text) : 0 ; one ; one = one->next)
      if (statement_walk(one, &executes_input, s))
      {
        s->start->through_at = statement->range ;
        s->start->through_new = 0 ;
        s->given = 0 ; /* what "$@" is in there is not known */
        take_user(s, &launch) ;
        return 1 ;
      }
  }
  i = launch.first ;
  if (s->is_read && starts_supervisor(statement) && texts_has(&s->names, "supervisord"))
  {
    s->start->script = "supervisord" ;
    s->start->through_at = statement->range ;
    s->start->through_goes_on = 1 ;
    return 1 ;
  }
  while (i < statement->nwords && (is_starter(statement_word(statement, i)) || *statement_word(statement, i) == '-'
   || (i && strchr(statement_word(statement, i), '=')))) i++ ;
  /* bundle exec foreman: behind that, to the input */
  while (s->is_read && i < statement->nwords && !names_input(s, statement_word(statement, i)) && project_starter(statement, launch.first, i + 1) <= i) i++ ;
  if (i < statement->nwords && !names_input(s, executed_word(s, statement, i))) i = word_behind(s, statement, i) ;
  if (i == statement->nwords) return 0 ;
  if (s->is_read)
  {
    struct texts words = { 0 } ;
    for (unsigned int j = project_starter(statement, launch.first, i) ; j < i ; j++) texts_add(s->pool, &words, statement_word(statement, j)) ;
    set_prefix(s, &words) ;
  }
  set_command(s, statement, i) ;
  s->given = statement ;
  s->given_from = i + 1 ;
  s->start->script = executed_name(executed_word(s, statement, i)) ;
  take_user(s, &launch) ;
  s->start->through_new = new_command(s, statement, launch.first, i) ;
  s->start->through_at = statement->range ;
  s->start->through_goes_on = !launch.replaced ;
  return 1 ;
}

/* Does nothing follow but comments? */
static int is_end (struct statement const *next)
{
  return !uncommented_first(next) ;
}

/* sh start.sh, bash -e start.sh: a shell does not look into PATH for it first. */
static char const *file_word (struct starting const *s, struct text const *at)
{
  char const *ahead = "" ;
  for (struct text const *one = s->words.first ; one != at ; one = one->next)
    if (*one->text != '-' || takes_code(one->text)) ahead = one->text ;
  return !strchr(at->text, '/') && shell_one_of(shell_basename(ahead), "sh bash ash dash ksh zsh") ? pool_printf(s->pool, "./%s", at->text) : at->text ;
}

/* Does the script ask for none of its arguments? */
static int is_deaf (struct starting const *s, struct docker_script const *script)
{
  return !mentions_positional(shell_uncommented(s->pool, script->text)) ;
}

/* exec /start.sh "$@", exec /start.sh web: what the input's arguments are. `first`: of the script, whose own are `words`. */
static void set_given (struct starting *s, struct statement *first, struct text const *words)
{
  struct texts given = { 0 } ;
  for (struct statement *one = first ; one ; one = one->next)
  {
    if (one->range.start <= s->given->range.start && s->given->range.end <= one->range.end && one->kind == STATEMENT_FUNCTION) return ; /* it has its own */
    if (one->kind != STATEMENT_FUNCTION && statement_walk(one, &sets_positional, 0)) return ;
  }
  for (unsigned int i = s->given_from ; i < s->given->nwords ; i++)
  {
    struct word const *word = s->given->words + i ;
    int is_all = shell_one_of(word->raw, "\"$@\" \"${@}\"") ;
    if (!is_all && !word->value) return ;
    if (!is_all) texts_add(s->pool, &given, word->value) ;
    for (struct text const *one = is_all ? words : 0 ; one ; one = one->next) texts_add(s->pool, &given, one->text) ;
  }
  set_arguments(s, &given) ;
}

/* ENTRYPOINT ["/entry.sh"], which ends in `exec supervisord -n`: it stays, and all words before it. */
static void find_in_scripts (struct starting *s)
{
  struct texts const words = s->words ;
  open_code(s) ;
  for (struct text *at = s->words.first ; at ; at = at->next)
  {
    struct docker_script const *script = dockerfile_script(s->dockerfile, s->scripts, file_word(s, at)) ;
    struct source code ;
    if (!script) continue ;
    s->code = script->text ;
    for (s->by_file = s->is_read ; s->by_file >= 0 && !s->start->through ; s->by_file--)
    {
      struct statement *first = shell_parse_text(s->pool, &code, script->text) ;
      for (struct statement *one = first ; one && !s->start->through ; one = one->next)
        if (statement_walk(one, &executes_input, s))
        {
          s->start->through = at->text ;
          s->start->through_goes_on &= !is_end(one->next) ;
          if (s->given && !s->is_read) set_given(s, first, at->next) ;
        }
    }
    if (!s->start->through) continue ;
    s->start->through_script = script ;
    s->start->through_text = script->text ;
    s->start->through_command = source_copy(&code, s->start->through_at) ;
    s->start->through_line = source_line(&code, s->start->through_at.start) ;
    add_front_words(s, at->next) ;
    for (struct text *rest = is_deaf(s, script) ? 0 : at->next ; rest ; rest = rest->next) texts_add(s->pool, &s->start->passed, rest->text) ;
    if (s->start->through_goes_on) s->start->instead = s->start->passed ;
    return ;
  }
  s->words = words ;
}

/* Is there one that asks for none of its arguments? CMD's words are for nothing then, as `CMD ["supervisord"]`. */
static int has_deaf_script (struct starting const *s)
{
  for (struct text const *at = s->words.first ; at ; at = at->next)
  {
    struct docker_script const *script = names_input(s, at->text) ? 0 : dockerfile_script(s->dockerfile, s->scripts, file_word(s, at)) ;
    if (script && is_deaf(s, script)) return 1 ;
  }
  return 0 ;
}

/* Without the input, if the image executes it. */
static struct docker_script *without_input (struct docker_script *scripts, char const *input, char const *script)
{
  struct docker_script **one = &scripts ;
  while (*one)
  {
    char const *name = shell_basename((*one)->name) ;
    if (script && (!strcmp(name, shell_basename(input)) || !strcmp(name, script))) *one = (*one)->next ;
    else one = &(*one)->next ;
  }
  return scripts ;
}

void dockerfile_start (struct dockerfile const *dockerfile, char const *input, char const *text, struct docker_script *scripts, struct docker_start *start)
{
  struct starting s = { .dockerfile = dockerfile, .pool = dockerfile->source->pool, .scripts = scripts, .start = start } ;
  int is_copied ;
  memset(start, 0, sizeof(*start)) ;
  add_start_words(&s) ;
  is_copied = add_input_names(&s, input) ;
  s.is_read = add_reader(&s, shell_basename(input), text) ;
  if (has_deaf_script(&s)) find_in_scripts(&s) ;
  if (!start->script)
  {
    find_in_words(&s) ;
    find_in_code(&s) ;
  }
  if (!start->script) find_in_scripts(&s) ;
  if (!start->script && !is_copied && !s.is_read)
  {
    char const *guess = guess_name(&s, text) ;
    if (guess) texts_add(s.pool, &s.names, guess) ;
    start->guess = guess ;
    find_in_words(&s) ;
    find_in_code(&s) ;
  }
  if (!start->script) start->instead = s.words ;
  start->scripts = without_input(scripts, input, start->script) ;
}
