/* reeve-check, which `reeve check` executes. It finds mistakes in service directories before the
   services run. It executes nothing, and needs no scanner.

     reeve-check.c  the options; goes through the given directories
     directories.c  finds the services in a directory; the order of the checks
     files.c        does a file exist?
     names.c        the files of a service directory: names, values, what goes together
     script.c       can a script be executed?
     run.c          the commands in a script
     configured.c   what a program's configuration says, where it can be read
     exec_options.c the options of reeve-exec in a script
     logger.c       can a logger write where it logs?
     needs.c        dependencies.d
     templates.c    templates and their instances
     condition.c    enable-if
     foreign.c      files made for another system, and names that a service cannot use
     findings.c     prints a finding
     shell.h        reading scripts: commands (shell.c), words (words.h), execline (execline.c) */

#ifndef REEVE_CHECK_CHECK_H
#define REEVE_CHECK_CHECK_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

enum level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_HINT } ;

struct check
{
  char path[PATH_MAX] ; /* of the working directory, as the user has named it; findings begin with it */
  unsigned int is_logger : 1 ; /* the directory is a logger's */
  unsigned int is_template : 1 ;
  unsigned int is_instance : 1 ; /* an instance with a directory of its own, besides its template's */
  unsigned int json : 1 ;
  unsigned int systems ; /* other systems that scripts run: a set of enum foreign_system */
  unsigned int findings ;
  unsigned int errors ;
} ;

/* Prints a finding.
     file  in the working directory; "" for that directory itself
     line  counted from 1
     mend  how to fix it; 0: `what` says it, after its first ": "
     what  what is wrong: a format */
extern void finding (struct check *check, enum level level, char const *file, unsigned int line, char const *mend, char const *what, ...)
  __attribute__((format(printf, 6, 7))) ;
extern void findings_begin (struct check const *check) ;
/* Returns 0 with errno when the findings could not be written. */
extern int findings_end (struct check const *check) ;

/* ---- directories.c ---- */

/* Checks `directory`, a scan directory or one service. Changes the working directory.
     start  a descriptor of the directory in which `directory` begins, if it is not absolute
   Returns 0 with errno when it could not look at `directory`. */
extern int check_directory (struct check *check, char const *directory, int start) ;

/* All functions below look at the working directory. */

extern int check_exists (char const *file) ;

/* ---- configured.c ---- */
enum configured
{
  CONFIGURED_UNKNOWN, /* its file is not here, or which one it is is not known */
  CONFIGURED_NOT, /* it does not say daemon off, though what it includes may */
  CONFIGURED_STAYS
} ;
extern enum configured check_nginx_configured (struct check const *check, char const *const *argv) ;

/* ---- names.c ---- */

extern void check_names (struct check *check) ;
extern void check_settings (struct check *check) ;
/* Only the values in the files. For an instance: other settings may be in its template. */
extern void check_values (struct check *check) ;

/* Finds the known word that is closest to an unknown one: give each known word to closest_try(),
   then look at `word`. */
struct closest
{
  char const *to ;
  char const *word ; /* the closest one, borrowed; 0: none is close */
  unsigned int distance ;
} ;
extern void closest_try (struct closest *closest, char const *candidate) ;

/* ---- script.c ---- */

enum language { LANGUAGE_OTHER, LANGUAGE_SHELL, LANGUAGE_EXECLINE } ;

#define SCRIPT_MAX 65536

struct content
{
  char const *text ; /* static; a NUL follows it */
  size_t len ;
  enum language language ;
} ;

/* Checks that `file` can be executed. Returns 1 when it is a script without a fault and all of it
   is in *content, which holds until the next call. */
extern int check_script (struct check *check, char const *file, struct content *content) ;

/* Is there such a program? A name without a slash is searched in PATH and beside Reeve's programs. */
extern int check_is_found (char const *name) ;

/* ---- run.c ---- */

/* Checks the commands in `run`, whose content this is. */
extern void check_run (struct check *check, struct content const *content) ;

/* Checks reeve-exec's options in `health`. */
extern void check_health_script (struct check *check, struct content const *content) ;

/* ---- exec_options.c ---- */

/* If a command line of `file` has a reeve-exec, checks its options. */
extern void check_exec_options (struct check *check, char const *file, unsigned int line, char const *const *argv) ;

/* Does the text of `run` contain `text`? */
extern int check_run_mentions (char const *text) ;

/* ---- logger.c ---- */

/* Checks that a logger can write where it logs.
     argv     its command line, ended by 0
     creates  the script may create the directories before */
extern void check_logger (struct check *check, unsigned int line, char const *const *argv, int creates) ;

/* ---- foreign.c ---- */

/* Checks the names that a script uses. */
extern void check_foreign_text (struct check *check, char const *file, struct content const *content) ;
/* Checks the configuration files that a command line names. */
extern void check_foreign_arguments (struct check *check, char const *const *argv) ;
/* Checks the whole image: directories of other systems; the scripts of /etc/cont-init.d and
   cont-finish.d; known configuration in /etc; links in /var/log. */
extern void check_foreign_system (struct check *check) ;

/* ---- templates.c ---- */

/* The role of a directory in the working directory, which is a scan directory (service/instance.h). */
enum role { ROLE_SERVICE, ROLE_TEMPLATE, ROLE_LINK, ROLE_INSTANCE, ROLE_NOTHING } ; /* LINK: an instance that is only a link to its template */

extern enum role check_role (char const *name) ;
/* Does the template's count make this instance, or may it? *count: that number; COUNT_MAX if it is
   not known; 0 if there is no count. */
extern int check_may_be_counted (char const *name, uint32_t *count) ;
/* How many instances the template's count makes; 1 if that cannot be known here. */
extern unsigned int check_counted (char const *template) ;
/* Checks the count of the template in the working directory. */
extern void check_count (struct check *check) ;
/* Checks that a template has a run and at least one instance. */
extern void check_template (struct check *check, char const *name, int has_instance) ;
/* Reports a directory that is neither a service nor an instance. */
extern void check_nothing (struct check *check, char const *name) ;
/* Checks a link that has an instance's name. */
extern void check_link (struct check *check, char const *name) ;

/* ---- condition.c ---- */

/* Checks enable-if. */
extern void check_condition (struct check *check) ;

/* ---- needs.c ---- */

/* Checks dependencies.d of the services in the working directory, a scan directory.
     only  reports only this service's findings; 0: those of all
   Returns 0 with errno when there is no memory. */
extern int check_needs (struct check *check, char *const *services, size_t count, char const *only) ;

#endif
