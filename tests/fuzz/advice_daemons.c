#include "fuzz.h"
#include "advice/daemons.h"

char const *PROG = "fuzz" ;

/* Command lines, of which the tables know some: what is said of one is about one of its
   words, and its form that stays in the foreground does. */

#define WORDS_MAX 40

static int is_in (char const *const *words, size_t n, char const *at)
{
  for (size_t i = 0 ; i < n ; i++)
    if (at >= words[i] && at <= words[i] + strlen(words[i])) return 1 ;
  return 0 ;
}

static size_t count (char const *const *words)
{
  size_t n = 0 ;
  while (words[n]) n++ ;
  return n ;
}

static void check_look (char const *const *words, size_t n, struct daemon_advice *advice)
{
  memset(advice, 0x55, sizeof *advice) ;
  daemon_look(words, advice) ;
  CHECK(advice->stays <= DAEMON_IN_BACKGROUND) ;
  CHECK(!advice->program || is_in(words, n, advice->program)) ;
  CHECK(advice->program || (advice->stays == DAEMON_UNKNOWN && !advice->mend)) ;
  CHECK(!advice->mend || *advice->mend) ;
  CHECK(!advice->unless_configured || advice->stays == DAEMON_IN_BACKGROUND) ;
}

/* With exactly that room, so that writing beyond it is found. */
static size_t foreground (char const *const *words, size_t max, char const **exact)
{
  size_t n = daemon_foreground(words, exact, max) ;
  CHECK(!n || (n < max && count(exact) == n)) ;
  return n ;
}

static void check_foreground (char const *const *words, size_t room)
{
  char const **out = malloc((room ? room : 1) * sizeof *out) ;
  char const **again = malloc((WORDS_MAX + 8) * sizeof *again) ;
  size_t n ;
  if (!out || !again) abort() ;
  n = foreground(words, room, out) ;
  if (n)
  {
    struct daemon_advice advice ;
    size_t again_n ;
    check_look(out, n, &advice) ;
    CHECK(advice.stays != DAEMON_IN_BACKGROUND) ;
    again_n = foreground(out, WORDS_MAX + 8, again) ;
    CHECK(again_n == n || (!again_n && advice.stays == DAEMON_UNKNOWN)) ; /* there is nothing more to mend */
    for (size_t i = 0 ; i < again_n ; i++) CHECK(!strcmp(out[i], again[i])) ;
  }
  free(out) ;
  free(again) ;
}

static void check_init_script (char const *name, size_t room)
{
  char const **out = malloc((room ? room : 1) * sizeof *out) ;
  size_t n ;
  if (!out) abort() ;
  n = daemon_of_init_script(name, out, room) ;
  CHECK(!n || (n < room && count(out) == n)) ;
  free(out) ;
}

/* The input: the room for an answer; words, each ended by a space, `~` a space in one. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  size_t room = fuzz_byte(&data, &size) % (WORDS_MAX + 8) ;
  char const *words[WORDS_MAX + 1] ;
  char const *const *command ;
  char *copies[WORDS_MAX] ;
  struct daemon_advice advice ;
  size_t n = 0 ;
  while (size && n < WORDS_MAX)
  {
    uint8_t const *space = memchr(data, ' ', size) ;
    size_t len = space ? (size_t)(space - data) : size ;
    copies[n] = fuzz_text(data, len) ;
    for (char *c = copies[n] ; *c ; c++) if (*c == '~') *c = ' ' ;
    words[n] = copies[n] ;
    n++ ;
    data += len + !!space ;
    size -= len + !!space ;
  }
  words[n] = 0 ;
  check_look(words, n, &advice) ;
  command = daemon_command(words) ;
  CHECK(!command || (command >= words && command <= words + n)) ;
  check_foreground(words, room) ;
  if (n) check_init_script(words[0], room) ;
  for (size_t i = 0 ; i < n ; i++) free(copies[i]) ;
  return 0 ;
}
