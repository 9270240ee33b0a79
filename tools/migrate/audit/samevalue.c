/* RANDOM, the time, the shell's own pid: what the script computed once from them is another value in each file that
   computes it again, and at each start of that. */

#include <string.h>

#include "migrate/audit/audit.h"
#include "migrate/facts/facts.h"

/* . /run/secrets.sh: only its name says it. */
static int only_reads (char const *text)
{
  return (!strncmp(text, ". ", 2) || !strncmp(text, "source ", 7)) && !strpbrk(text, "$`\n;&|") ;
}

void audit_samevalue (struct analysis *a, struct statement *first, struct file const *files)
{
  (void)first ;
  (void)files ;
  for (unsigned int i = 0 ; i < a->plan->npieces ; i++)
  {
    struct piece const *piece = a->plan->pieces + i ;
    int at_end ;
    /* A function may say what time it is. */
    if (!piece->claim || piece->shared || piece->is_function || piece->claim->todo.first || only_reads(piece->text) || !has_own_answer(piece->text)) continue ;
    at_end = !!strstr(piece->claim->where, "/finish") ;
    if (!at_end && !strchr(piece->claim->where, ',')) continue ;
    audit_todo(a, piece->claim, source_line(a->source, piece->claim->range.start), at_end && !strchr(piece->claim->where, ',')
      ? "finish computes this when the service has ended, and the script did that ahead: let run write it to a file, and finish read that" : pool_printf(a->pool,
      "each of these files computes another value here: %s: if they have to be the same, write it to a file once, and read that", piece->claim->where)) ;
  }
}
