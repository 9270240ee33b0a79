#include "service/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define UP (GRAPH_EXISTS | GRAPH_WANTED | GRAPH_READY | GRAPH_SETTLED)
#define STARTING (GRAPH_EXISTS | GRAPH_WANTED)
#define HELD (GRAPH_EXISTS | GRAPH_WANTED | GRAPH_HELD)
#define DOWN GRAPH_EXISTS
#define DISABLED (GRAPH_EXISTS | GRAPH_DISABLED)
#define FAILED (GRAPH_EXISTS | GRAPH_SETTLED | GRAPH_ENDED)

static struct graph graph ;
static char told[256] ; /* the circles */
static int an_owner ;

static struct graph_node *named (char const *name)
{
  return graph_add(&graph, name) ;
}

/* NEEDS: names with a space between; an optional one ends in `?`. */
static struct graph_node *service (char const *name, char const *needs)
{
  struct graph_wish wishes[8] ;
  char copy[64] ;
  size_t n = 0 ;
  char *at = 0 ;
  struct graph_node *node = named(name) ;
  node->owner = &an_owner ;
  snprintf(copy, sizeof copy, "%s", needs) ;
  for (char *word = strtok_r(copy, " ", &at) ; word ; word = strtok_r(0, " ", &at))
  {
    size_t len = strlen(word) ;
    wishes[n].name = word ;
    wishes[n].optional = word[len - 1] == '?' ;
    if (wishes[n++].optional) word[len - 1] = 0 ;
  }
  CHECK(graph_set_needs(&graph, node, wishes, n)) ;
  return node ;
}

static void tell (struct graph_node const *first, void *data)
{
  size_t used = strlen(told) ;
  (void)data ;
  graph_describe_circle(first, told + used, sizeof told - used) ;
  snprintf(told + strlen(told), sizeof told - strlen(told), "; ") ;
}

static char const *circles (void)
{
  *told = 0 ;
  graph_find_circles(&graph, &tell, 0) ;
  return told ;
}

static void begin (void)
{
  graph = (struct graph) { .complete = 1 } ;
}

static void facts (char const *name, unsigned int what)
{
  struct graph_node *node = named(name) ;
  node->owner = &an_owner ;
  graph_set_facts(&graph, node, what) ;
}

/* The names of those that may start now, sorted. */
static char const *freed (void)
{
  static char out[64] ;
  char const *names[8] ;
  size_t n = 0 ;
  struct graph_node *node ;
  circles() ;
  while ((node = graph_take_free(&graph)))
  {
    size_t at = n++ ;
    for ( ; at && strcmp(names[at - 1], node->name) > 0 ; at--) names[at] = names[at - 1] ;
    names[at] = node->name ;
  }
  *out = 0 ;
  for (size_t i = 0 ; i < n ; i++) snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", i ? " " : "", names[i]) ;
  return out ;
}

TEST(who_needs_nothing_may_start)
{
  begin() ;
  service("a", "") ;
  facts("a", HELD) ;
  CHECK(!strcmp(freed(), "a")) ;
  CHECK(!strcmp(freed(), "")) ;
  graph_free(&graph) ;
}

TEST(a_service_waits_until_all_that_it_needs_is_ready)
{
  begin() ;
  service("web", "db cache") ;
  facts("web", HELD) ;
  facts("db", STARTING) ;
  CHECK(!strcmp(freed(), "")) ;
  facts("db", UP) ;
  CHECK(!strcmp(freed(), "")) ;
  facts("cache", UP) ;
  CHECK(!strcmp(freed(), "web")) ;
  graph_free(&graph) ;
}

TEST(what_ceases_to_be_ready_before_all_is_holds_again)
{
  begin() ;
  service("web", "db cache") ;
  facts("web", HELD) ;
  facts("db", UP) ;
  facts("db", STARTING) ;
  facts("cache", UP) ;
  CHECK(!strcmp(freed(), "")) ;
  facts("db", UP) ;
  CHECK(!strcmp(freed(), "web")) ;
  graph_free(&graph) ;
}

TEST(it_holds_again_even_after_it_was_found_free)
{
  begin() ;
  service("web", "db") ;
  facts("db", UP) ;
  facts("web", HELD) ;
  facts("db", STARTING) ;
  CHECK(!strcmp(freed(), "")) ;
  facts("db", UP) ;
  CHECK(!strcmp(freed(), "web")) ;
  graph_free(&graph) ;
}

TEST(what_is_ready_but_wanted_down_holds)
{
  begin() ;
  service("web", "db") ;
  facts("web", HELD) ;
  facts("db", GRAPH_EXISTS | GRAPH_READY | GRAPH_SETTLED) ;
  CHECK(!strcmp(freed(), "")) ;
  graph_free(&graph) ;
}

TEST(what_is_missing_holds_until_it_appears)
{
  begin() ;
  service("web", "db") ;
  facts("web", HELD) ;
  CHECK(!strcmp(freed(), "")) ;
  CHECK(graph_holds(&graph, named("web")->needs)) ;
  service("db", "") ;
  facts("db", UP) ;
  CHECK(!strcmp(freed(), "web")) ;
  graph_free(&graph) ;
}

TEST(one_that_is_told_again_to_be_held_is_told_again_to_be_free)
{
  begin() ;
  service("web", "db") ;
  facts("db", UP) ;
  facts("web", HELD) ;
  CHECK(!strcmp(freed(), "web")) ;
  facts("web", HELD) ;
  CHECK(!strcmp(freed(), "web")) ;
  facts("web", UP) ;
  CHECK(!strcmp(freed(), "")) ;
  graph_free(&graph) ;
}

TEST(one_that_is_stopped_while_it_is_held_does_not_start)
{
  begin() ;
  service("web", "db") ;
  facts("web", HELD) ;
  facts("web", DOWN) ;
  facts("db", UP) ;
  CHECK(!strcmp(freed(), "")) ;
  facts("web", HELD) ;
  facts("web", DOWN) ;
  CHECK(!strcmp(freed(), "")) ;
  graph_free(&graph) ;
}

TEST(an_optional_need_holds_until_it_was_ready_or_has_ended_once)
{
  begin() ;
  service("web", "cache?") ;
  facts("cache", STARTING) ;
  facts("web", HELD) ;
  CHECK(!strcmp(freed(), "")) ;
  facts("cache", STARTING | GRAPH_SETTLED) ;
  CHECK(!strcmp(freed(), "web")) ;
  facts("cache", DOWN) ;
  facts("web", HELD) ;
  CHECK(!strcmp(freed(), "web")) ;
  graph_free(&graph) ;
}

TEST(an_optional_need_on_a_service_that_is_missing_or_not_wanted_does_not_hold)
{
  begin() ;
  service("web", "cache?") ;
  facts("web", HELD) ;
  CHECK(!strcmp(freed(), "web")) ;
  facts("cache", STARTING) ;
  facts("web", HELD) ;
  CHECK(!strcmp(freed(), "")) ;
  facts("cache", DOWN) ;
  CHECK(!strcmp(freed(), "web")) ;
  facts("cache", STARTING) ;
  facts("web", HELD) ;
  graph_forget(&graph, named("cache")) ;
  CHECK(!strcmp(freed(), "web")) ;
  graph_free(&graph) ;
}

TEST(an_optional_need_holds_as_long_as_it_is_not_known_whether_it_exists)
{
  begin() ;
  graph.complete = 0 ;
  service("web", "cache?") ;
  facts("web", HELD) ;
  CHECK(!strcmp(freed(), "")) ;
  graph_set_complete(&graph) ;
  CHECK(!strcmp(freed(), "web")) ;
  graph_free(&graph) ;
}

TEST(a_need_that_counts_if_wanted_holds_while_it_may_come_or_has_failed)
{
  begin() ;
  service("cmd", "db")->needs[0].if_wanted = 1 ;
  facts("cmd", HELD) ;
  CHECK(!strcmp(freed(), "cmd")) ; /* there is none */
  facts("db", STARTING) ;
  facts("cmd", HELD) ;
  CHECK(!strcmp(freed(), "")) ;
  facts("db", FAILED | GRAPH_FAILED) ;
  CHECK(!strcmp(freed(), "")) ;
  CHECK(graph_find_obstacle(&graph, named("cmd")) == named("db")) ;
  facts("db", STARTING) ;
  facts("db", FAILED) ; /* for good, without a failure */
  CHECK(!strcmp(freed(), "cmd")) ;
  facts("db", STARTING) ;
  facts("cmd", HELD) ;
  facts("db", DOWN) ;
  CHECK(!strcmp(freed(), "cmd")) ;
  facts("db", STARTING) ;
  facts("cmd", HELD) ;
  CHECK(!strcmp(freed(), "")) ;
  facts("db", UP) ;
  CHECK(!strcmp(freed(), "cmd")) ;
  graph_free(&graph) ;
}

TEST(needs_that_change_while_it_is_held_count)
{
  begin() ;
  service("web", "db") ;
  facts("web", HELD) ;
  service("web", "cache") ;
  facts("db", UP) ;
  CHECK(!strcmp(freed(), "")) ;
  service("web", "") ;
  CHECK(!strcmp(freed(), "web")) ;
  CHECK(!graph_find(&graph, "cache")) ;
  graph_free(&graph) ;
}

TEST(a_circle_is_named_whole_and_once_and_holds_nobody)
{
  begin() ;
  service("a", "b") ;
  service("b", "c d") ;
  service("c", "a") ;
  facts("a", HELD) ;
  facts("b", HELD) ;
  facts("c", HELD) ;
  CHECK(!strcmp(circles(), "a needs b, b needs c, c needs a; ")) ;
  CHECK(!strcmp(circles(), "")) ;
  CHECK(!strcmp(freed(), "a c")) ;
  facts("d", UP) ;
  CHECK(!strcmp(freed(), "b")) ;
  graph_free(&graph) ;
}

TEST(who_needs_itself_is_a_circle)
{
  begin() ;
  service("a", "a") ;
  facts("a", HELD) ;
  CHECK(!strcmp(circles(), "a needs a; ")) ;
  CHECK(!strcmp(freed(), "a")) ;
  graph_forget(&graph, named("a")) ;
  CHECK(!graph_find(&graph, "a")) ;
  graph_free(&graph) ;
}

TEST(two_circles_are_told_apart_and_one_that_was_mended_holds_again)
{
  begin() ;
  service("a", "b") ;
  service("b", "a c") ;
  service("c", "d") ;
  service("d", "c") ;
  circles() ;
  CHECK(strstr(told, "c needs d, d needs c; ") || strstr(told, "d needs c, c needs d; ")) ;
  CHECK(strstr(told, "a needs b, b needs a; ")) ;
  service("b", "") ;
  facts("a", HELD) ;
  CHECK(!strcmp(freed(), "")) ;
  CHECK(!*told) ;
  graph_free(&graph) ;
}

TEST(a_circle_that_does_not_fit_is_cut)
{
  char text[12] ;
  begin() ;
  service("a", "b") ;
  service("b", "a") ;
  circles() ;
  graph_describe_circle(named("a"), text, sizeof text) ;
  CHECK(!strcmp(text, "a needs ...")) ;
  graph_free(&graph) ;
}

TEST(a_chain_ends_at_what_has_failed)
{
  begin() ;
  service("web", "app") ;
  service("app", "cache? db") ;
  facts("web", HELD) ;
  facts("app", HELD) ;
  facts("cache", FAILED) ;
  facts("db", STARTING) ;
  CHECK(!graph_find_obstacle(&graph, named("web"))) ;
  facts("db", FAILED) ;
  CHECK(graph_find_obstacle(&graph, named("web")) == named("db")) ;
  facts("app", UP) ;
  CHECK(!graph_find_obstacle(&graph, named("web"))) ;
  graph_free(&graph) ;
}

TEST(dependents_come_before_at_a_stop_but_not_within_a_circle)
{
  begin() ;
  service("db", "") ;
  service("web", "db") ;
  service("worker", "db? web") ;
  CHECK(graph_find_dependent(named("db"))) ;
  CHECK(graph_find_dependent(named("web")) == named("worker")) ;
  CHECK(!graph_find_dependent(named("worker"))) ;
  graph_forget(&graph, named("worker")) ;
  CHECK(graph_find_dependent(named("db")) == named("web")) ;
  graph_forget(&graph, named("web")) ;
  CHECK(!graph_find_dependent(named("db"))) ;
  service("db", "other") ;
  service("other", "db") ;
  circles() ;
  CHECK(!graph_find_dependent(named("db"))) ;
  graph_free(&graph) ;
}

static char const *listed (char const *name, void (*add) (struct graph const *, struct graph_list *, struct graph_node *))
{
  static char out[64] ;
  struct graph_node *nodes[8] ;
  struct graph_list list = { .nodes = nodes } ;
  circles() ;
  graph_begin_list(&graph, &list) ;
  (*add)(&graph, &list, named(name)) ;
  (*add)(&graph, &list, named(name)) ;
  *out = 0 ;
  for (size_t i = 0 ; i < list.count ; i++) snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", i ? " " : "", nodes[i]->name) ;
  return out ;
}

TEST(what_a_service_has_not_got_is_listed_before_it)
{
  begin() ;
  service("web", "app cache?") ;
  service("app", "db disk net") ;
  service("db", "disk") ;
  facts("net", UP) ;
  CHECK(!strcmp(listed("web", &graph_list_needed), "disk db app web")) ;
  facts("app", UP) ;
  CHECK(!strcmp(listed("web", &graph_list_needed), "web")) ;
  graph_free(&graph) ;
}

TEST(who_is_to_be_stopped_first_is_listed_first_and_a_circle_ends)
{
  begin() ;
  service("db", "") ;
  service("web", "db") ;
  service("worker", "web db?") ;
  CHECK(!strcmp(listed("db", &graph_list_dependents), "worker web db")) ;
  service("web", "db worker") ;
  CHECK(!strcmp(listed("worker", &graph_list_dependents), "worker")) ;
  graph_free(&graph) ;
}

TEST(what_needs_it_as_optional_is_stopped_before_it_only_where_it_is_named_too)
{
  begin() ;
  service("db", "") ;
  service("web", "db?") ;
  service("front", "web") ;
  CHECK(!strcmp(listed("db", &graph_list_dependents), "db")) ;
  graph_set_facts(&graph, named("web"), GRAPH_EXISTS | GRAPH_NAMED) ;
  CHECK(!strcmp(listed("db", &graph_list_dependents), "front web db")) ;
  graph_free(&graph) ;
}

TEST(a_task_is_not_stopped_for_what_it_needs_but_by_name)
{
  begin() ;
  service("db", "") ;
  service("web", "db migrate") ;
  service("other", "migrate") ;
  graph_set_facts(&graph, service("migrate", "db"), GRAPH_EXISTS | GRAPH_TASK) ;
  CHECK(!strcmp(listed("db", &graph_list_dependents), "web db")) ;
  CHECK(!strcmp(listed("migrate", &graph_list_dependents), "other web migrate")) ;
  CHECK(graph_find_dependent(named("db"))) ; /* in a stop of the tree it comes before all the same */
  graph_free(&graph) ;
}

/* How it grows shows in the time that this takes; a stack that grows with the chain in a crash. */
TEST(a_long_chain_and_a_wide_star)
{
  enum { MANY = 100000 } ;
  char name[16] ;
  char on[16] ;
  unsigned int started = 0 ;
  struct graph_node *node ;
  begin() ;
  for (unsigned int i = 0 ; i < MANY ; i++)
  {
    snprintf(name, sizeof name, "s%u", i) ;
    snprintf(on, sizeof on, "%s%u", i % 2 ? "s" : "star", i % 2 ? i - 1 : 0) ;
    if (i > 1 && i % 4 == 2) snprintf(on, sizeof on, "s%u", i - 1) ;
    service(name, on) ;
    facts(name, HELD) ;
  }
  CHECK(!strcmp(circles(), "")) ;
  facts("star0", UP) ;
  while ((node = graph_take_free(&graph)))
  {
    graph_set_facts(&graph, node, UP) ;
    started++ ;
  }
  CHECK(started == MANY) ;
  graph_free(&graph) ;
}

TEST(nobody_waits_for_what_is_disabled)
{
  begin() ;
  service("web", "cron worker?") ;
  service("cron", "") ;
  service("worker", "") ;
  facts("web", HELD) ;
  facts("cron", DOWN) ;
  facts("worker", STARTING) ;
  CHECK(!strcmp(freed(), "")) ;
  facts("cron", DISABLED) ;
  CHECK(!strcmp(freed(), "")) ;
  facts("worker", DISABLED) ;
  CHECK(!strcmp(freed(), "web")) ;
  facts("cron", STARTING) ;
  facts("web", HELD) ;
  CHECK(!strcmp(freed(), "")) ;
  graph_free(&graph) ;
}
