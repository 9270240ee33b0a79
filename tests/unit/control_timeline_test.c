#include "control/timeline.h"

#include <string.h>

#include "unit.h"

static char const *last_of (struct timing *all, size_t count)
{
  struct timeline line = { .all = all, .count = count } ;
  struct timing const *last = timeline_last(&line) ;
  return last ? last->name : "nothing" ;
}

TEST(the_last_is_what_was_ready_last)
{
  struct timing all[] = { { .name = "web", .ready_ms = 20 }, { .name = "db", .ready_ms = 30 }, { .name = "held" } } ;
  CHECK(!strcmp(last_of(all, 3), "db")) ;
  CHECK(!strcmp(last_of(all, 1), "web")) ;
  CHECK(!strcmp(last_of(all + 2, 1), "nothing")) ;
}

TEST(of_those_that_were_ready_at_once_the_last_is_the_one_that_waited)
{
  struct timing first[] = { { .name = "web", .ready_ms = 20 }, { .name = "between", .ready_ms = 20 }, { .name = "CMD", .ready_ms = 20 } } ;
  struct timing last[] = { { .name = "CMD", .ready_ms = 20 }, { .name = "between", .ready_ms = 20 }, { .name = "web", .ready_ms = 20 } } ;
  first[2].by = first ;
  last[0].by = last + 1 ;
  last[1].by = last + 2 ;
  CHECK(!strcmp(last_of(first, 3), "CMD")) ;
  CHECK(!strcmp(last_of(last, 3), "CMD")) ;
}

TEST(what_was_started_later_counts_only_if_nothing_else_does)
{
  struct timing all[] = { { .name = "again", .ready_ms = 40, .later = 1 }, { .name = "web", .ready_ms = 20 } } ;
  CHECK(!strcmp(last_of(all, 2), "web")) ;
  CHECK(!strcmp(last_of(all, 1), "again")) ;
}
