#include "base/checksum.h"

uint32_t checksum (char const *bytes, size_t len)
{
  uint32_t sum = 2166136261u ;
  for (size_t i = 0 ; i < len ; i++) sum = (sum ^ (unsigned char)bytes[i]) * 16777619u ;
  return sum ;
}
