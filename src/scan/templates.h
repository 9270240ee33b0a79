/* Deed and source: which instances of a template there are because of its `count`. Instances come
   and go when it changes. They are told in portions, one each turn of the loop, so that commands
   are answered meanwhile. */

#ifndef REEVE_SCAN_TEMPLATES_H
#define REEVE_SCAN_TEMPLATES_H

#include "scan/scanner.h"

/* PLAN_START of a template: reads how many instances there shall be. Surplus instances are told at
   once that they are gone; templates_continue() tells the others that they are there. Returns the
   event that follows. */
extern enum unit_event templates_count (struct scanner *s, struct unit *unit) ;
/* The template is gone. So are its instances, except those with a directory of their own. */
extern void templates_forget (struct scanner *s, struct unit *unit) ;

/* The unit has no `run` that can be executed. It is an instance or a template: when the template
   has a `run` again, all of SCAN is looked at. */
extern void templates_miss (struct scanner *s, struct unit *unit) ;

/* A command: the wanted number of instances may have changed. */
extern void templates_count_again (struct scanner *s) ;

/* Is there an instance that was not told yet? */
extern int templates_under_way (struct scanner const *s) ;
/* Tells a portion of them. */
extern void templates_continue (struct scanner *s) ;

/* Names, once, each template that has neither a count nor an instance. */
extern void templates_say_unused (struct scanner *s) ;

#endif
