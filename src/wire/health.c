#include "wire/health.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/djbunix.h>
#include <skalibs/sig.h>
#include <skalibs/types.h>

#include "base/file.h"
#include "base/text.h"
#include "base/trust.h"

#define FRESH HEALTH_RECORD_FILE ".new"
#define HEADER_SIZE 32
#define PATH_SIZE 4096
#define NUMBER_MAX 255

static char const *const words[HEALTH_RESULT_COUNT] =
  { [HEALTH_EXIT] = "exit ", [HEALTH_SIGNAL] = "signal ", [HEALTH_TIMEOUT] = "timeout", [HEALTH_FLOOD] = "flood" } ;

static int has_number (enum health_result_kind kind)
{
  return kind == HEALTH_EXIT || kind == HEALTH_SIGNAL ;
}

/* ---- writing ---- */

int health_record_begin (void)
{
  return file_open(FRESH, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0600) ; /* 0600: the output of a check may be secret */
}

int health_record_add (int fd, size_t at, char const *bytes, size_t len)
{
  ssize_t w ;
  if (at >= HEALTH_OUTPUT_MAX || !len) return 1 ;
  if (len > HEALTH_OUTPUT_MAX - at) len = HEALTH_OUTPUT_MAX - at ;
  do w = pwrite(fd, bytes, len, (off_t)(HEADER_SIZE + at)) ; while (w == -1 && errno == EINTR) ;
  return w != -1 ;
}

int health_record_end (int fd, struct health_result const *result)
{
  char header[HEADER_SIZE] ;
  size_t n = strlen(words[result->kind]) ;
  ssize_t w ;
  memset(header, ' ', sizeof header) ;
  header[HEADER_SIZE - 1] = '\n' ;
  memcpy(header, words[result->kind], n) ;
  if (has_number(result->kind)) uint_fmt(header + n, result->number) ;
  do w = pwrite(fd, header, sizeof header, 0) ; while (w == -1 && errno == EINTR) ;
  return w == HEADER_SIZE && rename(FRESH, HEALTH_RECORD_FILE) != -1 ;
}

/* Moves the last line to the beginning of `text`. Returns its length. */
static size_t last_line (char *text, size_t len)
{
  size_t begin ;
  while (len && (unsigned char)text[len - 1] <= ' ') len-- ;
  begin = len ;
  while (begin && text[begin - 1] != '\n') begin-- ;
  memmove(text, text + begin, len - begin) ;
  return len - begin ;
}

char const *health_record_line (int fd, char *out, size_t size)
{
  char text[HEALTH_OUTPUT_MAX] ;
  ssize_t r = pread(fd, text, sizeof text, HEADER_SIZE) ;
  size_t len = r > 0 ? last_line(text, (size_t)r) : 0 ;
  if (len > size - 1) len = size - 1 ;
  memcpy(out, text, len) ;
  text_make_printable(out, len) ;
  out[len] = 0 ;
  return out ;
}

/* ---- reading ---- */

static int parse (char const *header, struct health_result *result)
{
  for (int kind = 0 ; kind < HEALTH_RESULT_COUNT ; kind++)
  {
    size_t n = strlen(words[kind]) ;
    if (strncmp(header, words[kind], n) != 0) continue ;
    *result = (struct health_result) { .kind = (enum health_result_kind)kind } ;
    if (!has_number(result->kind)) return header[n] == ' ' ;
    return uint_scan(header + n, &result->number) && result->number <= NUMBER_MAX ;
  }
  return 0 ;
}

int health_record_read (char const *dir, struct health_record *record)
{
  static char const file[] = "/" HEALTH_RECORD_FILE ;
  char path[PATH_SIZE] ;
  char text[HEADER_SIZE + HEALTH_OUTPUT_MAX + 1] ;
  size_t len = strlen(dir) ;
  ssize_t n ;
  int fd ;
  if (len + sizeof file > sizeof path) return (errno = ENAMETOOLONG, 0) ;
  memcpy(path, dir, len) ;
  memcpy(path + len, file, sizeof file) ;
  fd = trust_open(path, O_RDONLY | O_NONBLOCK, 0) ;
  if (fd == -1) return 0 ;
  n = file_read_close(fd, text, sizeof text - 1) ;
  if (n == -1) return 0 ;
  if (n < HEADER_SIZE || text[HEADER_SIZE - 1] != '\n' || !parse(text, &record->result)) return (errno = EPROTO, 0) ;
  record->len = (size_t)n - HEADER_SIZE ;
  memcpy(record->output, text + HEADER_SIZE, record->len) ;
  return 1 ;
}

char const *health_result_describe (char out[HEALTH_RESULT_MAX], struct health_result const *result)
{
  static char const *const said[HEALTH_RESULT_COUNT] =
  {
    [HEALTH_EXIT] = "exited ", [HEALTH_SIGNAL] = "was ended by SIG",
    [HEALTH_TIMEOUT] = "took longer than health-timeout", [HEALTH_FLOOD] = "wrote more than 16 MB"
  } ;
  size_t n = strlen(said[result->kind]) ;
  memcpy(out, said[result->kind], n) ;
  if (result->kind == HEALTH_EXIT) n += uint_fmt(out + n, result->number) ;
  if (result->kind == HEALTH_SIGNAL)
  {
    char const *name = sig_name((int)result->number) ;
    size_t len = strlen(name) ;
    memcpy(out + n, name, len) ;
    n += len ;
  }
  out[n] = 0 ;
  return out ;
}
