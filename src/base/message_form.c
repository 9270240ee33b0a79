#include "base/message_form.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define PREFIX "reeve | "
#define ENDS "\"}\n"
#define NAME_MAX_SHOWN 255

enum message_form message_form_of (char const *mode)
{
  if (mode && !strcmp(mode, "json")) return MESSAGE_JSON ;
  return mode && !strcmp(mode, "prefix") ? MESSAGE_PREFIX : MESSAGE_PLAIN ;
}

/* As much as has room, whole characters. */
static size_t escape (char *out, size_t room, char const *text, size_t len)
{
  size_t n = 0 ;
  for (size_t at = 0 ; at < len ; )
  {
    char one[JSON_ESCAPED_MAX(4)] ;
    size_t bytes = text_utf8(text + at, len - at) ;
    size_t escaped ;
    if (!bytes) bytes = 1 ;
    escaped = json_escape(one, text + at, bytes) ;
    if (escaped > room - n) break ;
    memcpy(out + n, one, escaped) ;
    n += escaped ;
    at += bytes ;
  }
  return n ;
}

static size_t time_and_level (char *out, size_t size, struct timespec const *now, char const *level, size_t level_len)
{
  struct tm tm ;
  if (!gmtime_r(&now->tv_sec, &tm)) memset(&tm, 0, sizeof tm) ;
  return (size_t)snprintf(out, size, "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%06ldZ\",\"service\":\"reeve\",\"stream\":\"stderr\",\"level\":\"%.*s\"",
    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, now->tv_nsec / 1000, (int)level_len, level) ;
}

static size_t json (char *out, size_t size, struct timespec const *now, char const *text, size_t len)
{
  static char const about[] = ",\"about\":\"" ;
  static char const message[] = ",\"message\":\"" ;
  char const *colon = memmem(text, len, ": ", 2) ;
  char const *level = colon ? colon + 2 : text ;
  char const *level_end = colon ? memchr(level, ':', len - (size_t)(level - text)) : 0 ;
  char const *name = colon ? memchr(text, ' ', (size_t)(colon - text)) : 0 ;
  size_t level_len = level_end ? (size_t)(level_end - level) : 0 ;
  size_t n ;
  if (!level_len || level_len > 16 || strspn(level, "abcdefghijklmnopqrstuvwxyz") != level_len)
  {
    level = "info" ;
    level_len = 4 ;
  }
  n = time_and_level(out, size, now, level, level_len) ;
  if (name && colon - name - 1 <= NAME_MAX_SHOWN)
  {
    memcpy(out + n, about, sizeof about - 1) ;
    n += sizeof about - 1 ;
    n += escape(out + n, size / 2 - n, name + 1, (size_t)(colon - name) - 1) ;
    out[n++] = '"' ;
  }
  memcpy(out + n, message, sizeof message - 1) ;
  n += sizeof message - 1 ;
  n += escape(out + n, size - (sizeof ENDS - 1) - n, text, len - (len && text[len - 1] == '\n')) ;
  memcpy(out + n, ENDS, sizeof ENDS - 1) ;
  return n + sizeof ENDS - 1 ;
}

size_t message_form_line (char *out, size_t size, enum message_form form, struct timespec const *now, char const *text, size_t len)
{
  size_t head = form == MESSAGE_PREFIX ? sizeof PREFIX - 1 : 0 ;
  if (form == MESSAGE_JSON) return json(out, size, now, text, len) ;
  memcpy(out, PREFIX, head) ;
  if (len <= size - head)
  {
    memcpy(out + head, text, len) ;
    return head + len ;
  }
  memcpy(out + head, text, size - head - 1) ;
  out[size - 1] = '\n' ;
  return size ;
}
