#include "fuzz.h"
#include "wire/order.h"

char const *PROG = "fuzz" ;

/* What is accepted is what order_format writes, byte for byte. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  char *line = fuzz_copy(data, size) ;
  char again[ORDER_SIZE_MAX] ;
  struct order order = { .pid = -7 } ;
  if (order_parse(&order, line, size))
  {
    size_t n = order_format(again, &order) ;
    CHECK(n == size + 1 && !memcmp(again, line, size) && again[size] == '\n') ;
    CHECK(order.pid >= 0 && order.wstat <= 0xffff) ;
  }
  else CHECK(order.pid == -7) ;
  free(line) ;
  return 0 ;
}
