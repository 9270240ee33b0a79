/* A Dockerfile alone as the input. Its ENTRYPOINT and CMD name a script, a supervisord.conf or a Procfile of the build
   context, are shell code, or execute one program. */

#include <string.h>

#include "migrate/command/procrunners.h"
#include "migrate/dockerfile/readfile.h"
#include "migrate/dockerpatch/cmdcode.h"
#include "migrate/dockerpatch/dockerinput.h"
#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/dockerpatch/handover.h"
#include "migrate/dockerpatch/starting.h"
#include "migrate/plan/plan.h"
#include "migrate/shell/shell.h"

#define SHELLS "sh bash ash dash"
#define PATH_FOLDERS "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"
#define RECIPE "give that script, and the Dockerfile with --dockerfile"

struct finding
{
  struct starting s ;
  char const *path ; /* of the Dockerfile */
  struct docker_input *input ;
  char const *executed ; /* the word for the file that was found */
  struct text const *code ; /* the word that is shell code; 0: there is none */
  char const *shell ; /* that reads it */
  char const *folder ; /* that relative names are looked for in */
  char const *expanded ; /* a script of the Dockerfile itself whose variables the builder expands; 0: there is none */
} ;

/* ---- files ---- */

static char const *below_workdir (struct finding const *f, char const *name)
{
  return dockerfile_below(f->s.pool, f->folder, name) ;
}

/* By its place in the image, or else by its name alone: a RUN may move it. */
static char const *placed_or_named (struct finding const *f, char const *name)
{
  char const *path = context_file_at(f->s.dockerfile, f->path, below_workdir(f, name)) ;
  char const *source = path ? 0 : dockerfile_source_of(f->s.dockerfile, name) ;
  return source ? context_path(f->s.pool, f->path, source) : path ;
}

/* The file that the word executes, on this machine; 0: it is not in the build context. */
static char const *file_of_word (struct finding *f, char const *word, int of_shell)
{
  if (strpbrk(word, " $")) return 0 ;
  if (strchr(word, '/') || of_shell) return placed_or_named(f, word) ;
  for (char const *const *folder = (char const *const[]){ PATH_FOLDERS, 0 } ; *folder ; folder++)
  {
    char const *path = context_file_at(f->s.dockerfile, f->path, pool_printf(f->s.pool, "%s/%s", *folder, word)) ;
    if (path) return path ;
  }
  for (char const *p = dockerfile_expand(f->s.dockerfile, 0, "$PATH") ; *p ; p += strcspn(p, ":"), p += *p == ':') /* ENV PATH=/scripts:$PATH */
  {
    char const *folder = pool_copy(f->s.pool, p, strcspn(p, ":")) ;
    char const *path = *folder == '/' && !strchr(folder, '$') ? context_file_at(f->s.dockerfile, f->path, pool_printf(f->s.pool, "%s/%s", folder, word)) : 0 ;
    if (path) return path ;
  }
  return strlen(word) > 3 && !strcmp(word + strlen(word) - 3, ".sh") ? placed_or_named(f, word) : 0 ;
}

/* The text of a script that the Dockerfile itself has; 0: it has none of that name. */
static char const *document_of (struct finding *f, char const *word, int of_shell, char const **place)
{
  char const *text = 0 ;
  *place = below_workdir(f, word) ;
  if (strchr(word, '/') || of_shell) return document_at(f->s.dockerfile, place, &f->expanded) ;
  for (char const *const *folder = (char const *const[]){ PATH_FOLDERS, 0 } ; *folder && !text ; folder++)
  {
    *place = pool_printf(f->s.pool, "%s/%s", *folder, word) ;
    text = document_at(f->s.dockerfile, place, &f->expanded) ;
  }
  return text ;
}

static char const *why_not_here (struct finding const *f, char const *name)
{
  return f->expanded ? "is in that itself, where the builder expands its variables (<<EOF without quotes)" : why_missing(f->s.dockerfile, name) ;
}

static void missing (struct finding *f, char const *what, char const *advice)
{
  f->input->refused = pool_printf(f->s.pool, "%s is a Dockerfile, and %s: %s", f->path, what, advice) ;
}

/* supervisord, and no script of that name: /app/docker/supervisord. */
static int is_supervisord (struct finding *f, char const *word)
{
  char const *path = strchr(word, '/') ? context_place(f->s.dockerfile, f->path, below_workdir(f, word)) : 0 ;
  char const *text = path ? text_read(f->s.pool, path, SOURCE_SIZE_MAX) : 0 ;
  return !strcmp(executed_name(word), "supervisord") && !(text && is_shell_script(path, text, 0)) ;
}

/* The package's own supervisord.conf includes a folder that COPY brings files to. */
static int find_package_configuration (struct finding *f, char const *named)
{
  static char const *const kinds[][3] =
  {
    { "/etc/supervisor/supervisord.conf", "/etc/supervisor/conf.d/", "*.conf" }, /* Debian's */
    { "/etc/supervisord.conf", "/etc/supervisor.d/", "*.ini" }, /* Alpine's */
    { "/etc/supervisord.conf", "/etc/supervisord.d/", "*.ini" } /* Red Hat's */
  } ;
  for (size_t kind = 0 ; kind < sizeof(kinds) / sizeof(*kinds) ; kind++)
    for (struct instruction *one = 0 ; (one = dockerfile_next(f->s.dockerfile, one, "COPY ADD")) ; )
    {
      struct copying const *copying = one->copying ;
      char const *place ;
      char const *pattern = strstr(why_missing(f->s.dockerfile, kinds[kind][0]), "RUN") ? "*" : kinds[kind][2] ; /* a RUN wrote other patterns */
      place = pool_printf(f->s.pool, "%s/", copying->target) ;
      if (copying->from_stage || (named && strcmp(named, kinds[kind][0]) != 0) || strncmp(place, kinds[kind][1], strlen(kinds[kind][1])) != 0) continue ;
      f->input->file = kinds[kind][0] ;
      f->input->text = pool_printf(f->s.pool, "[include]\nfiles = %s%s\n", kinds[kind][1], pattern) ;
      f->input->of_package = 1 ;
      f->input->taken = pool_printf(f->s.pool, "%s of the package, which is not here: it is read as if it only had the [include] of %s%s", kinds[kind][0], kinds[kind][1], pattern) ;
      return 1 ;
    }
  return 0 ;
}

/* COPY <<'EOF' /etc/supervisord.conf: a file that the Dockerfile itself has. 1: it is the input now. */
static int take_document (struct finding *f, char const *name)
{
  char const *place = below_workdir(f, name) ;
  char const *text = document_at(f->s.dockerfile, &place, &f->expanded) ;
  if (!text) return 0 ;
  f->input->file = place ;
  f->input->text = text ;
  return 1 ;
}

static void find_configuration (struct finding *f, struct text const *at)
{
  char const *named = option_value(f->s.pool, at->next, "-c", "--configuration") ;
  f->executed = at->text ;
  f->input->file = f->input->text = 0 ; /* a script ahead of it executes its arguments */
  if (named) f->input->file = placed_or_named(f, named) ;
  if (named && !f->input->file && take_document(f, named)) return ;
  for (char const *const *one = (char const *const[]){ "supervisord.conf", "etc/supervisord.conf", "/etc/supervisord.conf", "/etc/supervisor/supervisord.conf", 0 } ;
    *one && !named && !f->input->file ; one++)
  {
    f->input->file = context_place(f->s.dockerfile, f->path, below_workdir(f, *one)) ;
    if (!f->input->file && take_document(f, *one)) return ;
  }
  if (f->input->file || find_package_configuration(f, named)) return ;
  missing(f, pool_printf(f->s.pool, "supervisord, which it executes, reads %s, which %s", named ? named : "a configuration", why_not_here(f, named ? named : "supervisord.conf")),
    "give that supervisord.conf, and the Dockerfile with --dockerfile") ;
}

static void find_procfile (struct finding *f, struct text const *at)
{
  char const *named = option_value(f->s.pool, at->next, "-f", "--procfile") ;
  char const *folder = option_value(f->s.pool, at->next, "-d", "--root") ;
  f->executed = at->text ;
  f->input->text = 0 ;
  if (!named) named = folder ? dockerfile_below(f->s.pool, folder, "Procfile") : "Procfile" ;
  f->input->file = placed_or_named(f, named) ;
  if (!f->input->file && !take_document(f, named))
    missing(f, pool_printf(f->s.pool, "%s, which it executes, reads %s, which %s", shell_basename(at->text), named, why_not_here(f, named)), "give that Procfile, and the Dockerfile with --dockerfile") ;
}

/* ---- words ---- */

/* Does the option of an init, or of a shell, have a value? */
static int has_value (char const *option)
{
  return shell_one_of(option, "-o -eo -uo -eux -euo -euxo --rewrite -r -p -e -l") && (option[strlen(option) - 1] == 'o' || shell_one_of(option, "--rewrite -r")) ;
}

/* The -- behind the word that has another one behind it; 0: there is none. */
static struct text const *behind_dashes (struct text const *one)
{
  while (one && strcmp(one->text, "--") != 0) one = one->next ;
  return one && one->next ? one : 0 ;
}

/* Sets the input's file, or f->code, from the words that are executed. */
static void scan (struct finding *f, struct text const *one)
{
  char const *shell = 0 ;
  int options = 0 ; /* of what only starts another program */
  for (; one ; one = one->next)
  {
    char const *name = shell_basename(one->text) ;
    char const *path ;
    char const *place ;
    char const *text ;
    if (shell && takes_code(one->text) && one->next)
    {
      f->shell = shell ;
      f->code = one->next ;
      return ;
    }
    if (options && has_value(one->text) && one->next) one = one->next ;
    else if (options && (*one->text == '-' || strchr(one->text, '='))) continue ;
    else if (shell_one_of(name, "gosu su-exec") && one->next) one = one->next ;
    else if (is_starter(one->text) && strcmp(name, "supervisord") != 0)
    {
      options = 1 ;
      shell = shell_one_of(name, SHELLS) ? one->text : 0 ;
    }
    else if (shell_one_of(name, WAITERS) && behind_dashes(one)) one = behind_dashes(one) ;
    else if (is_supervisord(f, one->text)) return find_configuration(f, one) ;
    else if (procrunner_is(name)) return find_procfile(f, one) ;
    else if (is_project_starter(one->text))
    {
      while ((one = one->next) && !procrunner_is(shell_basename(one->text)) && strcmp(executed_name(one->text), "supervisord") != 0) ;
      if (one && !strcmp(executed_name(one->text), "supervisord")) find_configuration(f, one) ;
      else if (one) find_procfile(f, one) ;
      return ;
    }
    else
    {
      path = file_of_word(f, one->text, !!shell) ;
      text = path ? text_read(f->s.pool, path, SOURCE_SIZE_MAX) : document_of(f, one->text, !!shell, &place) ;
      if (text && is_shell_script(path ? path : one->text, text, !!shell))
      {
        f->input->file = path ? path : place ;
        f->input->text = path ? 0 : text ;
        f->executed = one->text ;
        if (!takes_arguments(text)) return ;
      }
      else if (text || is_known_program(&f->s, one->text)) return ;
      options = 0 ;
      shell = 0 ;
    }
  }
}

/* cd /app && ./start.sh */
static int changes_folder (struct statement *statement, void *data)
{
  struct finding *f = data ;
  if (statement->kind == STATEMENT_COMMAND && statement->nwords == 2 && !strcmp(statement_command(statement), "cd") && statement->words[1].value)
    f->folder = below_workdir(f, statement->words[1].value) ;
  return 0 ;
}

/* The last command of shell code: ./start.sh, or supervisord. Not if the code does not end with that. */
static void scan_code (struct finding *f, char const *text)
{
  struct source code ;
  struct statement *kept ;
  struct statement *last = ahead_of_pipe(last_work(shell_parse_text(f->s.pool, &code, text), &kept)) ;
  struct texts words = { 0 } ;
  struct docker_start start ;
  struct text const *before = f->code ;
  char const *found ;
  if (!last || last->kind != STATEMENT_COMMAND || last->background) return ;
  for (struct statement *one = shell_parse_text(f->s.pool, &code, text) ; one ; one = one->next) statement_walk(one, &changes_folder, f) ;
  for (unsigned int i = 0 ; i < last->nwords ; i++) texts_add(f->s.pool, &words, last->words[i].value ? last->words[i].value : last->words[i].raw) ;
  scan(f, words.first) ;
  f->code = before ;
  found = f->input->text ? f->input->text : f->input->file ? text_read(f->s.pool, f->input->file, SOURCE_SIZE_MAX) : 0 ;
  if (found) dockerfile_start(f->s.dockerfile, f->input->file, found, 0, &start) ;
  if (!found || !start.script) f->input->file = f->input->text = f->input->taken = 0 ;
  if (last->next || strcmp(source_copy(&code, last->range), text) != 0) f->input->refused = 0 ; /* the rest of the code can be read */
}

/* ---- code ---- */

/* The lines of an instruction in shell form, joined by the shell's own escape; 0: in quotes, where the shell would keep that. */
static char const *code_in_lines (struct dockerfile const *dockerfile, struct instruction const *instruction)
{
  char const *joined = dockerfile_joined(dockerfile, instruction, "\\\n") ;
  unsigned int quotes = 0 ;
  for (char const *p = joined ; *p ; p++)
  {
    quotes += *p == '\'' ;
    if (*p == '\n' && quotes % 2) return 0 ;
  }
  return joined ;
}

static void take_code (struct finding *f, struct instruction const *instruction, char const *code)
{
  struct pool *pool = f->s.pool ;
  size_t before = instruction->first - 1 ;
  char *lines = pool_alloc(pool, before + 1) ;
  memset(lines, '\n', before) ;
  f->input->code = pool_printf(pool, "%s%s\n", lines, code) ;
  f->input->name = pool_printf(pool, "%s's code", instruction->name) ;
  f->input->first = f->input->last = instruction->first ;
  for (char const *p = code ; *p ; p++) f->input->last += *p == '\n' ;
}

/* The instruction that has the word; 0: that of the last word. */
static struct instruction const *instruction_of (struct finding *f, struct text const *word)
{
  struct instruction *entrypoint ;
  struct instruction *cmd ;
  unsigned int n = 0 ;
  find_instructions(f->s.dockerfile, &entrypoint, &cmd) ;
  for (struct text const *one = f->s.words.first ; one && one != word ; one = one->next) n++ ;
  return entrypoint && (!cmd || f->s.start->lost_cmd || n < f->s.nentrypoint) ? entrypoint : cmd ;
}

static char const *place_of (struct finding *f, struct instruction const *one)
{
  char const *name = shell_basename(f->path) ;
  return one->last > one->first ? pool_printf(f->s.pool, "%s, lines %u-%u", name, one->first, one->last) : pool_printf(f->s.pool, "%s, line %u", name, one->first) ;
}

static void take_shell_code (struct finding *f)
{
  struct instruction const *instruction = instruction_of(f, f->code) ;
  struct texts words = { 0 } ;
  struct text const *one = f->s.words.first ;
  char const *inner = cmdcode_innermost(f->s.pool, f->code->text, &f->shell) ;
  char const *lines = 0 ;
  if (inner == f->code->text && !dockerfile_exec_form(f->s.pool, instruction->arguments, &words)) lines = code_in_lines(f->s.dockerfile, instruction) ;
  take_code(f, instruction, lines ? lines : inner) ;
  for (; one != f->code ; one = one->next) f->input->ahead++ ;
  f->input->shell = f->shell ;
  f->input->taken = pool_printf(f->s.pool, "the shell code of %s (%s)", instruction->name, place_of(f, instruction)) ;
}

/* CMD ["gunicorn", "app:app"]: a script of one command. */
static void take_words (struct finding *f)
{
  struct instruction const *instruction = instruction_of(f, 0) ;
  char const *code = "exec" ;
  for (struct text const *one = f->s.words.first ; one ; one = one->next) code = pool_printf(f->s.pool, "%s %s", code, shell_quote(f->s.pool, one->text)) ;
  take_code(f, instruction, code) ;
  f->input->taken = pool_printf(f->s.pool, "the program that %s executes (%s)", instruction->name, place_of(f, instruction)) ;
}

/* A script by its name, which may start several programs: it has to be read. */
static char const *missing_script (struct finding const *f, struct texts const *words)
{
  for (struct text const *one = words->first ; one ; one = one->next)
  {
    char const *name = shell_basename(one->text) ;
    size_t len = strlen(name) ;
    if (is_starter(one->text) || strpbrk(one->text, " ;&|") || (shell_one_of(name, WAITERS) && behind_dashes(one))) continue ;
    if (is_known_program(&f->s, name)) return 0 ;
    if (!one->next ? !!strstr(name, "entrypoint") || (len > 3 && !strcmp(name + len - 3, ".sh")) : len > 3 && !strcmp(name + len - 3, ".sh") && !strstr(name, "entrypoint")) return one->text ;
  }
  return 0 ;
}

/* RUN curl -o /entry.sh, COPY --from=build /entry.sh /: a script that the image has, beside those of its base */
static int is_brought_script (struct dockerfile const *dockerfile, char const *path)
{
  size_t len = strlen(path) ;
  return len > 3 && !strcmp(path + len - 3, ".sh") && dockerfile_says(dockerfile, path) && !shell_one_of(shell_basename(path), OF_BASE) ;
}

/* bash start.sh; bash: a script that the code executes among other commands, and that is not here. */
static int look_for_missing (struct statement *statement, void *data)
{
  struct finding *f = data ;
  for (unsigned int i = 0 ; statement->kind == STATEMENT_COMMAND && i < statement->nwords && !f->input->doubt ; i++)
  {
    char const *word = statement_word(statement, i) ;
    size_t len = strlen(word) ;
    if (is_starter(word) || *word == '-') continue ;
    if (len > 3 && !strcmp(word + len - 3, ".sh") && !placed_or_named(f, word))
      f->input->doubt = pool_printf(f->s.pool, "TODO: %s, which the code executes, %s: what it starts, and whether that goes on behind it, is not known here", word, why_missing(f->s.dockerfile, word)) ;
    return 0 ;
  }
  return 0 ;
}

void dockerfile_input (struct dockerfile const *dockerfile, char const *path, struct docker_input *input)
{
  struct docker_start start = { 0 } ;
  struct finding f = { .s = { .dockerfile = dockerfile, .pool = dockerfile->source->pool, .start = &start }, .path = path, .input = input } ;
  char const *base = dockerfile_base(dockerfile) ;
  char const *script ;
  struct texts words ;
  memset(input, 0, sizeof(*input)) ;
  add_start_words(&f.s) ;
  f.folder = dockerfile_workdir(dockerfile, 0) ;
  if (!f.s.words.first)
    return missing(&f, *base ? pool_printf(f.s.pool, "has neither ENTRYPOINT nor CMD, so that what its base image %s has is executed", base) : "has neither ENTRYPOINT nor CMD",
      "if that is a script, " RECIPE) ;
  scan(&f, f.s.words.first) ;
  if (f.code && shell_one_of(f.code->text, "\"\" ''"))
    return missing(&f, pool_printf(f.s.pool, "%s, which a shell executes as it is, names no program", f.code->text), "write ENTRYPOINT [] where that of the base image shall go, and give it again") ;
  if (!input->file && !input->refused && f.code) scan_code(&f, f.code->text) ;
  if (input->refused) return ;
  if (input->file)
  {
    struct instruction const *instruction ;
    struct text const *word = f.s.words.first ;
    int is_read = is_supervisord(&f, f.executed) || procrunner_is(shell_basename(f.executed)) ;
    while (word && word->text != f.executed) word = word->next ;
    instruction = instruction_of(&f, word ? word : f.code) ;
    if (!input->taken) input->taken = pool_printf(f.s.pool, "%s, which %s %s (%s)", input->file, is_read ? executed_name(f.executed) : instruction->name, is_read ? "reads" : "executes", place_of(&f, instruction)) ;
    return ;
  }
  words = f.s.words ;
  if (f.code) open_code(&f.s) ; /* to the words of its only command */
  script = missing_script(&f, &f.s.words) ;
  for (struct text const *one = script ? 0 : f.s.words.first ; one && !input->doubt ; one = one->next)
  {
    if (is_starter(one->text) || strpbrk(one->text, " ;&|")) continue ;
    if (dockerfile_source_of(dockerfile, one->text) && !placed_or_named(&f, one->text))
      input->doubt = pool_printf(f.s.pool, "TODO: %s, which COPY brings, is not in the build context here: if it is a script, " RECIPE, one->text) ;
    else if (strchr(one->text, '/') && (strstr(why_missing(dockerfile, one->text), "RUN") || is_brought_script(dockerfile, one->text)))
      input->doubt = pool_printf(f.s.pool, "TODO: %s %s: if it is a script, " RECIPE, one->text, why_missing(dockerfile, one->text)) ;
  }
  f.s.words = words ;
  if (script)
    return missing(&f, pool_printf(f.s.pool, "%s, which it executes, %s", script, why_not_here(&f, script)), RECIPE) ;
  if (f.expanded) input->doubt = pool_printf(f.s.pool, "TODO: %s is in the Dockerfile itself, where the builder expands its variables (<<EOF without quotes): " RECIPE, f.expanded) ;
  if (!strcmp(f.s.words.first->text, "/init"))
    return missing(&f, "its ENTRYPOINT is an /init of its own, s6-overlay's, as a rule", "Reeve runs what is in /etc/services.d and /etc/cont-init.d as it is: put Reeve's overlay in the place of that one") ;
  if (f.code)
  {
    struct source code ;
    for (struct statement *one = shell_parse_text(f.s.pool, &code, f.code->text) ; one ; one = one->next) statement_walk(one, &look_for_missing, &f) ;
    take_shell_code(&f) ;
  }
  else take_words(&f) ;
}

void dockerfile_start_code (struct dockerfile const *dockerfile, struct docker_input const *input, struct docker_script *scripts, struct docker_start *start)
{
  struct starting s = { .dockerfile = dockerfile, .pool = dockerfile->source->pool, .scripts = scripts, .start = start } ;
  struct text const *code ;
  memset(start, 0, sizeof(*start)) ;
  add_start_words(&s) ;
  start->script = input->name ;
  start->line = input->first ;
  start->scripts = scripts ;
  if (!input->shell) return ;
  code = s.words.first ;
  for (unsigned int i = 0 ; i < input->ahead ; i++)
  {
    if (i + 1 == input->ahead) start->shell_options = keep_options(s.pool, 0, code->text) ; /* -ec */
    code = code->next ;
  }
  add_front_words(&s, code) ;
  start->shell = input->shell ;
}
