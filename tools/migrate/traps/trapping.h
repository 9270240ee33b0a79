/* The trap that is being applied: what traps.c, trapcode.c and trapkill.c share. */

#ifndef REEVE_MIGRATE_TRAPPING_H
#define REEVE_MIGRATE_TRAPPING_H

#include "migrate/facts/analysis.h"

struct trap_call /* of a function whose body is looked at */
{
  struct statement const *statement ;
  struct texts lines ; /* that make its words $1, $2, ...: set -- WORDS, and what its body does to them: shift */
  struct trap_call *outer ; /* of the function that it is in; 0: the trap's own code */
} ;

/* What $? is in the trap */
enum trap_behind { BEHIND_NOTHING, BEHIND_WORK /* which finish does */, BEHIND_ANOTHER } ;

struct trap_set /* variables that it has set */
{
  char const *text ;
  struct texts names ;
  enum trap_behind behind ;
  int is_for_all ; /* programs may ask for it: export */
  int is_done ; /* finish sets it */
  struct trap_set *ahead ; /* what was set before */
} ;

struct trapping
{
  struct analysis *a ;
  struct trap *trap ;
  struct claim *claim ;
  struct source *text ; /* what the statements that are looked at are in: the trap's code, or the script for a function's */
  struct trap_call *call ; /* 0: the trap's own code is looked at */
  unsigned int calls ; /* that have been followed */
  char const *killed ; /* the last process that it sent a signal to; 0: none yet */
  struct texts killed_services ; /* those that got one since it last waited */
  int waited ; /* it has waited since then */
  struct statement const *fallback ; /* the right side of the || that was looked at last */
  int is_fallback ; /* the signal is sent there: the one ahead of it has failed */
  int kills ;
  int kills_plainly ; /* by a kill whose failure is the shell's: not kill ... || true */
  int works ;
  int reloads ; /* the trap is not for the end: HUP */
  int is_exit ; /* it is for the script's own end alone */
  char const *code ; /* another code than 0, with which it ended the script; 0: none */
  struct texts signalled ; /* services that it sent a signal to */
  struct texts told_to_end ; /* those that got one at which a program ends, and not KILL */
  int all_signalled ; /* or it may have told any service */
  struct trap_set *sets ; /* the last one first */
  enum trap_behind behind ; /* of the statement that is looked at */
  char const *work ; /* the last work that moved to finish; 0: none */
  struct texts stays ; /* statements that stay with a loop */
  struct texts jobs ; /* variables that hold the pids of all: $(jobs -p) */
  char const *early ; /* work before the first signal that may need a service; 0: none */
  char const *pause ; /* a sleep before the first signal; 0: none */
} ;

/* ---- trapcode.c ---- */
/* Each statement of a trap: signals become down-signal, the rest finish. */
extern void apply_list (struct trapping *t, struct statement *list, struct source *text) ;
/* A TODO for what came ahead of the signals, or in place of them: it may talk to what is to end. */
extern void mark_early (struct trapping *t) ;
extern void tell_code (struct trapping *t) ; /* docker stop ends the container with another code now */

/* ---- trapwork.c ---- */
extern void note_trap_set (struct trapping *t, struct statement const *statement) ; /* an assignment or a declaration */
/* Work that finish does. `body`: of the function that it calls, which is kept as it is; 0: it is looked into, or none is called. */
extern void finish_later (struct trapping *t, struct statement *one, struct statement const *body, char const *text) ;

/* ---- stopcommand.c ---- */
extern int stops_something (struct statement const *statement) ; /* by its name, or a word: stop.sh, app stop */
extern int apply_stop (struct trapping *t, struct statement *plain) ; /* a command that stops a program: the services get the signal that means the same; 0: it is none */
extern int apply_reload (struct trapping *t, struct statement *statement) ; /* the same of nginx -s reload, for HUP and the like */

/* ---- flags.c ---- */
extern void keep_with_loops (struct trapping *t, struct statement *first, struct source *code) ; /* what it did to a working loop is in that one's run */

/* ---- trapkill.c ---- */
extern int asks_for_killed (struct trapping *t, struct statement const *question) ; /* kill -0, of one that it has told to end since it last waited */
/* kill A; wait; kill B: one after the other. */
extern void note_order (struct trapping *t, struct statement const *statement) ;
extern void set_signals (struct trapping *t, struct statement const *kill) ;
extern void set_signal (struct trapping *t, struct service *service, char const *signal) ; /* either may be 0 */
extern void tell_signals (struct trapping *t) ; /* which services got which: into the claim, once all are known */

#endif
