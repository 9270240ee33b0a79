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

int without_run_on (char *text, TSNode node, unsigned int depth)
{
  int has_words = is(node, "command") || is(node, "declaration_command") ;
  uint32_t n = depth > DEPTH_MAX ? 0 : ts_node_child_count(node) ;
  int found = 0 ;
  for (uint32_t i = 0 ; i < n ; i++)
  {
    TSNode child = ts_node_child(node, i) ;
    uint32_t end = has_words && i + 1 < n && !is(child, "comment") ? end_between(text, child, ts_node_child(node, i + 1)) : 0 ;
    if (end) text[end] = ';' ;
    if (end || without_run_on(text, child, depth + 1)) found = 1 ;
  }
  return found ;
}
