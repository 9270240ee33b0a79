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

/* A word of the comment, without what is around it; 0: there are no more. */
static char const *next_word (struct pool *pool, char const **text)
{
  char const *word ;
  size_t len ;
  do
  {
    *text += strcspn(*text, WORD_LETTERS) ;
    if (!**text) return 0 ;
    len = strspn(*text, WORD_LETTERS) ;
    word = shell_basename(pool_copy(pool, *text, len)) ;
    *text += len ;
    len = strlen(word) ;
  }
  while (!len) ; /* a / between words */
  return pool_copy(pool, word, len - (word[len - 1] == '.')) ;
}

/* A program that /init takes the place of, or a file; not another word, which may be one of the comment's own. */
static int is_name (char const *word)
{
  return strchr(word, '.') || names_init(word) || procrunner_is(word) || !strcmp(word, "supervisord") ;
}

/* Do the lines from `first` up to `end` name what the old ENTRYPOINT or CMD has, and the new one has not? supervisor counts as supervisord. */
static int names_what_goes (struct patching const *p, struct instruction const *one, uint32_t first, uint32_t end)
{
  char const *new = texts_join(p->pool, &p->start->entrypoint, " ") ;
  for (uint32_t line = first ; line < end ; line++)
  {
    char const *text = line_text(p, line) ;
    char const *word ;
    while ((word = next_word(p->pool, &text)))
    {
      if (!strcasecmp(word, "supervisor") || !strcasecmp(word, "supervisord")) word = "supervisord" ;
      if (is_name(word) && !shell_mentions(new, word) && (shell_mentions(one->arguments, word) || (p->start->script && !strcmp(word, p->start->script)))) return 1 ;
    }
  }
  return 0 ;
}

static int is_empty (struct patching const *p, uint32_t line)
{
  char const *text = line_text(p, line) ;
  return !text[strspn(text, "# \t")] ;
}

#define GOES_ON "a an and as at by for from in into is of on or run runs start starts that the this to using via with"

/* Does a sentence without a full stop end with the text, before a line that begins like this? */
static int ends_plainly (struct patching const *p, char const *text, size_t len, char const *next)
{
  unsigned int nwords = 0 ;
  char const *last = "" ;
  if (strchr(",;:", text[len - 1]) || !isupper((unsigned char)*next)) return 0 ;
  for (char const *word ; text && (word = next_word(p->pool, &text)) ; nwords++) last = word ;
  return nwords > 3 && !shell_one_of(last, GOES_ON) ; /* fewer words are none, mostly: In the end */
}

/* Does a sentence end with the line, or is it between paragraphs, or ahead of a list's next point? */
static int is_break (struct patching const *p, uint32_t line)
{
  char const *text = line_text(p, line) ;
  char const *next = line_text(p, line + 1) ;
  size_t len = strlen(text) ;
  while (len && strchr(" \t", text[len - 1])) len-- ;
  next += strspn(next, "# \t") ;
  return is_empty(p, line) || strchr(".!?", text[len - 1]) || (*next && strchr("-*", *next)) || ends_plainly(p, text, len, next) ;
}

/* Above ENTRYPOINT or CMD: sentences that name what goes. */
static void remove_sentences (struct patching *p, struct instruction const *one, uint32_t first)
{
  if (patching_keeps_instead(p)) return ;
  for (uint32_t end ; first < one->first ; first = end)
  {
    end = first + 1 ;
    while (end < one->first && !is_break(p, end - 1)) end++ ;
    if (names_what_goes(p, one, first, end)) patching_edit(p, first, end - 1) ;
  }
}

void remove_comments (struct patching *p)
{
  for (struct instruction const *one = p->dockerfile->instructions ; one ; one = one->next)
  {
    uint32_t first = one->first ;
    uint32_t paragraph = one->first ;
    int is_end = shell_one_of(one->name, "ENTRYPOINT CMD") ; /* /init comes there, perhaps */
    if (one->stage != STAGE_LAST || (!is_end && !patching_is_removed(p, one))) continue ;
    while (first > 1 && is_comment(p, first - 1)) first-- ;
    while (paragraph > first && !is_empty(p, paragraph - 1)) paragraph-- ;
    if (!patching_is_removed(p, one)) remove_sentences(p, one, first) ;
    else if (paragraph < one->first && all_go(p, one)) patching_edit(p, paragraph, one->first - 1) ;
  }
}
