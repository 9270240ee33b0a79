/* Memory for one migration. It is taken piece by piece, and freed as a whole: nothing of a plan
   outlives it. */

#ifndef REEVE_MIGRATE_POOL_H
#define REEVE_MIGRATE_POOL_H

#include <stddef.h>

/* How many elements an array has. */
#define ROWS(table) (sizeof(table) / sizeof(*(table)))

struct pool_chunk ;
struct pool
{
  struct pool_chunk *chunks ;
} ;
#define POOL_ZERO { 0 }

/* `size` bytes, zeroed, aligned for anything. Without memory the program says so and exits 111. */
extern void *pool_alloc (struct pool *pool, size_t size) ;
extern void pool_free (struct pool *pool) ;
/* Room for one more behind the `n` elements of `array`: the array as it is, or a larger copy. *room is how many fit;
   0: there is no array yet. */
extern void *pool_grow (struct pool *pool, void *array, unsigned int n, unsigned int *room, size_t size) ;

/* NUL-terminated copies. */
extern char const *pool_copy (struct pool *pool, char const *text, size_t len) ;
extern char const *pool_without (struct pool *pool, char const *text, char const *letters) ; /* a copy without these letters */
extern char const *pool_printf (struct pool *pool, char const *format, ...) __attribute__((format(printf, 2, 3))) ;

/* Lines, or any texts in order: each belongs to the pool or outlives it. */
struct text
{
  char const *text ;
  unsigned int ahead ; /* of run: 1 + the plan's piece that comes behind it; 0: all pieces come before it */
  struct text *next ;
} ;
struct texts
{
  struct text *first ;
  struct text **end ;
} ;

extern struct text *texts_add (struct pool *pool, struct texts *texts, char const *text) ;
extern int texts_has (struct texts const *texts, char const *text) ;
extern void texts_add_once (struct pool *pool, struct texts *texts, char const *text) ;
extern void texts_add_all (struct pool *pool, struct texts *to, struct texts const *from) ;
extern char const *texts_join (struct pool *pool, struct texts const *texts, char const *between) ;

#endif
