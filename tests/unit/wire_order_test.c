#include "wire/order.h"

#include <limits.h>
#include <stdint.h>

#include "temp.h"
#include "unit.h"
#include "wire/channels.h"

static struct order const sample = { .letter = ORDER_ENDED, .pid = 1234, .wstat = 256 } ;

static int same (struct order const *a, struct order const *b)
{
  return a->letter == b->letter && a->pid == b->pid && a->wstat == b->wstat ;
}

static int is_line (struct order const *order, char const *expected)
{
  char line[ORDER_SIZE_MAX] ;
  size_t len = order_format(line, order) ;
  struct order back ;
  return len == strlen(expected) && !memcmp(line, expected, len) && order_parse(&back, line, len - 1) && same(&back, order) ;
}

static int refused_bytes (char const *line, size_t len)
{
  struct order order = sample ;
  char *exact = malloc(len ? len : 1) ; /* so that a sanitizer sees a read beyond it */
  int r ;
  memcpy(exact, line, len) ;
  r = order_parse(&order, exact, len) ;
  free(exact) ;
  CHECK(r || same(&order, &sample)) ;
  return !r ;
}

static int refused (char const *line)
{
  return refused_bytes(line, strlen(line)) ;
}

TEST(an_order_is_a_letter_and_comes_back)
{
  static struct { enum order_letter letter ; char const *line ; } const all[] =
  {
    { ORDER_REPORT, "r\n" }, { ORDER_RUN_DRY, "d\n" }, { ORDER_KILL, "k\n" }, { ORDER_ABANDON, "a\n" }, { ORDER_UPGRADE, "u\n" }
  } ;
  for (size_t i = 0 ; i < sizeof all / sizeof *all ; i++)
  {
    struct order order = { .letter = all[i].letter } ;
    CHECK(is_line(&order, all[i].line)) ;
  }
}

TEST(an_end_has_its_pid_and_wait_status)
{
  struct order order = sample ;
  CHECK(is_line(&order, "e 1234 256\n")) ;
  order.pid = INT32_MAX ;
  order.wstat = 0xffff ;
  CHECK(is_line(&order, "e 2147483647 65535\n")) ;
  order.wstat = 0 ;
  CHECK(is_line(&order, "e 2147483647 0\n")) ;
  CHECK(ORDER_SIZE_MAX <= PIPE_BUF) ;
}

TEST(other_letters_are_refused)
{
  for (int c = 0 ; c < 256 ; c++)
  {
    char letter = (char)c ;
    CHECK(refused_bytes(&letter, 1) == (!c || !strchr("rdkaug", c))) ;
  }
  CHECK(refused("")) ;
  CHECK(refused("rr")) ;
  CHECK(refused("r ")) ;
  CHECK(refused(" r")) ;
  CHECK(refused("r\n")) ;
  CHECK(refused("r 1 2")) ;
}

TEST(an_end_without_its_numbers_is_refused)
{
  CHECK(refused("e")) ;
  CHECK(refused("e ")) ;
  CHECK(refused("e 1")) ;
  CHECK(refused("e 1 ")) ;
  CHECK(refused("e  1 2")) ;
  CHECK(refused("e 1  2")) ;
  CHECK(refused("e 1 2 ")) ;
  CHECK(refused("e 1 2 3")) ;
  CHECK(refused("e1 2")) ;
  CHECK(refused("e\t1 2")) ;
  CHECK(refused("e 1\t2")) ;
}

TEST(wrong_numbers_are_refused)
{
  CHECK(refused("e -1 2")) ;
  CHECK(refused("e +1 2")) ;
  CHECK(refused("e 1 -2")) ;
  CHECK(refused("e 01 2")) ;
  CHECK(refused("e 1 02")) ;
  CHECK(refused("e 1 00")) ;
  CHECK(refused("e 0x1 2")) ;
  CHECK(refused("e 1x 2")) ;
  CHECK(refused("e 1 2x")) ;
  CHECK(refused("e 2147483648 2")) ;
  CHECK(refused("e 4294967297 2")) ;
  CHECK(refused("e 1 65536")) ;
  CHECK(refused("e 1 4294967296")) ;
  CHECK(refused("e 99999999999999999999 2")) ;
}

TEST(a_nul_anywhere_is_refused)
{
  static char const good[] = "e 1234 256" ;
  for (size_t i = 0 ; i < sizeof good - 1 ; i++)
  {
    char line[sizeof good] ;
    memcpy(line, good, sizeof good) ;
    line[i] = 0 ;
    CHECK(refused_bytes(line, sizeof good - 1)) ;
  }
  CHECK(refused_bytes(good, sizeof good)) ;
}

TEST(a_line_that_is_too_long_is_refused)
{
  char line[4096] ;
  memset(line, '1', sizeof line) ;
  memcpy(line, "e 1 ", 4) ;
  for (size_t len = ORDER_SIZE_MAX - 2 ; len < 100 ; len++) CHECK(refused_bytes(line, len)) ;
  CHECK(refused_bytes(line, sizeof line)) ;
}

TEST(noise_is_refused)
{
  char line[48] ;
  unsigned int seed = 1 ;
  for (unsigned int i = 0 ; i < 20000 ; i++)
  {
    size_t len = 2 + i % (sizeof line - 2) ;
    for (size_t j = 0 ; j < len ; j++) line[j] = (char)((seed = seed * 1103515245u + 12345u) >> 16) ;
    CHECK(refused_bytes(line, len)) ;
  }
}

TEST(an_order_is_sent_to_who_reads)
{
  char line[ORDER_SIZE_MAX] ;
  int fd ;
  temp_enter() ;
  CHECK(!mkdir("web", 0700) && !mkdir("web/supervise", 0700)) ;
  errno = 0 ;
  CHECK(!order_send("web", &sample) && errno == ENOENT) ;
  CHECK(fifo_make("web/" ORDERS_FIFO)) ;
  errno = 0 ;
  CHECK(!order_send("web", &sample) && errno == ENXIO) ;
  fd = fifo_open("web/" ORDERS_FIFO, O_RDWR) ;
  CHECK(order_send("web", &sample)) ;
  CHECK(read(fd, line, sizeof line) == 11 && !memcmp(line, "e 1234 256\n", 11)) ;
  close(fd) ;
}

TEST(a_name_that_is_too_long_is_refused)
{
  char name[4096] ;
  memset(name, 'n', sizeof name) ;
  name[sizeof name - 1] = 0 ;
  errno = 0 ;
  CHECK(!order_send(name, &sample) && errno == ENAMETOOLONG) ;
}
