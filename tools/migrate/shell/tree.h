/* Reading the grammar's tree into statements: what shell.c and words.c share. */

#ifndef REEVE_MIGRATE_TREE_H
#define REEVE_MIGRATE_TREE_H

#include <string.h>

#include <tree_sitter/api.h>

#include "migrate/shell/shell.h"

#define DEPTH_MAX 100 /* deeper statements stay text */

struct reader
{
  struct source *source ;
  unsigned int depth ;
  unsigned int loops ; /* around what is being read */
} ;

static inline struct range range_of (TSNode node)
{
  return (struct range){ ts_node_start_byte(node), ts_node_end_byte(node) } ;
}

static inline int is (TSNode node, char const *type)
{
  return !strcmp(ts_node_type(node), type) ;
}

static inline TSNode field_of (TSNode node, char const *field)
{
  return ts_node_child_by_field_name(node, field, (uint32_t)strlen(field)) ;
}

/* ---- children.c ---- All children of a node: ts_node_child() goes through those ahead of the child each time. */
struct children
{
  TSNode *list ;
  uint32_t n ;
} ;
extern struct children children_of (struct pool *pool, TSNode node) ;

extern struct word read_word (struct reader *reader, TSNode node) ;
/* The words, assignments and redirections of a command, a declaration or a for. */
extern void read_words (struct reader *reader, TSNode node, struct statement *statement) ;
/* The programs in the substitutions of a statement without parts. */
extern void read_programs (struct reader *reader, TSNode node, struct statement *statement, unsigned int depth) ;
/* Adds the redirections after a statement. */
extern void read_redirected (struct reader *reader, TSNode node, struct statement *statement) ;
/* `a && b >x`: for the grammar the redirection belongs to the whole, for the shell to b. */
extern void push_redirects (struct pool *pool, struct statement *statement) ;

/* options.c: those of a builtin each in a word of its own, where the words are asked for them. */
extern void read_options (struct pool *pool, struct statement *statement) ;

/* precedence.c: the grammar reads a | b && c as a | { b && c; }, and ! a | b as { ! a; } | b. This
   changes the pipeline to a list, or a negation, as the shell reads it. */
extern void pipeline_binds (struct pool *pool, struct statement *statement) ;

/* constant.c: a loop whose condition is the same for ever (while [ 1 -eq 1 ], until false, for ((;;)))
   becomes while true. */
extern void read_endless (struct source *source, struct statement *loop) ;

/* evaluated.c: makes blanks of `eval` and its quotes where the text behind it is constant, in the source
   and in `text`, which the grammar reads. Returns 1 if there was such a command. */
extern int without_eval (struct source *source, char *text, struct statement const *first) ;

/* plainwords.c: changes the text for the grammar, which does not take every word in every place. */
extern void with_plain_words (char *text) ;
extern void without_disown (struct source *source, char *text) ;

/* lineends.c: ends commands whose words the grammar has taken from several lines, in `text`, which it reads.
   Returns 1 if there are any. */
extern int without_run_on (struct pool *pool, char *text, TSNode node, unsigned int depth) ;

/* pauses.c: makes one statement of sleep 5 & wait $!. In a loop, `wait` alone is that, too, behind nothing else in the
   background there, and so it is in the script itself, where nothing has been started yet. Returns the list. */
extern struct statement *join_pauses (struct source *source, struct statement *list, unsigned int loops, int is_script) ;

/* ---- joined.c ---- */
/* Ends lines with several redirections or assignments and no command, in `text`, the copy of the source that was parsed. Returns 1 if there are any. */
extern int without_joined (struct source const *source, char *text, struct statement const *first) ;

#endif
