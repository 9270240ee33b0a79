#include "base/message_form.h"

#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define PREFIX "reeve | "
#define CUT "..."
#define END "\"}\n"
#define ESCAPED_MAX 6 /* the most bytes that one byte can become */

enum message_form message_form_of (char const *mode)
{
  if (mode && !strcmp(mode, "json")) return MESSAGE_JSON ;
  return mode && !strcmp(mode, "prefix") ? MESSAGE_PREFIX : MESSAGE_PLAIN ;
}

static size_t put (char *out, size_t at, char const *text)
{
  size_t len = strlen(text) ;
  memcpy(out + at, text, len) ;
  return at + len ;
}

static size_t put_digits (char *out, size_t at, uint64_t n, unsigned int digits)
{
  for (unsigned int i = digits ; i-- ; n /= 10) out[at + i] = (char)('0' + n % 10) ;
  return at + digits ;
}

/* Writes the time in UTC. gmtime_r() allocates in some libraries, so this is computed here. Years
   begin in March, so that the leap day is the last day of a year. */
static size_t put_time (char *out, size_t at, struct timespec const *when)
{
  uint64_t seconds = when->tv_sec < 0 ? 0 : (uint64_t)when->tv_sec ;
  uint64_t day = seconds / 86400 + 719468 ; /* days since 0000-03-01 */
  uint64_t era = day / 146097 ; /* of 400 years */
  uint64_t of_era = day % 146097 ;
  uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365 ;
  uint64_t of_year = of_era - (365 * year + year / 4 - year / 100) ;
  uint64_t month = (5 * of_year + 2) / 153 ; /* 0: March */
  uint64_t const fields[] = { era * 400 + year + (month >= 10), month < 10 ? month + 3 : month - 9, of_year - (153 * month + 2) / 5 + 1,
    seconds / 3600 % 24, seconds / 60 % 60, seconds % 60, (uint64_t)when->tv_nsec / 1000 } ;
  for (size_t i = 0 ; i < sizeof fields / sizeof *fields ; i++)
  {
    at = put_digits(out, at, fields[i], i == 0 ? 4 : i == 6 ? 6 : 2) ;
    out[at++] = "--T::.Z"[i] ;
  }
  return at ;
}

/* Writes escaped text, but leaves `room` bytes. Returns where it ends; *all: nothing was left out. */
static size_t put_escaped (char *out, size_t at, size_t room, char const *text, size_t len, int *all)
{
  size_t used = 0 ;
  while (used < len)
  {
    size_t one = text_utf8(text + used, len - used) ;
    if (!one) one = 1 ;
    if (at + ESCAPED_MAX * one + room > PIPE_BUF) break ;
    at += json_escape(out + at, text + used, one) ;
    used += one ;
  }
  *all = used == len ;
  return at ;
}

static size_t put_field (char *out, size_t at, char const *name, char const *text, size_t len)
{
  int all ;
  at = put(out, put(out, put(out, at, "\",\""), name), "\":\"") ;
  return put_escaped(out, at, PIPE_BUF / 2, text, len, &all) ;
}

/* The level at the beginning of `text`, before ": "; 0: none. */
static char const *level_of (char const *text, size_t size)
{
  static char const *const levels[] = { "warning", "fatal", "info", "usage" } ;
  for (size_t i = 0 ; i < sizeof levels / sizeof *levels ; i++)
  {
    size_t len = strlen(levels[i]) ;
    if (size > len + 2 && !memcmp(text, levels[i], len) && !memcmp(text + len, ": ", 2)) return levels[i] ;
  }
  return 0 ;
}

static size_t write_json (char out[PIPE_BUF], char const *program, char const *about, char const *line, size_t len, struct timespec const *now)
{
  size_t named = strlen(program) ;
  size_t name = strcspn(program, " ") ;
  char const *level = 0 ;
  size_t n ;
  int all ;
  if (len > named + 2 && !memcmp(line, program, named) && !memcmp(line + named, ": ", 2))
    level = level_of(line + named + 2, len - named - 2) ;
  if (!level) level = "info" ;
  n = put_time(out, put(out, 0, "{\"time\":\""), now) ;
  n = put(out, n, "\",\"service\":\"reeve\",\"stream\":\"stderr") ;
  n = put_field(out, n, "level", level, strlen(level)) ;
  n = put_field(out, n, "program", program, name) ;
  if (!about && name < named) about = program + name + 1 ;
  if (about) n = put_field(out, n, "about", about, strlen(about)) ;
  n = put_escaped(out, put(out, n, "\",\"message\":\""), sizeof CUT END, line, len, &all) ;
  return put(out, all ? n : put(out, n, CUT), END) ;
}

size_t message_form_write (char out[PIPE_BUF], enum message_form form, char const *program, char const *about, char const *line, size_t len, struct timespec const *now)
{
  size_t n ;
  size_t room ;
  if (form == MESSAGE_JSON) return write_json(out, program, about, line, len, now) ;
  n = put(out, 0, form == MESSAGE_PREFIX ? PREFIX : "") ;
  room = PIPE_BUF - n - sizeof CUT ;
  memcpy(out + n, line, len > room ? room : len) ;
  n += len > room ? room : len ;
  if (len > room) n = put(out, n, CUT) ;
  out[n++] = '\n' ;
  return n ;
}
