/* reeve-migrate: from a wrapper script, a supervisord.conf or a Procfile to service directories.
   Arguments, reading and printing are here; inputs.c knows who translates which kind of input,
   fromimage.c what the Dockerfile and the image say about it.
   Each folder calls only those above it:

   text/            memory, the input, diffs
     patch.c          changes as a unified diff
     pool.c           memory, texts, lists of them
     root.c           an unpacked image (--root)
     source.c         the input, and the account of its lines

   shell/           the grammar's tree becomes statements
     children.c       the children of a node of the grammar's tree
     comments.c       code without its comments
     errexit.c        set -e, and what the last command decides
     constant.c       loops that only a command in them ends become `while true`
     evaluated.c      eval of a constant text
     joined.c         lines of redirections or assignments without a command
     lineends.c       commands whose words the grammar takes from several lines
     miswritten.c     tests and assignments that are written wrongly
     options.c        the options of wait, written together
     pauses.c         a pause that a trap may interrupt
     plainwords.c     words that the grammar does not take where they stand
     precedence.c     a pipeline binds more tightly than && and !
     shell.c          parsing
     statement.c      statements of all kinds, gone through
     words.c          words, assignments, redirections

   plan/            the result before it is written; only data
     inputkind.c      which kind of input is it?
     otherinput.c     inputs of other kinds, and what to give in their place
     ownplace.c       where the script asks for its own place
     pieces.c         which services need a statement that applies to later ones
     plan.c           its lists: services, settings, TODOs
     positional.c     does a text ask for $1, "$@"?
     settle.c         its end: no line of the input is left out

   dockerfile/      reading a Dockerfile, and the build context
     copying.c        what COPY and ADD bring
     dockerbase.c     what is known of base images
     dockerfile.c     reading a Dockerfile
     nobuild.c        lines that no builder reads
     readfile.c       reading files of this machine, and of the build context
     variables.c      the values of ENV and ARG
     workdir.c        where the instructions work

   command/         one command: its program, what is put before it, how it stays in the foreground
     behindenv.c      the program that env starts
     changeuser.c     gosu, su, sudo, ... taken off
     command.c        what a command is, behind what it is started with
     configured.c     programs that their configuration puts into the background
     ends.c           what works and ends, by its words
     image.c          what an unpacked image tells of a script, and of its daemons
     initscript.c     daemons that an init script starts
     leaves.c         what leaves a process in the background, beside the daemons that reeve check knows
     program.c        the program behind what executes it
     procrunners.c    foreman, overmind and the like: what each does, and is told
     runners.c        the program behind env, nice, npx, ...
     servers.c        what serves, by its words
     servicename.c    what a service that runs a command is called
     unwrap.c         nohup, setsid, tini, ... taken off
     variants.c       programs that several packages have by the same name

   facts/           what statements say; the state of the walk through them (analysis.h)
     again.c          a script that starts itself again as another user
     answers.c        programs that only answer
     arguments.c      what changes the script's arguments
     around.c         what is around a command and may name its service
     arrays.c         what an array holds
     asroot.c         conditions that ask for root
     blocks.c         blocks that set variables, and work as well
     caseend.c        how the branches of a case end
     childtrap.c      trap ... CHLD: the end of one child ended all
     cmdcall.c        functions that the image's CMD names
     context.c        what applies to all later statements
     controllers.c    commands that start something by way of another program
     counted.c        tests of how many processes run
     counters.c       how often a waiting loop asks
     deadlines.c      how long a loop that asks the clock waits
     deednames.c      what a name says that its program does
     defines.c        the names that a statement sets, and what is exported
     dispatch.c       the branch that the image's CMD takes
     eachtime.c       what has the same answer each time
     elsewhere.c      or another host?
     environment.c    commands of a sourced file that set up the shell
     failing.c        does a failure of a statement end the script?
     exclude.c        services of which a container runs only one
     families.c       the names of one daemon
     foundpids.c      pids that the script looks up
     held.c           what a variable holds that is executed
     inround.c        what is known in one round of a loop, or one call of a function
     inside.c         the program that a command starts in the end
     inwords.c        daemons that the code of a word starts
     isprobe.c        does a condition ask a service?
     jobs.c           what fg %1 means
     keptstatus.c     where the script keeps how a program ended
     kill.c           kill: which signal, and to whom?
     later.c          what is still to come behind a statement
     left.c           what the code of a shell leaves in the background
     limits.c         how long, and did the script give up then?
     lookedfor.c      what grep, pgrep and pidof look for
     loopend.c        how other loops end
     lostwork.c       work that was done when something had failed
     movedwork.c      cd and the like ahead of && that later statements need, too
     names.c          names of services
     neededlater.c    is a variable needed by what is started later?
     numbers.c        numbers in a waiting loop
     origin.c         where a variable's value comes from
     outlinks.c       log files that are links to the container's output
     parameter.c      what a word with a parameter asks
     pidfiles.c       files that a program writes its pid to
     pids.c           variables, arrays, files that hold pids
     pipelines.c      pipelines that end with their input
     preparing.c      mkdir and the like: for the next start alone?
     probe.c          which service a condition asks
     readable.c       what variables in them stand for
     redirections.c   exec >FILE: what each service makes of it
     remarks.c        comments
     readwork.c       what the files that the script reads do, beside setting variables
     repeatable.c     may each service repeat a statement?
     sides.c          does a command ask, work and end, or serve?
     sourced.c        what the files do that the script reads
     starts.c         does a statement start something, and perhaps stop it again?
     statements.c     what all parts ask about a statement
     stops.c          a server that is only started for a while: where is it stopped?
     tasknames.c      names of tasks
     unknown.c        work that may set variables nobody knows here
     values.c         what $1 and a loop's variable are in there
     waitloop.c       loops that wait: what they ask

   services/        a statement becomes a service, a task or a part of the setup
     apart.c          branches of which only one is taken
     become.c         the last line: the command that run executes
     console.c        programs that a person talks to
     exports.c        exports of a task, or of the setup
     finish.c         how long finish may run
     indash.c         what dash does not know
     keptfunctions.c  functions that the setup calls, and that start a server for a while
     latetraps.c      traps that come too late
     looks.c          how work had ended
     lostwords.c      sh -c WORD WORD
     mistakes.c       mistakes in the wrapper itself
     pidwritten.c     a pid that a daemon writes only in the background
     runscript.c      the lines of its run
     start.c          a statement becomes a service
     startname.c      what that is called
     supervisors.c    a service that starts others: what to give next
     taskmarks.c      what a task cannot do in the script's place
     tasks.c          or goes to the setup, a branch, or a task

   waits/           waiting for a service: readiness checks
     builtin.c        the same question as one that reeve-exec can ask
     bywords.c        readiness checks that the words of a start tell
     display.c        the socket of a display
     endedwhere.c     whose end the script waited for in some branches
     following.c      tail -f, and tail --pid
     goeson.c         what is not main, as the script went on behind it
     inorder.c        a task comes behind what was started ahead of it
     logs.c           waiting for a line in a log
     ready.c          what the order said without words
     settled.c        at the end: all of these, and a task whose failure ended the script
     slept.c          what a sleep behind a start was for
     verdict.c        later questions about the result of the waiting
     waiters.c        programs and functions that wait
     waiting.c        waiting for a service: its readiness check
     workswith.c      does a task work with a daemon?
     waits.c          wait: for whom, and who is main then

   loops/           loops that start, watch or keep alive
     endsall.c        a part in the background whose end ended everything
     inside.c         the loop that a function only is
     loops.c          loops that keep alive, or work
     restarts.c       loops that restart a program
     keeping.c        loops that start a program when it does not run
     rounds.c         the same of a loop over a list, or over a number
     running.c        loops that wait until a process runs
     startagain.c     loops that start services again
     stopping.c       questions whether the container is to end
     watching.c       does a loop watch processes, and what does it ask?
     askednames.c     whom it names
     told.c           whose end it only printed
     watched.c        with whose end it ended the script
     endcodes.c       with which code it ended the script
     vain.c           questions that always have the same answer
     watchwork.c      the work that some of them do
     whenends.c       on what a watching loop ended the script

   traps/           signals, and the work at the end
     flags.c          what it did to a working loop stays with that
     stopcommand.c    commands that stop a server: which signal does the same
     trapcode.c       what a trap did
     trapkill.c       which signal it sent, and to whom
     trapwork.c       what it did besides, which finish does
     traps.c          signals, and work at the end

   write/           the plan becomes files, the report, JSON
     handed.c         values that the setup hands on
     json.c           all of that as JSON
     ownwords.c       the exit code that finish has as $1, beside the script's arguments
     render.c         files
     report.c         the report
     setuptext.c      the lines of the setup
     write.c          files on disk, or printed

   audit/           what must hold for every finished plan; a TODO where it does not
     audit.c          all of them, in order
     audited.c        what several of them ask
     said.c           where a piece of the script went
     loopwork.c       is the work of each loop that is gone in a file, or named?
     trapgone.c       does no run lose its trap by exec?
     traps.c          is all that a trap did in a file, or named?
     watching.c       does a service watch others?
     filesgone.c      is a file that a service reads at each start still there?
     inforce.c        is what the script had set at a start in its run?
     livedir.c        what removes the folder that controls the services
     rounds.c         what the rounds of a loop add up
     samevalue.c      values that are others each time
     exits.c          is each exit with a failure in a file, or named?
     noend.c          what is the container's end, where nothing is main?
     serving.c        does the setup or a task start a server?
     endless.c        does it stay in a loop?
     unknown.c        is it known to end?
     onlytime.c       does a task in the background only sleep ahead of its work?
     readfiles.c      is a file that the script read behind its last start read by nobody?
     byvalue.c        or a daemon that a variable names?
     waited.c         does the setup, or a task, wait for what it has started itself?
     waitset.c        does something use what a waiting loop has set?
     defined.c        has a file the functions that it calls?
     endsetup.c       does the setup hold an exit with which the script ended well?
     named.c          is a function whose name is computed where it is called?
     ownfile.c        does the script change itself?
     ownpid.c         does a service ask for the script's own pid, or tell pid 1 something?
     lastpid.c        does a file ask for $!, and has started nothing?
     ownname.c        does a file execute itself, where the script did so?
     usershell.c      the shell that su executes
     obeys.c          does a run with a trap and a loop end at a stop?
     flagset.c        has what asks for a trap's variable the trap?

   script/          the walk through a script, which calls the folders above
     afterend.c       work behind the waiting: finish
     and_or.c         && and ||: which side is a start, work or a question
     anew.c           exec "$0" serve: the script is read once more with these words
     askonce.c        conditions whose answer the script's own work changes: the setup asks them
     askedwait.c      what waits, and whose status is asked behind it
     askswords.c      does the script look at its arguments?
     branches.c       before and behind each part of if and case
     calls.c          the same of a function call
     closing.c        what follows an unknown program, and tells what that is
     commands.c       single commands: which of them has a meaning of its own?
     damaged.c        what no shell can read
     deeds.c          conditions that do something
     emptybodies.c    lists without a command, which no shell reads
     enable.c         conditions about the environment
     endcalls.c       calls of a function that ends all become the exit with which it ends
     endstatus.c      the status that work behind the waiting asks for
     ending.c         exit codes, and exits behind the end
     execs.c          exec, and eval or . at the end: the program that the script becomes
     exits.c          exit, in the script or in a branch
     failbranch.c     branches that end others, and then the script
     failedstart.c    if kill -0 $PID behind a start: which branch comes next?
     fedcode.c        code in a here-document, for a shell
     fg.c             which job fg brings to the foreground
     foreground.c     a program that the script waits for by itself: what does it become?
     groups.c         the same of a shell in the background
     guards.c         a function that returns early: the rest of it becomes the other branch
     interpreter.c    which shell executes the services' scripts
     kept.c           server || RC=$?: the server stands ahead of what keeps how it has ended
     lastchoice.c     the script ended with a service that has a condition
     lost.c           what the files ask for and do not have
     mayserve.c       may an unknown program be a server, by what comes behind it?
     namedcalls.c     functions that are called by a name of which a part is computed
     once.c           what the setup alone computes
     othercodes.c     codes that a question behind the end gave the script
     removed.c        what is read from files that are removed later
     samestart.c      branches that start the same program
     scopes.c         what ends with such a statement: its redirections
     script.c         from the first statement to the end
     secondstart.c    a service that is started a second time
     talk.c           messages, statuses, questions behind a start
     tried.c          daemons that leave, in a loop or a pipeline
     waited.c         questions about what has been waited for
     walk.c           walks the statements, and those inside them
     wholeloops.c     a question in rounds, and a loop that nothing leaves

   supervisord/     a supervisord.conf becomes a plan
     answers.c        where supervisord itself answered
     autorestart.c    whether it is started, and when again
     commandline.c    what supervisord's own words say
     expansion.c      what %(...)s makes of a value
     fcgi.c           sockets of fcgi-programs
     given.c          variables that supervisord gave them
     include.c        the files that it includes
     ini.c            reading a supervisord.conf
     options.c        what supervisord knows, and ignores
     order.c          which of them uses which
     output.c         where supervisord wrote what a program prints
     process.c        where, as whom and with which limits it runs
     program.c        the options of one of these
     remarks.c        its comments
     sections.c       those of its sections that are no program
     startorder.c     in which order it started its programs
     supervisord.c    goes through its sections

   procfile/        a Procfile becomes a plan
     procfile.c       a Procfile's processes
     procports.c      PORT, which each process got
     procenv.c        .env and the like

   dockerpatch/     what has to change in the Dockerfile
     auditcompose.c   does a compose file fit the new image?
     auditignored.c   does .dockerignore leave what the patch copies?
     auditimage.c     does what the new image executes find its files and programs?
     cmdcode.c        CMD's shell code, where the script executes it
     dockerahead.c    what it executes ahead of the input
     dockerasks.c     has a question for the first argument the same answer with /init?
     dockerbehind.c   what a script ahead of /init did behind the input
     dockercallers.c  who asks for what has gone
     dockercode.c     the input in shell code
     dockercomments.c comments on what the patch takes out
     dockeredits.c    who changes the input in the image
     dockerfolder.c   the folder that it executes the input in
     dockerfront.c    what stays ahead of /init
     dockerhandover.c does a script ahead of /init become its arguments?
     dockerinput.c    a Dockerfile alone: which file or code is the input
     dockerkeep.c     what kept the container alive behind the input
     dockerleft.c     what goes with the wrapper
     dockerlooks.c    what looks for a service among all processes
     dockerpackages.c packages that /init takes the place of
     dockerpatch.c    what is to change in it
     dockerrun.c      what a RUN is for
     dockerservice.c  does a RUN need what supervisor's package brings?
     dockerstages.c   other stages than the last
     dockerstart.c    what the image executes, and where the input is in that
     dockeruses.c     who uses a file
     dockerthrough.c  the script that executed the input, and executes /init now
     dockerwords.c    a word of that: a starter, a script, or the input
     inputpaths.c     which files of the image are the input
     moved.c          files that a RUN makes of others: ln, mv, cp
     shellscript.c    is a file a script of the shell? */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "base/version.h"
#include "migrate/dockerfile/readfile.h"
#include "migrate/dockerpatch/dockerpatch.h"
#include "migrate/fromimage.h"
#include "migrate/inputs.h"
#include "migrate/plan/inputkind.h"
#include "migrate/plan/otherinput.h"
#include "migrate/shell/shell.h"
#include "migrate/supervisord/include.h"
#include "migrate/text/root.h"
#include "migrate/write/json.h"
#include "migrate/write/write.h"

#define USAGE "reeve-migrate INPUT [-o DIR/etc/services.d] [--dockerfile FILE] [--root DIR] [--force] [--json]"
#define EXIT_REFUSED 1
#define EXIT_USAGE 100
#define EXIT_SYSTEM 111
#define OUTPUT_DEFAULT "rootfs/etc/services.d" /* in the patch, when nothing is written */

char const *PROG = "reeve-migrate" ;

struct arguments
{
  char const *input ;
  char const *output ; /* 0: nothing is written */
  char const *dockerfile ;
  char const *root ; /* an unpacked image; 0: none */
  int force ;
  int json ;
} ;

/* Whose mistake is it that a file that the arguments name cannot be opened? */
static int code_of_errno (void)
{
  return errno == ENOENT || errno == ENOTDIR || errno == EISDIR || errno == EACCES || errno == ENAMETOOLONG || errno == ELOOP ? EXIT_USAGE : EXIT_SYSTEM ;
}

/* A file that the arguments name: nothing can be done without it. `what`: what the argument is. */
static void read_source (struct source *source, struct pool *pool, char const *path, char const *what)
{
  size_t len ;
  char const *bytes = file_read(pool, path, &len) ;
  if (!bytes) strerr_diefu4sys(code_of_errno(), "read ", what, " ", path) ;
  if (len > SOURCE_SIZE_MAX) strerr_dief2x(EXIT_REFUSED, path, ": larger than 1 MB: not a wrapper script") ;
  source_init(source, pool, path, bytes, len) ;
}

static void parse_arguments (struct arguments *arguments, int argc, char *const *argv)
{
  static struct option const options[] =
  {
    { "output", required_argument, 0, 'o' },
    { "dockerfile", required_argument, 0, 'd' },
    { "root", required_argument, 0, 'r' },
    { "force", no_argument, 0, 'f' },
    { "json", no_argument, 0, 'j' },
    { "help", no_argument, 0, 'h' },
    { 0, 0, 0, 0 }
  } ;
  int option ;
  opterr = 0 ;
  while ((option = getopt_long(argc, argv, "o:d:r:fjh", options, 0)) != -1) switch (option)
  {
    case 'o' : arguments->output = optarg ; break ;
    case 'd' : arguments->dockerfile = optarg ; break ;
    case 'r' : arguments->root = optarg ; break ;
    case 'f' : arguments->force = 1 ; break ;
    case 'j' : arguments->json = 1 ; break ;
    case 'h' :
      puts("usage: " USAGE) ;
      exit(0) ;
    default : strerr_dieusage(EXIT_USAGE, USAGE) ;
  }
  if (optind + 1 != argc) strerr_dieusage(EXIT_USAGE, USAGE) ;
  arguments->input = argv[optind] ;
  if (arguments->output && !*arguments->output) strerr_dief1x(EXIT_USAGE, "-o: an empty name: give the directory for the services, as rootfs/etc/services.d") ;
}

/* COPY takes nothing from outside of the build context: the folder of the Dockerfile, or the
   one that `docker build -f FILE .` is started in. */
static void find_tree (struct pool *pool, struct arguments const *arguments, struct docker_tree *tree)
{
  char const *output = arguments->output ? arguments->output : OUTPUT_DEFAULT ;
  char const *slash = strrchr(arguments->dockerfile, '/') ;
  char const *folders[] = { slash ? pool_copy(pool, arguments->dockerfile, (size_t)(slash - arguments->dockerfile)) : ".", "." } ;
  *tree = (struct docker_tree){ .services = output } ;
  if (*output != '/' && strncmp(output, "../", 3) != 0) return ;
  for (size_t i = 0 ; *output == '/' && i < sizeof(folders) / sizeof(*folders) ; i++)
  {
    char *context = realpath(folders[i], 0) ;
    size_t len = context ? strlen(context) : 0 ;
    int is_below = len > 1 && !strncmp(output, context, len) && output[len] == '/' ;
    free(context) ;
    if (!is_below) continue ;
    tree->services = output + len + strspn(output + len, "/") ;
    return ;
  }
  tree->services = OUTPUT_DEFAULT ;
  tree->outside = output ;
}

/* A Dockerfile alone: the source becomes that of what it executes. */
static enum input_kind take_from_dockerfile (struct arguments *arguments, struct dockerfile const *dockerfile, struct docker_input *input, struct source *source)
{
  struct pool *pool = source->pool ;
  dockerfile_input(dockerfile, arguments->dockerfile, input) ;
  if (input->refused) strerr_dief2x(EXIT_REFUSED, "refused: ", input->refused) ;
  if (input->code)
  {
    source_init(source, pool, arguments->dockerfile, input->code, strlen(input->code)) ;
    source->first = input->first ;
    source->last = input->last ;
    return INPUT_SCRIPT ;
  }
  arguments->input = input->file ;
  if (input->text) source_init(source, pool, input->file, input->text, strlen(input->text)) ;
  else read_source(source, pool, arguments->input, "what the Dockerfile executes") ;
  return input_kind(source->name, source->text) ;
}

int main (int argc, char **argv)
{
  struct arguments arguments = { 0 } ;
  struct pool pool = POOL_ZERO ;
  struct source source ;
  struct source docker_source ;
  struct dockerfile dockerfile ;
  struct docker_start start ;
  struct plan plan ;
  struct texts unread = { 0 } ;
  struct file *files ;
  char const *report ;
  char const *damage ;
  char const *patch = "" ;
  int code = 0 ;
  int root = ROOT_NONE ;
  enum input_kind kind ;
  struct docker_input input = { 0 } ;
  version_answer(argc, (char const *const *)argv, PROG) ;
  parse_arguments(&arguments, argc, argv) ;
  if (path_is_folder(arguments.input)) strerr_dief4x(EXIT_REFUSED, "refused: ", arguments.input, " is ", other_folder(&pool, arguments.input)) ;
  if (arguments.root && (root = root_open(arguments.root)) == -1) strerr_diefu2sys(code_of_errno(), "open the folder ", arguments.root) ;
  read_source(&source, &pool, arguments.input, "the input") ;
  kind = input_kind(source.name, source.text) ;
  if (kind == INPUT_DOCKERFILE)
  {
    if (arguments.dockerfile && strcmp(arguments.dockerfile, arguments.input) != 0) strerr_dief3x(EXIT_USAGE, arguments.input, " is a Dockerfile, and so is that of --dockerfile: ", "give one of them") ;
    arguments.dockerfile = arguments.input ;
  }
  if (arguments.dockerfile)
  {
    read_source(&docker_source, &pool, arguments.dockerfile, "the Dockerfile") ;
    dockerfile_read(&docker_source, &dockerfile) ;
    damage = dockerfile_cannot_be_built(&dockerfile, arguments.dockerfile) ;
    if (damage) strerr_dief2x(EXIT_REFUSED, "refused: ", damage) ;
  }
  if (kind == INPUT_DOCKERFILE) kind = take_from_dockerfile(&arguments, &dockerfile, &input, &source) ;
  if (kind == INPUT_SUPERVISORD) include_files(&source, arguments.dockerfile ? &dockerfile : 0, arguments.dockerfile, root, &unread) ;
  plan_init(&plan, &source) ;
  plan.kind = kind ;
  plan.unread = unread ;
  plan.taken = input.taken ;
  plan.is_of_package = kind == INPUT_SUPERVISORD && input.of_package ;
  if (input.code) plan.setup_name = "10-setup" ;
  plan.root = root ;
  plan_look_at_nginx(&plan, arguments.dockerfile ? &dockerfile : 0, arguments.dockerfile) ;
  if (!arguments.dockerfile && kind == INPUT_SCRIPT) plan.scripts = folder_sources(&pool, arguments.input) ;
  if (arguments.dockerfile) plan_from_image(&plan, &dockerfile, arguments.dockerfile, arguments.input, input.code ? &input : 0, &start) ;
  migrate_input(&plan) ;
  if (plan.refused) strerr_dief2x(EXIT_REFUSED, "refused: ", plan.refused) ;
  files = render(&plan) ;
  if (arguments.dockerfile)
  {
    struct docker_tree tree ;
    char const *patched ;
    find_tree(&pool, &arguments, &tree) ;
    patch = dockerfile_patch(&dockerfile, &start, &plan, input.code ? input.name : arguments.input, &tree, &patched) ;
    audit_image(&plan, &start, &dockerfile, patched, files) ;
    audit_ignored(&plan, &dockerfile, arguments.dockerfile, &tree) ;
    audit_compose(&plan, &start, arguments.dockerfile) ;
  }
  report = render_report(&plan) ;
  if (arguments.output) code = write_files(&pool, files, arguments.output, arguments.force) ;
  if (!code)
  {
    if (arguments.json) result_print_json(&(struct result){ .plan = &plan, .files = files, .report = report, .patch = patch }) ;
    else
    {
      fputs(report, stdout) ;
      if (arguments.output) printf("\n%s", written_places(&pool, files, arguments.output)) ;
      else print_files(files) ;
      if (*patch) printf("\n%s", patch) ;
    }
    if (fflush(stdout) == EOF) strerr_diefu1sys(EXIT_SYSTEM, "write the report") ;
  }
  pool_free(&pool) ;
  return code ;
}
