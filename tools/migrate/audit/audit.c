/* All audits, in order. */

#include "migrate/audit/audit.h"

void audit_plan (struct analysis *a, struct statement *first, struct file const *files)
{
  struct file const *plain = audited_files(a, files) ;
  audit_traps(a, first, files) ;
  audit_loopwork(a, first, files) ;
  audit_trapgone(a, first, plain) ;
  audit_watching(a, first, plain) ;
  audit_waitset(a, first, plain) ;
  audit_inforce(a, first, plain) ;
  audit_samevalue(a, first, plain) ;
  audit_filesgone(a, first, plain) ;
  audit_livedir(a, first, plain) ;
  audit_rounds(a, first, plain) ;
  audit_usershell(a, first, plain) ;
  audit_exits(a, first, plain) ;
  audit_serving(a, first, plain) ;
  audit_endless(a, first, plain) ;
  audit_readfiles(a, first, plain) ;
  audit_onlytime(a, first, plain) ;
  audit_byvalue(a, first, plain) ;
  audit_noend(a, first, plain) ;
  audit_waited(a, first, plain) ;
  audit_named(a, first, plain) ;
  audit_defined(a, first, plain) ;
  audit_ownpid(a, first, plain) ;
  audit_lastpid(a, first, plain) ;
  audit_endsetup(a, first) ;
  audit_flagset(a, first, plain) ;
  audit_obeys(a, first, plain) ;
  audit_ownname(a, first, plain) ;
  audit_ownfile(a, first, plain) ;
  audit_unknown(a, first, plain) ;
}
