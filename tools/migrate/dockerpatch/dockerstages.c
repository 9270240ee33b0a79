/* Stages ahead of the last one, which the patch leaves as they are. */

#include <string.h>

#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/dockerpatch/patching.h"
#include "migrate/shell/shell.h"

/* The input, what reads it, or the script that executed it; 0: none of them. */
static char const *started_there (struct patching const *p, char const *words)
{
  char const *through = p->start->through ? shell_basename(p->start->through) : 0 ;
  char const *script = p->start->script ? p->start->script : p->input ; /* the last stage need not execute it */
  if (through && shell_mentions(words, through)) return through ;
  return shell_mentions(words, script) ? script : 0 ;
}

/* COPY supervisord.conf in a stage that the last one is made from: its path in the image. */
static char const *copied_input (struct patching const *p, struct instruction const *one)
{
  struct copying const *copying = one->stage == STAGE_BASE ? one->copying : 0 ;
  for (struct text const *source = copying && !copying->from_stage ? copying->sources.first : 0 ; source ; source = source->next)
    if (!strcmp(shell_basename(source->text), p->input)) return copying_path(p->pool, copying, source->text) ;
  return 0 ;
}

/* Does a step ahead of `until` bring the input? */
static int brings_input (struct patching *p, struct instruction const *until)
{
  for (struct instruction const *one = p->dockerfile->instructions ; one != until ; one = one->next)
    if (copied_input(p, one) || (one->stage == STAGE_BASE && !strcmp(one->name, "RUN") && run_writes(one, p->start->script))) return 1 ;
  return !!patching_folder_copy(p, until, p->start->script) ;
}

/* The patch changes the last stage. Another one that is an image of its own starts the input, too. */
void note_stages (struct patching *p)
{
  struct instruction const *from = 0 ;
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    char const *name ;
    char const *script ;
    char const *what ;
    if (!strcmp(one->name, "FROM")) from = one ;
    script = shell_one_of(one->name, "ENTRYPOINT CMD") ? started_there(p, one->arguments) : 0 ;
    if (!from || one->stage == STAGE_LAST || !script || (one->stage == STAGE_BASE && p->start->script && !brings_input(p, one))) continue ;
    name = strstr(from->arguments, " AS ") ? strstr(from->arguments, " AS ") : strstr(from->arguments, " as ") ;
    what = one->stage == STAGE_OTHER || !p->start->script ? "put it last in the Dockerfile, and migrate again"
      : pool_printf(p->pool, "put what the patch adds there, in place of its %s (line %u): the last stage, which is made from it, then has that, too", one->name, one->first) ;
    patching_note(p, pool_printf(p->pool, "TODO: another stage%s%s (from line %u on) starts %s%s, and stays as it is, as the patch changes the last stage alone: "
      "if that one is shipped (docker build --target), %s", name ? ", " : "", name ? name + 4 : "", from->first, script, p->start->script ? ", too" : "", what)) ;
    p->is_of_stage |= !p->start->script ;
  }
}

void note_base (struct patching *p)
{
  struct texts copied = { 0 } ;
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    char const *path = copied_input(p, one) ;
    int prepares = !path && copied.first && one->stage == STAGE_BASE && !strcmp(one->name, "RUN") && run_only_prepares(p->dockerfile, one, &copied) ;
    if (path) texts_add(p->pool, &copied, path) ;
    if (path || prepares)
      patching_note(p, pool_printf(p->pool, "%s: the %s %s %s is in another stage than the last, which alone the patch changes: take it out, if no other stage needs it",
        patching_place(p, one), one->name, path ? "of" : "that prepares", p->input)) ;
  }
}
