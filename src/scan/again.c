#include "scan/again.h"

#include "base/clock.h"

#define AGAIN_MS 1000

int again_later (struct scanner *s, enum again what)
{
  if (!s->again.what) s->again.at_ms = clock_ms() + AGAIN_MS ;
  s->again.what |= what ;
  return !(s->again.tried & what) ;
}

void again_no_more (struct scanner *s, enum again what)
{
  s->again.what &= ~(unsigned int)what ;
}

int again_is_due (struct scanner const *s, enum again what)
{
  return !!(s->again.what & what) ;
}

unsigned int again_take (struct scanner *s)
{
  unsigned int what = s->again.what ;
  if (!what || clock_ms() < s->again.at_ms) return 0 ;
  s->again.what = 0 ;
  s->again.tried = what ;
  return what ;
}

void again_tried (struct scanner *s)
{
  s->again.tried = 0 ;
}
