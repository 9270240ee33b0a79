/* Each kind of input has its own folder. */

#include "migrate/inputs.h"
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
  else if (kind == INPUT_COMPOSE)
    plan->refused = pool_printf(plan->pool, "%s is a compose file: each of its services is a container of its own. Give the script that the image's ENTRYPOINT or CMD starts, "
      "one image after the other; commands that should share a container can be given as a Procfile, a line NAME: COMMAND each", plan->source->name) ;
  else if (kind == INPUT_UNIT)
    plan->refused = pool_printf(plan->pool, "%s is a systemd unit: write a directory with a run that ends in exec and the words of ExecStart=, "
      "with reeve-exec --user for User=, cd for WorkingDirectory=, and a dependencies.d for After= and Requires=", plan->source->name) ;
  else if (kind == INPUT_DATA)
    plan->refused = pool_printf(plan->pool, "%s is data, not a wrapper script, a supervisord.conf or a Procfile: give the script that starts the processes", plan->source->name) ;
  else migrate_script(plan) ;
  if (aside) migrate_code_end(plan, aside) ;
  plan_note_code(plan) ;
}
