/* The scanner: its state, and who does what with it.

   reeve-scan.c   start, options, the loop
   plan.c         what is to be done about a service (pure)
   act.c          doing it: supervisors started, told, reaped
   units.c        the set of services; their deadlines
   look.c         what there is: reading SCAN and LIVE
   watch.c        inotify
   livetree.c     what is made and removed in LIVE for a service
   default_logger.c  the logger of a service that has none
   command.c      control letters and signals
   stop.c         the stop: its budget, CMD, the exit code, the end */

#ifndef REEVE_SCAN_SCANNER_H
#define REEVE_SCAN_SCANNER_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <skalibs/tai.h>

#include "scan/plan.h"
#include "service/name.h"

/* NAME/log/... : names in LIVE, which is the working directory. */
#define UNIT_PATH_MAX (SERVICE_NAME_MAX + 64)
#define SCAN_PATH_MAX 4096

enum deadline_kind /* constant delays: a queue of each is sorted as it grows */
{
  DEADLINE_QUIET, /* 100 ms */
  DEADLINE_RETURN, /* 1 s */
  DEADLINE_RETRY, /* 1 s */
  DEADLINE_KIND_COUNT,
  DEADLINE_NONE = DEADLINE_KIND_COUNT
} ;

struct unit
{
  char *identity ; /* a name in SCAN, or "/DEVICE:INODE" of what others put into LIVE */
  char *name ; /* NAME or NAME/log, a path in LIVE */
  enum unit_phase phase ;
  struct unit *logger ; /* 0: none */
  struct unit *producer ; /* of a logger; 0 if this is none */
  struct unit *previous ; /* in the list of all */
  struct unit *next ;
  struct unit *sooner ; /* in the queue of its deadline */
  struct unit *later ;
  tain deadline ; /* monotonic */
  tain started ; /* monotonic: when its supervisor was */
  pid_t supervisor ; /* 0: none */
  int watch[2] ; /* inotify's, of the directory and its log/; -1: none */
  unsigned int seen ; /* the scan that saw it last */
  enum deadline_kind waiting ;
  unsigned int foreign : 1 ; /* put into LIVE by others: nothing is made for it */
  unsigned int child : 1 ; /* its supervisor is a child of ours, not one that was found */
  unsigned int warned : 1 ; /* has said that it cannot be started, or is incomplete */
  unsigned int terminate : 1 ; /* a logger that is not to wait for the end of its input */
} ;

struct unit_queue
{
  struct unit *first ;
  struct unit *last ;
} ;

struct units
{
  struct unit *all ;
  size_t count ;
  void *by_identity ; /* tsearch trees */
  void *by_supervisor ;
  void *by_watch ;
  struct unit *released ; /* to be swept, linked by `later` */
  struct unit_queue queue[DEADLINE_KIND_COUNT] ;
} ;

struct look /* a scan under way, in portions, so that commands are answered meanwhile */
{
  DIR *dir ; /* 0: none under way */
  unsigned int generation ;
  tain moment ; /* monotonic: of `again` */
  unsigned int in_live : 1 ; /* what is being read: SCAN first, then LIVE */
  unsigned int wanted : 1 ; /* another one was ordered meanwhile */
  unsigned int wanted_prune : 1 ;
  unsigned int prune : 1 ; /* and let go of what it misses */
  unsigned int prune_loggers : 1 ; /* without waiting for their loggers */
  unsigned int scan_read : 1 ; /* SCAN was read to its end: what it misses is gone */
  unsigned int live_read : 1 ;
  unsigned int ended_once : 1 ; /* the first one has ended */
  unsigned int quiet : 1 ; /* by the timer: does not repeat what is wrong with names */
  unsigned int said_waiting : 1 ; /* that there is no SCAN */
  unsigned int again : 1 ; /* by the timer, or after a failure: at `moment` */
} ;

struct stop
{
  tain began ; /* monotonic */
  uint32_t budget_ms ; /* 0: none */
  uint32_t kill_ms ; /* what runs then is killed, if not earlier; 0: by the budget alone */
  unsigned int on : 1 ;
  unsigned int killing : 1 ; /* T - 1 s is over, or K */
  unsigned int abandoning : 1 ; /* T - 0.5 s is over */
  unsigned int had_to_kill : 1 ;
  unsigned int at_once : 1 ; /* without waiting for anybody */
  unsigned int loggers_too : 1 ;
} ;

struct scanner
{
  char scan[SCAN_PATH_MAX] ; /* absolute, no slash at its end */
  char live[SCAN_PATH_MAX] ; /* as it was given, for messages */
  char origin[SCAN_PATH_MAX] ; /* the working directory at the start: CMD's */
  char supervise[SCAN_PATH_MAX] ; /* the program */
  char logger[SCAN_PATH_MAX] ; /* the program that is the logger of who has none; "": none is */
  char const *const *command ; /* CMD; 0: none */
  pid_t command_pid ;
  int own_code ; /* with which CMD ended by itself; -1: it has not */
  struct units units ;
  struct look look ;
  struct stop stop ;
  uint32_t rescan_ms ; /* 0: no timer */
  int inotify ; /* -1: none */
  int scan_watch ; /* inotify's, of SCAN; -1: none */
  int ancestor_watch ; /* of the deepest directory there is while SCAN is missing */
  unsigned int command_signals : 1 ; /* CMD gets the signals that the scanner is sent */
  unsigned int in_place : 1 ;
  unsigned int said_no_inotify : 1 ;
} ;

/* units.c. Names are copied. */
extern struct unit *units_add (struct units *units, char const *identity, char const *name, struct unit *producer) ; /* 0: no memory */
/* Takes a unit out of the set; it stays in memory, and in the list of all, until
   units_sweep, which only the loop calls: whoever walks the list is safe. */
extern void units_release (struct units *units, struct unit *unit) ;
extern void units_sweep (struct units *units) ;
extern struct unit *units_by_identity (struct units *units, char const *identity) ;
extern struct unit *units_by_supervisor (struct units *units, pid_t pid) ;
extern struct unit *units_by_watch (struct units *units, int watch) ;
extern int units_set_supervisor (struct units *units, struct unit *unit, pid_t pid) ; /* 0: none; returns 0: no memory */
extern int units_set_watch (struct units *units, struct unit *unit, unsigned int which, int watch) ; /* alike */
extern void units_rename (struct unit *unit, char const *name) ;
extern void units_arm (struct units *units, struct unit *unit, enum deadline_kind kind) ;
extern void units_disarm (struct units *units, struct unit *unit) ;
/* The unit whose deadline comes first, or 0. */
extern struct unit *units_first_deadline (struct units const *units) ;

/* act.c: takes the step for `event`, and all that follow from it. */
extern void act (struct scanner *s, struct unit *unit, enum unit_event event) ;
/* Reaps every dead child. */
extern void act_reap (struct scanner *s) ;
/* What the supervisors say. */
extern void act_reports (struct scanner *s, int fd) ;
/* A supervisor that lives in LIVE/NAME from before: watched, never doubled. */
extern void act_found (struct scanner *s, struct unit *unit, pid_t supervisor) ;

/* look.c */
/* Orders a scan; `prune`: and let go of what it misses; `quiet`: by the timer. */
extern void look_order (struct scanner *s, int prune, int quiet) ;
extern int look_under_way (struct scanner const *s) ;
/* Does a portion of it. */
extern void look_continue (struct scanner *s) ;
extern void look_cancel (struct scanner *s) ;
/* Lets go of what the last scan missed; `loggers_too`: without waiting for them. */
extern void look_prune (struct scanner *s, int loggers_too) ;
/* What PLAN_EXAMINE asks for. */
extern enum unit_event look_examine (struct scanner const *s, struct unit const *unit) ;
/* Why an incomplete unit is, in words. */
extern char const *look_why_incomplete (struct scanner const *s, struct unit const *unit, char *out, size_t size) ;
/* A name has appeared in SCAN; `at_once`: moved in, so complete. */
extern void look_name (struct scanner *s, char const *name, int at_once) ;
/* Has the directory of a unit a log/ with a ./run, or gets it one? */
extern int look_has_logger (struct scanner const *s, struct unit const *unit) ;
/* What is left in LIVE by a scanner that was killed: removed, or watched where
   supervisors live in it. */
extern void look_at_leftovers (struct scanner *s) ;

/* watch.c: inotify; all fail softly, with one message for all. */
extern void watch_start (struct scanner *s) ;
extern void watch_scan (struct scanner *s) ; /* SCAN, or the deepest ancestor there is */
extern void watch_unit (struct scanner *s, struct unit *unit) ;
extern void watch_no_unit (struct scanner *s, struct unit *unit) ;
extern void watch_read (struct scanner *s) ;
extern void watch_end (struct scanner *s) ;

/* livetree.c: all names are relative to LIVE. */
enum livetree_result { LIVETREE_DONE, LIVETREE_TAKEN, LIVETREE_FAILED /* errno */ } ;
/* Makes or refreshes LIVE/NAME: the links into SCAN/NAME and what is real. */
extern enum livetree_result livetree_make (char const *scan, char const *name) ;
/* What a logger needs, in a directory of anybody's: supervise/ and the fifo. */
extern int livetree_make_pipe (char const *logger_name) ;
/* LIVE/NAME/log with nothing but a link to the program: for a service without one. */
extern enum livetree_result livetree_make_logger (char const *logger_name, char const *program) ;
extern int livetree_is_ours (char const *name) ;
extern int livetree_remove (char const *name) ;

/* default_logger.c: -L */
/* Services without a log/ get a reeve-log that writes to the scanner's stdout, in
   `format`: prefix, json. Exits when it cannot. */
extern void default_logger_use (struct scanner *s, char const *format) ;
/* Is the service one of those? */
extern int default_logger_wanted (struct scanner const *s, struct unit const *unit) ;

/* command.c */
extern void command_letters (struct scanner *s, int fd) ;
extern void command_signal (struct scanner *s, int sig) ;

/* stop.c */
extern void stop_begin (struct scanner *s, int loggers_too) ;
extern void stop_start_command (struct scanner *s) ;
extern void stop_command_ended (struct scanner *s, int wstat) ;
/* Does what the budget asks for; has the tree ended? */
extern int stop_progress (struct scanner *s) ;
/* The next moment of the budget, or of K: 0 if there is none. */
extern int stop_deadline (struct scanner const *s, tain *deadline) ;
extern void stop_end (struct scanner *s) __attribute__((noreturn)) ;
extern void stop_crash (struct scanner *s) __attribute__((noreturn)) ;

#endif
