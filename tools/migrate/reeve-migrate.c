#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "base/version.h"
#include "migrate/analysis.h"
#include "migrate/cmdcode.h"
#include "migrate/dockerpatch.h"
#include "migrate/dockerrun.h"
#include "migrate/image.h"
#include "migrate/include.h"
#include "migrate/inputs.h"
#include "migrate/json.h"
#include "migrate/procrunners.h"
#include "migrate/readfile.h"
#include "migrate/root.h"
#include "migrate/shell.h"
#include "migrate/write.h"

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

static void print_files (struct file const *files)
{
  for (; files ; files = files->next)
    printf("\n==> %s%s\n%s", files->path, files->executable ? " (executable)" : "", files->content) ;
}

static char const *read_from_image (struct pool *pool, int root, char const *name)
{
  static char const *const folders[] = { "", "/usr/local/bin", "/usr/bin", "/usr/local/sbin", "/usr/sbin" } ;
  for (size_t i = 0 ; i < sizeof(folders) / sizeof(*folders) ; i++)
  {
    char const *text = root_read(pool, root, pool_printf(pool, "%s/%s", folders[i], name)) ;
    if (text) return text ;
    if (strchr(name, '/')) break ;
  }
  return 0 ;
}

/* Reads what the image executes before the input, from the build context or the unpacked image. */
static void read_front (struct plan *plan, struct arguments const *arguments, struct dockerfile const *dockerfile, int root, struct docker_start *start)
{
  struct pool *pool = plan->pool ;
  char const *name = start->front.first ? dockerfile_source_of(dockerfile, start->front.first->text) : 0 ;
  struct docker_script const *script = start->front.first ? dockerfile_script(dockerfile, start->scripts, start->front.first->text) : 0 ;
  if (script) start->front_text = script->text ;
  else if (name) start->front_text = context_read(pool, arguments->dockerfile, name) ;
  if (!start->front_text && root != ROOT_NONE && start->front.first) start->front_text = read_from_image(pool, root, start->front.first->text) ;
  if (start->front_text) exported_names(pool, start->front_text, &plan->environment) ;
  if (name && !start->front_text) texts_add(pool, &plan->notes, pool_printf(pool, "the Dockerfile copies %s, which is not in the build context here: look into it yourself", name)) ;
}

/* nginx.conf says whether nginx stays in the foreground: that of the build context, or the image's. */
static void look_at_nginx (struct plan *plan, struct arguments const *arguments, struct dockerfile const *dockerfile)
{
  char const *name = dockerfile ? dockerfile_source_of(dockerfile, "nginx.conf") : 0 ;
  char const *text = name ? context_read(plan->pool, arguments->dockerfile, name) : 0 ;
  if (!text && plan->root != ROOT_NONE) text = root_read(plan->pool, plan->root, "/etc/nginx/nginx.conf") ;
  plan->nginx_stays = (dockerfile && dockerfile_says(dockerfile, "daemon off") && dockerfile_says(dockerfile, "nginx.conf")) || (text && image_nginx_stays(text)) ;
  if (name && !text && !plan->nginx_stays) plan->nginx_unread = name ;
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

/* The script goes on with CMD's code. */
static void put_code (struct plan *plan, struct docker_start const *start)
{
  char const *code ;
  enum cmdcode r = start->script ? cmdcode_put(plan->pool, plan->source, start->arguments, &code) : CMDCODE_NONE ;
  if (r == CMDCODE_PUT)
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "the script's exec \"$@\" is read as what CMD has in its place (Dockerfile, line %u): %s", start->line, code)) ;
  if (r == CMDCODE_LEFT)
    texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "TODO: CMD is shell code of several commands, and stays in one service, where only the shell is supervised: "
      "write it into the script in place of \"$@\", and migrate that: %s", code)) ;
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
  char const *patch = "" ;
  int code = 0 ;
  int root = ROOT_NONE ;
  enum input_kind kind ;
  version_answer(argc, (char const *const *)argv, PROG) ;
  parse_arguments(&arguments, argc, argv) ;
  if (arguments.root && (root = root_open(arguments.root)) == -1) strerr_diefu2sys(code_of_errno(), "open the folder ", arguments.root) ;
  read_source(&source, &pool, arguments.input, "the input") ;
  if (arguments.dockerfile)
  {
    read_source(&docker_source, &pool, arguments.dockerfile, "the Dockerfile") ;
    dockerfile_read(&docker_source, &dockerfile) ;
  }
  kind = input_kind(source.name, source.text) ;
  if (kind == INPUT_SUPERVISORD) include_files(&source, arguments.dockerfile ? &dockerfile : 0, arguments.dockerfile, root, &unread) ;
  plan_init(&plan, &source) ;
  plan.kind = kind ;
  plan.unread = unread ;
  plan.root = root ;
  look_at_nginx(&plan, &arguments, arguments.dockerfile ? &dockerfile : 0) ;
  if (!arguments.dockerfile && kind == INPUT_SCRIPT) plan.scripts = folder_sources(&pool, arguments.input) ;
  if (arguments.dockerfile)
  {
    struct docker_script *scripts = context_scripts(&dockerfile, arguments.dockerfile) ;
    plan.scripts = context_sources(&pool, scripts) ; /* dockerfile_start() takes the input out */
    dockerfile_start(&dockerfile, arguments.input, source.text, scripts, &start) ;
    read_front(&plan, &arguments, &dockerfile, root, &start) ;
    plan.configurations = context_configurations(&dockerfile, arguments.dockerfile) ;
    plan.script_name = start.script ;
    plan.cmd = start.arguments ;
    if (kind == INPUT_SCRIPT) put_code(&plan, &start) ;
    plan.shell_options = start.shell_options ;
    plan.is_given = start.is_given ;
    if (start.rewrites)
      texts_add(&pool, &plan.notes, pool_printf(&pool, "TODO: dumb-init passed other signals on than it got (%s), to every process: write down-signal for the services that need it", start.rewrites)) ;
    plan.procrun = procrun_read(&dockerfile, &start) ;
    if (plan.procrun) plan.procfile_source = dockerfile_source_of(&dockerfile, plan.procrun->procfile ? plan.procrun->procfile : "Procfile") ;
    plan.prefix = start.prefix ;
    plan.code = start.code ;
    plan.code_must_succeed = start.code_must_succeed ;
    dockerfile_environment(&dockerfile, &plan.environment) ;
    plan.code_where = pool_printf(&pool, "Dockerfile, line %u", start.line) ;
    plan.stop_signal = dockerfile_stop_signal(&dockerfile) ;
    dockerfile_runs(&dockerfile, &plan.image_runs) ;
    plan.image_user = dockerfile_user(&dockerfile) ;
    plan.workdir = dockerfile_workdir(&dockerfile, 0) ;
    if (!*plan.workdir) plan.workdir = 0 ;
  }
  migrate_input(&plan) ;
  if (plan.refused) strerr_dief2x(EXIT_REFUSED, "refused: ", plan.refused) ;
  files = render(&plan) ;
  if (arguments.dockerfile)
  {
    struct docker_tree tree ;
    find_tree(&pool, &arguments, &tree) ;
    patch = dockerfile_patch(&dockerfile, &start, &plan, arguments.input, &tree) ;
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
