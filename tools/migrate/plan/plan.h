/* The result of the migration before it is written: services, the scripts before and after
   them, mistakes. It is only data. The analysis of a script, of a supervisord.conf or of a
   Procfile makes it; render.h turns it into files. */

#ifndef REEVE_MIGRATE_PLAN_H
#define REEVE_MIGRATE_PLAN_H

#include "migrate/text/pool.h"
#include "migrate/text/source.h"

/* A line of run that is not a piece. It follows the first `npieces` pieces. */
struct placed
{
  char const *text ;
  unsigned int npieces ;
  struct placed const *outer ; /* the line before it */
} ;

/* Something that applies to each later service that needs it: a variable, a function, cd,
   umask, ulimit, options, redirections of everything. */
struct piece
{
  char const *text ;
  char const *names ; /* what it defines, with blanks between them and around them */
  int is_function ; /* only for services that call it; it has one name */
  int always ; /* for each service, not only for those that mention one of its names */
  int shared ; /* the cont-init.d script computes it once, and hands it on by name */
  int is_only_setup ; /* of one that is shared: no assignment or declaration, but work that sets variables */
  int tells_handing ; /* its claim says that it is handed on, if it still is at the end */
  int positional ; /* sets $1, $2, ...: only for services that mention them */
  unsigned int end ; /* only for services with at most that many pieces before them; 0: for all later ones */
  int in_setup ; /* the cont-init.d script has it, too */
  char const *under ; /* the conditions of the branch that it is in; 0: none */
  struct texts places ; /* the branches that it is in */
  struct placed const *placed ; /* the call or loop that it is in; 0: none */
  struct texts used ; /* files that have it in another form */
  char const *todo_of_several ; /* a TODO, unless just one file needs it; 0: none */
  char const *todo_of_readers ; /* the same if one has it; 0: nothing is to be said */
  int may_exit ; /* it may end the script, and no cont-init.d script does so: a TODO where a service that is not main has it */
  char const *became ; /* what became of it, where no file needs it; 0: nothing */
  struct comment *comments ; /* those right above it */
  struct claim *claim ;
} ;

struct comment
{
  char const *text ;
  struct claim *claim ;
  struct comment *next ;
} ;

struct setting
{
  char const *file ; /* in the service directory */
  char const *value ; /* "" for a flag */
  struct setting *next ;
} ;

/* $1 and $2 of finish: in its lines a $1 is the script's own argument. */
#define FINISH_CODE "$reeve_code"
#define FINISH_SIGNAL "$reeve_signal"

struct service
{
  char const *name ;
  char const *program ; /* the basename of what it runs; "" if not known */
  char const *text ; /* its command, as the input has it */
  uint32_t line ;
  unsigned int npieces ; /* how many of the plan's pieces came before it */
  struct placed const *positional ; /* sets $1, ... for it; 0: nothing does */
  struct texts conditions ; /* shell commands; if one fails, the service is not started */
  struct texts ended_where ; /* started on no condition: those under which the script waited for its end; "": none */
  struct texts ends ; /* lines of run that ask these, and end the container as the script ended where one fails; none: the container goes on */
  struct texts places ; /* the branches that it is in, and those that the script did not stay in: exclude.c */
  struct texts before ; /* lines of run before the command */
  struct texts run ; /* lines of run, before the program */
  struct texts user ; /* reeve-exec's options for what the script did as another user; none: it did not */
  char const *user_if ; /* only if this command succeeds; 0: always */
  struct texts again ; /* if run itself has to become that user: lines that say who it is, ahead of that */
  int runs_again ; /* it has to */
  char const *assignments ; /* A=1 B=2, only for the command; "" if none */
  struct texts options ; /* reeve-exec's */
  char const *command ; /* the program and arguments that run executes; 0: run is only the lines */
  char const *redirects ; /* the command's; "" if none */
  struct texts finish ; /* with FINISH_CODE and FINISH_SIGNAL for finish's own $1 and $2 */
  struct texts logger ; /* lines of log/run */
  char const *check ; /* a shell command that succeeds if it is ready; 0: none is known */
  char const *builtin ; /* the same as a built-in check of reeve-exec, tcp:PORT; 0: none */
  struct claim *check_claim ; /* of the statement that waited for it */
  char const *died ; /* how the script ended where it had died while it was waited for: exit 1; 0: it did not look */
  struct claim *slept ; /* of the sleep that gave it time; 0: none */
  unsigned int check_npieces ;
  struct placed const *check_positional ;
  struct texts dependencies ; /* names */
  struct texts needed ; /* tasks among them that it needs, though the script went on without: it was behind their && */
  struct texts assumed ; /* of a task: those of them that only came before it */
  struct texts optional ; /* those of them that only matter for the order; complete at the end */
  struct setting *settings ;
  int is_main ;
  int is_oneshot ;
  int is_sourced ; /* by its name, it is a function of a file that the script reads */
  int is_exec ; /* the script became it by exec */
  int is_apart ; /* nothing later waits for it: the script became a program after it (then it never runs together with later services), or it only shows logs */
  int gives_up ; /* the script gave up where it was not ready in time */
  int is_forgiven ; /* the script went on if it failed, or was not ready in time */
  char const *down_signal ; /* the signal that traps send it at the end; 0: not known */
  uint32_t down_line ; /* of the trap */
  char const *reload_signal ; /* that another trap sends it, to read its files again; 0: none */
  int must_succeed ; /* of a task, or a daemon: the script ended if it failed, or did not start */
  int failure_is_told ; /* of a daemon: what the script did when it did not start is told where it did that */
  int is_waited ; /* the script waited for its end */
  int is_daemon ; /* it put itself into the background when it was ready */
  int is_background ; /* `wait` may wait for it */
  int serves ; /* a known server: it does not end by itself */
  int is_job ; /* a task that the script had in the background */
  int is_several ; /* a loop whose rounds are not known started it */
  int is_leaving ; /* what the script started puts itself into the background */
  int is_seen_late ; /* the script looked for it only when another had ended, which is told where it did */
  char const *as_written ; /* its command without the words that keep it in the foreground, which it may not have twice; 0: as it is */
  int has_stayed ; /* the script waited for its end: it stayed in the foreground by itself */
  char const *ends_with ; /* those of a shell in the background that ended when all of them had; 0: it is in none */
  int may_leave ; /* nothing tells whether its program puts itself into the background: its words are those of the script */
  char const *trap ; /* the line of run that sets what its loop asks, to end it; 0: there is none */
  int watching_is_told ; /* a TODO says that it watches processes */
  int check_is_told ; /* a TODO says that nothing tells when it is ready */
  int without_signals ; /* a shell stays between the supervisor and the program */
  struct texts todo ;
  struct claim *claim ;
  struct service *next ;
} ;

struct mistake
{
  uint32_t line ;
  char const *text ;
  struct mistake *next ;
} ;

struct setup_item
{
  struct range range ; /* of the source, if text is 0 */
  char const *text ;
  struct placed const *placed ; /* the call or loop that it is in; 0: none */
  unsigned int npieces ; /* how many of the plan's pieces came before it; known where it is in one */
  int does_something ; /* it does more than the services repeat */
  struct claim *talk ; /* the claim of a comment, or of what only prints; 0: it is something else */
} ;

/* A file that a program of the image may read. */
struct configuration
{
  char const *path ; /* in the image */
  char const *text ;
  struct configuration *next ;
} ;

enum input_kind { INPUT_SCRIPT, INPUT_SUPERVISORD, INPUT_PROCFILE, INPUT_DOCKERFILE, INPUT_OTHER } ;

struct procrun ;
struct commandline ;
struct plan
{
  struct pool *pool ;
  struct source *source ;
  enum input_kind kind ;
  char const *script_name ; /* that the input has in the image; 0: not known */
  char const *script_path ; /* by which the image executes it, absolute; 0: not known */
  char const *script_real_path ; /* the same behind links */
  char const *taken ; /* what was taken as the input, of a Dockerfile; 0: the input is what was given */
  int is_of_package ; /* that is the configuration which supervisor's package has, of a text that is assumed */
  char const *setup_name ; /* of the scripts in cont-init.d and cont-finish.d */
  char const *shell ; /* the interpreter's line without #! */
  struct service *services ;
  struct piece *pieces ;
  unsigned int npieces ;
  unsigned int pieces_size ;
  struct setup_item *setup ;
  unsigned int nsetup ;
  unsigned int setup_size ;
  struct texts setup_todo ;
  struct mistake *mistakes ; /* by line */
  struct texts notes ; /* for the report, about the whole */
  char const *const *cmd ; /* the image's CMD, ended by 0; 0: not known */
  int goes_on ; /* the image does more when the input has ended, or does not execute it */
  char const *image_shell ; /* with which the image executes the input: bash, /bin/sh; 0: with that of its #!, or not known */
  int sh_is_bash ; /* the image's */
  char const *image_system ; /* debian, ubuntu, alpine, ...; 0: not known */
  unsigned int image_release ; /* 3.6 is 306 */
  int names_bash ; /* the Dockerfile does: perhaps that executes the input */
  int has_other_sh ; /* the image's sh is not dash, which has no `wait -n` */
  char const *cmd_code ; /* the script's arguments as the image's shell code has them, where only the shell knows them: "$ROLE"; 0: none */
  uint32_t lost_cmd ; /* the line of a CMD that the ENTRYPOINT, in shell form, does not get; 0: none */
  char const *shell_options ; /* options that the image gave its shell: -eux; 0: none */
  int under_init ; /* tini, or the like, was PID 1, and handed its signals on to the script */
  int init_signals_all ; /* and to all that it had started */
  char const *stop_signal ; /* the image's STOPSIGNAL, without SIG; 0: TERM */
  int is_given ; /* the words of docker run after the image were the input's arguments */
  struct procrun const *procrun ; /* how the image starts the processes of a Procfile; 0: not known */
  struct commandline const *commandline ; /* what the image tells supervisord; 0: not known */
  char const *procfile_source ; /* the name in the build context of the Procfile that they are read from; 0: not known */
  char const *prefix ; /* what the image put before the program that reads the input, for its environment: bundle exec; 0: nothing */
  int has_dockerfile ;
  int has_go_supervisord ; /* the image's supervisord is ochinchina's, which has options of its own */
  char const *console_told ; /* a line of the Dockerfile that speaks of the server's console; 0: none */
  struct texts image_values ; /* NAME=VALUE, of ENV; docker run may set others */
  struct texts image_runs ; /* the shell code of the image's RUNs */
  char const *image_user ; /* the image's USER; 0: root, or not known */
  char const *workdir ; /* the image's; 0: /init knows it */
  struct texts unread ; /* files that the input includes, and that were not found */
  int root ; /* the unpacked image; -1: there is none */
  int php_fpm_stays ; /* the same of php-fpm: images called ...:fpm are made so */
  int nginx_stays ; /* nginx's configuration in the image keeps it in the foreground */
  char const *nginx_unread ; /* that configuration, in the build context: it is not here; 0: it is, or there is none */
  struct configuration *configurations ; /* files of the build context that the image has */
  struct configuration *scripts ; /* shell scripts among them; without a Dockerfile, those beside the input, by their path from there */
  struct texts environment ; /* names of the variables that the image or the input exports */
  char const *code ; /* code that the image's shell executes before the script; 0: none */
  char const *code_where ; /* its place */
  struct source *code_source ; /* its account, once it has been walked */
  int code_must_succeed ; /* the script follows && */
  char const *code_shell ; /* that executed it */
  struct texts code_ready ; /* services of that code which it gave time, or waited for */
  char const *refused ; /* why nothing is written; 0: files are written */
} ;

extern void plan_init (struct plan *plan, struct source *source) ;

#define PLAN_SERVICES_MAX 100 /* no wrapper has more */

/* Adds a service at the end, with a name of its own that is made from `wanted`. Sets
   plan->refused if there are too many. */
extern struct service *plan_service (struct plan *plan, char const *wanted, uint32_t line) ;
extern struct service *plan_find (struct plan *plan, char const *name) ;
extern struct service *plan_last (struct plan const *plan) ; /* 0: there is none yet */
extern void service_set (struct plan *plan, struct service *service, char const *file, char const *value) ;
extern void service_unset (struct service *service, char const *file) ;
extern int service_has (struct service const *service, char const *file) ; /* is it set? */
/* The service becomes a template, NAME@, of which `count` instances are made. */
extern void service_template (struct plan *plan, struct service *service, char const *count) ;
extern char const *service_where (struct plan *plan, struct service const *service, char const *file) ; /* services.d/NAME/FILE */

extern struct piece *plan_piece (struct plan *plan, char const *text, char const *names) ;
extern void plan_setup (struct plan *plan, struct range range, char const *text, int does_something) ;
extern char const *plan_setup_where (struct plan *plan) ;
/* Is there anything to do before the services? */
extern int plan_has_setup (struct plan const *plan) ;

extern void plan_mistake (struct plan *plan, uint32_t line, char const *text) ;
extern int plan_is_code (struct plan const *plan, struct claim const *claim) ; /* is it of code that the image's shell executes before the input? Its lines are none that a reader knows */
extern char const *plan_place (struct plan *plan, struct claim const *claim, uint32_t line) ; /* for the reader: line 5; Dockerfile, line 9 */
/* Work for a person: a TODO in the service's run (service 0: in the cont-init.d script) and in the
   claim's entry. */
extern void plan_todo (struct plan *plan, struct service *service, struct claim *claim, uint32_t line, char const *text) ;

/* A TODO if the text asks for the directory of the script: the new files are in other ones. */
extern void plan_mark_place (struct plan *plan, struct service *service, struct claim *claim, char const *text) ;

/* ownplace.c: the text with the place of the script where it asks for that, if it is known */
extern char const *plan_with_place (struct plan const *plan, char const *text) ;

/* Does the text use $1, $@, $#, ...? */
extern int mentions_positional (char const *text) ;
extern int takes_arguments (char const *text) ; /* $@, ${@} */
/* The next `$` from `from` on that the shell which reads `text` expands itself; 0: none. */
extern char const *next_expansion (char const *text, char const *from) ;

/* Are they in two branches of one question? Only one of these is taken. */
extern int places_exclude (struct texts const *one, struct texts const *other) ;

/* Does the text use what the piece sets? */
extern int piece_mentioned (struct piece const *piece, char const *text) ;
extern int piece_mentioned_in (struct piece const *piece, struct texts const *texts) ; /* the same of one of several */
extern int piece_mentioned_by (struct piece const *piece, struct service const *service) ; /* the same of its run; not of its finish, logger and check */

extern int piece_adds (struct piece const *piece) ; /* N=$((N + 1)), LIST="$LIST x": to what it was ahead of that */

/* Does the text use what one of them sets? */
extern int placed_mentioned (struct placed const *placed, char const *text) ;

/* Which pieces do the service (may be 0) and the text `extra` need, in the call or loop `placed`?
   Writes a flag for each to `needed`, plan->npieces long. */
extern void plan_needed (struct plan const *plan, struct service const *service, unsigned int npieces, struct placed const *placed,
  char const *extra, char *needed) ;
/* Is the piece in a call or loop that `placed` is not in? */
extern int piece_is_elsewhere (struct piece const *piece, struct placed const *placed) ;

/* pieces.c: reports where each piece went. For plan_settle(). */
extern void settle_pieces (struct plan *plan) ;

extern void plan_settle_order (struct plan *plan) ; /* settle.c: which dependencies are optional, and who says when it is ready; for plan_settle(), and once more if services were added */
/* settle.c: reports where each piece went, and makes a TODO of each byte that nobody claimed. */
extern void plan_settle (struct plan *plan) ;
/* Notes where the code that the image's shell executed ahead of the input went: after the end, as only then it is
   known who repeats it. */
extern void plan_note_code (struct plan *plan) ;

#endif
