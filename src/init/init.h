/* /init, the container's entry point. One program, which does what the name says
   that it is called by:

   init, reeve-init       prepares the container and becomes reeve-scan  prepare.c
   finish                 the scanner's last act: LIVE/.s6-svscan/finish  finish.c
   when-ready             runs CMD once the services are ready        when_ready.c
   with-contenv           runs a program with the saved environment      contenv.c
   printcontenv           shows it                                       contenv.c
   halt poweroff reboot   stops the tree                                    halt.c

   and beside these

   reeve-init.c  the table of names
   options.c     what the environment sets
   signals.c     which signals stop the container
   places.c      what is where beside LIVE
   others.c      naming what is in the image for other systems
   scripts.c     running cont-init.d, cont-finish.d, one script after the other
   collected.c   giving their output the form that REEVE_LOG asks for
   sweep.c       ending what is left at the end

   Beside LIVE (/run for /run/service):
     s6/container_environment/                     a file a variable: its value, as it is;
                                                   .unnamed: those that no file can be named after
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

/* What a container's runtime gives, if nobody has said: docker's 10 s, less a second. */
#define PRESUMED_GRACE_MS 9000
#define SPEAK_MS 8500 /* of a stop: what still runs then, without a limit, is named */
#define KILL_BEFORE_MS 1000 /* before the end of a stop's budget, as the scanner does */

/* Each is a program's main: argv[0] is the name. */
extern int prepare_main (int argc, char const *const *argv) ;
extern int finish_main (int argc, char const *const *argv) ;
extern int when_ready_main (int argc, char const *const *argv) ;
extern int with_contenv_main (int argc, char const *const *argv) ;
extern int printcontenv_main (int argc, char const *const *argv) ;
extern int halt_main (int argc, char const *const *argv) ;

/* ---- options.c: s6-overlay's variables, with their meaning; and Reeve's ---- */

struct options
{
  uint32_t verbosity ; /* S6_VERBOSITY: 0 errors, 1 warnings, 2 what is being done */
  uint32_t keep_environment ; /* S6_KEEP_ENV */
  uint32_t if_scripts_fail ; /* S6_BEHAVIOUR_IF_STAGE2_FAILS: 0 go on, 1 and say so, 2 stop */
  uint32_t finish_script_ms ; /* S6_KILL_FINISH_MAXTIME, of each; 0: no limit, the default */
  uint32_t command_waits ; /* S6_CMD_WAIT_FOR_SERVICES */
  uint32_t command_waits_ms ; /* S6_CMD_WAIT_FOR_SERVICES_MAXTIME; 0: no limit */
  uint32_t command_signals ; /* S6_CMD_RECEIVE_SIGNALS */
  uint32_t kill_grace_ms ; /* S6_KILL_GRACETIME, if given */
  uint32_t services_grace_ms ; /* S6_SERVICES_GRACETIME; 0: as long as the budget lasts */
  uint32_t sync_disks ; /* S6_SYNC_DISKS */
  uint32_t stop_ms ; /* REEVE_STOP_TIMEOUT; 0: no budget, the default */
  uint32_t budget_ms ; /* of the services' stop: stop_ms, raised where S6_SERVICES_GRACETIME asks for more */
  uint32_t after_ms ; /* by how much S6_KILL_GRACETIME raises the time for what is left at the end */
  unsigned int kill_grace_given : 1 ;
  char const *log ; /* REEVE_LOG: reeve-scan's -L */
} ;

/* `report`: invalid values, variables that have no effect, and limits that contradict
   each other are named. */
extern void options_read (struct options *options, int report) ;
/* S6_SERVICES_GRACETIME and S6_KILL_GRACETIME that are longer than the budget raise it:
   what they are about is not killed earlier. Computes budget_ms and after_ms. Pure. */
extern void options_raise (struct options *options) ;

/* ---- signals.c ---- */

/* Those that stop a container, whatever its image has as STOPSIGNAL; but not one that is
   to do something else, because there is an executable for it. */
extern void signals_of_a_stop (sigset_t *set, char const *live) ;

/* Waits for one of them, or until the moment (clock_ms(); 0: for ever). Returns it, or 0:
   SIGWINCH of a terminal whose size has changed is none. */
extern int signals_wait (sigset_t const *set, uint64_t until_ms) ;

/* ---- places.c: each returns 1, or 0 with errno ---- */

/* The path of `rest` beside LIVE. */
extern int place_beside (char out[PLACE_MAX], char const *live, char const *rest) ;
/* The same in LIVE/.s6-svscan. */
extern int place_control (char out[PLACE_MAX], char const *live, char const *rest) ;
/* Makes the directory, and those above it below the one that LIVE is in; one that
   exists must be to be trusted (trust.h): else that is said. */
extern int place_make (char const *live, char const *rest, unsigned int mode) ;
/* Says that somebody else may have put `path` there, if that is why it was refused. */
extern void place_say_refused (char const *path, struct trust_refusal const *why) ;

/* ---- contenv.c ---- */

/* Saves the environment beside LIVE; `readable`: for everybody; `tell`: what cannot be
   saved is spoken of. */
extern int contenv_save (char const *live, int readable, int tell) ;

/* ---- others.c ---- */

/* Names what is in the image for other systems and not read here, unless these are run
   by CMD or a service; and scripts that name what only s6-overlay has. */
extern void others_say (char const *const *command) ;

/* ---- scripts.c ---- */

enum script_end
{
  SCRIPT_ENDED,
  SCRIPT_NOT_EXECUTED, /* reported, with the mend */
  SCRIPT_STOPPED /* somebody asked for the end of the container meanwhile */
} ;

struct scripts
{
  uint32_t each_ms ; /* S6_KILL_FINISH_MAXTIME: then it is killed, with a message; 0: no limit */
  uint64_t deadline_ms ; /* clock_ms(): that of all; 0: none */
  uint64_t speak_ms ; /* clock_ms(): when one that has no limit is named, if it still runs; 0: never */
  uint32_t stop_ms ; /* the budget of a stop that comes meanwhile; 0: none */
  sigset_t stops ; /* signals that ask for it; empty: none does */
  uint64_t stop_began_ms ; /* clock_ms(), after SCRIPT_STOPPED; 0: not */
  int code ; /* of the last one: its exit code, 128 + signal, 126, 127 */
  unsigned int had_to_kill : 1 ; /* within the budget of a stop */
  unsigned int tell : 1 ; /* what is being run */
  int const *output ; /* two descriptors, for their stdout and stderr; 0: ours */
} ;

/* Runs argv, and waits for its end; reaps every orphan meanwhile. */
extern enum script_end script_run (struct scripts *scripts, char const *const *argv) ;

/* The names of what is to be run in a directory, sorted by byte; allocated. Not
   those with a leading dot, nor directories. None when there is no directory;
   0 with errno when it cannot be read. */
extern char **scripts_list (char const *directory, size_t *count) ;
extern void scripts_free (char **names, size_t count) ;

/* ---- collected.c ---- */

/* The output of the scripts, where REEVE_LOG is prefix or json: a collector (reeve-log --collect) of our own reads
   it from two fifos in LIVE/.init, as the scanner's reads that of a service. What a script has left in the
   background writes on to these fifos; the scanner's collector finds them, and reads on. */
struct collected
{
  char const *live ; /* an absolute path, the caller's */
  pid_t pid ; /* the collector's; 0: there is none, and the scripts have our stdout and stderr */
  int output[2] ; /* for the scripts; -1 without a collector */
  int ready ; /* a pipe on which the collector says that it reads */
} ;

/* Starts it, if `mode`, REEVE_LOG's, asks for it. If it cannot be started, that is said. */
extern void collected_begin (struct collected *collected, char const *live, char const *mode) ;
/* Ends it, when it has written all that is there. After the deadline (clock_ms(); 0: none) it no longer waits for
   a reader. */
extern void collected_end (struct collected *collected, uint64_t deadline_ms) ;

/* ---- sweep.c ---- */

/* Ends every process that is left: as PID 1 all that there are, else those that
   have become children of ours. None of them is a service's or CMD's any more. They get
   SIGTERM and SIGCONT, then a while, then SIGKILL, and are named. The while is S6_KILL_GRACETIME
   if that was given; else 3 s for who ignores SIGTERM, and 10 s for all others, so that the
   container ends. Never later than the deadline (clock_ms(); 0: none). Returns at once
   when none is left. */
extern void sweep (struct options const *options, uint64_t deadline_ms) ;

#endif
