/* What stays in the image and asks for a program that has gone: supervisorctl, or the wrapper. */

#include <string.h>

#include "migrate/command/procrunners.h"
#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/dockerpatch/patching.h"
#include "migrate/shell/shell.h"
#include "migrate/supervisord/supervisord.h"

/* A script whose supervisord is a service, until its configuration is migrated, too. */
static int keeps_supervisor (struct patching const *p)
{
  for (struct service const *one = p->plan->services ; one ; one = one->next)
    if (!strcmp(one->program, "supervisord") || !strcmp(one->name, "supervisord")) return 1 ;
  return 0 ;
}

/* Does it ask supervisord's page? */
static int asks_page (struct patching const *p, char const *text)
{
  char const *page = p->plan->kind == INPUT_SUPERVISORD ? supervisord_page(p->plan->source) : 0 ;
  return page && names_place(text, page) ;
}

/* pgrep -f start.sh; not /start.sh --check, which stays, whatever is ahead of it */
static int looks_for_process (struct pool *pool, char const *text, char const *name)
{
  static char const *const programs[] = { "pgrep", "pidof", "ps", "pkill", "killall", "grep" } ;
  for (size_t len ; *text ; text += len + !!text[len])
  {
    char const *command = pool_copy(pool, text, len = strcspn(text, ";&|\n")) ;
    for (size_t i = 0 ; i < ROWS(programs) ; i++)
      if (shell_mentions(command, name) && shell_mentions(command, programs[i])) return 1 ;
  }
  return 0 ;
}

/* The program that has gone, and that the text asks for or looks for; 0: none. */
static char const *gone_in (struct patching *p, char const *text)
{
  int is_supervisor = p->plan->kind == INPUT_SUPERVISORD ;
  if (shell_mentions(text, "supervisorctl")) return keeps_supervisor(p) ? 0 : "supervisorctl" ;
  if (is_supervisor && shell_mentions(text, "supervisord")) return "supervisord" ;
  if (p->start->script && procrunner_is(p->start->script) && shell_mentions(text, p->start->script)) return p->start->script ;
  return !is_supervisor && strstr(p->input, ".sh") && looks_for_process(p->pool, text, p->input) ? p->input : 0 ;
}

/* HEALTHCHECK CMD supervisorctl status web */
static void note_health (struct patching *p, struct instruction const *one, char const *gone)
{
  char const *names = "" ;
  for (struct service const *service = p->plan->services ; service ; service = service->next)
    if (shell_mentions(one->arguments, service->name) && strcmp(service->name, gone) != 0) names = pool_printf(p->pool, "%s, \"%s\"", names, service->name) ;
  patching_note(p, pool_printf(p->pool, "TODO: %s: HEALTHCHECK asks for %s, which does not run any more, so that it would fail for ever: write HEALTHCHECK CMD [\"reeve\", \"status\"%s], "
    "which is 0 when %s ready", patching_place(p, one), gone, names, *names ? "these are" : "all services are")) ;
}

/* The first word behind supervisorctl that is no option, nor an option's value; "": there is none. Its form may be JSON. */
static char const *word_of_supervisorctl (struct pool *pool, char const *line)
{
  static char const between[] = " \t\"',[]" ;
  char const *p = strstr(line, "supervisorctl") ;
  int is_value = 1 ; /* the program itself, with what is around its name */
  for (size_t len ; *(p += strspn(p, between)) ; p += len)
  {
    char const *word = pool_copy(pool, p, len = strcspn(p, between)) ;
    if (!is_value && *word != '-') return word ;
    is_value = !is_value && shell_one_of(word, "-c --configuration -s --serverurl -u --username -p --password --history-file") ;
  }
  return "" ;
}

/* What does it instead? Not all that supervisorctl does is for services by name. */
static char const *instead_of_supervisorctl (struct patching *p, char const *text)
{
  static char const *const others[][2] = { { "shutdown", "reeve shutdown (which ends the container)" }, { "signal", "reeve kill SIGNAL NAME" }, { "tail", "reeve logs NAME" },
    { "update", "reeve rescan" }, { "reread", "reeve rescan" } } ;
  struct texts words = { 0 } ;
  int any = 0 ;
  for (size_t len ; *text ; text += len + (text[len] != 0))
  {
    char const *line = pool_copy(p->pool, text, len = strcspn(text, "\n;&|")) ;
    char const *word = shell_mentions(line, "supervisorctl") ? word_of_supervisorctl(p->pool, line) : 0 ;
    size_t i = 0 ;
    while (word && i < ROWS(others) && strcmp(word, others[i][0]) != 0) i++ ;
    if (word && i < ROWS(others)) texts_add_once(p->pool, &words, others[i][1]) ;
    any |= word && i == ROWS(others) ;
  }
  return pool_printf(p->pool, "%s%s%s", any ? "reeve start, stop, restart, status NAME" : "", any && words.first ? "; " : "", texts_join(p->pool, &words, "; ")) ;
}

/* The text's first line that has the word: `line 3: its text`; 0: none has. */
static char const *first_line_with (struct patching *p, char const *text, char const *word)
{
  unsigned int n = 1 ;
  for (size_t len ; *text ; text += len + (text[len] == '\n'), n++)
  {
    char const *line = pool_copy(p->pool, text, len = strcspn(text, "\n")) ;
    if (shell_mentions(line, word)) return pool_printf(p->pool, "line %u: %s", n, line + strspn(line, " \t")) ;
  }
  return 0 ;
}

/* A script that HEALTHCHECK executes, and that stays, asks for what has gone: pgrep supervisord */
static void note_health_scripts (struct patching *p, struct instruction const *one)
{
  for (struct docker_script const *script = p->start->scripts ; script ; script = script->next)
  {
    char const *code = text_without_urls(p->pool, text_without_messages(p->pool, shell_uncommented(p->pool, script->text))) ;
    char const *gone = text_names_file(one->arguments, script->path) ? gone_in(p, code) : 0 ;
    if (gone && strcmp(gone, "supervisorctl") != 0) /* note_supervisorctl() says that */
      patching_note(p, pool_printf(p->pool, "TODO: %s, which HEALTHCHECK executes (%s), asks for %s, which does not run any more (%s), so that it would fail for ever: write reeve status there, which is 0 when all services are ready",
        script->name, patching_place(p, one), gone, first_line_with(p, code, gone))) ;
  }
}

static void note_caller (struct patching *p, struct instruction const *one)
{
  char const *gone = shell_one_of(one->name, "HEALTHCHECK") ? gone_in(p, text_without_urls(p->pool, one->arguments)) : 0 ;
  int stays = keeps_supervisor(p) ;
  int calls = !stays && shell_one_of(one->name, "RUN ONBUILD") && shell_mentions(one->arguments, "supervisorctl") ;
  if (shell_one_of(one->name, "HEALTHCHECK")) note_health_scripts(p, one) ;
  if (!gone && shell_one_of(one->name, "HEALTHCHECK") && asks_page(p, one->arguments)) gone = "supervisord" ;
  if (gone) note_health(p, one, gone) ;
  else if (shell_one_of(one->name, "HEALTHCHECK")) note_looks(p, pool_printf(p->pool, "%s: HEALTHCHECK", patching_place(p, one)), one->arguments) ;
  for (struct text const *text = one->documents.first ; text && !stays ; text = text->next) calls |= shell_mentions(text->text, "supervisorctl") ;
  if (calls)
    patching_note(p, pool_printf(p->pool, "TODO: %s: %s has supervisorctl, which finds no supervisord any more: write %s there", patching_place(p, one), one->name,
      instead_of_supervisorctl(p, pool_printf(p->pool, "%s\n%s", one->arguments, texts_join(p->pool, &one->documents, "\n"))))) ;
}

static int is_down (struct patching const *p)
{
  for (struct service const *service = p->plan->services ; service ; service = service->next)
    for (struct setting const *one = service->settings ; one ; one = one->next)
      if (!strcmp(one->file, "down")) return 1 ;
  return 0 ;
}

static void note_supervisorctl (struct patching *p, struct docker_script const *script)
{
  char const *line = first_line_with(p, shell_uncommented(p->pool, script->text), "supervisorctl") ;
  if (line && !keeps_supervisor(p))
    patching_note(p, pool_printf(p->pool, "TODO: %s, which stays in the image, calls supervisorctl, which finds no supervisord any more (%s): write %s there%s",
      script->name, line, instead_of_supervisorctl(p, shell_uncommented(p->pool, script->text)), is_down(p) ? "; ahead of /init, remove the file down of the services that it starts instead" : "")) ;
}

/* supervisorctl finds no supervisord any more. */
void note_callers (struct patching *p)
{
  for (struct docker_script const *one = p->start->scripts ; one ; one = one->next) note_looks(p, pool_printf(p->pool, "%s, which stays in the image,", one->name), shell_uncommented(p->pool, one->text)) ;
  for (struct docker_script const *one = p->start->scripts ; one ; one = one->next) note_supervisorctl(p, one) ;
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
    if (one->stage != STAGE_OTHER && !patching_is_removed(p, one)) note_caller(p, one) ;
}
