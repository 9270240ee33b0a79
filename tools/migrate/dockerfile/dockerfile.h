/* The Dockerfile that belongs to the wrapper: its instructions, read as the builder reads
   them, and what the image executes at its start. Pure. */

#ifndef REEVE_MIGRATE_DOCKERFILE_H
#define REEVE_MIGRATE_DOCKERFILE_H

#include "migrate/text/source.h"

enum stage_kind
{
  STAGE_OTHER, /* the image has only what a COPY --from takes from it */
  STAGE_BASE, /* the last stage is made from it */
  STAGE_LAST
} ;

struct instruction
{
  char const *name ; /* in upper case */
  char const *flags ; /* --from=build --chown=app, as they are written */
  char const *arguments ; /* behind the flags, byte by byte as in the source, with blanks in place of newlines, escapes, and comments */
  uint32_t start ; /* of the arguments in the source */
  struct texts documents ; /* the bodies of its here-documents */
  uint32_t first ; /* lines, from 1 */
  uint32_t last ;
  enum stage_kind stage ;
  char const *workdir ; /* where it works; "": that is not set, or not known */
  struct copying *copying ; /* of COPY and ADD; else 0 */
  struct instruction *next ;
} ;

struct dockerfile
{
  struct source *source ;
  char escape ; /* at the end of a line that goes on */
  struct instruction *instructions ;
  struct instruction *from ; /* the last FROM; 0: there is none */
  char const *named ; /* the paths that it names, among other text */
} ;

extern void dockerfile_read (struct source *source, struct dockerfile *dockerfile) ;
extern void dockerfile_parse (struct source *source, struct dockerfile *dockerfile) ; /* the same without what COPY and ADD bring, for dockerfile_read() */
extern void dockerfile_instructions (struct source *source, struct dockerfile *dockerfile) ; /* the same without where they work, for dockerfile_parse() */

/* The image's next instruction of one of the names after `after`; 0: the first one. */
extern struct instruction *dockerfile_next (struct dockerfile const *dockerfile, struct instruction const *after, char const *names) ;
extern struct instruction *dockerfile_last (struct dockerfile const *dockerfile, char const *name) ;

/* The arguments as the builder joins their lines: an escape at the end of one parts no words. `between`: what is put there; "". */
extern char const *dockerfile_joined (struct dockerfile const *dockerfile, struct instruction const *instruction, char const *between) ;

/* ["a", "b"]: adds its words. Returns 0 if it has another form. */
extern int dockerfile_exec_form (struct pool *pool, char const *arguments, struct texts *words) ;

/* The word at *p, up to one of `ends`, without its quotes and escapes, and without the blanks behind it. Moves *p behind it. */
extern char const *dockerfile_word (struct dockerfile const *dockerfile, char const **p, char const *ends) ;

/* ---- workdir.c ---- */
/* The working directory at `at` (0: at the end); "" if it is not set, or not known. */
extern char const *dockerfile_workdir (struct dockerfile const *dockerfile, struct instruction const *at) ;
extern char const *dockerfile_below (struct pool *pool, char const *folder, char const *path) ; /* an absolute path stays */

/* ---- variables.c ---- */
/* Expands the variables of ENV and ARG that are known at `at`, 0: at the end. Others stay. */
extern char const *dockerfile_expand (struct dockerfile const *dockerfile, struct instruction const *at, char const *text) ;
/* The same of a path that the builder expands itself: what nothing sets is empty. */
extern char const *dockerfile_path (struct dockerfile const *dockerfile, struct instruction const *at, char const *text) ;
/* What the builder writes of a here-document without quotes: \X is X, variables of ENV have their values. 0: a value is not known. */
extern char const *dockerfile_written (struct dockerfile const *dockerfile, struct instruction const *at, char const *text) ;
extern char const *dockerfile_image (struct dockerfile const *dockerfile) ; /* that it is made from: registry/debian:12@sha256:...: debian:12; "": none */
/* Adds the names that ENV sets. */
extern void dockerfile_environment (struct dockerfile const *dockerfile, struct texts *names) ;

/* ---- nobuild.c ---- */
/* Why no builder reads it; 0: nothing says so. */
extern char const *dockerfile_cannot_be_built (struct dockerfile const *dockerfile, char const *path) ;

/* ---- copying.c ---- */
/* What a COPY, or ADD, takes from the build context. */
struct copying
{
  struct texts sources ;
  char const *target ; /* an absolute path, as far as it is known; a folder ends in / */
  int from_stage ; /* another stage or image than the build context */
} ;
extern int makes_folder (char const *code, char const *path) ; /* does shell code of a RUN: mkdir -p PATH */
/* COPY <<EOF /start.sh: the text of the one file that it brings; 0: it brings none, or several. *is_unknown: the builder puts values into it that are not known. */
extern char const *copying_document (struct dockerfile const *dockerfile, struct instruction const *copy, int *is_unknown) ;
/* The path of `source` in the image. */
extern char const *copying_path (struct pool *pool, struct copying const *copying, char const *source) ;

/* ---- dockerbase.c: what is known of the base image ---- */
extern char const *dockerfile_base (struct dockerfile const *dockerfile) ; /* its name without registry and tag; "": there is none */
extern int dockerfile_base_is_plain (struct dockerfile const *dockerfile) ; /* it has no ENTRYPOINT that prepares something */
extern char const *dockerfile_without_shell (struct dockerfile const *dockerfile) ; /* the base image, where neither it nor what is put into it has a shell; 0: one may have */
/* Which system it is, by FROM: debian:stretch-slim, node:8-alpine3.6; 0: nothing says so. *release: 100 * 3 + 6. */
extern char const *dockerfile_release (struct dockerfile const *dockerfile, unsigned int *release) ;
extern int dockerfile_sh_is_bash (struct dockerfile const *dockerfile) ; /* by its FROM or its packages */
extern int dockerfile_has_other_sh (struct dockerfile const *dockerfile) ; /* by its FROM or its packages: sh is busybox's or bash, not dash */
/* Which overlay it needs: amd64 or arm64. *doubt: why it may need another one; 0: nothing says so. */
extern char const *dockerfile_architecture (struct dockerfile const *dockerfile, char const **doubt) ;
extern char const *dockerfile_user (struct dockerfile const *dockerfile) ; /* USER, without a group; 0: root, or there is none */
/* With which signal the image asks to be stopped, without SIG: by STOPSIGNAL, or as its base image does; 0: TERM. */
extern char const *dockerfile_stop_signal (struct dockerfile const *dockerfile) ;

/* ---- dockerstart.c, dockerwords.c: what the image executes ---- */
/* A script of the build context that the image has, and that stays. */
struct docker_script
{
  char const *name ; /* on this machine */
  char const *path ; /* in the image; absolute, as far as that is known */
  struct texts also ; /* further places there: a later COPY brings it once more */
  char const *text ;
  int had_crlf ; /* carriage returns at the ends of lines, which the text has no more */
  struct docker_script *next ;
} ;

enum docker_init { NO_INIT, INIT_SIGNALS_CHILD, INIT_SIGNALS_ALL } ; /* tini, dumb-init: who gets the signals of the container */

struct docker_start
{
  char const *script ; /* the input's basename in the image; 0: the image does not execute it */
  struct texts front ; /* words that the image executes before the input, and that stay */
  char const *given ; /* the word behind the first one of these: what it executed, or its first argument; 0: not known */
  struct texts entrypoint ; /* the same with their shells: bash -e /entry.sh */
  char const *front_text ; /* the text of the first one, if it could be read; the caller's; 0: not known */
  struct docker_script *scripts ; /* those that could be read, without the input */
  /* A script, the last word of `front`, that executes the input; all 0: it is executed by no other script. */
  char const *through ; /* the word */
  struct docker_script const *through_script ;
  char const *through_text ; /* all of it */
  char const *through_command ; /* with which it executes the input */
  struct range through_at ;
  uint32_t through_line ;
  char const *through_user ; /* as whom; 0: as the script */
  char const *through_new ; /* the command that executes /init in its place, with what it has ahead of the input: exec env A=1 "$@"; 0: just exec "$@" */
  int through_goes_on ; /* further commands follow that one */
  int has_init ; /* the image executes an /init of its own */
  enum docker_init init ; /* that is PID 1 ahead of the input */
  struct texts passed ; /* words that the image gives it as arguments */
  char const *code ; /* shell code that is executed before the input; 0: none */
  int code_must_succeed ; /* the input follows its && */
  char const *code_shell ; /* which executes that code, and the input behind it; 0: no code does */
  char const *kept ; /* what kept the container alive behind the input: tail -f /dev/null; 0: nothing */
  char const *code_behind ; /* another command that it executes when the input has ended; 0: none */
  uint32_t line ; /* of the code */
  char const *const *arguments ; /* of the input, ended by 0; 0: not known */
  char const *arguments_code ; /* the same as shell words, if only the shell knows them: "$ROLE"; 0: none */
  uint32_t lost_cmd ; /* the line of a CMD that an ENTRYPOINT in shell form does not get; 0: none */
  char const *path ; /* of the input in the image, absolute, as the words have it; 0: not known */
  int is_given ; /* it is the ENTRYPOINT: the words of docker run after the image are its arguments */
  char const *shell ; /* that reads it: bash, /bin/sh; 0: that of its own #! */
  char const *shell_options ; /* -eux of that shell; 0: none */
  struct texts lost ; /* notes about what the image did around the input, and /init does not */
  struct texts command ; /* with which a program that reads the input is executed, as a shell reads it: overmind start -f X; empty: it executes the input itself */
  struct texts assignments ; /* before that: A=1 */
  char const *prefix ; /* what was ahead of that program, and goes with it: bundle exec; 0: nothing */
  struct texts instead ; /* words that the image executes, if none of them is the input */
  char const *guess ; /* the program taken for the input, which no instruction names; 0: the input's name is there */
} ;

/* `text`: of the input. A program that the input executes is not the input itself. `scripts`: of the
   build context; they belong to `start` afterwards. */
extern void dockerfile_start (struct dockerfile const *dockerfile, char const *input, char const *text, struct docker_script *scripts, struct docker_start *start) ;

/* The script of the build context that the word executes: by its path, or, as PATH finds it, by its
   name in a folder bin. 0: it is none that could be read. */
extern struct docker_script const *dockerfile_script (struct dockerfile const *dockerfile, struct docker_script const *scripts, char const *word) ;

/* The file in the build context that is `path` in the image, or has its name there; 0: not known. */
extern char const *dockerfile_source_of (struct dockerfile const *dockerfile, char const *path) ;

#endif
