/* The whole result as one JSON object, on stdout. */

#ifndef REEVE_MIGRATE_JSON_H
#define REEVE_MIGRATE_JSON_H

#include "migrate/write/render.h"

struct result
{
  struct plan const *plan ;
  struct file const *files ;
  char const *report ; /* render_report()'s */
  char const *patch ; /* of the Dockerfile; "": none */
} ;

extern void result_print_json (struct result const *result) ;

#endif
