/* What the Dockerfile, the build context and the unpacked image say goes into the plan, ahead of the migration. */

#include <string.h>

#include "migrate/command/image.h"
#include "migrate/command/procrunners.h"
#include "migrate/dockerfile/readfile.h"
#include "migrate/dockerpatch/dockerpatch.h"
#include "migrate/dockerpatch/dockerrun.h"
#include "migrate/facts/facts.h"
#include "migrate/fromimage.h"
#include "migrate/inputs.h"
#include "migrate/services/services.h"
#include "migrate/shell/shell.h"
#include "migrate/supervisord/commandline.h"
#include "migrate/text/root.h"

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
static void read_front (struct plan *plan, struct dockerfile const *dockerfile, char const *path, struct docker_start *start)
{
  struct pool *pool = plan->pool ;
  char const *name = start->front.first ? dockerfile_source_of(dockerfile, start->front.first->text) : 0 ;
  struct docker_script const *script = start->front.first ? dockerfile_script(dockerfile, start->scripts, start->front.first->text) : 0 ;
  if (script) start->front_text = script->text ;
  else if (name) start->front_text = context_read(pool, path, name) ;
  if (!start->front_text && plan->root != ROOT_NONE && start->front.first) start->front_text = read_from_image(pool, plan->root, start->front.first->text) ;
  if (start->front_text) exported_names(pool, start->front_text, &plan->environment) ;
  if (name && !start->front_text) texts_add(pool, &plan->notes, pool_printf(pool, "the Dockerfile copies %s, which is not in the build context here: look into it yourself", name)) ;
}

void plan_look_at_nginx (struct plan *plan, struct dockerfile const *dockerfile, char const *path)
{
  char const *own = "/etc/nginx/nginx.conf" ;
  char const *place = dockerfile ? context_file_at(dockerfile, path, own) : 0 ;
  char const *name = dockerfile && !place ? dockerfile_source_of(dockerfile, "nginx.conf") : 0 ; /* that of another build of nginx */
  char const *text = name ? context_read(plan->pool, path, name) : place ? text_read(plan->pool, place, SOURCE_SIZE_MAX) : 0 ;
  if (dockerfile && !place && !text && !name) name = brought_from(dockerfile, own) ;
  if (!text && plan->root != ROOT_NONE) text = root_read(plan->pool, plan->root, own) ;
  plan->nginx_stays = (dockerfile && dockerfile_keeps_nginx(dockerfile)) || (text && image_nginx_stays(text)) ;
  if (name && !text && !plan->nginx_stays) plan->nginx_unread = name ;
}

/* Is the file of the build context the one of this machine? */
static int is_same (char const *source, char const *input)
{
  size_t len ;
  size_t n = strlen(input) ;
  if (!strncmp(source, "./", 2)) source += 2 ;
  len = strlen(source) ;
  return len && n >= len && !strcmp(input + n - len, source) && (n == len || input[n - len - 1] == '/') ;
}

/* Does what COPY brings come to be at `path` by way of this word: by itself, or in a folder? */
static int brings (struct pool *pool, struct copying const *copying, char const *source, char const *path, char const *input)
{
  size_t len = strlen(copying->target) ;
  if (!strcmp(copying_path(pool, copying, source), path)) return is_same(source, input) ;
  while (len && copying->target[len - 1] == '/') len-- ;
  if (strncmp(path, copying->target, len) != 0 || path[len] != '/') return 0 ;
  return is_same(shell_one_of(source, ". ./") ? path + len + 1 : pool_printf(pool, "%s%s", source, path + len + (source[strlen(source) - 1] == '/')), input) ;
}

static void read_values (struct plan *plan, struct dockerfile const *dockerfile)
{
  struct texts names = { 0 } ;
  dockerfile_environment(dockerfile, &names) ;
  for (struct text const *one = names.first ; one ; one = one->next)
  {
    char const *value = dockerfile_expand(dockerfile, 0, pool_printf(plan->pool, "${%s}", one->text)) ;
    if (!strchr(value, '$')) texts_add(plan->pool, &plan->image_values, pool_printf(plan->pool, "%s=%s", one->text, value)) ;
  }
}

static int is_input (struct dockerfile const *dockerfile, char const *path, char const *input)
{
  for (struct instruction *one = 0 ; path && (one = dockerfile_next(dockerfile, one, "COPY ADD")) ; )
  {
    struct copying const *copying = one->copying ;
    for (struct text const *source = copying->from_stage ? 0 : copying->sources.first ; source ; source = source->next)
      if (*source->text && brings(dockerfile->source->pool, copying, source->text, path, input)) return 1 ;
  }
  return 0 ;
}

/* Does nothing but the ends of branches follow? */
static int ends_there (struct pool *pool, struct docker_start const *start)
{
  char const *p = start->through_text ? start->through_text + start->through_at.end : "" ;
  if (!strncmp(start->through_command ? start->through_command : "", "exec ", 5)) return 1 ;
  while (*p)
  {
    size_t len = strcspn(p, " \t\n;") ;
    if (len && !shell_one_of(pool_copy(pool, p, len), "fi esac } )")) return 0 ;
    p += len + !!p[len] ;
  }
  return 1 ;
}

static void look_at_commandline (struct plan *plan, struct dockerfile const *dockerfile, char const *path, char const *input, struct docker_start const *start)
{
  struct commandline *c = commandline_read(plan->pool, &start->command) ;
  plan->commandline = c ;
  if (!c) return ;
  if (c->file && !start->through && !strpbrk(c->file, "$~")) c->file = shell_quote(plan->pool, dockerfile_below(plan->pool, dockerfile_workdir(dockerfile, 0), shell_unquote(plan->pool, c->file))) ;
  /* Without -c it looks into these places. */
  c->reads_input = c->file ? is_input(dockerfile, shell_unquote(plan->pool, c->file), input)
    : is_input(dockerfile, "/etc/supervisord.conf", input) || is_input(dockerfile, "/etc/supervisor/supervisord.conf", input) ;
  if (c->file && !c->reads_input)
  {
    /* COPY brings what it does read, and that includes nothing. */
    char const *file = shell_unquote(plan->pool, c->file) ;
    char const *source = file ? dockerfile_source_of(dockerfile, file) : 0 ;
    char const *text = source ? context_read(plan->pool, path, source) : 0 ;
    if (text && strcmp(text, plan->source->text) != 0 && strcmp(shell_basename(source), shell_basename(input)) != 0 && !strstr(text, "[include]"))
      texts_add(plan->pool, &plan->notes, pool_printf(plan->pool, "TODO: the image's supervisord reads %s (%s in the build context), and not %s: give that to reeve-migrate, if the container shall do what it did", c->file, source, input)) ;
  }
  c->is_last = !start->through_goes_on && !start->kept && !start->code_behind && ends_there(plan->pool, start) ;
}

/* The last PORT=NUMBER of the text; 0: there is none. */
static unsigned int port_in (char const *text)
{
  unsigned int port = 0 ;
  for (char const *p = text ; (p = strstr(p, "PORT=")) ; p++)
    if (p == text || p[-1] == '\n') port = shell_number(p + 5 + strspn(p + 5, "\"'"), 65535, 0) ;
  return port ;
}

/* The files of variables that the runner of a Procfile reads. */
static void read_env (struct dockerfile const *dockerfile, char const *path, struct procrun *run)
{
  struct pool *pool = dockerfile->source->pool ;
  char const *folder = dockerfile_workdir(dockerfile, 0) ;
  struct configuration **end = &run->env_files ;
  if (!run->env && run->env_in_folder && run->folder) folder = dockerfile_below(pool, folder, run->folder) ;
  for (char const *name = run->env ? run->env : ".env" ; *name ; )
  {
    size_t len = strcspn(name, ", ") ;
    char const *one = pool_copy(pool, name, len) ;
    char const *place = dockerfile_below(pool, folder, one) ;
    char const *found = *place == '/' ? context_place(dockerfile, path, place) : 0 ;
    char const *ignored ;
    char const *text = found && !ignored_by(pool, path, shell_basename(one), &ignored) ? text_read(pool, found, SOURCE_SIZE_MAX) : 0 ;
    name += len + strspn(name + len, ", ") ;
    if (!text)
    {
      run->env_files = 0 ;
      return ;
    }
    *end = pool_alloc(pool, sizeof(**end)) ;
    **end = (struct configuration){ .path = place, .text = text } ;
    end = &(*end)->next ;
    if (run->takes_port && !run->own_port && port_in(text))
    {
      run->port = port_in(text) ;
      run->has_env_port = 1 ;
    }
  }
}

void plan_from_image (struct plan *plan, struct dockerfile const *dockerfile, char const *path, char const *input, struct docker_input const *code, struct docker_start *start)
{
  struct procrun *run ;
  struct pool *pool = plan->pool ;
  struct docker_script *scripts = context_scripts(dockerfile, path) ;
  plan->scripts = context_sources(pool, scripts) ; /* dockerfile_start() takes the input out */
  if (code) dockerfile_start_code(dockerfile, code, scripts, start) ;
  else dockerfile_start(dockerfile, input, plan->source->text, scripts, start) ;
  read_front(plan, dockerfile, path, start) ;
  plan->configurations = context_configurations(dockerfile, path) ;
  plan->script_name = start->script ;
  plan->script_path = start->path ;
  plan->script_real_path = behind_links(dockerfile, start->path) ;
  plan->cmd = start->arguments ;
  plan->cmd_code = start->arguments_code ;
  plan->lost_cmd = start->lost_cmd ;
  if (plan->kind == INPUT_SCRIPT) input_put_code(plan, start) ;
  plan->image_shell = start->shell ;
  plan->image_system = dockerfile_release(dockerfile, &plan->image_release) ;
  plan->sh_is_bash = dockerfile_sh_is_bash(dockerfile) ;
  plan->has_other_sh = dockerfile_has_other_sh(dockerfile) ;
  plan->names_bash = shell_mentions(dockerfile->source->text, "bash") ;
  plan->goes_on = start->kept || start->through || !start->script ;
  plan->shell_options = start->shell_options ;
  plan->is_given = start->is_given ;
  texts_add_all(pool, &plan->notes, &start->lost) ;
  if (code && code->doubt) texts_add(pool, &plan->notes, code->doubt) ;
  run = procrun_read(dockerfile, start) ;
  if (run) read_env(dockerfile, path, run) ;
  plan->procrun = run ;
  if (plan->kind == INPUT_SUPERVISORD) look_at_commandline(plan, dockerfile, path, input, start) ;
  if (plan->procrun) plan->procfile_source = dockerfile_source_of(dockerfile, plan->procrun->procfile ? plan->procrun->procfile : "Procfile") ;
  if (plan->procfile_source && !strncmp(plan->procfile_source, "<<", 2)) plan->procfile_source = 0 ; /* its text is in the Dockerfile */
  plan->prefix = start->prefix ;
  plan->code = start->code ;
  plan->code_must_succeed = start->code_must_succeed ;
  plan->code_shell = start->code_shell ;
  dockerfile_environment(dockerfile, &plan->environment) ;
  plan->console_told = speaks_of_console(plan->pool, dockerfile->source->text) ;
  read_values(plan, dockerfile) ;
  plan->code_where = pool_printf(pool, "Dockerfile, line %u", start->line) ;
  plan->stop_signal = dockerfile_stop_signal(dockerfile) ;
  plan->under_init = start->init != NO_INIT ;
  plan->init_signals_all = start->init == INIT_SIGNALS_ALL ;
  dockerfile_runs(dockerfile, &plan->image_runs) ;
  plan->has_dockerfile = 1 ;
  plan->php_fpm_stays = !!strstr(dockerfile_image(dockerfile), "fpm") ;
  plan->has_go_supervisord = !!strstr(dockerfile->source->text, "ochinchina/supervisord") ; /* of COPY --from=, or of an address */
  plan->image_user = dockerfile_user(dockerfile) ;
  plan->workdir = dockerfile_folder(dockerfile, start) ;
  if (dockerfile_without_shell(dockerfile))
    texts_add(pool, &plan->notes, pool_printf(pool, "TODO: FROM %s brings no shell, and each script that is written begins with #!/bin/sh: no service would start. Take a base image that has one (alpine, debian), "
      "or put one there: COPY --from=busybox:musl /bin/ /bin/", dockerfile_without_shell(dockerfile))) ;
}
