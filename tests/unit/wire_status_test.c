#include "wire/status.h"

#include "temp.h"
#include "unit.h"

static struct status const sample =
{
  .since = { .sec = { .x = 0x4000000012345678ULL }, .nano = 0x0a0b0c0d },
  .ready_since = { .sec = { .x = 0x400000009abcdef0ULL }, .nano = 999999999 },
  .pid = 0x01020304,
  .wstat = 0xfe0f,
  .flags = STATUS_FINISHING | STATUS_WANT_UP
} ;

static unsigned char const packed[STATUS_SIZE] =
{
  0x40, 0, 0, 0, 0x12, 0x34, 0x56, 0x78, 0x0a, 0x0b, 0x0c, 0x0d,
  0x40, 0, 0, 0, 0x9a, 0xbc, 0xde, 0xf0, 0x3b, 0x9a, 0xc9, 0xff,
  0, 0, 0, 0, 1, 2, 3, 4,
  0xfe, 0x0f,
  6
} ;

static int same (struct status const *a, struct status const *b)
{
  return a->since.sec.x == b->since.sec.x && a->since.nano == b->since.nano
   && a->ready_since.sec.x == b->ready_since.sec.x && a->ready_since.nano == b->ready_since.nano
   && a->pid == b->pid && a->wstat == b->wstat && a->flags == b->flags ;
}

/* What status_read says of a file of `len` bytes: its errno, 0 if it is fine. */
static int read_of_size (size_t len)
{
  static char const bytes[4096] ;
  struct status status = sample ;
  temp_file(STATUS_FILE, bytes, len) ;
  errno = 0 ;
  if (status_read(".", &status)) return 0 ;
  CHECK(same(&status, &sample)) ;
  return errno ;
}

TEST(a_status_has_35_bytes_with_s6s_flags)
{
  CHECK(STATUS_SIZE == 35) ;
  CHECK(STATUS_PAUSED == 1 && STATUS_FINISHING == 2 && STATUS_WANT_UP == 4 && STATUS_READY == 8) ;
}

TEST(packing_puts_every_field_at_its_offset)
{
  char out[STATUS_SIZE] ;
  status_pack(out, &sample) ;
  CHECK(!memcmp(out, packed, STATUS_SIZE)) ;
}

TEST(packing_writes_35_bytes_and_no_more)
{
  char out[STATUS_SIZE + 2] ;
  memset(out, 0x55, sizeof out) ;
  status_pack(out + 1, &sample) ;
  CHECK(out[0] == 0x55 && out[STATUS_SIZE + 1] == 0x55) ;
}

TEST(unpacking_takes_every_field_from_its_offset)
{
  struct status status ;
  memset(&status, 0xff, sizeof status) ;
  status_unpack((char const *)packed, &status) ;
  CHECK(same(&status, &sample)) ;
}

TEST(the_empty_status_is_made_of_zeros)
{
  static char const zeros[STATUS_SIZE] ;
  char out[STATUS_SIZE] ;
  struct status status = { .since = TAIN_ZERO } ;
  status_pack(out, &status) ;
  CHECK(!memcmp(out, zeros, STATUS_SIZE)) ;
}

TEST(the_highest_values_come_back)
{
  char out[STATUS_SIZE] ;
  struct status status = { .since = TAIN_INFINITE, .ready_since = TAIN_EPOCH, .pid = 0x7fffffff, .wstat = 0xffff, .flags = 0xff } ;
  struct status back ;
  status_pack(out, &status) ;
  status_unpack(out, &back) ;
  CHECK(same(&back, &status)) ;
}

TEST(what_is_written_is_read)
{
  struct status status ;
  unsigned char bytes[STATUS_SIZE + 1] ;
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
  CHECK(status_write(&sample)) ;
  CHECK(temp_content(STATUS_FILE, bytes, sizeof bytes) == STATUS_SIZE && !memcmp(bytes, packed, STATUS_SIZE)) ;
  CHECK(status_read(".", &status) && same(&status, &sample)) ;
  CHECK(status_read(temp_path, &status) && same(&status, &sample)) ;
}

TEST(a_later_status_replaces_the_former_by_rename)
{
  struct status later = sample ;
  struct status status ;
  unsigned char bytes[STATUS_SIZE] ;
  int former ;
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
  CHECK(status_write(&sample)) ;
  former = open(STATUS_FILE, O_RDONLY | O_CLOEXEC) ;
  later.pid = 77 ;
  CHECK(status_write(&later)) ;
  CHECK(status_read(".", &status) && same(&status, &later)) ;
  CHECK(read(former, bytes, sizeof bytes) == STATUS_SIZE && !memcmp(bytes, packed, STATUS_SIZE)) ;
  close(former) ;
}

TEST(a_failed_write_leaves_the_former_status)
{
  struct status later = sample ;
  struct status status ;
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
  CHECK(status_write(&sample)) ;
  CHECK(!mkdir(STATUS_FILE ".new", 0700)) ;
  later.pid = 77 ;
  CHECK(!status_write(&later)) ;
  CHECK(status_read(".", &status) && same(&status, &sample)) ;
}

TEST(a_write_without_supervise_fails)
{
  temp_enter() ;
  errno = 0 ;
  CHECK(!status_write(&sample) && errno == ENOENT) ;
}

TEST(a_status_of_another_size_is_refused)
{
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
  CHECK(read_of_size(0) == EPROTO) ;
  CHECK(read_of_size(1) == EPROTO) ;
  CHECK(read_of_size(STATUS_SIZE - 1) == EPROTO) ;
  CHECK(!read_of_size(STATUS_SIZE)) ;
  CHECK(read_of_size(STATUS_SIZE + 1) == EPROTO) ;
  CHECK(read_of_size(4096) == EPROTO) ;
}

TEST(never_supervised_is_enoent)
{
  struct status status = sample ;
  temp_enter() ;
  errno = 0 ;
  CHECK(!status_read(".", &status) && errno == ENOENT) ;
  CHECK(!mkdir("supervise", 0700)) ;
  errno = 0 ;
  CHECK(!status_read(".", &status) && errno == ENOENT) ;
  errno = 0 ;
  CHECK(!status_read("nowhere", &status) && errno == ENOENT) ;
  CHECK(same(&status, &sample)) ;
}

TEST(what_is_no_file_is_refused_without_waiting)
{
  struct status status = sample ;
  temp_enter() ;
  CHECK(!mkdir("supervise", 0700)) ;
  CHECK(!mkdir(STATUS_FILE, 0700)) ;
  errno = 0 ;
  CHECK(!status_read(".", &status) && errno == EISDIR) ;
  CHECK(!rmdir(STATUS_FILE)) ;
  CHECK(!mkfifo(STATUS_FILE, 0600)) ;
  CHECK(!status_read(".", &status)) ;
  CHECK(same(&status, &sample)) ;
}

TEST(a_path_that_is_too_long_is_refused)
{
  static char path[5000] ;
  struct status status = sample ;
  memset(path, 'a', sizeof path - 1) ;
  errno = 0 ;
  CHECK(!status_read(path, &status) && errno == ENAMETOOLONG) ;
}
