#include "scan/units.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define MANY 10000

static void clear (struct units *units)
{
  units_sweep(units) ; /* nothing is released twice */
  for (struct unit *unit = units->all ; unit ; unit = unit->next) units_release(units, unit) ;
  units_sweep(units) ;
  CHECK(!units->all && !units->count && !units->by_identity && !units->by_supervisor && !units->by_watch && !units->released) ;
  for (unsigned int i = 0 ; i < DEADLINE_KIND_COUNT ; i++) CHECK(!units->queue[i].first && !units->queue[i].last) ;
}

TEST(an_empty_set_has_nothing)
{
  struct units units = { .count = 0 } ;
  CHECK(!units_by_identity(&units, "web")) ;
  CHECK(!units_by_supervisor(&units, 7)) ;
  CHECK(!units_by_watch(&units, 7)) ;
  CHECK(!units_first_deadline(&units)) ;
  units_sweep(&units) ;
  clear(&units) ;
}

TEST(a_new_unit_is_incomplete_and_has_nothing)
{
  struct units units = { .count = 0 } ;
  struct unit *unit = units_add(&units, "web", "web", 0) ;
  CHECK(unit->phase == UNIT_INCOMPLETE && unit->wait.kind == DEADLINE_NONE) ;
  CHECK(!unit->supervisor.pid && unit->supervisor.fd == -1 && unit->directory.watch[0] == -1 && unit->directory.watch[1] == -1) ;
  CHECK(!unit->logger && !unit->producer && !unit->foreign && !unit->supervisor.is_child) ;
  CHECK(!unit->adopt && !unit->supervisor.has_ended && !unit->inherited) ;
  CHECK(units.all == unit && units.count == 1) ;
  clear(&units) ;
}

TEST(names_are_copied)
{
  struct units units = { .count = 0 } ;
  char identity[] = "web" ;
  char name[] = "Web" ;
  struct unit *unit = units_add(&units, identity, name, 0) ;
  identity[0] = name[0] = 'x' ;
  CHECK(!strcmp(unit->identity, "web") && !strcmp(unit->name, "Web")) ;
  CHECK(units_by_identity(&units, "web") == unit) ;
  clear(&units) ;
}

TEST(units_are_found_by_the_process_that_they_have_inherited)
{
  struct units units = { .count = 0 } ;
  struct unit *web = units_add(&units, "web", "web", 0) ;
  struct unit *db = units_add(&units, "db", "db", 0) ;
  CHECK(units_inherit(&units, web, 7, 7) && units_inherit(&units, db, 8, 8)) ;
  CHECK(units_by_process(&units, 7) == web && units_by_process(&units, 8) == db && !units_by_process(&units, 9)) ;
  web->inherited->ended = 1 ;
  CHECK(units_inherit(&units, web, 9, 7)) ;
  CHECK(!units_by_process(&units, 7) && units_by_process(&units, 9) == web && !web->inherited->ended) ;
  CHECK(units_inherit(&units, db, 9, 9)) ; /* the pid has come again */
  CHECK(units_by_process(&units, 9) == db && !web->inherited->pid && web->inherited->group == 7) ;
  CHECK(units_inherit(&units, db, 0, 0)) ;
  CHECK(!db->inherited && !units_by_process(&units, 9) && !units.by_process) ;
  clear(&units) ;
}

TEST(how_an_inherited_process_has_ended_stays_known)
{
  struct units units = { .count = 0 } ;
  struct unit *web = units_add(&units, "web", "web", 0) ;
  CHECK(units_inherit(&units, web, 7, 7)) ;
  *web->inherited = (struct inherited) { .pid = 7, .group = 7, .ended = 1, .wstat = 256, .told_ms = 1, .group_told_ms = 1 } ;
  CHECK(units_inherit(&units, web, 7, 6)) ; /* its successor was killed, too */
  CHECK(web->inherited->ended && web->inherited->wstat == 256 && web->inherited->group == 6) ;
  CHECK(!web->inherited->told_ms && !web->inherited->group_told_ms) ;
  clear(&units) ;
}

TEST(of_a_group_alone_no_process_is_known)
{
  struct units units = { .count = 0 } ;
  struct unit *web = units_add(&units, "web", "web", 0) ;
  CHECK(units_inherit(&units, web, 0, 7)) ;
  CHECK(web->inherited->group == 7 && !units.by_process && !units_by_process(&units, 0)) ;
  clear(&units) ;
  CHECK(!units.by_process) ;
}

TEST(units_are_found_by_identity)
{
  struct units units = { .count = 0 } ;
  struct unit *web = units_add(&units, "web", "web", 0) ;
  struct unit *foreign = units_add(&units, "/1:2", "web2", 0) ;
  CHECK(units_by_identity(&units, "web") == web) ;
  CHECK(units_by_identity(&units, "/1:2") == foreign) ;
  CHECK(!units_by_identity(&units, "web2")) ;
  CHECK(!units_by_identity(&units, "we")) ;
  CHECK(!units_by_identity(&units, "")) ;
  clear(&units) ;
}

TEST(a_logger_and_its_producer_know_each_other)
{
  struct units units = { .count = 0 } ;
  struct unit *web = units_add(&units, "web", "web", 0) ;
  struct unit *logger ;
  web->foreign = 1 ;
  logger = units_add(&units, "web/log", "web/log", web) ;
  CHECK(web->logger == logger && logger->producer == web && logger->foreign) ;
  units_release(&units, logger) ;
  CHECK(!web->logger) ;
  units_sweep(&units) ;
  logger = units_add(&units, "web/log", "web/log", web) ;
  units_release(&units, web) ;
  CHECK(!logger->producer) ;
  clear(&units) ;
}

TEST(units_are_found_by_supervisor)
{
  struct units units = { .count = 0 } ;
  struct unit *a = units_add(&units, "a", "a", 0) ;
  struct unit *b = units_add(&units, "b", "b", 0) ;
  CHECK(units_set_supervisor(&units, a, 100)) ;
  CHECK(units_set_supervisor(&units, b, 200)) ;
  CHECK(units_by_supervisor(&units, 100) == a && units_by_supervisor(&units, 200) == b) ;
  CHECK(units_set_supervisor(&units, a, 300)) ;
  CHECK(!units_by_supervisor(&units, 100) && units_by_supervisor(&units, 300) == a) ;
  CHECK(units_set_supervisor(&units, a, 0)) ;
  CHECK(!a->supervisor.pid && !units_by_supervisor(&units, 300)) ;
  CHECK(!units_by_supervisor(&units, 0)) ;
  clear(&units) ;
}

TEST(a_supervisors_pidfd_is_closed_when_it_is_forgotten)
{
  struct units units = { .count = 0 } ;
  struct unit *unit = units_add(&units, "a", "a", 0) ;
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC) ;
  CHECK(units_set_supervisor(&units, unit, 100)) ;
  unit->supervisor.fd = fd ;
  CHECK(units_set_supervisor(&units, unit, 0)) ;
  CHECK(unit->supervisor.fd == -1 && fcntl(fd, F_GETFD) == -1) ;
  CHECK(units_set_supervisor(&units, unit, 100)) ;
  unit->supervisor.fd = open("/dev/null", O_RDONLY | O_CLOEXEC) ;
  CHECK(unit->supervisor.fd == fd) ;
  units_release(&units, unit) ;
  CHECK(fcntl(fd, F_GETFD) == -1) ;
  clear(&units) ;
}

TEST(units_are_found_by_both_watches)
{
  struct units units = { .count = 0 } ;
  struct unit *a = units_add(&units, "a", "a", 0) ;
  struct unit *b = units_add(&units, "b", "b", 0) ;
  CHECK(units_set_watch(&units, a, 0, 1) && units_set_watch(&units, a, 1, 2) && units_set_watch(&units, b, 0, 3)) ;
  CHECK(units_by_watch(&units, 1) == a && units_by_watch(&units, 2) == a && units_by_watch(&units, 3) == b) ;
  CHECK(units_set_watch(&units, a, 0, 4)) ;
  CHECK(!units_by_watch(&units, 1) && units_by_watch(&units, 4) == a && units_by_watch(&units, 2) == a) ;
  CHECK(units_set_watch(&units, a, 1, -1)) ;
  CHECK(a->directory.watch[1] == -1 && !units_by_watch(&units, 2) && units_by_watch(&units, 4) == a) ;
  CHECK(!units_by_watch(&units, -1)) ;
  clear(&units) ;
}

TEST(a_unit_is_renamed_and_keeps_its_identity)
{
  struct units units = { .count = 0 } ;
  struct unit *unit = units_add(&units, "/1:2", "old", 0) ;
  units_rename(unit, "new") ;
  CHECK(!strcmp(unit->name, "new") && units_by_identity(&units, "/1:2") == unit) ;
  units_rename(unit, unit->name) ;
  CHECK(!strcmp(unit->name, "new")) ;
  clear(&units) ;
}

TEST(a_released_unit_is_found_no_more_but_lives_until_the_sweep)
{
  struct units units = { .count = 0 } ;
  struct unit *a = units_add(&units, "a", "a", 0) ;
  struct unit *b = units_add(&units, "b", "b", 0) ;
  struct unit *c = units_add(&units, "c", "c", 0) ;
  unsigned int walked = 0 ;
  units_set_supervisor(&units, b, 7) ;
  units_set_watch(&units, b, 0, 8) ;
  units_set_watch(&units, b, 1, 9) ;
  units_arm(&units, b, DEADLINE_RETRY) ;
  units_release(&units, b) ;
  CHECK(!units_by_identity(&units, "b") && !units_by_supervisor(&units, 7) && !units_by_watch(&units, 8)) ;
  CHECK(!units_by_watch(&units, 9) && !units_first_deadline(&units)) ;
  CHECK(!strcmp(b->identity, "b")) ;
  for (struct unit *unit = units.all ; unit ; unit = unit->next) walked++ ;
  CHECK(walked == 3) ;
  units_sweep(&units) ;
  CHECK(units.count == 2 && units.all == c && c->next == a && a->previous == c && !a->next && !c->previous) ;
  clear(&units) ;
}

TEST(a_released_identity_can_be_added_again_before_the_sweep)
{
  struct units units = { .count = 0 } ;
  struct unit *former = units_add(&units, "a", "a", 0) ;
  struct unit *latter ;
  units_release(&units, former) ;
  latter = units_add(&units, "a", "a", 0) ;
  CHECK(latter != former && units_by_identity(&units, "a") == latter) ;
  units_sweep(&units) ;
  CHECK(units_by_identity(&units, "a") == latter && units.count == 1) ;
  clear(&units) ;
}

TEST(the_shorter_deadline_comes_first)
{
  struct units units = { .count = 0 } ;
  struct unit *a = units_add(&units, "a", "a", 0) ;
  struct unit *b = units_add(&units, "b", "b", 0) ;
  units_arm(&units, a, DEADLINE_RETRY) ;
  CHECK(units_first_deadline(&units) == a) ;
  units_arm(&units, b, DEADLINE_QUIET) ;
  CHECK(units_first_deadline(&units) == b) ;
  CHECK(b->wait.at_ms < a->wait.at_ms) ;
  units_disarm(&units, b) ;
  CHECK(b->wait.kind == DEADLINE_NONE && units_first_deadline(&units) == a) ;
  units_disarm(&units, b) ;
  units_disarm(&units, a) ;
  CHECK(!units_first_deadline(&units)) ;
  clear(&units) ;
}

TEST(deadlines_come_in_the_order_they_were_armed)
{
  struct units units = { .count = 0 } ;
  struct unit *unit[100] ;
  for (unsigned int i = 0 ; i < 100 ; i++)
  {
    char name[16] ;
    snprintf(name, sizeof name, "%u", i) ;
    unit[i] = units_add(&units, name, name, 0) ;
    units_arm(&units, unit[i], DEADLINE_RETURN) ;
  }
  units_disarm(&units, unit[50]) ; /* in the middle */
  units_disarm(&units, unit[99]) ; /* at the end */
  units_arm(&units, unit[0], DEADLINE_RETURN) ; /* again: behind all others */
  for (unsigned int i = 1 ; i < 99 ; i++)
  {
    if (i == 50) continue ;
    CHECK(units_first_deadline(&units) == unit[i]) ;
    units_disarm(&units, unit[i]) ;
  }
  CHECK(units_first_deadline(&units) == unit[0]) ;
  clear(&units) ;
}

TEST(arming_anew_replaces_the_deadline)
{
  struct units units = { .count = 0 } ;
  struct unit *a = units_add(&units, "a", "a", 0) ;
  units_arm(&units, a, DEADLINE_RETRY) ;
  units_arm(&units, a, DEADLINE_QUIET) ;
  CHECK(a->wait.kind == DEADLINE_QUIET && !units.queue[DEADLINE_RETRY].first) ;
  units_disarm(&units, a) ;
  CHECK(!units_first_deadline(&units)) ;
  clear(&units) ;
}

static struct unit *many[MANY] ;

static void fill (struct units *units)
{
  for (int i = 0 ; i < MANY ; i++)
  {
    char name[16] ;
    snprintf(name, sizeof name, "unit%d", i) ;
    many[i] = units_add(units, name, name, 0) ;
    CHECK(many[i]) ;
    CHECK(units_set_supervisor(units, many[i], 1000 + i)) ;
    CHECK(units_set_watch(units, many[i], 0, 2 * i) && units_set_watch(units, many[i], 1, 2 * i + 1)) ;
    units_arm(units, many[i], (enum deadline_kind)(i % DEADLINE_KIND_COUNT)) ;
  }
  CHECK(units->count == MANY) ;
}

TEST(ten_thousand_units)
{
  struct units units = { .count = 0 } ;
  uint64_t last_ms = 0 ;
  unsigned int met = 0 ;
  fill(&units) ;
  for (int i = 1 ; i < MANY ; i += 2) units_release(&units, many[i]) ;
  units_sweep(&units) ;
  CHECK(units.count == MANY / 2) ;
  for (int i = 0 ; i < MANY ; i++)
  {
    char name[16] ;
    struct unit *expected = i % 2 ? 0 : many[i] ;
    snprintf(name, sizeof name, "unit%d", i) ;
    CHECK(units_by_identity(&units, name) == expected) ;
    CHECK(units_by_supervisor(&units, 1000 + i) == expected) ;
    CHECK(units_by_watch(&units, 2 * i) == expected && units_by_watch(&units, 2 * i + 1) == expected) ;
  }
  for (struct unit *unit ; (unit = units_first_deadline(&units)) ; met++)
  {
    CHECK(unit->wait.at_ms >= last_ms) ;
    last_ms = unit->wait.at_ms ;
    units_disarm(&units, unit) ;
  }
  CHECK(met == MANY / 2) ;
  clear(&units) ;
}

TEST(a_service_and_its_logger_are_renamed_together)
{
  struct units units = { .count = 0 } ;
  struct unit *unit = units_add(&units, "/1:2", "a", 0) ;
  struct unit *logger = units_add(&units, "/1:2/log", "a/log", unit) ;
  units_rename(unit, "b") ;
  CHECK(!strcmp(unit->name, "b") && !strcmp(logger->name, "b/log")) ;
  clear(&units) ;
}

TEST(of_the_last_supervisor_nothing_is_known_when_another_one_comes)
{
  struct units units = { .count = 0 } ;
  struct unit *unit = units_add(&units, "a", "a", 0) ;
  CHECK(units_set_supervisor(&units, unit, 7)) ;
  unit->supervisor.is_child = unit->supervisor.has_reported = unit->supervisor.told_to_leave = unit->supervisor.kill_due = 1 ;
  unit->supervisor.runs = 8 ;
  CHECK(units_set_supervisor(&units, unit, 0)) ;
  CHECK(unit->supervisor.runs == 8) ; /* it may be what is inherited */
  CHECK(units_set_supervisor(&units, unit, 9)) ;
  CHECK(!unit->supervisor.is_child && !unit->supervisor.has_reported && !unit->supervisor.told_to_leave && !unit->supervisor.kill_due) ;
  CHECK(!unit->supervisor.runs && unit->supervisor.pid == 9) ;
  clear(&units) ;
}

/* ---- events ---- */

static enum unit_event taken (struct units *units, struct unit const *from)
{
  enum unit_event event ;
  struct unit const *unit = units_take(units, &event) ;
  return unit && unit == from ? event : UNIT_NOTHING ;
}

TEST(the_events_of_a_unit_come_in_order)
{
  struct units units = { .count = 0 } ;
  struct unit *web = units_add(&units, "web", "web", 0) ;
  struct unit *db = units_add(&units, "db", "db", 0) ;
  enum unit_event event ;
  units_post(&units, web, UNIT_KILLED) ;
  units_post(&units, db, UNIT_DIED) ;
  units_post(&units, web, UNIT_LET_GO) ;
  CHECK(taken(&units, web) == UNIT_KILLED) ;
  CHECK(taken(&units, web) == UNIT_LET_GO) ;
  units_post(&units, web, UNIT_DEADLINE) ;
  CHECK(taken(&units, db) == UNIT_DIED) ;
  CHECK(taken(&units, web) == UNIT_DEADLINE) ;
  CHECK(!units_take(&units, &event)) ;
  clear(&units) ;
}

TEST(of_sights_in_a_row_the_last_one_counts)
{
  struct units units = { .count = 0 } ;
  struct unit *web = units_add(&units, "web", "web", 0) ;
  enum unit_event event ;
  units_post(&units, web, UNIT_UNSEEN) ;
  units_post(&units, web, UNIT_SEEN_CHANGING) ;
  CHECK(taken(&units, web) == UNIT_SEEN_CHANGING) ;
  units_post(&units, web, UNIT_SEEN_COMPLETE) ;
  units_post(&units, web, UNIT_SEEN_CHANGING) ;
  CHECK(taken(&units, web) == UNIT_SEEN_COMPLETE) ; /* it still is */
  units_post(&units, web, UNIT_SEEN_COMPLETE) ;
  units_post(&units, web, UNIT_UNSEEN) ;
  units_post(&units, web, UNIT_PRUNE) ;
  CHECK(taken(&units, web) == UNIT_UNSEEN) ;
  CHECK(taken(&units, web) == UNIT_PRUNE) ;
  CHECK(!units_take(&units, &event)) ;
  clear(&units) ;
}

TEST(what_is_posted_twice_is_one)
{
  struct units units = { .count = 0 } ;
  struct unit *web = units_add(&units, "web", "web", 0) ;
  enum unit_event event ;
  for (unsigned int i = 0 ; i < 100 ; i++)
  {
    units_post(&units, web, UNIT_LET_GO) ;
    units_post(&units, web, UNIT_NOTHING) ;
    units_post(&units, web, i % 2 ? UNIT_UNSEEN : UNIT_SEEN_CHANGING) ;
  }
  CHECK(taken(&units, web) == UNIT_LET_GO) ;
  CHECK(taken(&units, web) == UNIT_UNSEEN) ;
  CHECK(!units_take(&units, &event)) ;
  clear(&units) ;
}

TEST(to_what_is_released_nothing_happens)
{
  struct units units = { .count = 0 } ;
  struct unit *web = units_add(&units, "web", "web", 0) ;
  struct unit *db = units_add(&units, "db", "db", 0) ;
  enum unit_event event ;
  units_post(&units, web, UNIT_LET_GO) ;
  units_post(&units, db, UNIT_DIED) ;
  units_post(&units, web, UNIT_PRUNE) ;
  web->phase = UNIT_RELEASED ;
  units_release(&units, web) ;
  units_post(&units, web, UNIT_DEADLINE) ;
  CHECK(taken(&units, db) == UNIT_DIED) ;
  CHECK(!units_take(&units, &event)) ;
  units_post(&units, db, UNIT_LET_GO) ;
  CHECK(taken(&units, db) == UNIT_LET_GO) ;
  units_post(&units, db, UNIT_LET_GO) ;
  db->phase = UNIT_RELEASED ;
  units_release(&units, db) ;
  CHECK(!units_take(&units, &event) && !units.first_posted && !units.last_posted) ;
  units_sweep(&units) ;
  CHECK(!units.all) ;
}
