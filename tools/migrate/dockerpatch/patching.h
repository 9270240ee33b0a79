/* The patch to a Dockerfile while it is made: dockerpatch.c decides what is added, dockerleft.c
   and dockerpackages.c what goes; dockercallers.c names who asks for that, dockeredits.c who changes the input,
   dockerfront.c what stays ahead of /init. */

#ifndef REEVE_MIGRATE_PATCHING_H
#define REEVE_MIGRATE_PATCHING_H

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/plan/plan.h"
#include "migrate/shell/shell.h"
#include "migrate/text/patch.h"

/* A file that only the wrapper needed. */
struct obsolete
{
  enum { OBSOLETE_INPUT, OBSOLETE_INCLUDED, OBSOLETE_INIT } kind ; /* OBSOLETE_INCLUDED: the input includes it */
  struct instruction *copy ;
  char const *path ; /* in the image */
  char const *needed_by ; /* why it stays; 0: it goes */
  struct obsolete *next ;
} ;

struct patching
{
  struct dockerfile const *dockerfile ;
  struct docker_start const *start ;
  struct plan *plan ;
  struct pool *pool ;
  struct edit *edits ;
  struct edit *last_edit ; /* that was added; most come in order */
  struct line_edit { struct edit const *edit ; } *lines ; /* by line: the one with the most lines that changes it, 0: none; 0: no line has any */
  char const *input ; /* the wrapper's basename, on this machine */
  struct obsolete *obsolete ;
  int supervisor_goes ; /* its package, with the configuration that this has */
  int is_of_stage ; /* another stage executes the input, and the last one does not */
  int build_edits ; /* a RUN changes the input, or what it is made of */
  char const *through ; /* the change to the script that executed the input; "": it stays as it is */
} ;

extern void patching_note (struct patching *p, char const *text) ;
extern char const *patching_place (struct patching const *p, struct instruction const *one) ;
extern struct edit *patching_edit (struct patching *p, uint32_t first, uint32_t last) ; /* as edit_add() */
extern int patching_is_edited (struct patching const *p, struct instruction const *one) ;
extern int patching_is_removed (struct patching const *p, struct instruction const *one) ;
extern void patching_remove (struct patching *p, struct instruction const *one, char const *why) ;

/* ---- dockerleft.c: files that served the wrapper alone ---- */
/* Does a file of the plan name it? */
extern int plan_needs (struct plan const *plan, char const *name) ;
/* Does a RUN, a HEALTHCHECK, a here-document or a file of the plan execute it? */
extern int patching_executes (struct patching *p, char const *program) ;
/* What stays in the image and executes the program, or may do so: words for a note; 0: nothing does. */
extern char const *script_needs (struct patching *p, char const *program) ;
/* The same for the init programs that a text names. */
extern char const *init_stays (struct patching *p, char const *text) ;
/* The COPY of the build context, or of the input's folder, ahead of `until`; 0: there is none, or the Dockerfile itself has the script's text. */
extern struct instruction *patching_folder_copy (struct patching *p, struct instruction const *until, char const *script) ;
/* Takes out the COPY of such files, and what only prepared them. A note says why each goes or stays. */
extern void remove_obsolete (struct patching *p) ;

/* ---- dockerpackages.c ---- */
/* Takes out packages that /init does the work of. A note says why one stays. */
extern void remove_packages (struct patching *p) ;
/* A RUN installs supervisor, and remove_packages() will take that out. */
extern int patching_supervisor_goes (struct patching *p) ;
/* What the image executes instead of the input stays as CMD. */
extern int patching_keeps_instead (struct patching const *p) ;

/* ---- dockercomments.c ---- */
/* Comments above what the patch takes out go with it, if what stands below goes, too. */
extern void remove_comments (struct patching *p) ;

/* ---- dockeredits.c ---- */
/* A TODO for what changes the input in the image, in the build or when the container starts. */
extern void note_edits (struct patching *p) ;

/* ---- dockerfront.c: what stays ahead of /init ---- */
extern void note_front (struct patching *p) ;
/* The script that executed the input has to execute /init now. */
extern void note_through (struct patching *p) ;

/* ---- dockerbehind.c: what a script did that went on behind the input ---- */
extern int only_waits_or_talks (struct source const *code, struct statement const *statement) ; /* or ends */
/* Its other commands between the input and `end` (0: there is no such), with their lines; 0: none. */
extern char const *work_behind (struct pool *pool, struct source const *code, struct statement const *first, struct range input_at, struct statement const *end) ;

/* ---- dockerstages.c ---- */
/* A TODO for another stage that starts the input, too. */
extern void note_stages (struct patching *p) ;
/* What served the wrapper alone in a stage that the last one is made from: COPY of the file itself, and what prepares that. */
extern void note_base (struct patching *p) ;

/* ---- dockerthrough.c ---- */
/* The change to the script that executed the input as its last command, a unified diff; "": there is no such
   script, or a TODO says what to do. */
extern char const *through_patch (struct patching const *p) ;

/* ---- dockercallers.c ---- */
/* A TODO for each HEALTHCHECK, script or other file that calls what has gone. */
extern void note_callers (struct patching *p) ;

/* ---- dockerlooks.c ---- */
/* A TODO for each service that the text, of a HEALTHCHECK or a script, looks for among all processes. */
extern void note_looks (struct patching *p, char const *where, char const *text) ;

#endif
