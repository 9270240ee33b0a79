/* Statements that have others in them: walk.c walks those; the files here do what comes before
   and after each part. */

#ifndef REEVE_MIGRATE_BRANCHING_H
#define REEVE_MIGRATE_BRANCHING_H

#include "migrate/analysis.h"

/* ---- branches.c ---- */

/* What a branch adds, and its end takes away again. */
struct branch_state
{
  struct texts conditions ;
  struct service *last ; /* the last one that a branch around it had started */
  struct service *started ; /* the last one before it */
  struct service *before ; /* the last of all before it */
  struct texts ready ;
} ;
extern void enter_branch (struct analysis *a, struct branch_state *state, char const *condition) ;
extern void leave_branch (struct analysis *a, struct branch_state const *state) ;
/* The same; `condition`, if not 0, is what has to fail for what comes behind a branch that became
   a program, given what holds already. */
extern void leave_branch_of (struct analysis *a, struct branch_state const *state, char const *condition) ;
extern char const *negated (struct pool *pool, char const *condition) ;
extern struct claim *claim_branch (struct analysis *a, struct statement const *statement) ; /* what no part of it has claimed */

struct branching /* through if or case */
{
  struct statement const *statement ;
  struct branch_state state ;
  struct texts conditions ; /* of the branches before */
  char const *patterns ; /* of the branches before */
  struct texts otherwise ; /* as it was before all */
  struct texts excluded ; /* what the branches have added to it: for what comes behind all */
  struct service *last ; /* the last one in the background before all */
  struct texts lasts ; /* and in each of the branches */
  int all_replaced ; /* so far, each branch became a program */
  uint32_t outer ; /* waited_line before all */
  uint32_t waited ; /* in one of them */
} ;
extern void begin_branches (struct analysis *a, struct statement const *statement, struct branching *branching) ;
extern void begin_branch (struct analysis *a, struct branching *branching, struct branch const *branch) ;
extern void end_branch (struct analysis *a, struct branching *branching, struct branch const *branch) ;
extern void end_branches (struct analysis *a, struct branching const *branching) ;

/* Asks, where a case goes on to further branches, for their conditions. */
extern void mark_fallthrough (struct analysis *a, struct statement *statement) ;

/* ---- rounds.c ---- */
struct looping /* over the words of `for`: once for each, or once for all where they are not known */
{
  struct statement const *statement ;
  int known ;
  char const *count ; /* of the instances of a template, which its services become; 0: they do not */
  struct text const *value ; /* of this round */
  unsigned int round ;
  struct placed const *positional ; /* these as they were before */
  char const *suffix ;
  struct service *last ;
  unsigned int nsetup ;
} ;
extern void begin_loop (struct analysis *a, struct statement const *statement, struct looping *loop) ;
extern int next_round (struct analysis *a, struct looping *loop) ; /* 0: there is none */
extern void end_loop (struct analysis *a, struct looping const *loop) ;

/* ---- calls.c ---- */
struct calling /* a function that starts something */
{
  struct statement *statement ;
  struct function *function ;
  struct statement *body ; /* to be walked; 0: the call has become a service as it is */
  struct placed const *positional ; /* these as they were before */
  struct service *before ;
} ;
extern int begin_call (struct analysis *a, struct statement *statement, struct calling *call) ; /* 0: it is no such call */
extern void end_call (struct analysis *a, struct calling const *call) ;

/* ---- and_or.c: what is behind `start A &&` ---- */
struct behind
{
  struct branch_state state ;
  int in_branch ;
  struct service *last ; /* before it */
  struct texts outer ; /* `ready` as it was before */
  struct texts ready ; /* as it begins with */
  struct texts names ; /* of the services that A has started */
} ;
extern void begin_behind (struct analysis *a, struct service *before, struct behind *behind) ; /* before: the last service before A */
extern void end_behind (struct analysis *a, struct statement const *statement, struct behind const *behind) ;

extern int is_work (struct analysis *a, struct statement *statement) ; /* migrate && exec server: work that comes first */

/* [ -f x ] && sh x, and perhaps || /bin/bash */
struct alternatives
{
  char const *condition ;
  struct statement *program ;
  struct statement *other ; /* 0: there is none */
} ;
extern int find_alternatives (struct analysis *a, struct statement *statement, struct alternatives *these) ; /* 0: it is no such thing */
/* Behind the program, when there is no other one: `before` is the last service before it. */
extern void end_or_run (struct analysis *a, struct statement *statement, struct alternatives const *these, struct service *before) ;

/* ---- scopes.c ---- */
struct scope
{
  unsigned int first ; /* the first piece in it */
  unsigned int nsetup ;
  struct claim *claim ; /* of its redirections; 0: it has none */
} ;
extern void begin_scope (struct analysis *a, struct statement const *statement, struct scope *scope) ;
extern void end_scope (struct analysis *a, struct statement const *statement, struct scope const *scope) ;

/* ---- values.c ---- */
/* From here on, `text` sets $1, ... or a loop's variable, inside of `outer`. */
extern void place_values (struct analysis *a, struct placed const *outer, char const *text) ;
/* $name as a whole word has this value in the list, for names and tables; the text stays. 0: it is not known any more. */
extern void set_values (struct analysis *a, struct statement *list, char const *name, char const *value) ;

#endif
