/* A Procfile on its way into a plan. Pure. */

#ifndef REEVE_MIGRATE_PROCFILE_H
#define REEVE_MIGRATE_PROCFILE_H

#include "migrate/plan/plan.h"

extern void migrate_procfile (struct plan *plan) ;

/* ---- procports.c ---- */
/* Run sets PORT as the runner did. `port`: of its first instance; `is_named`: its command has $PORT. */
extern void procfile_port (struct plan *plan, struct service *service, unsigned int port, int is_template, int is_named) ;
extern void procfile_note_ports (struct plan *plan, struct texts const *ports) ;

/* ---- procenv.c ---- */
extern int procfile_reads_env (struct plan *plan) ; /* the files of variables are here, and run reads them as the runner did */
extern void procfile_env (struct plan *plan, struct service *service) ;
extern void procfile_env_setup (struct plan *plan, struct range range) ; /* the same for the setup */
extern void procfile_note_env (struct plan *plan) ;

#endif
