/* The scanner: who does what, and its state. Each file below has its own header, which says more.

   reeve-scan.c   options, and the start: here the program may still die
   loop.c         one turn: read the sources, decide, do, sleep

   decide, without I/O, clock or globals:
   plan.c         what is to be done about a service
   stages.c       the stages of a stop, and when they come

   sources: they post events of units, which loop.c applies. For a stop, a scan or an upgrade
   that was asked for they set a flag:
   reap.c         which processes have ended, and what the supervisors report
   needs.c        which service needs which, and who may start
   look.c         what there is: reading SCAN and LIVE
   earlier.c      what an earlier scanner has left in LIVE
   changes.c      what inotify tells
   requests.c     control letters and signals

   deeds; one that has an outcome returns it:
   templates.c    which instances of a template there are
   start.c        making what a service needs in LIVE, and starting its supervisor
   takeover.c     a supervisor that an earlier scanner has started, and that lives
   console.c      flag-console: who has the container's stdin, and its terminal?
   condition.c    enable-if: is a service wanted in this container?
   leave.c        telling a supervisor to leave; forgetting a service
   inherited.c    the process of a killed supervisor: its successor is told how it ended
   ending.c       ending that process where no successor can go on with it
   cmd.c          CMD, the container's command
   cmd_after.c    when it may start: REEVE_CMD_AFTER
   cmd_search.c   finding its program in PATH, and starting it
   cmd_strays.c   what it leaves behind
   stop.c         the stop: what each stage does
   stop_words.c   what a stop says about units that do not end
   upgrade.c      executing the program that is on disk now
   end.c          the exit code, and the end

   what these use:
   held.c         says what a held service waits for
   units.c        the set of units; their deadlines; the queue of their events
   again.c        what has failed, and is tried again once a second
   origin.c       where the files of a unit are in SCAN: those of an instance are its template's
   environment.c  the environment that services get
   directory.c    where a unit's directory is, what is in it, who supervises it
   stopping.c     what is true of the stop: asked for, how far, who was killed
   watch.c        what inotify watches
   pidfds.c       watching processes that are no children
   livetree.c     what is made and removed in LIVE for a unit
   tree.c         copying and removing a directory, parts of which may belong to others
   trusted.c      what others have put into LIVE, and whether it is to be believed
   collector.c    the service that reads the output of all others (-L), and what it reads of each
   child.c        what all children of the scanner have in common

   A supervisor that ends: reap.c learns it, plan.c decides, inherited.c and start.c do the rest.
   A need that holds a start: needs.c asks service/graph_hold.c, held.c says so.

   Calls go one way: no file calls another that calls it back.

   Words, beside those of the whole project:
   unit           one supervised directory: a service or a logger
   foreign        put into LIVE by others than the scanner
   in order       a supervisor ends in order when its service is down and it was told to leave
   unfinished     a directory whose last supervisor has not ended in order
   successor      the supervisor that follows one that was killed
   inherited      the process of a killed supervisor, which falls to the scanner
   adopt          a successor adopts an inherited process: it goes on as its supervisor
   ending         an inherited process that no successor can adopt is ended by the scanner
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
  uint64_t timer_ms ; /* clock_ms(): -t: when the next one comes; 0: no timer */
  unsigned int in_live : 1 ; /* what is being read: SCAN first, then LIVE */
  unsigned int wanted : 1 ; /* another one was ordered meanwhile */
  unsigned int prune : 1 ; /* to let go of what is missing, when no scan is under way or wanted */
  unsigned int prune_loggers : 1 ; /* without waiting for their loggers */
  unsigned int scan_read : 1 ; /* SCAN was read to its end: what it misses is gone */
  unsigned int live_read : 1 ;
  unsigned int doubtful : 1 ; /* not all could be examined: nothing counts as gone */
  unsigned int ended_once : 1 ; /* the first one has ended */
  unsigned int acted_on : 1 ; /* and CMD was started */
  unsigned int live_known : 1 ; /* one has come to all that is in LIVE: a stop need not look any more */
  unsigned int quiet : 1 ; /* the timer has ordered it: warnings about names are not repeated */
  unsigned int said_waiting : 1 ; /* that there is no SCAN */
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
  uint64_t say_ms ; /* clock_ms(): when it is to be said who is held; 0: nobody */
  unsigned int postponed : 1 ; /* some unit waits for its turn, which has not been decided yet */
  unsigned int obstacles : 1 ; /* a main service may not be able to start any more */
  unsigned int instances_changed : 1 ; /* who needs a template needs others than before */
} ;

struct templates /* templates.h */
{
  unsigned int under_way : 1 ; /* some instance has still to be told that it is there */
  unsigned int to_name : 1 ; /* a template that nothing makes an instance of, when a look has ended */
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
  unsigned int at_once : 1 ; /* without waiting for anybody */
  unsigned int in_order : 1 ; /* who is needed is told after who needs it */
  unsigned int cmd_first : 1 ; /* CMD, which may need any, has not ended yet */
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
  unsigned int done : 1 ; /* this program was executed by one: its supervisors are to do the same */
} ;

struct cmd /* cmd.h, cmd_after.h, cmd_strays.h */
{
  char const *const *argv ; /* 0: there is no CMD */
  pid_t pid ; /* 0: it does not run */
  int fd ; /* a pidfd of a CMD that is no child; -1: it is one, or there is no pidfd */
  struct process_birth birth ; /* of a CMD that is no child */
  int collected[2] ; /* what holds the collector's input open: stdout's and stderr's; -1: it is not collected */
  pid_t group ; /* when it has ended: its process group, while a stray is in it; else 0 */
  unsigned int outside : 1 ; /* there is a stray outside that group */
  unsigned int gets_signals : 1 ; /* -C: the signals that the scanner is sent */
  struct unit after ; /* while it waits for services: it needs them as a unit does; in no set */
  unsigned int may_start : 1 ; /* all of them are ready */
  unsigned int look : 1 ; /* one of them may never be */
  uint64_t look_ms ; /* clock_ms(): when to look at its strays again; 0: when one has ended */
  char status[STATUS_SIZE + BIRTH_SIZE] ; /* as it is to be written */
} ;

struct scanner
{
  char scan[SCAN_PATH_MAX] ; /* absolute, no slash at its end */
  char live[SCAN_PATH_MAX] ; /* as it was given, for messages */
  char origin[SCAN_PATH_MAX] ; /* the working directory at the start: CMD's */
  char finish[SCAN_PATH_MAX] ; /* where LIVE/.s6-svscan/finish leads, should LIVE be removed; "": it is no link */
  char supervise[SCAN_PATH_MAX] ; /* the program; "": not found yet */
  char logger[SCAN_PATH_MAX] ; /* the program that is the collector; "": there is to be none */
  char const *const *arguments ; /* the program's own, from argv[1] on */
  uint32_t rescan_ms ; /* -t; 0: no timer */
  int own_code ; /* with which CMD or a main service has ended by itself; -1: none has */

  struct units units ;
  struct unit *collector ; /* 0: there is none */
  struct unit const *console ; /* whose stdin is ours; 0: nobody's */
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

  unsigned int container_signals : 1 ; /* -I: they mean what a container's stop signal means */
  unsigned int in_place : 1 ; /* SCAN and LIVE are the same directory */
  unsigned int same_life : 1 ; /* pids in LIVE are of this life of the PID namespace */
  unsigned int said_no_inotify : 1 ;
} ;

#endif
