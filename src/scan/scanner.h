/* The scanner: which file does what, and the scanner's state. Each file has its own header, which
   says more.

     reeve-scan.c   options, and the start: here the program may still die
     loop.c         one turn: read the sources, decide, do, sleep

   Decisions, without I/O, clock or globals:

     plan.c         what to do about a unit
     stages.c       the stages of a stop, and when they come

   Sources. They post events of units, which loop.c applies. For a stop, a scan or an upgrade that
   was asked for they set a flag:

     reap.c         processes that have ended, and reports of supervisors
     needs.c        which service needs which
     look.c         a scan: reading SCAN and LIVE
     earlier.c      what an earlier scanner has left in LIVE
     changes.c      inotify's events
     requests.c     control letters and signals

   Deeds. One that has an outcome returns it:

     templates.c    which instances of a template there are
     turns.c        who may start now: whose turn it is; orders to held services
     start.c        making a service's directory in LIVE, and starting its supervisor
     takeover.c     taking over a living supervisor of an earlier scanner
     console.c      flag-console: which service has the container's stdin and terminal
     condition.c    enable-if: is a service wanted in this container?
     leave.c        telling a supervisor to leave; forgetting a service
     inherited.c    the process of a killed supervisor: its successor is told how it ended
     ending.c       ending that process where no successor can go on with it
     cmd.c          CMD, the container's command
     cmd_after.c    when CMD may start: REEVE_CMD_AFTER
     cmd_search.c   finding CMD's program in PATH, and starting it
     cmd_strays.c   the strays of CMD
     replacement.c  executing a program in place of what a signal does
     stop.c         the stop: what each stage does
     stop_words.c   messages about units that do not end in a stop
     dependents.c   telling `reeve` which services have dependencies
     upgrade.c      executing the program that is on disk now
     end.c          the exit code, and the end

   What these use:

     held.c         messages: what a held service waits for
     units.c        the set of units; their deadlines; the queue of their events
     again.c        work that has failed, and is tried again once a second
     origin.c       where the files of a unit are in SCAN: an instance has its template's
     environment.c  the environment that services get
     directory.c    where a unit's directory is, what is in it, who supervises it
     stopping.c     the state of the stop: asked for, how far, with which code
     watch.c        what inotify watches
     pidfds.c       watching supervisors that are not children
     livetree.c     making and removing a unit's directory in LIVE
     tree.c         copying and removing a directory, parts of which may belong to others
     trusted.c      is a directory that others have put into LIVE to be trusted?
     collector.c    the service that reads the output of all others (-L)
     child.c        what all children of the scanner have in common

   What happens when:

     A supervisor ends: reap.c learns of it, plan.c decides, inherited.c and start.c do the rest.
     A need holds a start: turns.c asks service/graph_hold.c; held.c says so.
     A stray is to be killed: its supervisor does that (supervise/strays.c). The scanner ends
     CMD's strays (cmd_strays.c), and a process that no supervisor can adopt (ending.c).
     The tree ends: stopping.c notes the exit code of CMD or of a main service; end.c decides.

   Calls go one way: no file calls another that calls it back.

   Words, besides those of the whole project:

     unit           one supervised directory: a service or a logger
     foreign        put into LIVE by others than the scanner
     in order       a supervisor ends in order when its service is down and it was told to leave
     unfinished     a directory whose last supervisor has not ended in order
     successor      the supervisor that follows one that was killed
     inherited      the process of a killed supervisor, which becomes the scanner's child
     adopt          a successor adopts an inherited process: it goes on as its supervisor
     ending         the scanner itself ends an inherited process that no successor can adopt
     template       a directory NAME@ in SCAN: a unit without a supervisor
     instance       a unit NAME@x with its template's files
     counted        an instance that is there because of the template's count
     let go         a unit is stopped and then forgotten */


#ifndef REEVE_SCAN_SCANNER_H
#define REEVE_SCAN_SCANNER_H

#include <dirent.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/process.h"
#include "scan/stages.h"
#include "scan/units.h"
#include "service/graph.h"
#include "wire/state.h"
#include "wire/status.h"

#define SCAN_PATH_MAX 4096
#define SUPERVISE_PROGRAM "reeve-supervise"

struct look /* look.h: the scan under way, and the next one */
{
  DIR *dir ; /* 0: none under way */
  unsigned int generation ;
  uint64_t timer_ms ; /* clock_ms(): when the next one comes, by -t; 0: no timer */
  unsigned int in_live : 1 ; /* LIVE is being read; before that, SCAN */
  unsigned int wanted : 1 ; /* another scan was ordered meanwhile */
  unsigned int prune : 1 ; /* at the end of the scan: let go of units whose directories are missing */
  unsigned int prune_loggers : 1 ; /* without waiting for their loggers */
  unsigned int scan_read : 1 ; /* SCAN was read to its end: what was not seen is gone */
  unsigned int live_read : 1 ;
  unsigned int doubtful : 1 ; /* something could not be examined: nothing counts as gone */
  unsigned int ended_once : 1 ; /* the first scan has ended */
  unsigned int acted_on : 1 ; /* and cmd_after_begin() was called */
  unsigned int live_known : 1 ; /* a scan has seen all that is in LIVE: a stop need not look any more */
  unsigned int quiet : 1 ; /* nobody has asked for this scan: warnings are not repeated */
  unsigned int said_waiting : 1 ; /* a message has said that there is no SCAN */
} ;

struct again_state /* again.h */
{
  unsigned int what ; /* enum again: to be tried again */
  unsigned int tried ; /* being tried again just now */
  uint64_t at_ms ; /* clock_ms() */
} ;

struct needs /* needs.h, held.h */
{
  struct graph graph ;
  uint64_t say_ms ; /* clock_ms(): when the next message about a held service is due; 0: never */
  unsigned int postponed : 1 ; /* some unit waits for turns_give() */
  unsigned int listed : 1 ; /* dependents.c has written which services have dependencies */
  unsigned int obstacles : 1 ; /* a main service may not be able to start any more: look */
  unsigned int instances_changed : 1 ; /* the instances of a template have changed, and so have the needs of it */
} ;

struct templates /* templates.h */
{
  unsigned int under_way : 1 ; /* some instance has not been told yet that it is there */
  unsigned int to_name : 1 ; /* when a scan has ended: name the templates without an instance */
} ;

struct stop /* stop.h, stopping.h */
{
  uint64_t began_ms ; /* clock_ms() */
  struct stage_limits limits ;
  unsigned int done ; /* the stages that have come, as bits 1 << stage */
  unsigned int asked : 1 ; /* loop.c begins it */
  unsigned int asked_loggers : 1 ;
  unsigned int on : 1 ;
  unsigned int had_to_kill : 1 ;
  unsigned int at_once : 1 ; /* end at once, without waiting for anybody */
  unsigned int in_order : 1 ; /* a unit is told to end after all units that need it */
  unsigned int cmd_first : 1 ; /* CMD has not ended yet; it may need any service */
  unsigned int loggers_too : 1 ;
} ;

struct upgrade /* upgrade.h */
{
  uint64_t deadline_ms ; /* clock_ms(): of the trial; 0: none, or it is over */
  pid_t checker ; /* the new program's trial; 0: none is under way */
  uint32_t count ;
  uint32_t failed ;
  int wstat ; /* of the trial, while `tried` */
  unsigned int wanted : 1 ;
  unsigned int tried : 1 ; /* the trial has ended */
  unsigned int done : 1 ; /* this program is the new one of an upgrade: its supervisors are to be upgraded, too */
} ;

struct cmd /* cmd.h, cmd_after.h, cmd_strays.h */
{
  char const *const *argv ; /* 0: there is no CMD */
  pid_t pid ; /* 0: CMD does not run */
  int fd ; /* a pidfd, if CMD is not a child; -1: it is one, or there is no pidfd */
  struct process_birth birth ; /* of a CMD that is not a child */
  int collected[2] ; /* the fifos of CMD's stdout and stderr, held open; -1: they are not collected */
  pid_t group ; /* CMD has ended: its process group, while a stray is in it; else 0 */
  unsigned int outside : 1 ; /* there is a stray outside that group */
  unsigned int gets_signals : 1 ; /* -C: CMD gets the signals that are sent to the scanner */
  struct unit after ; /* stands for CMD while that waits for services; in no set of units */
  unsigned int may_start : 1 ; /* all services that CMD waits for are ready */
  unsigned int look : 1 ; /* one of them may never become ready: look */
  uint64_t look_ms ; /* clock_ms(): when to look at CMD's strays again; 0: when one has ended */
  char status[STATUS_SIZE + BIRTH_SIZE] ; /* the content of LIVE/.s6-svscan/command */
} ;

struct scanner
{
  char scan[SCAN_PATH_MAX] ; /* absolute, no slash at its end */
  char live[SCAN_PATH_MAX] ; /* as it was given, for messages */
  char origin[SCAN_PATH_MAX] ; /* the working directory at the start, which is CMD's */
  char finish[SCAN_PATH_MAX] ; /* where the link LIVE/.s6-svscan/finish leads, in case LIVE is removed; "": it is no link */
  char supervise[SCAN_PATH_MAX] ; /* the program; "": not found yet */
  char logger[SCAN_PATH_MAX] ; /* the collector's program; "": no collector is wanted */
  char const *const *arguments ; /* the program's own, from argv[1] on */
  uint32_t rescan_ms ; /* -t; 0: no timer */
  int own_code ; /* the exit code of the CMD or main service that has ended by itself; -1: none has */

  struct units units ;
  struct unit *collector ; /* 0: there is none */
  struct unit const *console ; /* the unit that has the scanner's stdin; 0: none */
  struct again_state again ;
  struct look look ;
  struct needs needs ;
  struct templates templates ;
  struct cmd cmd ;
  struct stop stop ;
  struct upgrade upgrade ;

  int lock ; /* descriptors */
  int control ;
  int reports ;
  int nothing ; /* /dev/null, see child_stdin(); -1: not open (yet) */
  int inotify ; /* -1: none */
  int scan_watch ; /* inotify's, of SCAN; -1: none */
  int parent_watch ; /* of the directory that SCAN is to appear in; -1: none */

  unsigned int container_signals : 1 ; /* -I: signals mean what they mean to a container */
  unsigned int in_place : 1 ; /* SCAN and LIVE are the same directory */
  unsigned int same_life : 1 ; /* the pids in LIVE are of this life of the PID namespace */
  unsigned int said_no_inotify : 1 ;
} ;

#endif
