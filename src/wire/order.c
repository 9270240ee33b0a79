#include "wire/order.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <skalibs/types.h>
#include <skalibs/uint32.h>

#include "wire/channels.h"

#define PATH_SIZE 512

size_t order_format (char out[ORDER_SIZE_MAX], struct order const *order)
{
  size_t n = 0 ;
  out[n++] = (char)order->letter ;
  if (order->letter == ORDER_ENDED)
  {
    out[n++] = ' ' ;
    n += pid_fmt(out + n, order->pid) ;
    out[n++] = ' ' ;
    n += uint_fmt(out + n, order->wstat) ;
  }
  out[n++] = '\n' ;
  return n ;
}

static int number (char const **p, char end, uint32_t max, uint32_t *value)
{
  size_t n ;
  if (**p < '0' || **p > '9') return 0 ;
  n = uint32_scan(*p, value) ;
  if (!n || (*p)[n] != end || *value > max || (**p == '0' && n > 1)) return 0 ;
  *p += n + 1 ;
  return 1 ;
}

int order_parse (struct order *order, char const *line, size_t len)
{
  char text[ORDER_SIZE_MAX] ;
  char const *p = text + 2 ;
  uint32_t pid ;
  uint32_t wstat ;
  if (!len || len >= sizeof text || memchr(line, 0, len) || !strchr("rdkauge", line[0])) return 0 ;
  memcpy(text, line, len) ;
  text[len] = 0 ;
  if (line[0] != ORDER_ENDED)
  {
    if (len != 1) return 0 ;
    *order = (struct order) { .letter = (enum order_letter)line[0] } ;
    return 1 ;
  }
  if (len < 2 || line[1] != ' ' || !number(&p, ' ', INT32_MAX, &pid) || !number(&p, 0, 0xffff, &wstat)) return 0 ;
  *order = (struct order) { .letter = (enum order_letter)line[0], .pid = (pid_t)pid, .wstat = wstat } ;
  return 1 ;
}

int order_send (char const *dir, struct order const *order)
{
  char path[PATH_SIZE] ;
  char line[ORDER_SIZE_MAX] ;
  size_t len = strlen(dir) ;
  if (len + sizeof "/" ORDERS_FIFO > sizeof path) return (errno = ENAMETOOLONG, 0) ;
  memcpy(path, dir, len) ;
  memcpy(path + len, "/" ORDERS_FIFO, sizeof "/" ORDERS_FIFO) ;
  return fifo_send(path, line, order_format(line, order)) ;
}
