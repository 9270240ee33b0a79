#include <string.h>

#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/shell/shell.h"

#define PREPARES "chmod chown chgrp sed dos2unix"

/* ---- its commands, when they are a list of && and ; alone ---- */

/* Calls `visit` for each; stops at 0. `before`: the one ahead of it, in the same && list. */
typedef int visit_command (struct source const *code, struct statement *command, struct statement *before, void *data) ;

static struct statement *last_of (struct statement *statement)
{
  return statement->kind == STATEMENT_AND ? statement->body->next : statement ;
}

static int visit_list (struct source const *code, struct statement *statement, visit_command *visit, void *data)
{
  if (statement->kind != STATEMENT_AND) return visit(code, statement, 0, data) ;
  return visit_list(code, statement->body, visit, data) && visit(code, statement->body->next, last_of(statement->body), data) ;
}

/* RUN ["chmod", "+x", "/a"] as a shell would be given it. */
static char const *shell_code (struct pool *pool, struct instruction const *run)
{
  struct texts words = { 0 } ;
  struct texts quoted = { 0 } ;
  if (run->documents.first) return "" ;
  if (!dockerfile_exec_form(pool, run->arguments, &words)) return run->arguments ;
  for (struct text const *one = words.first ; one ; one = one->next) texts_add(pool, &quoted, shell_quote(pool, one->text)) ;
  return texts_join(pool, &quoted, " ") ;
}

static int each_command (struct pool *pool, char const *text, visit_command *visit, void *data)
{
  struct source code ;
  struct statement *first = shell_parse_text(pool, &code, text) ;
  for (struct statement *one = first ; one ; one = one->next)
    if (one->damaged || one->background || (one->kind != STATEMENT_COMMENT && !visit_list(&code, one, visit, data))) return 0 ;
  return !!first ;
}

struct preparing
{
  struct dockerfile const *dockerfile ;
  struct instruction const *run ;
  struct texts const *gone ;
} ;

static int is_gone (struct preparing const *p, char const *word)
{
  char const *path = dockerfile_below(p->dockerfile->source->pool, dockerfile_workdir(p->dockerfile, p->run), word) ;
  for (struct text const *one = p->gone->first ; one ; one = one->next)
    if (!strcmp(one->text, word) || !strcmp(one->text, path)) return 1 ;
  return 0 ;
}

/* chmod +x FILE..., sed -i EXPRESSION FILE... */
static int prepares (struct source const *code, struct statement *command, struct statement *before, void *data)
{
  struct preparing *p = data ;
  unsigned int files = 0 ;
  int skip = !shell_one_of(statement_command(command), "dos2unix") ; /* a mode, an owner, an expression */
  (void)code ;
  (void)before ;
  if (command->kind != STATEMENT_COMMAND || !shell_one_of(statement_command(command), PREPARES) || command->nredirects) return 0 ;
  for (unsigned int i = 1 ; i < command->nwords ; i++)
  {
    char const *word = dockerfile_expand(p->dockerfile, p->run, command->words[i].value ? command->words[i].value : command->words[i].raw) ;
    if (shell_one_of(word, "-e -f") && !strcmp(statement_command(command), "sed"))
    {
      i++ ;
      skip = 0 ;
    }
    else if (*word == '-' && word[1] != 'x' && word[1] != 'r' && word[1] != 'w') continue ;
    else if (skip) skip = 0 ;
    else if (!is_gone(p, word)) return 0 ;
    else files++ ;
  }
  return files > 0 ;
}

int run_only_prepares (struct dockerfile const *dockerfile, struct instruction const *run, struct texts const *gone)
{
  struct preparing p = { .dockerfile = dockerfile, .run = run, .gone = gone } ;
  return each_command(dockerfile->source->pool, shell_code(dockerfile->source->pool, run), &prepares, &p) ;
}

/* ---- inits ---- */

int names_init (char const *text)
{
  return shell_mentions(text, "tini") || shell_mentions(text, "dumb-init") || shell_mentions(text, "catatonit") ;
}

static int fetches_init (struct source const *code, struct statement *command, struct statement *before, void *data)
{
  (void)before ;
  (void)data ;
  return shell_one_of(statement_command(command), "wget curl chmod gpg sha256sum mv") && names_init(source_copy(code, command->range)) ;
}

int run_only_fetches_init (struct pool *pool, struct instruction const *run)
{
  return each_command(pool, shell_code(pool, run), &fetches_init, 0) ;
}

/* By its name, or in a script that it writes: printf '#!/bin/sh\nexec tini app' >/entry.sh */
static int executes (struct statement *statement, void *data)
{
  char const *program = data ;
  int writes = shell_one_of(statement_command(statement), "echo printf sed") ;
  for (unsigned int i = 1 ; writes && i < statement->nwords ; i++)
    if (shell_mentions(statement->words[i].raw, program)) return 1 ;
  return !strcmp(statement_command(statement), program) ;
}

/* cp /usr/bin/tini /init, ln -s "$(which tini)" /init: fails without the package. */
static int uses_file (struct statement *statement, void *data)
{
  char const *program = data ;
  if (shell_one_of(statement_command(statement), "wget curl rm")) return 0 ;
  for (unsigned int i = 1 ; i < statement->nwords ; i++)
  {
    char const *raw = statement->words[i].raw ;
    char const *value = statement->words[i].value ;
    char const *name = value ? shell_basename(value) : "" ;
    if (value ? !strcmp(name, program) && name - value >= 4 && !strncmp(name - 4, "bin/", 4) /* not the folder /srv/honcho */
     : (strstr(raw, "which ") || strstr(raw, "command -v ")) && shell_mentions(raw, program)) return 1 ;
  }
  return 0 ;
}

int run_uses_file (struct pool *pool, struct instruction const *run, char const *program)
{
  struct source code ;
  for (struct statement *one = shell_parse_text(pool, &code, shell_code(pool, run)) ; one ; one = one->next)
    if (statement_walk(one, &uses_file, (void *)program)) return 1 ;
  return 0 ;
}

int run_executes (struct pool *pool, struct instruction const *run, char const *program)
{
  struct source code ;
  for (struct statement *one = shell_parse_text(pool, &code, shell_code(pool, run)) ; one ; one = one->next)
    if (statement_walk(one, &executes, (void *)program)) return 1 ;
  for (struct text const *one = run->documents.first ; one ; one = one->next)
    if (shell_mentions(one->text, program)) return 1 ;
  return 0 ;
}

/* ---- packages ---- */

struct packages
{
  struct pool *pool ;
  char const *names ;
  struct cut *cut ;
  struct statement *kept ; /* the last command that stays; 0: none yet */
  unsigned int found ;
  unsigned int needed ; /* commands that stay, other than those that every such list has */
} ;

static void cut_range (struct cut *cut, uint32_t from, uint32_t to)
{
  memset(cut->gone + from, 1, to - from) ;
}

/* A word, and the blanks ahead of it. */
static void cut_word (struct cut *cut, struct range range)
{
  while (range.start && strchr(" \t", cut->text[range.start - 1])) range.start-- ;
  cut_range(cut, range.start, range.end) ;
}

static int is_installer (struct statement const *command)
{
  char const *name = shell_basename(statement_command(command)) ;
  if (shell_one_of(name, "apt-get apt apk dnf tdnf yum microdnf zypper pacman pip pip3 pipx uv easy_install conda mamba micromamba npm gem")) return 1 ;
  return shell_one_of(name, "python python3") && !strcmp(statement_word(command, 1), "-m") && !strcmp(statement_word(command, 2), "pip") ;
}

/* supervisor==4.2.5, tini=0.19 */
static int is_wanted (struct packages const *p, char const *word)
{
  return shell_one_of(pool_copy(p->pool, word, strcspn(word, "=<>~!@")), p->names) ;
}

/* Does a command install only packages that go? If not, marks these packages. */
static int goes (struct packages *p, struct statement const *command)
{
  unsigned int others = 0 ;
  unsigned int mine = 0 ;
  int begun = 0 ;
  for (unsigned int i = 1 ; i < command->nwords ; i++)
  {
    char const *word = command->words[i].value ? command->words[i].value : command->words[i].raw ;
    begun |= !strcmp(statement_command(command), "pacman") && !strncmp(word, "-S", 2) ;
    if (*word == '-')
    {
      others += shell_one_of(word, "-r --requirement -t --virtual") ;
      if (!strcmp(statement_command(command), "gem") && shell_one_of(word, "-v --version")) i++ ;
      continue ;
    }
    if (begun && is_wanted(p, word)) mine++ ;
    else if (begun) others++ ;
    begun |= shell_one_of(word, "install add") || (!strcmp(statement_command(command), "npm") && !strcmp(word, "i")) ;
  }
  p->found += mine ;
  if (!mine) return 0 ;
  if (!others && !command->nredirects) return 1 ;
  for (unsigned int i = 1 ; i < command->nwords ; i++)
    if (is_wanted(p, command->words[i].value ? command->words[i].value : "")) cut_word(p->cut, command->words[i].range) ;
  return 0 ;
}

/* Commands that are useless without one that installs something. */
static int only_accompanies (struct statement const *command)
{
  if (shell_one_of(statement_command(command), "set rm")) return 1 ;
  return is_installer(command) && command->nwords > 1 && shell_one_of(statement_word(command, command->nwords - 1), "update clean autoclean autoremove") ;
}

/* A && B && C without B is A && C; without A, B && C. */
static int look_for_packages (struct source const *code, struct statement *command, struct statement *before, void *data)
{
  struct packages *p = data ;
  (void)code ;
  if (is_installer(command) && goes(p, command))
  {
    if (before && p->kept) cut_range(p->cut, p->kept->range.end, command->range.end) ;
    else
    {
      /* The first of a list: up to what comes behind it. */
      uint32_t end = command->range.end ;
      end += (uint32_t)strspn(p->cut->text + end, " \t") ;
      if (!strncmp(p->cut->text + end, "&&", 2)) end += 2 + (uint32_t)strspn(p->cut->text + end + 2, " \t") ;
      else if (p->cut->text[end] == ';') end += 1 + (uint32_t)strspn(p->cut->text + end + 1, " \t") ;
      cut_range(p->cut, command->range.start, end) ;
    }
    return 1 ;
  }
  p->needed += !only_accompanies(command) ;
  p->kept = command ;
  return 1 ;
}

unsigned int run_without_packages (struct pool *pool, struct instruction const *run, char const *packages, struct cut *cut, int *all)
{
  struct packages p = { .pool = pool, .names = packages, .cut = cut } ;
  struct texts words = { 0 } ;
  cut->text = run->arguments ;
  cut->gone = pool_alloc(pool, strlen(run->arguments) + 1) ;
  *all = 0 ;
  if (run->documents.first || dockerfile_exec_form(pool, run->arguments, &words)) return 0 ;
  if (!each_command(pool, run->arguments, &look_for_packages, &p)) return 0 ;
  *all = p.found && !p.needed ;
  return p.found ;
}

void cut_lines (struct dockerfile const *dockerfile, struct instruction const *run, struct cut const *cut, struct texts *lines)
{
  struct source const *source = dockerfile->source ;
  struct pool *pool = source->pool ;
  uint32_t begin = source->line_start[run->first - 1] ;
  uint32_t end = source_line_range(source, run->last).end ;
  uint32_t end_of_text = run->start + (uint32_t)strlen(cut->text) ;
  char *line = pool_alloc(pool, end - begin + 2) ;
  size_t len = 0 ;
  int changed = 0 ;
  char *last = 0 ;
  int last_dropped = 0 ;
  struct texts kept = { 0 } ;
  for (uint32_t i = begin ; i <= end ; i++)
  {
    int gone = i >= run->start && i < end_of_text && cut->gone[i - run->start] ;
    if (i == end || (source->text[i] == '\n' && !gone))
    {
      char mark[] = { ' ', '\t', dockerfile->escape, 0 } ;
      line[len] = 0 ;
      last_dropped = changed && strspn(line, mark) == len ;
      if (!last_dropped)
      {
        last = (char *)pool_copy(pool, line, len) ;
        texts_add(pool, &kept, last) ;
      }
      len = 0 ;
      changed = 0 ;
    }
    else if (!gone) line[len++] = source->text[i] ;
    changed |= gone ;
  }
  /* The line that is the last one now does not go on. */
  if (last && last_dropped)
  {
    len = strlen(last) ;
    while (len && strchr(" \t", last[len - 1])) len-- ;
    if (len && last[len - 1] == dockerfile->escape) len-- ;
    while (len && strchr(" \t", last[len - 1])) len-- ;
    last[len] = 0 ;
  }
  for (struct text const *one = kept.first ; one ; one = one->next) texts_add(pool, lines, one->text) ;
}
