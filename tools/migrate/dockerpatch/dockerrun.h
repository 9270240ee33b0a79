/* RUN instructions: do they use files that go, or install packages that go? Pure. */

#ifndef REEVE_MIGRATE_DOCKERRUN_H
#define REEVE_MIGRATE_DOCKERRUN_H

#include "migrate/dockerfile/dockerfile.h"

/* The bytes of an instruction's arguments, each with a mark if it goes. */
struct cut
{
  char const *text ;
  char *gone ;
} ;

/* ---- dockeruses.c: who uses a file ---- */
/* Does the text name the file: by its path, or by its name ahead of no other folder? */
extern int text_names_file (char const *text, char const *path) ;
/* Does the instruction use the file? By name, by a pattern, or by its folder. */
extern int run_needs (struct dockerfile const *dockerfile, struct instruction const *run, char const *path) ;

/* echo "#!/bin/sh" >/NAME, | tee /NAME: does the RUN make the file's text? */
extern int run_writes (struct instruction const *run, char const *name) ;
/* Why a file of the image is not here, in words: a RUN writes it, or it is not in the build context. */
extern char const *why_missing (struct dockerfile const *dockerfile, char const *path) ;

/* Shell code with blanks in place of the echo and printf that only write to the log. */
extern char const *text_without_messages (struct pool *pool, char const *text) ;
/* The text with blanks in place of http://HOST/FILE. */
extern char const *text_without_urls (struct pool *pool, char const *text) ;
/* Adds the shell code of the image's RUNs, here-documents included. */
extern void dockerfile_runs (struct dockerfile const *dockerfile, struct texts *codes) ;
/* Does a RUN, or a here-document, of the image have the text? */
extern int dockerfile_says (struct dockerfile const *dockerfile, char const *text) ;
extern int dockerfile_keeps_nginx (struct dockerfile const *dockerfile) ; /* a RUN, or what a COPY has here, writes daemon off into nginx.conf */

/* ---- dockerservice.c ---- */
/* Does the RUN fail without supervisor's package, whose files or service it uses? */
extern int run_needs_supervisor (struct dockerfile const *dockerfile, struct instruction const *run) ;

/* ---- dockerrun.c: the commands of a RUN ---- */
/* Does each of its commands only prepare files of `gone`, absolute paths? */
extern int run_only_prepares (struct dockerfile const *dockerfile, struct instruction const *run, struct texts const *gone) ;

/* Do all its commands only fetch an init, such as tini? */
extern int run_only_fetches_init (struct pool *pool, struct instruction const *run) ;
extern int names_init (char const *text) ;
/* Does one of its commands execute `program`? */
extern int run_executes (struct pool *pool, struct instruction const *run, char const *program) ;

/* Does one of its commands name the program's file, other than to fetch it? */
extern int run_uses_file (struct pool *pool, struct instruction const *run, char const *program) ;

/* Marks these packages (words with blanks between them), and the commands that install nothing
   else. Returns how many packages were found. *all becomes 1 if nothing useful is left. */
extern unsigned int run_without_packages (struct pool *pool, struct instruction const *run, char const *packages, struct cut *cut, int *all) ;

/* The lines of the instruction without the marked bytes. */
extern void cut_lines (struct dockerfile const *dockerfile, struct instruction const *run, struct cut const *cut, struct texts *lines) ;

/* ---- moved.c ---- */
extern char const *behind_links (struct dockerfile const *dockerfile, char const *place) ; /* the file to which a RUN made `place` a link; else that itself */
/* The file of the build context that is at `place` in the image, perhaps by a RUN that moved it or made a link
   to it, on this machine; 0: none. */
extern char const *context_file_at (struct dockerfile const *dockerfile, char const *dockerfile_path, char const *place) ;
/* What a RUN makes `place` of, or COPY takes for it from another image or stage; 0: neither does. */
extern char const *brought_from (struct dockerfile const *dockerfile, char const *place) ;

#endif
