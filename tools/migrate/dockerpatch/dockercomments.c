/* Comments that speak only of instructions that the patch takes out, or of what /init takes the place of. */

#include <ctype.h>
#include <string.h>

#include "migrate/command/procrunners.h"
#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/dockerpatch/patching.h"
#include "migrate/shell/shell.h"

#define WORD_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-"

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

/* A word of the comment, without what is around it. */
static char const *next_word (struct pool *pool, char const **text)
{
  char const *word ;
  size_t len ;
  *text += strcspn(*text, WORD_LETTERS) ;
  len = strspn(*text, WORD_LETTERS) ;
  word = shell_basename(pool_copy(pool, *text, len)) ;
  *text += len ;
  return pool_copy(pool, word, strlen(word) - (len && word[strlen(word) - 1] == '.')) ;
}

/* A program that /init takes the place of, or a file; not another word, which may be one of the comment's own. */
static int is_name (char const *word)
{
  return strchr(word, '.') || names_init(word) || procrunner_is(word) || !strcmp(word, "supervisord") ;
}

/* Do the lines name what the old ENTRYPOINT or CMD has, and the new one has not? supervisor counts as supervisord. */
static int names_what_goes (struct patching const *p, struct instruction const *one, uint32_t first)
{
  char const *new = texts_join(p->pool, &p->start->entrypoint, " ") ;
  if (patching_keeps_instead(p)) return 0 ;
  for (uint32_t line = first ; line < one->first ; line++)
  {
    char const *text = line_text(p, line) ;
    char const *word ;
    while (*(word = next_word(p->pool, &text)))
    {
      if (!strcasecmp(word, "supervisor")) word = "supervisord" ;
      if (is_name(word) && !shell_mentions(new, word) && (shell_mentions(one->arguments, word) || (p->start->script && !strcmp(word, p->start->script)))) return 1 ;
    }
  }
  return 0 ;
}

void remove_comments (struct patching *p)
{
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    uint32_t first = one->first ;
    int is_end = shell_one_of(one->name, "ENTRYPOINT CMD") ; /* /init comes there, perhaps */
    if (one->stage != STAGE_LAST || (!is_end && !patching_is_removed(p, one))) continue ;
    while (first > 1 && is_comment(p, first - 1)) first-- ;
    if (first < one->first && (patching_is_removed(p, one) ? all_go(p, one) : names_what_goes(p, one, first))) edit_add(p->pool, &p->edits, first, one->first - 1) ;
  }
}
