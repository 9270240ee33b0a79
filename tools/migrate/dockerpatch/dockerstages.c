/* Stages ahead of the last one, which the patch leaves as they are. */

#include <string.h>

#include "migrate/dockerpatch/patching.h"
#include "migrate/shell/shell.h"

/* The input, what reads it, or the script that executed it; 0: none of them. */
static char const *started_there (struct patching const *p, char const *words)
{
  char const *through = p->start->through ? shell_basename(p->start->through) : 0 ;
  if (through && shell_mentions(words, through)) return through ;
  return p->start->script && shell_mentions(words, p->start->script) ? p->start->script : 0 ;
}

/* The patch changes the last stage. Another one that is an image of its own starts the input, too. */
void note_stages (struct patching *p)
{
  struct instruction const *from = 0 ;
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    char const *name ;
    char const *script ;
    if (!strcmp(one->name, "FROM")) from = one ;
    script = shell_one_of(one->name, "ENTRYPOINT CMD") ? started_there(p, one->arguments) : 0 ;
    if (!from || one->stage != STAGE_OTHER || !script) continue ;
    name = strstr(from->arguments, " AS ") ? strstr(from->arguments, " AS ") : strstr(from->arguments, " as ") ;
    patching_note(p, pool_printf(p->pool, "TODO: another stage%s%s (from line %u on) starts %s, too, and stays as it is, as the patch changes the last stage alone: "
      "if that one is shipped (docker build --target), put it last in the Dockerfile, and migrate again", name ? ", " : "", name ? name + 4 : "", from->first, script)) ;
  }
}

/* COPY supervisord.conf in a stage that the last one is made from. */
static int copies_input (struct patching const *p, struct instruction const *one)
{
  struct copying const *copying = one->copying ;
  if (!shell_one_of(one->name, "COPY ADD")) return 0 ;
  for (struct text const *source = copying->from_stage ? 0 : copying->sources.first ; source ; source = source->next)
    if (!strcmp(shell_basename(source->text), p->input)) return 1 ;
  return 0 ;
}

void note_base (struct patching *p)
{
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
    if (one->stage == STAGE_BASE && copies_input(p, one))
      patching_note(p, pool_printf(p->pool, "%s: the %s of %s is in another stage than the last, which alone the patch changes: take it out, if no other stage needs it", patching_place(p, one), one->name, p->input)) ;
}
