#include "service/success_codes.h"

#include <string.h>
#include <sys/wait.h>

#include "service/settings.h"

#define CODE_MAX 255
#define WORD_MAX 15
#define SPACE " \t\r\n"

static int add (struct success_codes *codes, char const *word)
{
  uint32_t code ;
  int sig ;
  if (setting_parse_uint(word, 0, CODE_MAX, &code))
  {
    codes->exits[code / 32] |= UINT32_C(1) << code % 32 ;
    return 1 ;
  }
  if ((*word >= '0' && *word <= '9') || !setting_parse_signal(word, &sig)) return 0 ;
  codes->signals |= UINT64_C(1) << (sig - 1) ;
  return 1 ;
}

int success_codes_parse (char const *text, struct success_codes *codes)
{
  struct success_codes found = { .signals = 0 } ;
  char word[WORD_MAX + 1] ;
  size_t len ;
  text += strspn(text, SPACE) ;
  if (!*text) return 0 ;
  for (; *text ; text += len + strspn(text + len, SPACE))
  {
    len = strcspn(text, SPACE) ;
    if (len > WORD_MAX) return 0 ;
    memcpy(word, text, len) ;
    word[len] = 0 ;
    if (!add(&found, word)) return 0 ;
  }
  *codes = found ;
  return 1 ;
}

int success_codes_have (struct success_codes const *codes, unsigned int wstat)
{
  int w = (int)wstat ;
  unsigned int code ;
  if (WIFSIGNALED(w)) return !!(codes->signals >> (WTERMSIG(w) - 1) & 1) ;
  code = (unsigned int)WEXITSTATUS(w) ;
  return !code || codes->exits[code / 32] >> code % 32 & 1 ;
}
