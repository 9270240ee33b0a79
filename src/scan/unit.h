/* A unit: one supervised directory, a service or a logger. What is decided about it stands in
   plan.h; the set of all units in units.h.

   Its directory is LIVE/NAME, or LIVE/NAME/log. LIVE is the working directory, so that a
   unit's name is also a path. */

#ifndef REEVE_SCAN_UNIT_H
#define REEVE_SCAN_UNIT_H

#include <stdint.h>
#include <sys/types.h>

#include "scan/plan.h"
#include "service/graph.h"
#include "service/name.h"

#define UNIT_PATH_MAX (SERVICE_NAME_MAX + 64) /* NAME/log/... */
#define UNIT_POSTED_MAX 8

/* Each kind of deadline has one delay: a queue to which units are only appended stays sorted. */
enum deadline_kind
{
  DEADLINE_TURN, /* at once, but one after the other: who needs others starts after them */
  DEADLINE_QUIET, /* 100 ms: after the last change in a new directory */
  DEADLINE_QUIET_INSTANCE, /* 1 s: the same where there is no ./run to come last */
  DEADLINE_RETURN, /* 1 s: a directory that is gone may come back */
  DEADLINE_RETRY, /* 1 s: what has failed is tried again */
  DEADLINE_KIND_COUNT,
  DEADLINE_NONE = DEADLINE_KIND_COUNT
} ;

/* The process that supervises the unit now. */
struct unit_supervisor
{
  pid_t pid ; /* 0: none */
  int fd ; /* a pidfd, if the process is no child of the scanner; -1: it is a child, or there are no pidfds */
  int wstat ; /* its wait status, while has_ended */
  uint64_t started_ms ; /* clock_ms() */
  pid_t runs ; /* the process of the service, as the supervisor has reported; 0: none */
  struct unit *next_ended ; /* in reap.c's list of those that have ended */
  unsigned int is_child : 1 ; /* of the scanner; else an earlier scanner has started it */
  unsigned int has_ended : 1 ; /* and nothing was decided about that yet */
  unsigned int has_reported : 1 ;
  unsigned int has_begun : 1 ; /* the service has been ready, or has ended, once */
  unsigned int finishes : 1 ; /* it has reported that ./finish runs */
  unsigned int told_to_leave : 1 ;
  unsigned int kill_due : 1 ; /* in a stop: it could not be ordered yet to kill what it runs */
  unsigned int go_due : 1 ; /* it could not be ordered yet to start what it holds */
  unsigned int upgrade_due : 1 ; /* it could not be ordered yet to execute its program anew */
} ;

/* What a killed supervisor leaves running: ./run or ./finish, and the process group of ./run. Its successor adopts it (inherited.h), or the scanner ends it (ending.h). */
struct inherited
{
  pid_t pid ; /* 0: nothing but the group */
  pid_t group ; /* the process group of the last ./run */
  int wstat ; /* with which the process has ended */
  unsigned int ended : 1 ; /* it has, and no supervisor has taken note of that yet */
  uint64_t told_ms ; /* clock_ms(): when the scanner told it to end; 0: it did not */
  uint64_t group_told_ms ; /* the same of the group */
} ;

struct unit
{
  char *identity ; /* a name in SCAN; or "/DEVICE:INODE" of what others have put into LIVE */
  char *name ; /* NAME or NAME/log */
  struct unit *logger ; /* 0: none */
  struct unit *producer ; /* of a logger: whose output it reads; 0: this is no logger */
  unsigned int collects : 1 ; /* it is the collector: collector.h */
  unsigned int collected : 1 ; /* the collector reads its output */
  unsigned int foreign : 1 ; /* others have put it into LIVE: nothing is made for it there */
  unsigned int warned : 1 ; /* that it cannot be started, or is incomplete, was said */

  enum unit_phase phase ; /* changed by loop.c alone */
  struct /* what has happened to it, and was not decided about yet */
  {
    uint8_t posted[UNIT_POSTED_MAX] ; /* enum unit_event, the oldest first */
    uint8_t count ;
    struct unit *next ; /* in the list of units with events */
  } events ;

  struct /* its deadline; units.h arms it */
  {
    enum deadline_kind kind ;
    uint64_t at_ms ; /* clock_ms() */
    struct unit *sooner ; /* in the queue of that kind */
    struct unit *later ;
  } wait ;

  struct /* its directory in SCAN, and in LIVE */
  {
    int watch[2] ; /* inotify's, of the directory and of its log/; -1: none */
    unsigned int seen ; /* the scan that saw it last */
    unsigned int made : 1 ; /* this scanner has made LIVE/NAME */
  } directory ;

  struct /* its enable-if: condition.h. Not of a logger */
  {
    unsigned int there : 1 ; /* there was one when its directory in LIVE was made */
    unsigned int disabled : 1 ;
    unsigned int said : 1 ; /* what is wrong with it */
  } condition ;

  struct /* its flag-console: console.h */
  {
    unsigned int there : 1 ; /* there was one when its directory in LIVE was made */
    unsigned int said : 1 ; /* that it does not get it */
  } console ;

  struct unit_supervisor supervisor ;
  struct inherited *inherited ; /* 0: no supervisor of it was killed, or a successor has gone on */
  unsigned int adopt : 1 ; /* the next supervisor goes on from what the last one has recorded */
  unsigned int supervised : 1 ; /* it had a supervisor in the directory that was made for it in LIVE */
  unsigned int had_left : 1 ; /* a supervisor of it has left in order, and had another one: that is to know of a task that was done */

  struct /* what it has to do with templates: origin.h, templates.h */
  {
    uint32_t count ; /* of a template: NAME@1 to that are to be there because of its count */
    uint32_t told ; /* of these, so many have been told so */
    unsigned int is_template : 1 ; /* it gets no supervisor */
    unsigned int is_known : 1 ; /* a template, and its count was read */
    unsigned int is_missed : 1 ; /* it had no `run` when that was looked for */
    unsigned int has_count : 1 ; /* or was given by a command */
    unsigned int is_one : 1 ; /* an instance: it has a template's files */
    unsigned int has_own : 1 ; /* and a directory of its own in SCAN */
    unsigned int is_counted : 1 ; /* it is there because of its template's count */
    unsigned int is_member : 1 ; /* it is there, and does not leave */
  } instances ;

  struct /* what it needs, and who needs it: needs.h. Not of a logger */
  {
    struct graph_node *node ; /* its owner is the unit; 0: it does not exist as a service */
    uint64_t held_ms ; /* clock_ms(): since when it is held; 0: it is not */
    unsigned int wstat ; /* as reported last */
    uint8_t said ; /* how often that it is held */
    unsigned int main_service : 1 ;
    unsigned int none : 1 ; /* there was no dependencies.d when its directory in LIVE was made */
    unsigned int postponed : 1 ; /* it is ready for its first supervisor, and waits for its turn */
    unsigned int fresh : 1 ; /* its dependencies.d was read for the start that is to come */
  } needs ;

  struct /* its end */
  {
    uint8_t tries ; /* how often it could not be given a supervisor, or that could not be told, since its last report */
    unsigned int terminate : 1 ; /* a logger that is not to wait for the end of its input */
    unsigned int killed : 1 ; /* the stop has killed it, and that was said */
  } stop ;

  struct unit *previous ; /* in the list of all */
  struct unit *next ;
} ;

#endif
