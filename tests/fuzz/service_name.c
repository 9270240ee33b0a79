#include "fuzz.h"
#include "service/name.h"

char const *PROG = "fuzz" ;

static int is_control (char c)
{
  return (unsigned char)c < 32 || c == 127 ;
}

/* U+0080 to U+009F, such as CSI, which a terminal acts on, too. */
static int has_upper_control (char const *text)
{
  for (; *text ; text++)
    if ((unsigned char)text[0] == 0xc2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] <= 0x9f) return 1 ;
  return 0 ;
}

int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  size_t room = fuzz_byte(&data, &size) + (size_t)1 ;
  char *name = fuzz_text(data, size) ;
  char *out = fuzz_copy("", 0) ;
  size_t len = strlen(name) ;
  char const *fault = service_name_fault(name) ;
  int good = len && len <= SERVICE_NAME_MAX && name[0] != '.' && !strchr(name, '/') ;
  for (size_t i = 0 ; i < len ; i++)
    if (is_control(name[i])) good = 0 ;
  CHECK((good && !has_upper_control(name)) == !fault) ;
  out = realloc(out, room) ;
  if (!out) abort() ;
  CHECK(service_name_printable(out, room, name) == out) ;
  CHECK(strlen(out) == (len < room ? len : room - 1)) ;
  for (size_t i = 0 ; out[i] ; i++)
  {
    if (is_control(name[i])) CHECK(out[i] == '?') ;
    else if (!(name[i] & 0x80)) CHECK(out[i] == name[i]) ;
    else CHECK(out[i] == '?' || out[i] == name[i]) ; /* no UTF-8, or a control character of it */
  }
  CHECK(!has_upper_control(out)) ;
  free(out) ;
  free(name) ;
  return 0 ;
}
