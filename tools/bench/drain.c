/* A logger that costs as little as a logger can: it reads until the end of its input. */
#include <unistd.h>

int main (void)
{
  static char buf[65536] ;
  ssize_t r ;
  do r = read(0, buf, sizeof buf) ; while (r > 0) ;
  return r ? 111 : 0 ;
}
