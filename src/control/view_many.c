/* The states of many services, and their order. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "control/control.h"
#include "control/services.h"
#include "control/view.h"
#include "service/name.h"

/* Is it a logger that this user may not read? The state of a logger is beside its input, which is closed to
   other users. */
static int is_closed (char const *name)
{
  return errno == EACCES && strchr(name, '/') ;
}

int view_read_all (struct request const *request, struct seen *seen)
{
  *seen = (struct seen) { .names = request->names, .views = malloc((request->count + 1) * sizeof *seen->views) } ;
  if (!seen->views)
  {
    strerr_warnwu1sys("read the state of the services") ;
    return 0 ;
  }
  for ( ; seen->count < request->count ; seen->count++)
  {
    if (view_read(seen->views + seen->count, request->names[seen->count])) continue ;
    if (!request->listed || !is_closed(request->names[seen->count]))
    {
      strerr_warnwu5sys("read the state of ", request->names[seen->count], " in ", request->live, services_who_may()) ;
      return 0 ;
    }
    seen->views[seen->count] = (struct view) { .state = STATE_UNKNOWN } ;
    seen->closed++ ;
  }
  return 1 ;
}

void view_say_closed (struct seen const *seen)
{
  if (seen->closed) strerr_warni1x("only the scanner's user and root may read the state of loggers") ;
}

enum view_concern view_concern (struct view const *view)
{
  switch (view->state)
  {
    case STATE_UP : case STATE_DONE : return CONCERN_GOOD ;
    case STATE_DOWN : case STATE_DISABLED : return CONCERN_NONE ;
    case STATE_UNSUPERVISED : case STATE_FAILED : case STATE_UNHEALTHY : case STATE_WAITING : return CONCERN_BAD ;
    default : return CONCERN_SOME ;
  }
}

struct ordered
{
  char const *name ;
  size_t index ;
  enum view_concern concern ;
} ;

/* The end of a name sorts first, then the slash before a logger's `log`, then other characters. */
static int weight_of (char c)
{
  return c == '/' ? 1 : c ? (unsigned char)c + 1 : 0 ;
}

/* Numbers are compared as numbers: web@9 comes before web@10. */
static int compare_names (char const *a, char const *b)
{
  size_t x ;
  size_t y ;
  for ( ; *a && *a == *b ; a++, b++) ;
  x = strspn(a, "0123456789") ;
  y = strspn(b, "0123456789") ;
  return x && y && x != y ? (x > y) - (x < y) : weight_of(*a) - weight_of(*b) ;
}

static int compare_ordered (void const *a, void const *b)
{
  struct ordered const *x = a ;
  struct ordered const *y = b ;
  return x->concern == y->concern ? compare_names(x->name, y->name) : x->concern < y->concern ? -1 : 1 ;
}

static int compare_named (void const *a, void const *b)
{
  return compare_names(((struct ordered const *)a)->name, ((struct ordered const *)b)->name) ;
}

/* Gives a service and its logger the graver concern of both, so that the logger stays behind its service. */
static void join_loggers (struct ordered *all, size_t count)
{
  for (size_t i = 0 ; i + 1 < count ; i++)
  {
    size_t len = strlen(all[i].name) ;
    if (strncmp(all[i].name, all[i + 1].name, len) != 0 || strcmp(all[i + 1].name + len, LOGGER_SUFFIX) != 0) continue ;
    if (all[i + 1].concern < all[i].concern) all[i].concern = all[i + 1].concern ;
    else all[i + 1].concern = all[i].concern ;
  }
}

void view_order (struct seen const *seen, size_t *order)
{
  struct ordered *all = malloc((seen->count + 1) * sizeof *all) ;
  for (size_t i = 0 ; i < seen->count ; i++)
  {
    order[i] = i ;
    if (all) all[i] = (struct ordered) { seen->names[i], i, view_concern(seen->views + i) } ;
  }
  if (!all) return ;
  qsort(all, seen->count, sizeof *all, &compare_named) ;
  join_loggers(all, seen->count) ;
  qsort(all, seen->count, sizeof *all, &compare_ordered) ;
  for (size_t i = 0 ; i < seen->count ; i++) order[i] = all[i].index ;
  free(all) ;
}

void view_leave_out_disabled (char **names, size_t *count)
{
  struct view view ;
  size_t kept = 0 ;
  for (size_t i = 0 ; names && i < *count ; i++)
    if (view_read(&view, names[i]) && view.state == STATE_DISABLED) free(names[i]) ;
    else names[kept++] = names[i] ;
  *count = kept ;
}
