/* reeve-check, which `reeve check` executes: finds what is wrong with service directories
   before they run. It executes nothing, and needs no scanner.

   reeve-check.c  the options; goes through the directories
   directories.c  which services there are; the order of the checks
   files.c        is there such a file?
   names.c        the files of a service directory: names, values, what goes together
   script.c       what makes a script executable
   run.c          what a script executes
   exec_options.c reeve-exec's options that say how readiness is found out, or when it is time
   logger.c       where a logger writes
   needs.c        dependencies.d
   templates.c    templates and their instances
   condition.c    enable-if
   foreign.c      what is made for another system, or out of a service's reach
   findings.c     how a finding is told
   shell.h        reading shell scripts: commands (shell.c), their words (words.h), execline */

#ifndef REEVE_CHECK_CHECK_H
#define REEVE_CHECK_CHECK_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

enum level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_HINT } ;

struct check
{
  char path[PATH_MAX] ; /* of the working directory, as it was given: for findings */
  unsigned int is_logger : 1 ; /* it is a logger's */
  unsigned int is_template : 1 ;
  unsigned int is_instance : 1 ; /* with files of its own, beside its template's */
  unsigned int json : 1 ;
  unsigned int systems ; /* that scripts run, as advice/foreign.h has them */
  unsigned int findings ;
  unsigned int errors ;
} ;

/* Tells a finding.
     file  in the working directory; "" for itself
     line  from 1
     mend  how to mend it, or 0 when that is in `what`, behind its first ": "
     what  the rest: a format */
extern void finding (struct check *check, enum level level, char const *file, unsigned int line, char const *mend, char const *what, ...)
  __attribute__((format(printf, 6, 7))) ;
extern void findings_begin (struct check const *check) ;
/* Returns 0 with errno when they could not be written. */
extern int findings_end (struct check const *check) ;

/* ---- directories.c ---- */

/* Checks `directory`, a scan directory or one service.
     start  a descriptor: where `directory` begins, if it is not absolute
   Returns 0 with errno when it could not be looked at. It changes the working directory. */
extern int check_directory (struct check *check, char const *directory, int start) ;

/* All below look at the working directory. */

extern int check_exists (char const *file) ;

/* ---- check_names.c ---- */

extern void check_names (struct check *check) ;
extern void check_settings (struct check *check) ;
/* Their values alone: of an instance, whose template has others. */
extern void check_values (struct check *check) ;

/* A closest word: feed it candidates, then ask. */
struct closest
{
  char const *to ;
  char const *word ; /* the one found, borrowed; 0: none is close */
  unsigned int distance ;
} ;
extern void closest_try (struct closest *closest, char const *candidate) ;

/* ---- check_script.c ---- */

enum language { LANGUAGE_OTHER, LANGUAGE_SHELL, LANGUAGE_EXECLINE } ;

#define SCRIPT_MAX 65536

struct content
{
  char const *text ; /* static, with a NUL behind it */
  size_t len ;
  enum language language ;
} ;

/* Checks that `file` can be executed. Returns 1 when it is a script with nothing
   wrong in it, all of which is in *content; it holds until the next call. */
extern int check_script (struct check *check, char const *file, struct content *content) ;

/* Is there such a program, in PATH if it has no slash, or where Reeve's are? */
extern int check_is_found (char const *name) ;

/* ---- check_run.c ---- */

/* Checks what `run`, whose content this is, executes. */
extern void check_run (struct check *check, struct content const *content) ;

/* The same for `health`. */
extern void check_health_script (struct check *check, struct content const *content) ;

/* ---- exec_options.c ---- */

/* Checks the options of the reeve-exec in a command line of `file`, if there is one. */
extern void check_exec_options (struct check *check, char const *file, unsigned int line, char const *const *argv) ;

/* Does the text of `run` contain that? */
extern int check_run_mentions (char const *text) ;

/* ---- check_logger.c ---- */

/* Checks that the logger whose command line this is can write where it logs.
     argv  ended by 0
     creates  the script may make directories before */
extern void check_logger (struct check *check, unsigned int line, char const *const *argv, int creates) ;

/* ---- check_foreign.c ---- */

/* Checks what a script names. */
extern void check_foreign_text (struct check *check, char const *file, struct content const *content) ;
/* Checks the configuration files that a command line names. */
extern void check_foreign_arguments (struct check *check, char const *const *argv) ;
/* Checks the whole image: directories of other systems, scripts of /etc/cont-init.d and
   cont-finish.d, and what is known to be configured in /etc and linked in /var/log. */
extern void check_foreign_system (struct check *check) ;

/* ---- templates.c ---- */

/* What a directory in the working directory, a scan directory, is (service/instance.h). */
enum role { ROLE_SERVICE, ROLE_TEMPLATE, ROLE_LINK, ROLE_INSTANCE, ROLE_NOTHING } ; /* LINK: an instance, too, but without files of its own */

extern enum role check_role (char const *name) ;
/* May the instance be there because of its template's count, which, if known, is *count? */
extern int check_may_be_counted (char const *name, uint32_t *count) ;
/* How many instances the template's count makes; 1 where that cannot be known here. */
extern unsigned int check_counted (char const *template) ;
/* Checks the count of a template, which is the working directory. */
extern void check_count (struct check *check) ;
/* Checks whether a template is one, and whether there is anything of it. */
extern void check_template (struct check *check, char const *name, int has_instance) ;
/* Tells of a directory that is neither a service nor an instance. */
extern void check_nothing (struct check *check, char const *name) ;
/* Checks a link that is named as an instance. */
extern void check_link (struct check *check, char const *name) ;

/* ---- condition.c ---- */

/* Checks enable-if. */
extern void check_condition (struct check *check) ;

/* ---- check_needs.c ---- */

/* Checks dependencies.d of the services in the working directory, a scan directory.
     only  the one whose findings are told; 0: all
   Returns 0 with errno when there is no memory. */
extern int check_needs (struct check *check, char *const *services, size_t count, char const *only) ;

#endif
