/* Comments that speak only of instructions that the patch takes out. */

#include <ctype.h>
#include <string.h>

#include "migrate/dockerpatch/patching.h"
#include "migrate/shell/shell.h"

static char const *line_text (struct patching const *p, uint32_t line)
{
  char const *text = source_copy(p->dockerfile->source, source_line_range(p->dockerfile->source, line)) ;
  return text + strspn(text, " \t") ;
}

/* A comment in words. One that is an instruction, which somebody may want back, is none. */
static int is_comment (struct patching const *p, uint32_t line)
{
  char const *text = line_text(p, line) ;
  size_t len ;
  if (*text != '#') return 0 ;
  text += strspn(text, "# \t") ;
  len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ;
  return !(len && isspace((unsigned char)text[len]) && shell_one_of(pool_copy(p->pool, text, len), "RUN COPY ADD ENV ARG CMD ENTRYPOINT USER WORKDIR EXPOSE VOLUME LABEL")) ;
}

/* Does the patch take out all instructions from this one to the next empty line, or comment? */
static int all_go (struct patching const *p, struct instruction const *one)
{
  for (; patching_is_removed(p, one) ; one = one->next)
    if (!one->next || one->next->first != one->last + 1) return 1 ;
  return 0 ;
}

void remove_comments (struct patching *p)
{
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    uint32_t first = one->first ;
    if (one->stage != STAGE_LAST || !patching_is_removed(p, one)) continue ;
    while (first > 1 && is_comment(p, first - 1)) first-- ;
    if (first < one->first && all_go(p, one)) edit_add(p->pool, &p->edits, first, one->first - 1) ;
  }
}
