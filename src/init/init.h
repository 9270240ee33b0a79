/* /init, the container's entry point. It is one program, which does what the name says by which it
   is called:

     init, reeve-init       prepare.c      prepares the container, and becomes reeve-scan
     finish                 finish.c       the end of the scanner: LIVE/.s6-svscan/finish
     when-ready             when_ready.c   runs CMD when the services are ready
     with-contenv           contenv.c      runs a program with the saved environment
     printcontenv           contenv.c      prints the saved environment
     halt poweroff reboot   halt.c         stops the tree

   Further files:

     reeve-init.c  the table of names
     options.c     the environment variables that set something
     signals.c     which signals stop the container
     places.c      paths beside LIVE
     others.c      names what is in the image for other systems
     scripts.c     running cont-init.d and cont-finish.d, one script after the other
     collected.c   giving their output the form that REEVE_LOG asks for
     sweep.c       ending the processes that are left at the end

   The exit code is decided by the scanner (scan/end.c). A code that was written beside LIVE later
   replaces it (finish.c).

   Beside LIVE (/run for /run/service):

     s6/container_environment/                     a file for each variable, with its value;
                                                   .unnamed: those whose names no file can have
     s6/basedir/bin/halt poweroff reboot           links to /init
     s6/services                                   a link to LIVE, for s6's clients
     s6-linux-init-container-results/exitcode      may be written by anyone who may */

#ifndef REEVE_INIT_INIT_H
#define REEVE_INIT_INIT_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/exit.h"
#include "wire/livedir.h"

#define PLACE_MAX (LIVEDIR_PATH_MAX + 128)
#define CONTROL_DIRECTORY ".s6-svscan" /* in LIVE */
#define SERVICES_DIRECTORY "/etc/services.d"
#define CONT_INIT_DIRECTORY "/etc/cont-init.d"
#define CONT_FINISH_DIRECTORY "/etc/cont-finish.d"
#define WORKDIR_VARIABLE "REEVE_WORKDIR"
#define STOP_SPENT_VARIABLE "REEVE_STOP_SPENT" /* set by the scanner, for its finish: milliseconds */

/* The grace that the container's runtime is assumed to give, if nobody has said: docker's 10 s,
   less a second. */
#define PRESUMED_GRACE_MS 9000
#define SPEAK_MS 8500 /* after this time of a stop, processes that still run without a limit are named */
#define KILL_BEFORE_MS 1000 /* before the end of a stop's budget, as in the scanner */

/* Each is a program's main: argv[0] is the name. */
extern int prepare_main (int argc, char const *const *argv) ;
extern int finish_main (int argc, char const *const *argv) ;
extern int when_ready_main (int argc, char const *const *argv) ;
extern int with_contenv_main (int argc, char const *const *argv) ;
extern int printcontenv_main (int argc, char const *const *argv) ;
extern int halt_main (int argc, char const *const *argv) ;

/* ---- options.c: s6-overlay's variables, with their meaning, and Reeve's ---- */

struct options
{
  uint32_t verbosity ; /* S6_VERBOSITY: 0 errors, 1 warnings, 2 also what is being done */
  uint32_t keep_environment ; /* S6_KEEP_ENV */
  uint32_t if_scripts_fail ; /* S6_BEHAVIOUR_IF_STAGE2_FAILS: 0 go on, 1 say so and go on, 2 stop */
  uint32_t finish_script_ms ; /* S6_KILL_FINISH_MAXTIME, for each script; 0: no limit, the default */
  uint32_t command_waits ; /* S6_CMD_WAIT_FOR_SERVICES */
  uint32_t command_waits_ms ; /* S6_CMD_WAIT_FOR_SERVICES_MAXTIME; 0: no limit */
  uint32_t command_signals ; /* S6_CMD_RECEIVE_SIGNALS */
  uint32_t kill_grace_ms ; /* S6_KILL_GRACETIME, if given */
  uint32_t services_grace_ms ; /* S6_SERVICES_GRACETIME; 0: as long as the budget lasts */
  uint32_t sync_disks ; /* S6_SYNC_DISKS */
  uint32_t stop_ms ; /* REEVE_STOP_TIMEOUT; 0: no budget, the default */
  uint32_t budget_ms ; /* the budget for stopping the services: stop_ms, or more if S6_SERVICES_GRACETIME asks for it */
  uint32_t after_ms ; /* by how much S6_KILL_GRACETIME raises the time for ending the processes that are left */
  unsigned int kill_grace_given : 1 ;
  char const *log ; /* REEVE_LOG: reeve-scan's -L */
} ;

/* `report`: name invalid values, variables that have no effect, and limits that contradict each
   other. */
extern void options_read (struct options *options, int report) ;
/* Computes budget_ms and after_ms. S6_SERVICES_GRACETIME and S6_KILL_GRACETIME raise the budget if
   they are longer: the processes that they are about are not killed earlier. Pure. */
extern void options_raise (struct options *options) ;

/* ---- signals.c ---- */

/* The signals that stop a container, whatever STOPSIGNAL its image has. A signal that an executable
   replaces is not among them. */
extern void signals_of_a_stop (sigset_t *set, char const *live) ;

/* Waits for one of these signals, or until the moment (clock_ms(); 0: for ever). Returns the
   signal, or 0. A SIGWINCH by which the kernel tells a new size of the terminal does not count. */
extern int signals_wait (sigset_t const *set, uint64_t until_ms) ;

/* ---- places.c: each returns 1, or 0 with errno ---- */

/* Writes the path of `rest` beside LIVE. */
extern int place_beside (char out[PLACE_MAX], char const *live, char const *rest) ;
/* The same for `rest` in LIVE/.s6-svscan. */
extern int place_control (char out[PLACE_MAX], char const *live, char const *rest) ;
/* Makes the directory `rest` beside LIVE, and its missing parents. A directory that exists must be
   trusted (trust.h); else a message says so. */
extern int place_make (char const *live, char const *rest, unsigned int mode) ;
/* Says that somebody else may have put `path` there, if it was refused for that reason. */
extern void place_say_refused (char const *path, struct trust_refusal const *why) ;

/* ---- contenv.c ---- */

/* Saves the environment beside LIVE. `readable`: for everybody. `tell`: say what cannot be saved. */
extern int contenv_save (char const *live, int readable, int tell) ;

/* ---- others.c ---- */

/* Names what is in the image for other systems and not read here, unless CMD or a service runs
   these systems. Also names scripts that use things that only s6-overlay has. */
extern void others_say (char const *const *command) ;

/* ---- scripts.c ---- */

enum script_end
{
  SCRIPT_ENDED,
  SCRIPT_NOT_EXECUTED, /* it was reported, with how to fix it */
  SCRIPT_STOPPED /* meanwhile somebody asked for the end of the container */
} ;

struct scripts
{
  uint32_t each_ms ; /* S6_KILL_FINISH_MAXTIME: a script is killed then, with a message; 0: no limit */
  uint64_t deadline_ms ; /* clock_ms(): the deadline of all scripts; 0: none */
  uint64_t speak_ms ; /* clock_ms(): when a script without a limit is named, if it still runs; 0: never */
  uint32_t stop_ms ; /* the budget of a stop that comes meanwhile; 0: none */
  sigset_t stops ; /* signals that ask for a stop; empty: none does */
  uint64_t stop_began_ms ; /* clock_ms(): set with SCRIPT_STOPPED; else 0 */
  int code ; /* the last script's exit code, 128 + signal, 126, or 127 */
  unsigned int had_to_kill : 1 ; /* a script was killed during a stop */
  unsigned int tell : 1 ; /* say which script is being run */
  int const *output ; /* two descriptors for their stdout and stderr; 0: they inherit this program's */
} ;

/* Runs argv, and waits for its end; reaps all orphans meanwhile. */
extern enum script_end script_run (struct scripts *scripts, char const *const *argv) ;

/* The names of the scripts in a directory, sorted by byte; allocated. Names with a leading dot and
   directories are left out. Without the directory there are none; returns 0 with errno when it
   cannot be read. */
extern char **scripts_list (char const *directory, size_t *count) ;
extern void scripts_free (char **names, size_t count) ;

/* ---- collected.c ---- */

/* Collects the output of the scripts if REEVE_LOG is prefix or json. A collector of /init's own
   (reeve-log --collect) reads it from two fifos in LIVE/.init, as the scanner's collector reads
   that of a service. A process that a script has left in the background goes on writing to these
   fifos; the scanner's collector finds them, and reads on. */
struct collected
{
  char const *live ; /* an absolute path, borrowed */
  pid_t pid ; /* the collector; 0: there is none, and the scripts inherit stdout and stderr */
  int output[2] ; /* descriptors for the scripts; -1 without a collector */
  int ready ; /* a pipe on which the collector tells that it reads */
} ;

/* Starts the collector, if `mode` (REEVE_LOG) asks for it. If it cannot be started, a message says
   so. */
extern void collected_begin (struct collected *collected, char const *live, char const *mode) ;
/* Ends the collector when it has written all that is there. After the deadline (clock_ms(); 0:
   none) it does not wait for a reader any more. */
extern void collected_end (struct collected *collected, uint64_t deadline_ms) ;

/* ---- sweep.c ---- */

/* Ends all processes that are left: as PID 1 all that exist, else the children of this process.
   None of them belongs to a service or CMD any more. They get SIGTERM and SIGCONT, and later
   SIGKILL, and are named. The time between is S6_KILL_GRACETIME if that was given; else 3 s for a
   process that ignores SIGTERM, and 10 s for all others, so that the container ends. It never goes
   beyond the deadline (clock_ms(); 0: none). Returns at once when no process is left. */
extern void sweep (struct options const *options, uint64_t deadline_ms) ;

#endif
