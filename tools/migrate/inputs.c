/* Each kind of input has its own folder. */

#include "migrate/inputs.h"
#include "migrate/plan/otherinput.h"
#include "migrate/procfile/procfile.h"
#include "migrate/script/script.h"
#include "migrate/supervisord/supervisord.h"

void migrate_input (struct plan *plan)
{
  enum input_kind kind = plan->kind ;
  struct service *aside = kind == INPUT_SUPERVISORD || kind == INPUT_PROCFILE ? migrate_code(plan) : 0 ;
  if (kind == INPUT_SUPERVISORD) migrate_supervisord(plan) ;
  else if (kind == INPUT_PROCFILE) migrate_procfile(plan) ;
  else if (kind == INPUT_DOCKERFILE)
    plan->refused = pool_printf(plan->pool, "%s is a Dockerfile: give the script that its ENTRYPOINT or CMD starts, and the Dockerfile with --dockerfile. "
      "If there is no script, as CMD itself has the commands, write them into a file start.sh, with #!/bin/sh as its first line; write COPY start.sh / and CMD [\"sh\", \"/start.sh\"] "
      "into the Dockerfile in its place; and give start.sh", plan->source->name) ;
  else if (kind == INPUT_OTHER) plan->refused = pool_printf(plan->pool, "%s is %s", plan->source->name, other_input(plan->source->name, plan->source->text)) ;
  else migrate_script(plan) ;
  if (aside) migrate_code_end(plan, aside) ;
  plan_note_code(plan) ;
}
