#include "wire/scan_state.h"

#include "temp.h"
#include "unit.h"

static struct scan_state const sample =
{
  .upgrades = 6, .failed_upgrades = 7, .scan = "/etc/services.d", .origin = "/root"
} ;

static char const bytes[] = "reeve-scan 002\0" "6\0" "7\0" "/etc/services.d\0" "/root" ; /* and the last NUL */

static struct scan_state parsed ;

static int same (struct scan_state const *a, struct scan_state const *b)
{
  return a->upgrades == b->upgrades
   && a->failed_upgrades == b->failed_upgrades && !strcmp(a->scan, b->scan) && !strcmp(a->origin, b->origin) ;
}

/* The errno with which `text` is refused; 0 if it is not. */
static int fault (char const *text, size_t len)
{
  char *exact = malloc(len ? len : 1) ; /* so that a sanitizer sees a read beyond it */
  int r ;
  memcpy(exact, text, len) ;
  errno = 0 ;
  r = scan_state_parse(&parsed, exact, len) ;
  free(exact) ;
  return r ? 0 : errno ;
}

#define FAULT(text) fault(text, sizeof text)

TEST(it_is_five_fields_each_with_a_nul)
{
  char out[SCAN_STATE_SIZE_MAX] ;
  CHECK(scan_state_format(out, &sample) == sizeof bytes) ;
  CHECK(!memcmp(out, bytes, sizeof bytes)) ;
}

TEST(it_is_parsed)
{
  CHECK(!FAULT(bytes) && same(&parsed, &sample)) ;
}

TEST(the_highest_numbers_and_longest_paths_come_back)
{
  static struct scan_state big = { .upgrades = UINT32_MAX, .failed_upgrades = UINT32_MAX } ;
  char out[SCAN_STATE_SIZE_MAX] ;
  size_t len ;
  memset(big.scan, '/', sizeof big.scan - 1) ;
  memset(big.origin, '/', sizeof big.origin - 1) ;
  len = scan_state_format(out, &big) ;
  CHECK(len <= sizeof out) ;
  CHECK(!fault(out, len) && same(&parsed, &big)) ;
}

TEST(another_version_is_told_apart_from_garbage)
{
  CHECK(FAULT("reeve-scan 003\0" "6\0" "7\0" "/a\0" "/b") == EPROTONOSUPPORT) ;
  CHECK(FAULT("reeve-scan 0020\0" "6\0" "7\0" "/a\0" "/b") == EPROTONOSUPPORT) ;
  CHECK(FAULT("reeve-scan 999\0anything") == EPROTONOSUPPORT) ;
  CHECK(FAULT("reeve-scan") == EPROTO) ;
  CHECK(FAULT("other 001\0" "6\0" "7\0" "/a\0" "/b") == EPROTO) ;
  CHECK(FAULT("") == EPROTO) ;
  CHECK(fault("", 0) == EPROTO) ;
}

TEST(every_shorter_text_is_refused)
{
  for (size_t len = 0 ; len < sizeof bytes ; len++) CHECK(fault(bytes, len) == EPROTO) ;
}

TEST(what_follows_is_refused)
{
  char more[sizeof bytes + 1] ;
  memcpy(more, bytes, sizeof bytes) ;
  more[sizeof bytes] = 0 ;
  CHECK(fault(more, sizeof more) == EPROTO) ;
}

TEST(wrong_numbers_are_refused)
{
  CHECK(FAULT("reeve-scan 002\0" "-1\0" "7\0" "/a\0" "/b") == EPROTO) ;
  CHECK(FAULT("reeve-scan 002\0" "03\0" "7\0" "/a\0" "/b") == EPROTO) ;
  CHECK(FAULT("reeve-scan 002\0" "3x\0" "7\0" "/a\0" "/b") == EPROTO) ;
  CHECK(FAULT("reeve-scan 002\0" "\0" "7\0" "/a\0" "/b") == EPROTO) ;
  CHECK(FAULT("reeve-scan 002\0" "4294967296\0" "7\0" "/a\0" "/b") == EPROTO) ;
  CHECK(FAULT("reeve-scan 002\0" "6\0" "99999999999999999999\0" "/a\0" "/b") == EPROTO) ;
}

TEST(relative_and_overlong_paths_are_refused)
{
  char text[SCAN_STATE_SIZE_MAX] = "reeve-scan 002\0" "6\0" "7\0" ;
  size_t start = sizeof "reeve-scan 002" + 2 * 2 ;
  CHECK(FAULT("reeve-scan 002\0" "6\0" "7\0" "a\0" "/b") == EPROTO) ;
  CHECK(FAULT("reeve-scan 002\0" "6\0" "7\0" "/a\0" "b") == EPROTO) ;
  CHECK(FAULT("reeve-scan 002\0" "6\0" "7\0" "/a\0" "") == EPROTO) ;
  memset(text + start, '/', SCAN_STATE_PATH_MAX) ;
  memcpy(text + start + SCAN_STATE_PATH_MAX, "\0/b", 4) ;
  CHECK(fault(text, start + SCAN_STATE_PATH_MAX + 4) == EPROTO) ;
}

TEST(noise_is_refused)
{
  char text[64] ;
  unsigned int seed = 1 ;
  for (unsigned int i = 0 ; i < 20000 ; i++)
  {
    size_t len = i % sizeof text ;
    for (size_t j = 0 ; j < len ; j++) text[j] = (char)((seed = seed * 1103515245u + 12345u) >> 16) ;
    CHECK(fault(text, len) == EPROTO) ;
  }
}

TEST(what_is_written_is_read)
{
  struct stat st ;
  temp_enter() ;
  CHECK(!mkdir(".s6-svscan", 0700)) ;
  errno = 0 ;
  CHECK(!scan_state_read(&parsed) && errno == ENOENT) ;
  CHECK(scan_state_write(&sample)) ;
  CHECK(!stat(SCAN_STATE_FILE, &st) && st.st_size == sizeof bytes && (st.st_mode & 0777) == 0644) ;
  CHECK(scan_state_read(&parsed) && same(&parsed, &sample)) ;
}

TEST(a_later_state_replaces_the_former_by_rename)
{
  struct scan_state later = sample ;
  char text[sizeof bytes + 1] ;
  int former ;
  temp_enter() ;
  CHECK(!mkdir(".s6-svscan", 0700)) ;
  CHECK(scan_state_write(&sample)) ;
  former = open(SCAN_STATE_FILE, O_RDONLY | O_CLOEXEC) ;
  later.upgrades = 77 ;
  CHECK(scan_state_write(&later)) ;
  CHECK(scan_state_read(&parsed) && same(&parsed, &later)) ;
  CHECK(read(former, text, sizeof text) == sizeof bytes && !memcmp(text, bytes, sizeof bytes)) ;
  close(former) ;
}

TEST(no_link_is_followed)
{
  temp_enter() ;
  CHECK(!mkdir(".s6-svscan", 0700)) ;
  temp_file("planted", bytes, sizeof bytes) ;
  CHECK(!symlink("../planted", SCAN_STATE_FILE)) ;
  errno = 0 ;
  CHECK(!scan_state_read(&parsed) && errno == ELOOP) ;
  CHECK(!unlink(SCAN_STATE_FILE) && !symlink("../planted", SCAN_STATE_FILE ".new")) ;
  CHECK(!scan_state_write(&sample)) ;
}
