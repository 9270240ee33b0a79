/* All audits, in order. */

#include "migrate/audit/audit.h"

void audit_plan (struct analysis *a, struct statement *first, struct file const *files)
{
  audit_traps(a, first, files) ;
  audit_loopwork(a, first, files) ;
  audit_trapgone(a, first, files) ;
  audit_watching(a, first, files) ;
  audit_inforce(a, first, files) ;
  audit_samevalue(a, first, files) ;
  audit_filesgone(a, first, files) ;
  audit_livedir(a, first, files) ;
  audit_rounds(a, first, files) ;
  audit_exits(a, first, files) ;
  audit_serving(a, first, files) ;
  audit_again(a, first, files) ;
  audit_noend(a, first, files) ;
  audit_waited(a, first, files) ;
  audit_usershell(a, first, files) ;
}
