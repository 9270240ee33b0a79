/* A supervisord.conf on its way into a plan: shared by supervisord.c, which goes through its
   sections, program.c, which makes services of one, and the files that these call. */

#ifndef REEVE_MIGRATE_TRANSLATION_H
#define REEVE_MIGRATE_TRANSLATION_H

#include "migrate/shell/shell.h"
#include "migrate/supervisord/ini.h"
#include "migrate/supervisord/supervisord.h"

struct translation
{
  struct plan *plan ;
  struct source *source ;
  struct ini *ini ;
  struct ini_section *section ;
  struct ini_section *global ; /* [supervisord]; without options when there is none */
  char const *group ; /* that the program is in; 0: none */
  struct expansion expansion ;
  struct service *service ;
  int has_directory ; /* the program works in a folder of its own */
  struct texts dynamic ; /* options of the section that a variable decides, and that no file can express */
  struct texts inherited ; /* lines of run that [supervisord] gives each service: its environment */
  struct uses *uses ; /* tasks that use later programs; 0: none does */
  struct texts own_files ; /* services of which supervisord wrote output to files of its own */
} ;

static inline char const *where (struct translation *t, char const *file)
{
  return service_where(t->plan, t->service, file) ;
}

/* The option's value, 0 if there is none. Its line went to `file` of the service. */
static inline char const *take (struct translation *t, char const *name, char const *file, char const *what)
{
  return ini_take(t->source, t->section, name, where(t, file), what) ;
}

/* Its line went nowhere: why. */
static inline void note (struct translation *t, char const *name, char const *text)
{
  ini_take(t->source, t->section, name, "dropped", text) ;
}

static inline int is_true (char const *value)
{
  return shell_one_of(value, "true True TRUE yes Yes on On 1") ;
}

static inline int is_false (char const *value)
{
  return shell_one_of(value, "false False FALSE no No off Off 0") ;
}

/* All of the section that nobody has claimed yet. */
static inline void drop_section (struct translation *t, char const *why)
{
  source_claim(t->source, t->section->range, "dropped", why) ;
  for (struct ini_option *option = t->section->options ; option ; option = option->next) source_claim(t->source, option->range, "dropped", why) ;
}

/* Does a listener, supervisord-dependent-startup, start the section's program? It does when those of its
   dependent_startup_wait_for are there. */
static inline int is_started_by_listener (struct translation *t)
{
  char const *value = ini_take(t->source, t->section, "dependent_startup", "", 0) ;
  return value && is_true(value) ;
}

/* startorder.c: in which order the programs started. */
extern char const *program_of (struct ini_section const *section) ; /* the name of the program; 0: it is another section */
extern struct ini_section const *group_of (struct translation const *t, struct ini_section const *section) ; /* [group:x] whose programs=a, b has it; 0: it is in none */
extern void set_order (struct translation *t) ; /* by the priorities */
extern void mark_waiting (struct translation *t) ; /* a TODO for tasks that may wait for what starts behind them */
extern char const *group_order (struct translation *t, struct ini_section const *group) ; /* what a group's priority has become, behind a ; */
extern void set_waits (struct translation *t, struct ini_section *section, char const *option) ; /* dependent_startup_wait_for=a:running b:exited, or Go's depends_on=a, b */

/* sections.c: t->section, which is no program. */
extern void other_section (struct translation *t) ;

/* autorestart.c: whether it is started, and when again; restart, down, enable-if, success-codes, flag-oneshot. */
extern void translate_restart (struct translation *t) ;

/* given.c: SUPERVISOR_PROCESS_NAME and the like. */
extern void set_given (struct translation *t) ;

/* process.c: where and as whom it runs. */
extern void set_process (struct translation *t) ;

/* output.c: where what it prints goes. */
extern void set_outputs (struct translation *t) ;
extern void note_own_files (struct translation *t) ; /* when all programs have been read */
/* Does a RUN of the image make this folder? */
extern int made_in_build (struct plan const *plan, char const *folder) ;

/* [program:NAME] or [fcgi-program:NAME], which t->section is: its services. */
extern void translate_program (struct translation *t, char const *name) ;
/* A TODO for each of the section's options that nobody has taken. */
extern void translate_rest (struct translation *t) ;

/* remarks.c: the comments of the section become lines of the service's run. */
extern void keep_remarks (struct translation *t) ;

/* options.c: options, and sections, that supervisord does not know. It ignored them: they are dropped, which the report says. */
extern void drop_unknown (struct translation *t) ;
extern void drop_unknown_section (struct translation *t) ;
/* Is the image's supervisord the one in Go, which knows this option? */
extern int is_of_go (struct translation const *t, char const *option) ;

#endif
