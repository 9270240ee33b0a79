/* From a plan to files: pure. */

#ifndef REEVE_MIGRATE_RENDER_H
#define REEVE_MIGRATE_RENDER_H

#include "migrate/plan/plan.h"

struct file
{
  char const *path ; /* services.d/NAME/..., cont-init.d/... */
  char const *content ;
  int executable ;
  struct file *next ;
} ;

/* All files of a plan, in the order of its services; borrowed from its pool. */
extern struct file *render (struct plan *plan) ;

/* The report: a line for each line or range of the source, each followed by its mistakes; then
   the notes. */
extern char const *render_report (struct plan *plan) ;

#endif
