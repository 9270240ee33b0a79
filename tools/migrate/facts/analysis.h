/* From a script's statements to a plan: the state of the walk. The analysis only reads its
   arguments, and executes nothing.

   script/walk.c goes through the statements in order. The statements before the first start are
   the setup. The statements after it are tasks between services, or loops that wait for a
   service. A statement that applies to later ones (variables, cd, functions, ...) becomes a
   piece: each service that needs the piece repeats it. */

#ifndef REEVE_MIGRATE_ANALYSIS_H
#define REEVE_MIGRATE_ANALYSIS_H

#include "migrate/command/command.h"
#include "migrate/command/configured.h"
#include "migrate/facts/known.h"
#include "migrate/plan/plan.h"

#define CALL_DEPTH_MAX 20 /* of functions that call each other, where each call is looked into anew */

struct function
{
  char const *name ;
  struct statement *statement ;
  struct piece *piece ;
  int starts[2] ; /* something; [1]: `wait` does not count */
  int asks ; /* does it look at its own words? the last answer */
  unsigned int asked ; /* the last question that looked into it, of a kind that looks into each function once */
  int prints ; /* and does nothing else: 1 yes, -1 no, or just being asked; 0: not asked yet */
  int repeatable ; /* by each service: 1 yes, -1 no, or just being asked; 0: not asked yet */
  int walked ; /* its body has been walked, because it starts something, or it is not needed any more */
  struct function *next ;
} ;

/* What holds the pid of a service: P=$!, an element of an array, a file. A name with
   several pids has an entry for each. */
struct pid_variable
{
  char const *name ;
  char const *key ; /* of the element; 0: the name is not an array */
  int is_file ; /* the name is that of a file */
  int is_instead ; /* where its branch was taken, the name holds this one in place of those before it */
  unsigned int npieces ; /* how many of the plan's pieces came before it */
  struct service *service ;
  struct pid_variable *next ;
} ;

/* A variable that the script has set, and its value if the image's CMD, or the round of a loop, decides it. */
struct known
{
  char const *name ;
  char const *value ; /* 0: not known */
  int of_round ;
  char const *constant ; /* that the script gives it; 0: it is none */
  struct known *next ;
} ;

/* The statements that are still to be walked, from the innermost list outwards. */
struct frame
{
  struct statement *statement ; /* the one that is being walked; 0: none of a list */
  struct statement *rest ;
  int behind_and ; /* the rest only runs where what is walked has succeeded */
  struct frame *up ;
} ;

/* A statement of a branch, or of a task. Its file is not decided yet. */
struct held
{
  struct statement *statement ;
  struct claim *claim ;
  unsigned int npieces ; /* how many of the plan's pieces came before it */
  int must_succeed ; /* it is ahead of && */
  int looks ; /* it takes the status of the statement ahead of it, or ends the script by that */
  int decides ; /* of a task: the script ended when it failed */
  char const *under ; /* the conditions of the branch that it stands in; "": it stands in none */
  struct held *next ;
} ;

/* The last loop that waited: later statements may ask for its result. */
struct awaited
{
  struct service *service ; /* 0: there is none */
  struct claim *claim ;
  struct texts names ; /* variables that the loop sets */
  unsigned long limit_ms ; /* 0: no limit */
  int gives_up ; /* after the limit the script ended */
} ;

struct trap
{
  struct statement *statement ;
  char const *code ; /* shell code, raw */
  char const *signals ; /* " TERM INT ": those that it still has at the script's end */
  char const *all ; /* those that it had first */
  uint32_t line ;
  struct claim *claim ; /* of the call of a function that sets it; 0: it is the statement's own */
  struct claim *own ; /* the statement's; 0: that of the call */
  int is_call ; /* no trap: a call at the script's end, which did what such a trap does */
  uint32_t replaced_line ; /* where another trap took the last of them; 0: it has some */
  struct service const *after ; /* the last service that the script had started when it came to the trap; 0: none */
  struct service place ; /* where it is: place_here() */
  struct trap *next ;
} ;

struct definition ;
struct ending ;
struct exporting ;

struct analysis
{
  struct plan *plan ;
  struct source *source ;
  struct pool *pool ;
  struct function *functions ;
  struct definition *definitions ; /* of the files that are read */
  struct source const *defined_in ; /* where these files are read: `source`, then; 0: that is not known yet */
  struct pid_variable *pids ;
  struct texts pause_pids ; /* variables with the pid of an interruptible sleep */
  struct texts told_to_end ; /* services that the script has sent an ending signal, behind all starts so far */
  struct trap *traps ;
  struct ending *endings ; /* where the script ended behind the waiting */
  int end_is_told ; /* somewhere is said what the container's end is where no service is main, or which one may have to be main */
  int end_is_forgiven ; /* a failure of what is main did not end it: wait || true */
  int failure_ends ; /* it did, also without set -e: server || exit 1 */
  int failure_is_told ; /* the same by what stands behind it: server; [ $? -eq 0 ] || exit 1 */
  struct texts ready ; /* services that later ones depend on */
  struct awaited awaited ;
  struct texts conditions ; /* of the branch that is being walked */
  struct texts places ; /* the branches that are being walked: place_of() */
  unsigned int nasked ; /* conditions that the setup asks for all */
  struct texts asked_again ; /* conditions behind a start, the answers to which the script changes */
  unsigned int nbranchings ; /* how many of these have been walked, or begun */
  struct texts otherwise ; /* what holds for all later statements: where it does not, the script became a program */
  int branch_replaced ; /* the branch that is being walked became a program */
  struct frame const *here ; /* of the list that is being walked */
  struct held *pending ; /* statements of that branch, for its next service */
  struct held *remarks ; /* comments, for the next statement */
  struct service *last ; /* the last service in the background */
  struct texts last_or ; /* $! may also be the pid of these, which other branches started */
  struct service *last_or_of ; /* `last_or` holds only while this is `last` */
  int last_is_idle ; /* a later process only keeps the container alive: $! is its pid */
  int has_idle ; /* there is such a process: `wait` never ends */
  struct service *task ; /* the task that further statements are added to; 0: none */
  struct held *task_statements ;
  struct exporting *exporting ; /* what exports variables while it works */
  struct placed const *positional ; /* sets $1, ... in the function that is being walked; 0: nothing does */
  struct texts user ; /* reeve-exec's options, if the script started itself again as another user */
  char const *again_if ; /* beside being root, what it did that on; 0: nothing else */
  int again_as_root ; /* it did that only as root */
  int again_in_branch ; /* it did that in the branch that is being walked */
  struct claim *again ; /* of that statement; 0: it did not */
  unsigned int again_nsetup ; /* how many items of the setup came before it */
  uint32_t messages_line ; /* of the first of the messages that follow each other, the last of which */
  uint32_t messages_end ; /* ends here; 0: there is none */
  uint32_t waited_line ; /* where the script waits for the end; 0: not yet */
  char const *on_success ; /* what finish asks ahead of the work that && has behind a server in the foreground; 0: there is no && */
  uint32_t foreground_line ; /* `waited_line`, where that is a server in the foreground, and more statements follow; 0: it is not */
  uint32_t idle_line ; /* `waited_line`, where that only kept the container alive, and may end: tail -f of a file that is not there; 0: it does not */
  uint32_t stuck_line ; /* of a command in the foreground that never ends, and only keeps the container alive: until then no trap runs; 0: none */
  char const *waited_name ; /* of the services that the last wait was for; 0: it named none */
  struct texts ended_with ; /* the services whose end the script waited for, or watched, up to `waited_line` */
  struct claim *ended_claim ; /* of that statement */
  char const *ended_where ; /* the conditions that it was under */
  int zero_is_told ; /* behind the wait the script ended with 0 where what is main had done so */
  int ended_in_exit ; /* the script may have exited behind it */
  int waited_in_branch ; /* it waits in a branch that may not be taken */
  struct texts branch_waits ; /* the lines in branches from which on it waits, with their conditions */
  int waits_always ; /* it waits outside of branches, too */
  uint32_t replaced_line ; /* of the `exec` or `exit` after which nothing runs; 0: none */
  char const *replaced_if ; /* work ahead of that && exec: where it fails, the script goes on; 0: there is none */
  int exited ; /* it is an `exit` */
  int stays ; /* there it stays in a server in each branch: what follows and starts nothing ran at their end */
  struct service *branch_last ; /* `last` at the beginning of the branch */
  char const *suffix ; /* for the names of services that a loop starts; "" outside of loops */
  int lastpipe ; /* does the shell itself run the last part of a pipeline? 1 yes, -1 no; 0: not asked yet */
  int job_control ; /* set -m: 1 yes, -1 no; 0: not asked yet */
  struct texts unknown_loops ; /* variables of loops over values that are not known */
  char const *template ; /* how many instances of each service a loop starts; 0 outside of loops */
  int in_function ;
  int in_call ; /* run is being written from a function's body */
  struct texts status_names ; /* variables that hold $? of a start */
  struct texts status_texts ; /* variables that were made of one, behind the wait: MESSAGE="ended: $code" */
  unsigned int depth ;
  int sets_errexit ; /* somewhere, at least */
  int errexit ; /* set -e is in force where the walk is: what fails there ends the script */
  int or_ends ; /* what is walked stands ahead of || exit, or in a question whose failure ends the script */
  struct texts waited_tasks ; /* what the last `wait` made tasks of */
  int is_beside ; /* the walk is in a shell in the background: no failure there ends the script */
  int ends_waiting ; /* a failure of what it waited for, the last time, ended the script by set -e */
  int task_must_succeed ; /* the script ends if the task fails */
  struct known *known ; /* the latest first */
  char const *const *arguments ; /* "$@" here, ended by 0: CMD's words, or what `set --` made of them; 0: not known */
  int sets_arguments ; /* `set --` has replaced the image's CMD by words of its own */
  int with_constants ; /* a value may also be a constant of the script */
  int as_root ; /* questions whether it runs as root have that answer */
  char const *const *anew ; /* the words with which the script starts itself again, and is read again; 0: it does not */
  char const *anew_words ; /* the same as a text, once it is read again; 0: it is read as the image starts it */
  int arguments_put ; /* CMD's words are in a run in place of "$@" */
  int loses_arguments ; /* the same, perhaps only in a branch */
  int shifted ; /* `shift` or `set --` changed them to words that are not known */
  int dispatched ; /* CMD has decided a branch */
  int ended_by_cmd ; /* and the script ended in that branch, or became a program */
  int exports_all ; /* set -a */
  int without_waits ; /* 1: starts_something() ignores `wait` */
  int functions_known[2] ; /* is `starts` of all functions known? */
  unsigned int questions ; /* how many questions have looked into functions */
  int must_succeed ; /* if the statement fails, no later one runs */
} ;

#endif
