/* Which service needs which (dependencies.d), and what follows from that: who may start, who waits
   for whom, who is stopped first. No I/O, no clock.

   A node is a name of a service, or a name that a service needs. Its owner, the caller, tells the
   facts about it. The graph tells which held nodes may start now (they are free). A need holds its
   service back:

     required   until the needed service is ready and wanted, or is disabled
     if wanted  as required, but only while the needed service exists, and is wanted or has failed
                for good
     optional   while the needed service exists, is wanted, and has neither been ready nor ended
                once

   Needs within a circle (a strongly connected component) hold nobody back, and have no say in the
   order of a stop.

   The cost of an event does not depend on the number of services, except those that wait for the
   service in question: a held node waits for one of its needs at a time. To find circles takes time
   linear in services and needs together, and is done again only after the needs of a service have
   changed. */

#ifndef REEVE_SERVICE_GRAPH_H
#define REEVE_SERVICE_GRAPH_H

#include <stddef.h>

enum graph_fact
{
  GRAPH_EXISTS = 1 << 0, /* such a service exists */
  GRAPH_WANTED = 1 << 1, /* up */
  GRAPH_READY = 1 << 2,
  GRAPH_SETTLED = 1 << 3, /* it has been ready once, or has ended once */
  GRAPH_HELD = 1 << 4, /* it shall start, and waits until it may */
  GRAPH_ENDED = 1 << 5, /* it has ended by itself, and will not come back */
  GRAPH_FAILED = 1 << 7, /* the same, with a failure */
  GRAPH_TASK = 1 << 6, /* it ends by itself and stays done: it is not stopped when what it needs is stopped */
  GRAPH_DISABLED = 1 << 8, /* not wanted in this container: nobody waits for it */
  GRAPH_NAMED = 1 << 9 /* set by the caller, for graph_list_dependents() */
} ;

struct graph_node ;

struct graph_need
{
  struct graph_node *of ; /* the node that needs */
  struct graph_node *on ; /* the node that is needed */
  struct graph_need *next ; /* neighbours in the list on->dependents */
  struct graph_need *previous ;
  unsigned int optional : 1 ;
  unsigned int if_wanted : 1 ; /* the need is of the kind "if wanted"; set by the caller */
  unsigned int inner : 1 ; /* within a circle, so ignored */
} ;

struct graph_node
{
  char *name ;
  void *owner ; /* the caller's; 0: no such service exists (yet) */
  unsigned int facts ; /* enum graph_fact */
  struct graph_need *needs ;
  size_t need_count ;
  struct graph_need *dependents ; /* the needs that others have of it */
  /* private to graph*.c */
  struct graph_node *later ; /* neighbours in the list of all nodes */
  struct graph_node *earlier ;
  size_t waits_at ; /* the index of the need that it waits for */
  struct graph_node *waiters ; /* the nodes that wait for it */
  struct graph_node **list ; /* the list that it is in: another node's waiters, or the free nodes; 0: none */
  struct graph_node *next ;
  struct graph_node *previous ;
  size_t number ; /* marks of the walk through the graph */
  size_t low ;
  size_t at ;
  struct graph_need *walked ;
  struct graph_node *parent ;
  struct graph_node *stacked ;
  struct graph_node *member ; /* the next node of the same circle */
  size_t circle ; /* the circle's number; 0: none */
  unsigned int on_stack : 1 ;
} ;

struct graph
{
  void *by_name ; /* a tsearch tree */
  struct graph_node *first ; /* the list of all nodes */
  struct graph_node *last ;
  struct graph_node *free ; /* nodes that may start, and were not taken yet */
  struct graph_node *stack ;
  size_t number ;
  size_t circles ;
  size_t count ; /* of all nodes */
  unsigned int changed : 1 ; /* needs have changed, so there may be other circles */
  unsigned int complete : 1 ; /* all services that exist are known */
} ;

struct graph_wish /* a need, as the service directory names it */
{
  char const *name ;
  int optional ;
} ;

/* ---- graph.c: nodes and needs ---- */

/* Returns the node of that name, and adds it if there is none. Returns 0 when there is no memory. */
extern struct graph_node *graph_add (struct graph *graph, char const *name) ;
/* Returns 0 when there is none. */
extern struct graph_node *graph_find (struct graph const *graph, char const *name) ;
/* Sets the needs of a service. If a name comes twice, the first counts. Returns 1, or 0 when there
   is no memory; then nothing has changed. */
extern int graph_set_needs (struct graph *graph, struct graph_node *node, struct graph_wish const *wishes, size_t count) ;
/* The service does not exist any more, and needs nothing. The node is freed if nobody needs it. */
extern void graph_forget (struct graph *graph, struct graph_node *node) ;
extern void graph_free (struct graph *graph) ;

/* ---- graph_circles.c ---- */

/* Called for each new circle: one in which at least one need was in no circle before. Its members
   are `first`, and then by node->member. */
typedef void graph_circle_func (struct graph_node const *first, void *data) ;
/* Finds the circles, if needs have changed since the last time. */
extern void graph_find_circles (struct graph *graph, graph_circle_func *tell, void *data) ;
/* Writes the needs within the circle: "a needs b, b needs a". What does not fit is cut. */
extern void graph_describe_circle (struct graph_node const *first, char *out, size_t size) ;

/* ---- graph_hold.c: who may start ---- */

/* Sets the facts of the node: enum graph_fact. */
extern void graph_set_facts (struct graph *graph, struct graph_node *node, unsigned int facts) ;
/* All services that exist are known from now on. */
extern void graph_set_complete (struct graph *graph) ;
/* Returns the next held node that may start; 0: there is none. A node is returned once, and again
   only after its owner has reported it as held again. Find circles first. */
extern struct graph_node *graph_take_free (struct graph *graph) ;
/* Does that need hold its service back? */
extern int graph_holds (struct graph const *graph, struct graph_need const *need) ;
/* The node because of which a held node can never start: it has ended and will not come back, and
   the held node needs it, directly or through other held nodes. 0: the node may yet start. */
extern struct graph_node *graph_find_obstacle (struct graph *graph, struct graph_node *node) ;
/* A node that has to be stopped before this one; 0: none (any more). */
extern struct graph_node *graph_find_dependent (struct graph_node const *node) ;

/* Is need->of the only node that has to be stopped before need->on? */
extern int graph_is_last_dependent (struct graph_need const *need) ;

/* ---- graph_list.c: for starting or stopping one service ---- */

struct graph_list
{
  struct graph_node **nodes ; /* the caller's, with room for graph->count */
  size_t count ;
} ;

extern void graph_begin_list (struct graph *graph, struct graph_list *list) ;
/* Adds all that the node requires and has not got, and so on from there; then the node itself. Each
   node comes once, and a needed one before those that need it. Some may have no owner. */
extern void graph_list_needed (struct graph const *graph, struct graph_list *list, struct graph_node *node) ;
/* Adds all that has to be stopped before the node, and so on from there; then the node itself, in
   the same way. Left out are tasks (GRAPH_TASK), with those that only they would add, and nodes
   that need it only as optional, except those with GRAPH_NAMED: they would start again at once, as
   nothing holds them. */
extern void graph_list_dependents (struct graph const *graph, struct graph_list *list, struct graph_node *node) ;

/* ---- for graph.c and graph_circles.c ---- */

/* The needs of the node are about to change (graph_let_go), or have changed (graph_look_again). */
extern void graph_let_go (struct graph_node *node) ;
extern void graph_look_again (struct graph *graph, struct graph_node *node) ;

#endif
