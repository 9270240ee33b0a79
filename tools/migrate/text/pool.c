#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "migrate/text/pool.h"

#define CHUNK_SIZE 65536
#define ALIGNMENT _Alignof(max_align_t)

struct pool_chunk
{
  struct pool_chunk *next ;
  size_t used ;
  size_t size ;
  max_align_t bytes[] ;
} ;

static struct pool_chunk *chunk_new (size_t size)
{
  struct pool_chunk *chunk = calloc(1, sizeof(struct pool_chunk) + size) ;
  if (!chunk) strerr_diefu1sys(111, "allocate memory") ;
  chunk->size = size ;
  return chunk ;
}

void *pool_alloc (struct pool *pool, size_t size)
{
  struct pool_chunk *chunk = pool->chunks ;
  void *taken ;
  size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT ;
  if (!chunk || chunk->size - chunk->used < size)
  {
    chunk = chunk_new(size > CHUNK_SIZE ? size : CHUNK_SIZE) ;
    chunk->next = pool->chunks ;
    pool->chunks = chunk ;
  }
  taken = (char *)chunk->bytes + chunk->used ;
  chunk->used += size ;
  return taken ;
}

void pool_free (struct pool *pool)
{
  while (pool->chunks)
  {
    struct pool_chunk *next = pool->chunks->next ;
    free(pool->chunks) ;
    pool->chunks = next ;
  }
}

void *pool_grow (struct pool *pool, void *array, unsigned int n, unsigned int *room, size_t size)
{
  void *larger ;
  if (n < *room) return array ;
  *room = *room ? 2 * *room : 32 ;
  larger = pool_alloc(pool, *room * size) ;
  if (n) memcpy(larger, array, n * size) ;
  return larger ;
}

char const *pool_copy (struct pool *pool, char const *text, size_t len)
{
  char *copy = pool_alloc(pool, len + 1) ;
  if (len) memcpy(copy, text, len) ;
  return copy ;
}

char const *pool_without (struct pool *pool, char const *text, char const *letters)
{
  char *copy = pool_alloc(pool, strlen(text) + 1) ;
  char *end = copy ;
  for (; *text ; text++)
    if (!strchr(letters, *text)) *end++ = *text ;
  return copy ;
}

char const *pool_printf (struct pool *pool, char const *format, ...)
{
  va_list args ;
  char *made ;
  char const *text ;
  int len ;
  va_start(args, format) ;
  len = vasprintf(&made, format, args) ;
  va_end(args) ;
  if (len < 0) strerr_diefu1sys(111, "format a text") ;
  text = pool_copy(pool, made, (size_t)len) ;
  free(made) ;
  return text ;
}

struct text *texts_add (struct pool *pool, struct texts *texts, char const *text)
{
  struct text *one = pool_alloc(pool, sizeof(*one)) ;
  one->text = text ;
  if (!texts->end) texts->end = &texts->first ;
  *texts->end = one ;
  texts->end = &one->next ;
  return one ;
}

int texts_has (struct texts const *texts, char const *text)
{
  for (struct text const *one = texts->first ; one ; one = one->next)
    if (!strcmp(one->text, text)) return 1 ;
  return 0 ;
}

void texts_add_once (struct pool *pool, struct texts *texts, char const *text)
{
  if (!texts_has(texts, text)) texts_add(pool, texts, text) ;
}

void texts_add_all (struct pool *pool, struct texts *to, struct texts const *from)
{
  for (struct text const *one = from->first ; one ; one = one->next) texts_add(pool, to, one->text) ;
}

char const *texts_join (struct pool *pool, struct texts const *texts, char const *between)
{
  size_t between_len = strlen(between) ;
  size_t len = 0 ;
  char *joined ;
  char *p ;
  for (struct text const *one = texts->first ; one ; one = one->next) len += strlen(one->text) + between_len ;
  p = joined = pool_alloc(pool, len + 1) ;
  for (struct text const *one = texts->first ; one ; one = one->next)
  {
    p = stpcpy(p, one->text) ;
    if (one->next) p = stpcpy(p, between) ;
  }
  return joined ;
}
