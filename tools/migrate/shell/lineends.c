/* In a function, a loop or braces the grammar takes `a | b | c`, a later line and its || for one command:
   the words of c go on in the next line. In its copy of the text c ends with a semicolon. */

#include "migrate/shell/tree.h"

/* Where a command ends between two of its words; 0: they are on one line, or a backslash joins their lines. */
static uint32_t end_between (char const *text, TSNode word, TSNode next)
{
  uint32_t end = ts_node_end_byte(word) ;
  uint32_t blanks = (uint32_t)strspn(text + end, " \t") ;
  if (is(next, "comment")) return blanks ? end : 0 ; /* ahead of the comment: it would hide a semicolon */
  return end + blanks < ts_node_start_byte(next) && text[end + blanks] == '\n' ? end + blanks : 0 ;
}

int without_run_on (struct pool *pool, char *text, TSNode node, unsigned int depth)
{
  int has_words = is(node, "command") || is(node, "declaration_command") ;
  struct children children = { 0 } ;
  int found = 0 ;
  if (depth <= DEPTH_MAX) children = children_of(pool, node) ;
  for (uint32_t i = 0 ; i < children.n ; i++)
  {
    TSNode child = children.list[i] ;
    uint32_t end = has_words && i + 1 < children.n && !is(child, "comment") ? end_between(text, child, children.list[i + 1]) : 0 ;
    if (end) text[end] = ';' ;
    if (end || without_run_on(pool, text, child, depth + 1)) found = 1 ;
  }
  return found ;
}
