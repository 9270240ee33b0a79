/* Audits: what must hold for every finished plan, whatever the analysis made of the script. Each file here
   asks one question, and writes a TODO at the line where the answer is no, unless something is said of that
   line already. Facts are read; nothing else is changed. */

#ifndef REEVE_MIGRATE_AUDIT_H
#define REEVE_MIGRATE_AUDIT_H

#include "migrate/facts/analysis.h"
#include "migrate/shell/shell.h"
#include "migrate/write/render.h"

/* All of them, in order, behind settling. `first`: the script's first statement; `files`: the plan's, as they were rendered then. */
extern void audit_plan (struct analysis *a, struct statement *first, struct file const *files) ;

/* ---- one file each ---- */
extern void audit_traps (struct analysis *a, struct statement *first, struct file const *files) ; /* is all that a trap did in a file, or named? */
extern void audit_loopwork (struct analysis *a, struct statement *first, struct file const *files) ; /* is the work of each loop that is gone in a file, or named? */
extern void audit_trapgone (struct analysis *a, struct statement *first, struct file const *files) ; /* does no run lose its trap by exec? */
extern void audit_watching (struct analysis *a, struct statement *first, struct file const *files) ; /* does a service watch others, which their supervisors do? */
extern void audit_inforce (struct analysis *a, struct statement *first, struct file const *files) ; /* directory, umask, limits, exports, ... of the script at a start: are they in its run? */
extern void audit_samevalue (struct analysis *a, struct statement *first, struct file const *files) ; /* is a value that is another each time computed in one file only? */
extern void audit_filesgone (struct analysis *a, struct statement *first, struct file const *files) ; /* is a file that a service reads at each start still there then? */
extern void audit_livedir (struct analysis *a, struct statement *first, struct file const *files) ; /* does nothing empty the folder that has the live directory? */
extern void audit_rounds (struct analysis *a, struct statement *first, struct file const *files) ; /* has an instance what the rounds of its loop had added up? */
extern void audit_usershell (struct analysis *a, struct statement *first, struct file const *files) ; /* does a user's code run in the shell that the Dockerfile gave to that user? */
extern void audit_exits (struct analysis *a, struct statement *first, struct file const *files) ; /* is each exit with a failure in a file, or named? */
extern void audit_serving (struct analysis *a, struct statement *first, struct file const *files) ; /* does the setup, or a task, start a server? */
extern void audit_ownfile (struct analysis *a, struct statement *first, struct file const *files) ; /* does the script change itself for its next start? */
extern void audit_unknown (struct analysis *a, struct statement *first, struct file const *files) ; /* does something say that what the setup, or a task, executes ends? */
extern void audit_endless (struct analysis *a, struct statement *first, struct file const *files) ; /* does the setup, or a task, stay in a loop? */
extern void audit_readfiles (struct analysis *a, struct statement *first, struct file const *files) ; /* is a file that the script read behind its last start read by nobody? */
extern void audit_onlytime (struct analysis *a, struct statement *first, struct file const *files) ; /* does a task in the background only sleep ahead of its work? */
extern void audit_byvalue (struct analysis *a, struct statement *first, struct file const *files) ; /* does the setup, or a task, start a daemon that a variable names? */
extern void audit_noend (struct analysis *a, struct statement *first, struct file const *files) ; /* what was the container's end, where nothing is main? */
extern void audit_waited (struct analysis *a, struct statement *first, struct file const *files) ; /* does the setup, or a task, wait for what it has started itself? */
extern void audit_waitset (struct analysis *a, struct statement *first, struct file const *files) ; /* does what is behind a waiting loop use what that has set? */
extern void audit_named (struct analysis *a, struct statement *first, struct file const *files) ; /* is a function whose name is computed where it is called? */
extern void audit_defined (struct analysis *a, struct statement *first, struct file const *files) ; /* has each file the functions of the script that it calls? */
extern void audit_ownpid (struct analysis *a, struct statement *first, struct file const *files) ; /* does a service ask for the script's own pid, or tell pid 1 something? */
extern void audit_lastpid (struct analysis *a, struct statement *first, struct file const *files) ; /* does a file ask for $!, and has started nothing? */
extern void audit_endsetup (struct analysis *a, struct statement *first) ; /* does the setup hold an exit with which the script ended well? */
extern void audit_flagset (struct analysis *a, struct statement *first, struct file const *files) ; /* does each service that asks for a variable of a trap have the trap? */
extern void audit_obeys (struct analysis *a, struct statement *first, struct file const *files) ; /* does a run whose trap signals its own programs end at a stop? */
extern void audit_ownname (struct analysis *a, struct statement *first, struct file const *files) ; /* does a file execute itself, where the script did so? */

/* ---- audited.c: what several of them ask ---- */
extern char const *audited_text (struct analysis *a, struct file const *files, struct service const *service, char const *name) ; /* of services.d/SERVICE/NAME; "": it has no such file */
extern struct service *audited_service (struct analysis *a, struct claim const *claim) ; /* in whose first file it is; 0: it is in none of a service */
extern char const *audited_ending (struct analysis *a, struct file const *files, struct claim const *claim) ; /* the text of the setup, or of a task's run, that alone has it; 0: it is elsewhere */
extern struct file *audited_files (struct analysis *a, struct file const *files) ; /* without their comments */
extern int audited_definition (struct analysis *a, struct claim const *claim) ; /* is it of a function's definition? Its parts went where they are used */
extern int audit_is_unmarked (struct claim const *claim) ; /* is there one, in a file, without a TODO? */
extern int audit_stops (char const *text) ; /* does it stop something? What is only started for a while is stopped again */
extern void audit_todo (struct analysis *a, struct claim *claim, uint32_t line, char const *text) ; /* in the first file that the claim names */

/* ---- said.c ---- */
extern char const *audit_said (struct analysis *a, struct file const *files) ; /* all that files, claims and notes say, without blanks */
extern int audit_says (struct analysis *a, char const *said, char const *text) ; /* is the text in it, whatever its blanks are? */
extern void audit_lost (struct analysis *a, struct claim *claim, uint32_t line, char const *text) ; /* a TODO for what is in no file: in the run of what is main, or was started last */

#endif
