/* The file that is migrated, and the account of its lines.

   The account makes it impossible to drop a line in silence. Every byte has one owner: the
   first that claimed it. source_unclaimed() finds the bytes that nobody claims, except white
   space and separators of statements. */

#ifndef REEVE_MIGRATE_SOURCE_H
#define REEVE_MIGRATE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "migrate/text/pool.h"

/* What the name of a variable is made of; the first is no digit. */
#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

#define SOURCE_SIZE_MAX 1048576

struct range
{
  uint32_t start ; /* bytes; end is the first that is not in it */
  uint32_t end ;
} ;

struct claim
{
  struct range range ; /* as it was claimed; parts may have another owner */
  char const *where ; /* where it went: a file, or "dropped" */
  char const *what ;
  struct texts todo ; /* what is left for a person */
  int never_ran ; /* what it is of never runs, or in no container with this CMD */
  int tells_exit ; /* it, or the line that it is about, says what became of an exit of the script there */
  int tells_and ; /* it says that what is behind its && is not started when it fails */
  char const *if_kept ; /* nothing was seen to need it: what stands in place of `what` where a file has it all the same; 0: it is no such thing */
  char const *described ; /* all that the report says of it; 0: it has not been asked yet */
} ;

/* A file that the first one includes: it begins at the line `first`. */
struct source_part
{
  char const *name ;
  uint32_t first ;
  struct source_part *next ;
} ;

struct source
{
  struct source_part *parts ; /* by line; 0: there is only the first file */
  struct pool *pool ;
  char const *name ; /* as it was given */
  char const *text ; /* NUL-terminated; no carriage return at the end of a line */
  char *is_blank ; /* by byte: source_blank() has been there; 0: nowhere */
  char const *uncommented ; /* the same, of a shell script, with blanks in place of its comments; 0: nobody has asked yet */
  uint32_t len ;
  uint32_t *line_start ; /* by line, from 0; one more element than lines: len */
  uint32_t nlines ;
  uint32_t first ; /* the lines that the account is of: all, unless the text is a part of a file */
  uint32_t last ;
  int had_crlf ;
  char *had_cr ; /* by byte: a carriage return before it was left out */
  struct claim **claims ;
  uint32_t nclaims ;
  uint32_t claims_size ;
  uint32_t *owner ; /* by byte: 1 + index in claims; 0: none yet */
} ;

/* Takes `len` bytes, len <= SOURCE_SIZE_MAX; NUL bytes become `?`. Borrows nothing
   but `pool` and `name`. */
extern void source_init (struct source *source, struct pool *pool, char const *name, char const *text, size_t len) ;

extern uint32_t source_line (struct source const *source, uint32_t byte) ; /* from 1 */
extern uint32_t source_last_line (struct source const *source, struct range range) ; /* of its last byte */
extern char const *source_copy (struct source const *source, struct range range) ;
extern struct range source_line_range (struct source const *source, uint32_t line) ; /* without its newline */

/* The place of the line, for a reader: `line 3`, or `FILE, line 3` of a part. */
extern char const *source_place (struct source const *source, uint32_t line) ;
/* The part that the line is in; 0: the first file. */
extern struct source_part const *source_part_of (struct source const *source, uint32_t line) ;

/* The text becomes another one, of as many lines. */
extern void source_respell (struct source *source, char const *text) ;

/* Blanks in place of what is in the range, and of a `;` behind it. source_copy() leaves them out. */
extern void source_blank (struct source *source, struct range range) ;

/* Claims the bytes of `range` that have no owner yet. Texts are borrowed. */
extern struct claim *source_claim (struct source *source, struct range range, char const *where, char const *what) ;
extern int claim_is_dropped (struct claim const *claim) ; /* it is in no file */
/* Other words in place of `part`; 0: the claim does not say that. */
extern int claim_say_instead (struct pool *pool, struct claim *claim, char const *part, char const *instead) ;

/* The next line from `line` on (from 1) with a byte that is neither claimed, nor
   white space, nor one of `;&`; sets *range to these bytes. 0: none. */
extern uint32_t source_unclaimed (struct source const *source, uint32_t line, struct range *range) ;

#endif
