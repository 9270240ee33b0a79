/* Which service needs which (dependencies.d), and what follows from that: who may start,
   who waits for whom, who is to be stopped first. No I/O, no clock.

   A node is a name that is a service, or that a service needs. Its owner, the caller,
   tells the facts about it, and the graph tells which nodes that are held have become
   free. A need holds its service back

     required  until what is needed is ready and wanted, or disabled
     if wanted as required, but only while what is needed exists, and is wanted or has failed
               for good
     optional  while what is needed exists, is wanted, and has neither been ready nor
               ended once

   Needs within a circle (a strongly connected component) hold nobody back, and put
   nobody before another at a stop.

   What an event costs does not depend on how many services there are, but for those that
   wait for the service in question: a node that is held waits for one of its needs at a
   time. Finding circles is linear in services and needs together; it is done again only
   after the needs of a service have changed. */

#ifndef REEVE_SERVICE_GRAPH_H
#define REEVE_SERVICE_GRAPH_H

#include <stddef.h>

enum graph_fact
{
  GRAPH_EXISTS = 1 << 0, /* there is such a service */
  GRAPH_WANTED = 1 << 1, /* up */
  GRAPH_READY = 1 << 2,
  GRAPH_SETTLED = 1 << 3, /* it has been ready, or has ended, once */
  GRAPH_HELD = 1 << 4, /* it would start, and waits until it may */
  GRAPH_ENDED = 1 << 5, /* by itself, and will not come back */
  GRAPH_FAILED = 1 << 7, /* the same, with a failure */
  GRAPH_TASK = 1 << 6, /* it ends by itself, and stays done: it is not stopped for what it needs */
  GRAPH_DISABLED = 1 << 8, /* not wanted in this container: nobody waits for it */
  GRAPH_NAMED = 1 << 9 /* the caller's, for graph_list_dependents() */
} ;

struct graph_node ;

struct graph_need
{
  struct graph_node *of ; /* who needs */
  struct graph_node *on ; /* what is needed */
  struct graph_need *next ; /* in the list of on->dependents */
  struct graph_need *previous ;
  unsigned int optional : 1 ;
  unsigned int if_wanted : 1 ; /* required, but not while what is needed is wanted down or does not exist; set by the caller */
  unsigned int inner : 1 ; /* within a circle: ignored */
} ;

struct graph_node
{
  char *name ;
  void *owner ; /* the caller's; 0: there is no such service (yet) */
  unsigned int facts ; /* enum graph_fact */
  struct graph_need *needs ;
  size_t need_count ;
  struct graph_need *dependents ; /* the needs on it */
  /* for graph*.c */
  struct graph_node *later ; /* in the list of all */
  struct graph_node *earlier ;
  size_t waits_at ; /* the need that it waits for */
  struct graph_node *waiters ; /* those that wait for it */
  struct graph_node **list ; /* it is in: the waiters of another, or those that are free; 0: none */
  struct graph_node *next ;
  struct graph_node *previous ;
  size_t number ; /* while the graph is walked through */
  size_t low ;
  size_t at ;
  struct graph_need *walked ;
  struct graph_node *parent ;
  struct graph_node *stacked ;
  struct graph_node *member ; /* the next one of the circle that is told */
  size_t circle ; /* 0: in none */
  unsigned int on_stack : 1 ;
} ;

struct graph
{
  void *by_name ; /* a tsearch tree */
  struct graph_node *first ; /* of all */
  struct graph_node *last ;
  struct graph_node *free ; /* may start, and that was not told yet */
  struct graph_node *stack ;
  size_t number ;
  size_t circles ;
  size_t count ; /* of all */
  unsigned int changed : 1 ; /* there may be other circles than before */
  unsigned int complete : 1 ; /* all services that exist are known */
} ;

struct graph_wish /* what a service needs, as its directory says */
{
  char const *name ;
  int optional ;
} ;

/* ---- graph.c: what there is ---- */

/* The node of that name, added if need be. Returns 0 when there is no memory. */
extern struct graph_node *graph_add (struct graph *graph, char const *name) ;
/* 0: there is none. */
extern struct graph_node *graph_find (struct graph const *graph, char const *name) ;
/* What the service needs from now on; of a name that is there twice the first counts.
   Returns 1, or 0 when there is no memory: then all is as it was. */
extern int graph_set_needs (struct graph *graph, struct graph_node *node, struct graph_wish const *wishes, size_t count) ;
/* The service exists no more, and needs nothing; the node is freed if nobody needs it. */
extern void graph_forget (struct graph *graph, struct graph_node *node) ;
extern void graph_free (struct graph *graph) ;

/* ---- graph_circles.c ---- */

/* Is told a new circle: at least one of its needs was in no circle before. Its members are
   `first` and what follows by node->member. */
typedef void graph_circle_func (struct graph_node const *first, void *data) ;
/* Finds the circles, if the needs have changed since the last time. */
extern void graph_find_circles (struct graph *graph, graph_circle_func *tell, void *data) ;
/* Writes the needs within the circle: "a needs b, b needs a". What does not fit is cut. */
extern void graph_describe_circle (struct graph_node const *first, char *out, size_t size) ;

/* ---- graph_hold.c: who may start ---- */

/* What is true of the node from now on: enum graph_fact. */
extern void graph_set_facts (struct graph *graph, struct graph_node *node, unsigned int facts) ;
/* All services that exist are known now. */
extern void graph_set_complete (struct graph *graph) ;
/* The next one that is held and may start; 0: there is none. It is told once, and again
   when it is told again that it is held. Circles are to be found before. */
extern struct graph_node *graph_take_free (struct graph *graph) ;
/* Does that need hold its service back? */
extern int graph_holds (struct graph const *graph, struct graph_need const *need) ;
/* The node because of which a held node can never start: it has ended and will not come back,
   and the held node needs it, directly or through other held nodes. 0: the node may yet start. */
extern struct graph_node *graph_find_obstacle (struct graph *graph, struct graph_node *node) ;
/* Who is to be stopped before it; 0: nobody (any more). */
extern struct graph_node *graph_find_dependent (struct graph_node const *node) ;

/* Is nobody but need->of to be stopped before what it is a need on? */
extern int graph_is_last_dependent (struct graph_need const *need) ;

/* ---- graph_list.c: for who starts or stops one service ---- */

struct graph_list
{
  struct graph_node **nodes ; /* the caller's, room for graph->count */
  size_t count ;
} ;

extern void graph_begin_list (struct graph *graph, struct graph_list *list) ;
/* Adds what the node requires and has not got, and so on from there; then itself. Each once;
   what is needed before what needs it. There may be nodes without an owner among them. */
extern void graph_list_needed (struct graph const *graph, struct graph_list *list, struct graph_node *node) ;
/* Adds what is to be stopped before the node, and so on from there; then itself. Alike. Tasks
   (GRAPH_TASK) are left out, and with them what needs these alone; so is what needs it only as
   optional, which would not be held, but for GRAPH_NAMED. */
extern void graph_list_dependents (struct graph const *graph, struct graph_list *list, struct graph_node *node) ;

/* ---- for graph.c and graph_circles.c ---- */

/* The needs of the node are about to change, or have changed. */
extern void graph_let_go (struct graph_node *node) ;
extern void graph_look_again (struct graph *graph, struct graph_node *node) ;

#endif
