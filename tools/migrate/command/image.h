/* What an unpacked image (--root) tells about a script. Without an image, nothing is known. */

#ifndef REEVE_MIGRATE_IMAGE_H
#define REEVE_MIGRATE_IMAGE_H

#include "migrate/plan/plan.h"

/* What `service NAME start` starts, in the foreground. */
struct image_daemon
{
  char const *const *argv ; /* ended by 0; 0: it is not known */
  char const *user ; /* 0: root */
  struct texts before ; /* lines of run */
  char const *starts ; /* what the init script executes, if no foreground form is known; 0: not found */
  char const *also ; /* what else it does; 0: nothing is known */
} ;
extern void image_init_script (struct plan *plan, char const *name, struct image_daemon *found) ;

/* Does nginx stay in the foreground, by this configuration? */
extern int image_nginx_stays (char const *configuration) ;

/* The value of nginx's -c; 0: it reads the image's own. */
extern char const *image_nginx_reads (char const *const *argv) ;

/* The same of the configuration that nginx with these words reads: that of -c, or the image's own. */
extern int image_nginx_stays_with (struct plan const *plan, char const *const *argv) ;

/* Does the program not start if both its configuration and its words keep it in the foreground? */
extern int image_refuses_twice (char const *const *argv) ;

/* A server that stayed in the foreground, or the input would not have worked, and that does not start if
   both its configuration and its words say so: nginx. Returns 1 if the service's program, word 0 of `argv`, is
   one, which is then left as it is. The report says so, and a TODO, unless that is certain: by the
   configuration, or since (`is_certain`) the container would have ended with it. */
extern int image_leaves_as_it_is (struct plan *plan, struct service *service, uint32_t line, char const *const *argv, int is_certain) ;

/* Notes about services whose program or user is missing. */
extern void image_check (struct plan *plan) ;

#endif
