/* A unit: one supervised directory, a service or a logger. plan.h decides about it; units.h has the
   set of all units.

   A unit's directory is LIVE/NAME, or LIVE/NAME/log. LIVE is the working directory, so a unit's
   name is also a path. */

#ifndef REEVE_SCAN_UNIT_H
#define REEVE_SCAN_UNIT_H

#include <stdint.h>
#include <sys/types.h>

#include "scan/plan.h"
#include "service/graph.h"
#include "service/name.h"

#define UNIT_PATH_MAX (SERVICE_NAME_MAX + 64) /* NAME/log/... */
#define UNIT_POSTED_MAX 8

/* All deadlines of one kind have the same delay. So a queue to which units are only appended stays
   sorted. */
enum deadline_kind
{
  DEADLINE_TURN, /* at once, but one unit after the other, a needed one first */
  DEADLINE_QUIET, /* 100 ms after the last change in a new directory */
  DEADLINE_QUIET_INSTANCE, /* 1 s: the same for an instance without a ./run of its own, which would come last */
  DEADLINE_RETURN, /* 1 s: a directory that is gone may come back */
  DEADLINE_RETRY, /* 1 s: something failed, and is tried again */
  DEADLINE_KIND_COUNT,
  DEADLINE_NONE = DEADLINE_KIND_COUNT
} ;

/* The process that supervises the unit now. */
struct unit_supervisor
{
  pid_t pid ; /* 0: none */
  int fd ; /* a pidfd, if the supervisor is not a child of the scanner; -1: it is a child, or there is no pidfd */
  int wstat ; /* the supervisor's wait status, while has_ended */
  uint64_t started_ms ; /* clock_ms() */
  pid_t runs ; /* the process of the service, as the supervisor has reported; 0: none */
  struct unit *next_ended ; /* in reap.c's list of those that have ended */
  unsigned int is_child : 1 ; /* a child of the scanner; else an earlier scanner has started it */
  unsigned int has_ended : 1 ; /* the supervisor has ended, and nothing was decided about that yet */
  unsigned int has_reported : 1 ;
  unsigned int has_begun : 1 ; /* the service has once been ready, or has once ended */
  unsigned int finishes : 1 ; /* the supervisor has reported that ./finish runs */
  unsigned int told_to_leave : 1 ;
  unsigned int kill_due : 1 ; /* in a stop: the order to kill what it runs could not be sent yet */
  unsigned int go_due : 1 ; /* the order to start what it holds could not be sent yet */
  unsigned int upgrade_due : 1 ; /* the order to upgrade could not be sent yet */
} ;

/* What a killed supervisor leaves running: ./run or ./finish, and the process group of ./run. Its
   successor adopts it (inherited.h), or the scanner ends it (ending.h). */
struct inherited
{
  pid_t pid ; /* 0: only the group is left */
  pid_t group ; /* the process group of the last ./run */
  int wstat ; /* the wait status of the process, if it has ended */
  unsigned int ended : 1 ; /* the process has ended, and no supervisor has taken note of that yet */
  uint64_t told_ms ; /* clock_ms(): when the scanner told the process to end; 0: it did not */
  uint64_t group_told_ms ; /* the same for the group */
} ;

struct unit
{
  char *identity ; /* the name in SCAN; of a foreign unit "/DEVICE:INODE" */
  char *name ; /* NAME or NAME/log */
  struct unit *logger ; /* 0: none */
  struct unit *producer ; /* a logger's: the service whose output it reads; 0: the unit is no logger */
  unsigned int collects : 1 ; /* the unit is the collector: collector.h */
  unsigned int collected : 1 ; /* the collector reads the unit's output */
  unsigned int foreign : 1 ; /* others have put the directory into LIVE: nothing is made for it there */
  unsigned int warned : 1 ; /* a message has said that it cannot be started, or is incomplete */

  enum unit_phase phase ; /* changed by loop.c alone */
  struct /* events that have happened to it and were not decided about yet */
  {
    uint8_t posted[UNIT_POSTED_MAX] ; /* enum unit_event, the oldest first */
    uint8_t count ;
    struct unit *next ; /* in the list of units with events */
  } events ;

  struct /* its deadline, set by units_arm() */
  {
    enum deadline_kind kind ;
    uint64_t at_ms ; /* clock_ms() */
    struct unit *sooner ; /* neighbours in the queue of that kind */
    struct unit *later ;
  } wait ;

  struct /* its directories in SCAN and in LIVE */
  {
    int watch[2] ; /* inotify's, of the directory and of its log/; -1: none */
    unsigned int seen ; /* the generation of the scan that saw it last */
    unsigned int filled ; /* the generation of the scan in which LIVE/NAME was made, or refreshed, last */
    unsigned int made : 1 ; /* this scanner has made LIVE/NAME */
  } directory ;

  struct /* its enable-if: condition.h. Unused for a logger */
  {
    unsigned int there : 1 ; /* there was one when its directory in LIVE was made */
    unsigned int disabled : 1 ;
    unsigned int said : 1 ; /* a message has said what is wrong with it */
  } condition ;

  struct /* its flag-console: console.h */
  {
    unsigned int there : 1 ; /* there was one when its directory in LIVE was made */
    unsigned int said : 1 ; /* a message has said that it does not get stdin */
  } console ;

  struct unit_supervisor supervisor ;
  struct inherited *inherited ; /* 0: nothing is inherited, or a successor has gone on with it */
  unsigned int adopt : 1 ; /* the next supervisor goes on from what the last one has recorded */
  unsigned int supervised : 1 ; /* it had a supervisor since its directory in LIVE was made */
  unsigned int had_left : 1 ; /* a supervisor of it has left in order before: the next one reads its record, to know of a task that is done */

  struct /* templates and instances: origin.h, templates.h */
  {
    uint32_t count ; /* a template's: NAME@1 to NAME@count shall be there */
    uint32_t told ; /* so many of these were told that they are there */
    unsigned int is_template : 1 ; /* the unit is a template, and gets no supervisor */
    unsigned int is_known : 1 ; /* the unit is a template whose count was read */
    unsigned int is_missed : 1 ; /* the template had no `run` when that was looked for */
    unsigned int has_count : 1 ; /* the count comes from a file or a command, not from the default */
    unsigned int is_one : 1 ; /* the unit is an instance: it has a template's files */
    unsigned int has_own : 1 ; /* the instance has a directory of its own in SCAN */
    unsigned int is_counted : 1 ; /* the instance is there because of its template's count */
    unsigned int is_member : 1 ; /* the instance counts as one: it is there, and does not leave */
  } instances ;

  struct /* what it needs, and who needs it: needs.h. Unused for a logger */
  {
    struct graph_node *node ; /* the unit's node; 0: it does not exist as a service */
    uint64_t held_ms ; /* clock_ms(): since when it is held; 0: it is not held */
    unsigned int wstat ; /* the last wait status that was reported */
    uint8_t said ; /* how many messages have said that it is held */
    unsigned int main_service : 1 ;
    unsigned int none : 1 ; /* there was no dependencies.d when its directory in LIVE was made */
    unsigned int postponed : 1 ; /* its first supervisor waits for its turn: turns_give() */
    unsigned int fresh : 1 ; /* dependencies.d was read for the next start already */
  } needs ;

  struct /* the unit in a stop */
  {
    uint8_t tries ; /* failed tries to give it a supervisor, or to tell that one something, since the last report */
    unsigned int terminate : 1 ; /* a logger that must not wait for the end of its input */
    unsigned int killed : 1 ; /* the stop has killed it, and a message has said so */
  } stop ;

  struct unit *previous ; /* neighbours in the list of all units */
  struct unit *next ;
} ;

#endif
