#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "base/json.h"
#include "base/trust.h"
#include "log/log.h"

#define JSON_PART 4096 /* bytes that are escaped at once */
#define CHARACTER_MAX 4 /* bytes of a character in UTF-8 */

/* ---- setting up ---- */

static void *grow (void *old, size_t n, size_t size)
{
  void *new = realloc(old, n * size) ;
  if (!new) strerr_diefu1sys(EXIT_SYSTEM, "remember what to do with lines") ;
  return new ;
}

struct directive *logger_add (struct logger *l, enum directive_kind kind)
{
  l->directives = grow(l->directives, l->ndirectives + 1, sizeof *l->directives) ;
  l->directives[l->ndirectives] = (struct directive) { .kind = kind } ;
  return l->directives + l->ndirectives++ ;
}

static struct sink *add_sink (struct logger *l)
{
  struct sink *sink = grow(0, 1, sizeof *sink) ;
  struct sink **last = &l->sinks ;
  memset(sink, 0, offsetof(struct sink, bytes)) ;
  sink->fd = -1 ;
  while (*last) last = &(*last)->next ;
  return *last = sink ;
}

struct sink *logger_stream (struct logger *l, int fd)
{
  struct sink *sink ;
  for (sink = l->sinks ; sink ; sink = sink->next)
    if (sink->fd == fd) return sink ;
  sink = add_sink(l) ;
  sink->fd = fd ;
  sink->output = (struct output) OUTPUT(fd) ;
  return sink ;
}

struct sink *logger_directory (struct logger *l, struct logdir const *logdir)
{
  struct sink *sink ;
  for (sink = l->sinks ; sink ; sink = sink->next)
    if (sink->logdir && !strcmp(sink->logdir->path, logdir->path)) strerr_dief2x(EXIT_USAGE, "named twice: ", logdir->path) ;
  sink = add_sink(l) ;
  sink->logdir = grow(0, 1, sizeof *sink->logdir) ;
  *sink->logdir = *logdir ;
  sink->logdir->first_time = 1 ;
  return sink ;
}

void logger_pattern (struct logger *l, enum directive_kind kind, enum pattern_kind syntax, char const *text)
{
  char const *fault ;
  struct pattern *pattern = pattern_compile(syntax, text, &fault) ;
  if (!pattern && !fault) strerr_diefu1sys(EXIT_SYSTEM, "compile a pattern") ;
  if (!pattern) strerr_dief4x(EXIT_USAGE, syntax == PATTERN_GLOB ? "invalid glob \"" : "invalid regular expression \"", text, "\": ", fault) ;
  logger_add(l, kind)->pattern = pattern ;
}

static void escape_prefix (struct directive *d)
{
  size_t len = strlen(d->prefix) ;
  char *escaped = grow(0, JSON_ESCAPED_MAX(len) + 1, 1) ;
  escaped[json_escape(escaped, d->prefix, len)] = 0 ;
  d->prefix = escaped ;
}

void lines_prepare (struct logger *l)
{
  l->takes_parts = 1 ;
  for (size_t i = 0 ; i < l->ndirectives ; i++)
  {
    struct directive *d = l->directives + i ;
    if (d->kind != TO_LOGDIR || d->json) l->takes_parts = 0 ;
    if (d->kind < TO_STREAM) continue ;
    if (!d->prefix) d->prefix = "" ;
    if (d->json) escape_prefix(d) ;
    d->header = grow(0, STAMPS_MAX + strlen(PROG) + strlen(d->prefix) + 64, 1) ;
    if (d->kind == TO_STATUS) d->status = grow(0, (d->most ? d->most : INPUT_MAX + STAMPS_MAX + strlen(d->prefix)) + 2, 1) ;
  }
}

/* ---- a line ---- */

static size_t add (char *out, size_t at, char const *text)
{
  size_t len = strlen(text) ;
  memcpy(out + at, text, len) ;
  return at + len ;
}

/* All lines of one read get the same time. */
static void make_headers (struct logger *l)
{
  tain now ;
  tain_wallclock_read(&now) ;
  for (size_t i = 0 ; i < l->ndirectives ; i++)
  {
    struct directive *d = l->directives + i ;
    size_t n = 0 ;
    if (d->kind < TO_STREAM) continue ;
    if (d->alert)
    {
      n = add(d->header, n, PROG) ;
      n = add(d->header, n, ": alert: ") ;
    }
    if (d->json)
    {
      n = add(d->header, n, "{\"time\":\"") ;
      n += stamp_format(d->header + n, STAMP_UTC, &now) - 1 ; /* without its space */
      n = add(d->header, n, "\",\"service\":\"") ;
      n = add(d->header, n, d->prefix) ;
      n = add(d->header, n, "\",\"text\":\"") ;
    }
    else
    {
      n += stamp_format(d->header + n, d->stamps, &now) ;
      n = add(d->header, n, d->prefix) ;
      if (d->prefix[0]) n = add(d->header, n, " ") ;
    }
    d->header_len = n ;
  }
}

static void route (struct logger *l, char const *bytes, size_t len)
{
  int selected = 1 ;
  int used = 0 ;
  for (size_t i = 0 ; i < l->ndirectives ; i++)
  {
    struct directive *d = l->directives + i ;
    switch (d->kind)
    {
      case SELECT : selected = selected || pattern_match(d->pattern, bytes, len) ; break ;
      case DESELECT : selected = selected && !pattern_match(d->pattern, bytes, len) ; break ;
      case SELECT_UNUSED : selected = !used ; break ;
      default :
        d->taken = !!selected ;
        used |= selected ;
    }
  }
}

size_t lines_cut (char const *bytes, size_t len)
{
  size_t n = len ;
  while (n > 1 && len - n < CHARACTER_MAX - 1 && (bytes[n] & 0xc0) == 0x80) n-- ;
  return n ;
}

static void put_json (struct logger *l, struct sink *sink, char const *bytes, size_t len)
{
  char escaped[JSON_ESCAPED_MAX(JSON_PART)] ;
  while (len)
  {
    size_t n = len > JSON_PART ? lines_cut(bytes, JSON_PART) : len ;
    sink_put(l, sink, escaped, json_escape(escaped, bytes, n)) ;
    bytes += n ;
    len -= n ;
  }
}

static void put_text (struct logger *l, struct directive *d, char const *bytes, size_t len, int first, int last)
{
  int cut = d->alert && d->most && len > d->most + 3 ; /* the dots that stand for the rest are not longer than the rest */
  if (d->alert && !first) return ;
  if (!d->sink->logdir) first = last = 1 ; /* other processes write there, too: each part becomes a line */
  if (first) sink_put(l, d->sink, d->header, d->header_len) ;
  if (d->json) put_json(l, d->sink, bytes, len) ;
  else sink_put(l, d->sink, bytes, cut ? d->most : len) ;
  if (!last) return ;
  if (cut) sink_put(l, d->sink, "...\n", 4) ;
  else if (d->json) sink_put(l, d->sink, "\"}\n", 3) ;
  else sink_put(l, d->sink, "\n", 1) ;
}

/* Of the lines of one read only the last one is ever seen. */
static void put_status (struct directive *d, char const *bytes, size_t len, int first)
{
  size_t n ;
  if (!first) return ;
  n = d->most && d->header_len > d->most ? d->most : d->header_len ;
  if (d->most && len > d->most - n) len = d->most - n ;
  memcpy(d->status, d->header, n) ;
  memcpy(d->status + n, bytes, len) ;
  d->status_len = n + len ;
  if (d->most)
  {
    memset(d->status + d->status_len, '\n', d->most - d->status_len) ;
    d->status_len = d->most ;
  }
  else d->status[d->status_len++] = '\n' ;
}

static void part (struct logger *l, char const *bytes, size_t len, int last)
{
  int first = !l->in_line ;
  if (first) route(l, bytes, len) ;
  for (size_t i = 0 ; i < l->ndirectives ; i++)
  {
    struct directive *d = l->directives + i ;
    if (d->kind < TO_STREAM || !d->taken) continue ;
    if (d->kind == TO_STATUS) put_status(d, bytes, len, first) ;
    else put_text(l, d, bytes, len, first, last) ;
  }
  l->in_line = !last ;
  l->line_len = last ? 0 : l->line_len + len ;
}

static void part_in_limits (struct logger *l, char const *bytes, size_t len, int last)
{
  while (l->line_max && l->line_len + len > l->line_max)
  {
    size_t n = l->line_max - l->line_len ;
    if (!l->quiet) strerr_warnw1x("a line is longer than the limit (-l): it goes on in the next") ;
    part(l, bytes, n, 1) ;
    bytes += n ;
    len -= n ;
  }
  part(l, bytes, len, last) ;
}

/* Either all directories go on with the line whose beginning they have, or none does. */
void lines_resume (struct logger *l)
{
  int all = l->takes_parts ;
  for (struct sink *sink = l->sinks ; sink ; sink = sink->next) all &= sink->logdir && sink->logdir->mid_line ;
  l->in_line = !!all ;
  for (size_t i = 0 ; i < l->ndirectives ; i++) l->directives[i].taken = !!all ;
  for (struct sink *sink = l->sinks ; sink && !all ; sink = sink->next)
    if (sink->logdir && sink->logdir->mid_line) sink_put(l, sink, "\n", 1) ;
}

static void flush (struct logger *l)
{
  for (size_t i = 0 ; i < l->ndirectives ; i++)
  {
    struct directive *d = l->directives + i ;
    if (d->kind < TO_STREAM || !d->status_len) continue ;
    if (!trust_write(AT_FDCWD, d->file, 0666, d->status, d->status_len) && !l->quiet)
      strerr_warnwu2sys("write the status file ", d->file) ;
    d->status_len = 0 ;
  }
  sinks_flush(l) ;
}

void lines_put (struct logger *l, char const *bytes, size_t len)
{
  char const *end = bytes + len ;
  make_headers(l) ;
  while (bytes < end)
  {
    char const *newline = memchr(bytes, '\n', (size_t)(end - bytes)) ;
    part_in_limits(l, bytes, (size_t)(newline - bytes), 1) ;
    bytes = newline + 1 ;
  }
  flush(l) ;
}

void lines_put_part (struct logger *l, char const *bytes, size_t len, int last)
{
  make_headers(l) ;
  part_in_limits(l, bytes, len, last) ;
  flush(l) ;
}
