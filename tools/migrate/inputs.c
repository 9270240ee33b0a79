/* Each kind of input has its own folder. */

#include "migrate/dockerpatch/cmdcode.h"
#include "migrate/inputs.h"
#include "migrate/plan/otherinput.h"
#include "migrate/procfile/procfile.h"
#include "migrate/script/script.h"
#include "migrate/services/services.h"
#include "migrate/supervisord/supervisord.h"

void migrate_input (struct plan *plan)
{
  enum input_kind kind = plan->kind ;
  struct service *aside = kind == INPUT_SUPERVISORD || kind == INPUT_PROCFILE ? migrate_code(plan) : 0 ;
  if (kind == INPUT_SUPERVISORD) migrate_supervisord(plan) ;
  else if (kind == INPUT_PROCFILE) migrate_procfile(plan) ;
  else if (kind == INPUT_OTHER) plan->refused = pool_printf(plan->pool, "%s is %s", plan->source->name, other_input(plan->source->name, plan->source->text)) ;
  else migrate_script(plan) ;
  if (kind == INPUT_SUPERVISORD || kind == INPUT_PROCFILE) tell_supervisors(plan) ;
  if (aside) migrate_code_end(plan, aside) ;
  plan_note_code(plan) ;
}

void input_put_code (struct plan *plan, struct docker_start *start)
{
  char const *code ;
  char const *behind ;
  enum cmdcode r = start->script ? cmdcode_put(plan->pool, plan->source, start->arguments, &code) : CMDCODE_NONE ;
  if (r == CMDCODE_PUT)
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "the script's exec \"$@\" is read as what CMD has in its place (Dockerfile, line %u): %s", start->line, code)) ;
  if (r == CMDCODE_LEFT)
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "TODO: CMD is shell code of several commands, and stays in one service, where only the shell is supervised: "
      "write it into the script in place of \"$@\", and migrate that: %s", code)) ;
  behind = start->kept ? start->kept : start->code_behind ;
  if (!behind || (start->kept && cmdcode_may_serve(plan->pool, plan->source))) return ; /* the patch's notes say what that means */
  r = cmdcode_append(plan->pool, plan->source, behind) ;
  if (r != CMDCODE_PUT && start->kept) return ;
  start->kept = 0 ;
  texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "%sDockerfile, line %u: when the script had ended, the shell went on with %s: %s", r == CMDCODE_LEFT ? "TODO: " : "",
    start->line, behind, r == CMDCODE_PUT ? "that is read as the script's last command" : r == CMDCODE_LEFT ? "write that at its end, and migrate again"
      : "the container ends instead, with the program that the script became by exec")) ;
}
