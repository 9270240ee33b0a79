/* A shell script as a plain tree of statements, made from the grammar's tree. It knows nothing
   about services. */

#ifndef REEVE_MIGRATE_SHELL_H
#define REEVE_MIGRATE_SHELL_H

#include "migrate/text/source.h"

enum statement_kind
{
  STATEMENT_COMMAND, /* words; maybe assignments before them */
  STATEMENT_ASSIGNMENT, /* A=1 B=2 */
  STATEMENT_DECLARATION, /* export, local, declare, readonly, unset */
  STATEMENT_TEST, /* [ ... ], [[ ... ]], (( ... )) */
  STATEMENT_NOT, /* ! body */
  STATEMENT_AND, /* body && body->next */
  STATEMENT_OR, /* body || body->next */
  STATEMENT_PIPELINE, /* body | body->next | ... */
  STATEMENT_GROUP, /* { body } */
  STATEMENT_SUBSHELL, /* ( body ) */
  STATEMENT_FUNCTION, /* name() body */
  STATEMENT_IF, /* branches; an else has no condition */
  STATEMENT_CASE, /* branches; their patterns are texts */
  STATEMENT_LOOP, /* while (or until) branches->condition; do branches->body */
  STATEMENT_FOR, /* for name in words; do branches->body; also select, for (( )) without words */
  STATEMENT_COMMENT,
  STATEMENT_DAMAGED, /* the grammar found no sense in it */
  STATEMENT_OTHER
} ;

struct word
{
  struct range range ;
  char const *raw ; /* as it is written */
  char const *value ; /* without quotes; 0 if the shell would expand something in it */
  char const *path ; /* without a value, but with a constant name behind the last slash: $BIN/pg_ctl, without double quotes; else 0 */
} ;

struct redirect
{
  struct range range ;
  char const *raw ;
  char const *target ; /* the word, raw; "" for a here-document */
  int is_output ;
} ;

struct statement ;
struct branch
{
  struct range head ; /* `if CONDITION; then`, `else`, `PATTERN)` */
  struct statement *condition ;
  struct range condition_range ;
  char const *asked ; /* the question for its answer, where the setup alone asks the condition; 0: it is asked wherever it counts */
  char const *pattern ; /* of a case, raw */
  struct statement *body ;
  struct branch *next ;
} ;

struct statement
{
  enum statement_kind kind ;
  struct source *source ; /* that its ranges are of; 0: it stands in no text, but for something */
  struct range range ; /* with its redirections, without the `&` or `;` after it */
  struct range core ; /* without the redirections after it */
  int background ; /* `&` follows */
  int until ; /* of a loop */
  int is_interruptible ; /* of a sleep: sleep 5 & wait $!, which is one statement */
  int assigns ; /* of a test: ((A = 3)) */
  int keeps_status ; /* of an assignment: it says how what is ahead has ended, though by another word than $?: server || RC=1 */
  int damaged ; /* the parser does not understand it, or a part of it */
  char const *name ; /* of a function, of a for's variable, or of the one that an interruptible sleep's pid is kept in; "" */
  struct word *words ;
  unsigned int nwords ;
  unsigned int words_room ; /* how many fit */
  struct word *assignments ;
  unsigned int nassignments ;
  struct redirect *redirects ;
  unsigned int nredirects ;
  struct texts programs ; /* programs that its words run in $( ), ` ` and <( ): basenames */
  int substitutes_to_file ; /* what one of these prints goes to a file: eval $(printenv >>FILE) */
  int is_start ; /* for starts_later(): 1 yes, -1 no, 0 not asked yet */
  int words_work ; /* for words_work(): the same */
  struct statement *body ;
  struct statement *comments ; /* between the parts of &&, || and | */
  struct branch *branches ;
  struct statement *next ;
} ;

/* Parses the source. Returns the first statement, 0 if there is none. All memory belongs to the
   source's pool. Exits 111 if the parser cannot be made. */
extern struct statement *shell_parse (struct source *source) ;
/* The same for shell code in a word (of a trap, of `sh -c`). Ranges are those of `code`. */
extern struct statement *shell_parse_text (struct pool *pool, struct source *code, char const *text) ;
/* [ 2 -lt 1 ], true: does the condition hold? -1: not all of its words are plain. */
extern int constant_truth (struct source *source, struct statement const *condition) ;
/* [ $A -ne 0], [ $A==b ], PORT = 80: what is wrong with how a command or a test is written; 0: nothing. *truth: whether it
   holds all the same, -1: it may. */
extern char const *miswritten (struct source const *source, struct statement const *statement, int *truth) ;

/* The text of a word without its quotes; 0 if the shell would expand something in it. */
extern char const *shell_unquote (struct pool *pool, char const *raw) ;
extern char const *shell_without_quotes (struct pool *pool, char const *raw) ; /* the same; what is expanded in it stays */
/* `text` quoted for a shell, if it has to be. */
extern char const *shell_quote (struct pool *pool, char const *text) ;

/* Is `text` one of the names, a list with blanks between them? */
extern int shell_one_of (char const *text, char const *names) ;
/* Does `name` occur in `text` as an identifier of its own? */
extern int shell_mentions (char const *text, char const *name) ;
/* The next file in `text` that a shell reads by `.` or source: where its name begins; 0: none. */
extern char const *shell_read_file (char const *text) ;
/* Shell code with blanks in place of its comments. */
extern char const *shell_uncommented (struct pool *pool, char const *text) ;
extern char const *source_uncommented (struct source *source) ; /* the same of a script's text */
/* The number at the beginning of `text`, 0 to `max`; 0 also if there is none. *end, if not 0, is
   set to the byte after it. */
extern unsigned int shell_number (char const *text, unsigned int max, char const **end) ;
/* What exit WORD means: -1 is 255. 0: it is no number. */
extern char const *shell_exit_code (struct pool *pool, char const *word) ;
extern char const *shell_basename (char const *path) ;
/* The value of word `i`; "" if there is none, or it is not known. */
extern char const *statement_word (struct statement const *statement, unsigned int i) ;
/* The command's name without folders; "" if it is none. What only asks for processes as pgrep does is called so: pkill -0. A program of the image that is called like a word of the
   shell keeps its folder: bin/jobs, /wait. */
extern char const *statement_command (struct statement const *statement) ;
/* The same of a system's program; "" of one that is only called so: /sync/sync. */
extern char const *statement_utility (struct statement const *statement) ;
static inline int is_and_or (struct statement const *statement) /* A && B, or A || B */
{
  return statement->kind == STATEMENT_AND || statement->kind == STATEMENT_OR ;
}
extern struct statement *statement_last (struct statement const *list) ; /* 0: the list is empty */
extern int branch_is_else (struct branch const *branch) ; /* an else, or a case's *) */
extern struct branch *statement_else (struct statement const *statement) ; /* of if and case; 0: there is none */
/* Of a shell, word `first`, what comes behind its options: a file, or, if *is_code, the code of -c: sh -eu FILE,
   bash -e -o pipefail -c CODE. 0: it is no shell, or nothing comes. */
extern unsigned int statement_of_shell (struct statement const *statement, unsigned int first, int *is_code) ;
/* The first of the words that `set` makes the script's arguments, which may be none: set -- A, set A, set -e -- A.
   0: it sets only options. */
extern unsigned int statement_sets_arguments (struct statement const *statement) ;
extern int statement_sleeps_for_ever (struct statement const *statement) ; /* sleep infinity, sleep 365d */
extern int statement_sleeps_days (struct statement const *statement) ; /* sleep 86400, sleep 1d: for ever too, but what a loop has behind it runs */
/* Behind a start in the background, does what comes next wait for that: wait $!, PID=$! and wait $PID, wait $! || exit?
   is_alone: `wait` does so, too. Returns the statement, 0: it does not. */
extern struct statement *statement_waiting_next (struct source *source, struct statement *next, int is_alone) ;
/* Is what it does not seen behind it? It has a shell of its own, or is only defined there. */
extern int statement_is_apart (struct statement const *statement) ;

/* Has an interpreter as in a #! line the option -e? */
extern int shell_has_errexit (char const *interpreter) ;
/* 1: set -e, -1: set +e, 0: neither. */
extern int statement_sets_errexit (struct statement const *statement) ;
/* Does the script end where the statement's last command, in each of its branches, fails? The failure of A in A && B
   ends nothing, and yet it is the code of both. */
extern int statement_decides (struct statement const *statement, int errexit) ;
/* Does a script, when its last command fails, end with that? With set -e, or by `|| exit`. 0 also where it is not known. */
extern int shell_last_decides (struct pool *pool, char const *interpreter, char const *text) ;

/* Calls `visit` for the statement and all statements inside it. Stops when visit returns another
   value than 0, and returns that value. */
typedef int statement_visit (struct statement *statement, void *data) ;
extern int statement_walk (struct statement *statement, statement_visit *visit, void *data) ;
extern int statement_walk_here (struct statement *statement, statement_visit *visit, void *data) ; /* the same, but not into what is apart */
extern struct statement *uncommented_first (struct statement const *list) ; /* that is no comment; 0: there is none */
extern struct statement *uncommented_last (struct statement const *list) ;
extern statement_visit statement_exits ; /* exit */
extern int statement_has (struct statement *statement, char const *commands) ; /* is one of these commands in it? Names with blanks between them */
extern statement_visit statement_returns ; /* return */
extern statement_visit statement_is_background ; /* & */
extern statement_visit sets_positional ; /* does it change the arguments? set -- WORDS, shift */

#endif
