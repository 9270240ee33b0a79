#include "wire/scan_state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/uint32.h>

#include "base/file.h"
#include "base/trust.h"

#define NAME "reeve-scan "
#define VERSION NAME "002"

/* Copies the text with its NUL. Returns the bytes written. */
static size_t add_text (char *out, char const *text)
{
  size_t len = strlen(text) + 1 ;
  memcpy(out, text, len) ;
  return len ;
}

size_t scan_state_format (char out[SCAN_STATE_SIZE_MAX], struct scan_state const *state)
{
  uint32_t const numbers[] = { state->upgrades, state->failed_upgrades } ;
  size_t n = add_text(out, VERSION) ;
  for (size_t i = 0 ; i < sizeof numbers / sizeof *numbers ; i++)
  {
    n += uint32_fmt(out + n, numbers[i]) ;
    out[n++] = 0 ;
  }
  n += add_text(out + n, state->scan) ;
  return n + add_text(out + n, state->origin) ;
}

struct rest
{
  char const *at ;
  size_t left ;
} ;

static char const *next (struct rest *rest)
{
  char const *field = rest->at ;
  char const *end = rest->left ? memchr(rest->at, 0, rest->left) : 0 ;
  if (!end) return 0 ;
  rest->left -= (size_t)(end - rest->at) + 1 ;
  rest->at = end + 1 ;
  return field ;
}

static int number (struct rest *rest, uint32_t *n)
{
  char const *field = next(rest) ;
  size_t len ;
  if (!field || *field < '0' || *field > '9' || (*field == '0' && field[1])) return 0 ;
  len = uint32_scan(field, n) ;
  return len && !field[len] ;
}

static int path (struct rest *rest, char out[SCAN_STATE_PATH_MAX])
{
  char const *field = next(rest) ;
  size_t len ;
  if (!field || *field != '/') return 0 ;
  len = strlen(field) ;
  if (len >= SCAN_STATE_PATH_MAX) return 0 ;
  memcpy(out, field, len + 1) ;
  return 1 ;
}

int scan_state_parse (struct scan_state *state, char const *bytes, size_t len)
{
  struct rest rest = { bytes, len } ;
  char const *version = next(&rest) ;
  errno = EPROTO ;
  if (!version) return 0 ;
  if (strcmp(version, VERSION) != 0)
  {
    if (!strncmp(version, NAME, sizeof NAME - 1)) errno = EPROTONOSUPPORT ;
    return 0 ;
  }
  if (!number(&rest, &state->upgrades) || !number(&rest, &state->failed_upgrades)
   || !path(&rest, state->scan) || !path(&rest, state->origin) || rest.left) return 0 ;
  return 1 ;
}

int scan_state_read (struct scan_state *state)
{
  char bytes[SCAN_STATE_SIZE_MAX + 1] ;
  size_t n ;
  int fd = trust_open(SCAN_STATE_FILE, O_RDONLY | O_NONBLOCK, 0) ;
  if (fd == -1) return 0 ;
  n = allread(fd, bytes, sizeof bytes) ;
  fd_close(fd) ;
  return scan_state_parse(state, bytes, n) ;
}

int scan_state_write (struct scan_state const *state)
{
  char bytes[SCAN_STATE_SIZE_MAX] ;
  return file_replace(SCAN_STATE_FILE, SCAN_STATE_FILE ".new", bytes, scan_state_format(bytes, state)) ;
}
