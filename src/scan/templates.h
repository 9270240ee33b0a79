/* Deed and source: which instances of a template are there because of its `count`. They come and
   go with it, in portions, one a turn, so that commands are answered meanwhile. */

#ifndef REEVE_SCAN_TEMPLATES_H
#define REEVE_SCAN_TEMPLATES_H

#include "scan/scanner.h"

/* PLAN_START of a template: reads how many instances there are to be. Those that are too many are
   told that they are gone; the others, by templates_continue(), that they are there. Returns the
   event that follows. */
extern enum unit_event templates_count (struct scanner *s, struct unit *unit) ;
/* The template is gone, and so are its instances, but for those with a directory of their own. */
extern void templates_forget (struct scanner *s, struct unit *unit) ;

/* The unit has no `run` that can be executed: when its template, or the template that it is, has one
   again, all in SCAN is looked at. */
extern void templates_miss (struct scanner *s, struct unit *unit) ;

/* A command: how many there are to be may have changed. */
extern void templates_count_again (struct scanner *s) ;

/* Has any instance still to be told? */
extern int templates_under_way (struct scanner const *s) ;
/* Tells a portion. */
extern void templates_continue (struct scanner *s) ;

/* Names, once, each template that nothing makes an instance of. */
extern void templates_say_unused (struct scanner *s) ;

#endif
