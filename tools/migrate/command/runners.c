/* The program behind others that only start it: env -u X, nice -n 5, xvfb-run, npx, ... The table of
   reeve check knows most of them; this file those that are no daemon's, and what is known of none. */

#include <string.h>

#include "advice/daemons.h"
#include "migrate/command/command.h"

int command_is_entrypoint (char const *name)
{
  return shell_one_of(name, "docker-entrypoint.sh docker-entrypoint docker-php-entrypoint entrypoint.sh") ;
}

/* Those that run what their next word names, as far as reeve check does not know them. */
static int is_runner (char const *name)
{
  return command_is_entrypoint(name) || shell_one_of(name, "env flock timeout time npx poetry pipenv uv pdm hatch bundle ddtrace-run newrelic-admin "
    "opentelemetry-instrument doppler envconsul bundler strace ltrace valgrind gdb faketime setarch ip proot chamber dotenv sg runuser aws-vault op "
    "dockerize conda mamba micromamba pixi infisical proxychains proxychains4 torsocks eatmydata vglrun dbus-launch rlwrap firejail") ;
}

/* Their options whose value is the next word. */
static int has_value (char const *runner, char const *option)
{
  static struct { char const *runner ; char const *options ; } const table[] =
  {
    { "aws-vault", "-d --duration --region --backend" },
    { "conda", "-n --name -p --prefix --cwd" },
    { "mamba", "-n --name -p --prefix --cwd" },
    { "micromamba", "-n --name -p --prefix --cwd -r --root-prefix" },
    { "envconsul", "-config -prefix -secret -consul-addr -vault-addr -log-level" },
    { "infisical", "--env --path --projectId --token" },
    { "opentelemetry-instrument", "--traces_exporter --metrics_exporter --logs_exporter --service_name --exporter_otlp_endpoint --id_generator --propagators" },
    { "proxychains", "-f" },
    { "proxychains4", "-f" },
    { "dockerize", "-wait -timeout -wait-retry-interval -wait-http-header -template -stdout -stderr -delims -env -env-section -validate-cert" },
    { "flock", "-w -E --wait --timeout --conflict-exit-code" },
    { "npx", "-p --package" },
    { "poetry", "-C -P --directory --project" },
    { "uv", "--with --with-requirements --with-editable --extra --group --python -p --directory --project --env-file --package" },
    { "pdm", "-p --project --venv" },
    { "hatch", "-e --env -p --project" },
    { "time", "-f -o --format --output" },
    { "strace", "-e -o -p -s -a -b -E -I -O -P -S -u -U -X --output --trace" },
    { "ltrace", "-e -o -p -s -a -A -D -F -l -n -u -x --output" },
    { "gdb", "-x -ex -iex -ix --command" },
    { "faketime", "--date-prog" },
    { "proot", "-r -b -m -q -w -R -S -0 -k -i --rootfs --bind --cwd" },
    { "doppler", "-t --token -p --project -c --config --scope" },
    { "dotenv", "-f --file -e" },
    { "op", "--env-file --account" },
    { "runuser", "-u --user -g --group -G --supp-group" },
  } ;
  if (!strncmp(option, "--", 2) && shell_one_of(runner, "dockerize envconsul")) option++ ; /* Go's: -wait, --wait */
  for (size_t i = 0 ; i < sizeof(table) / sizeof(*table) ; i++)
    if (!strcmp(runner, table[i].runner)) return shell_one_of(option, table[i].options) ;
  return 0 ;
}

/* The words of `env -S "node app.js"`, or of `flock FILE -c CODE`, as far as blanks tell. */
static char const *const *split_words (struct pool *pool, char const *text)
{
  char const **words = pool_alloc(pool, COMMAND_WORDS_MAX * sizeof(*words)) ;
  unsigned int n = 0 ;
  text += strspn(text, " \t\"") ;
  for (; *text && n < COMMAND_WORDS_MAX - 1 ; text += strspn(text, " \t\""))
  {
    words[n++] = pool_copy(pool, text, strcspn(text, " \t\"")) ;
    text += strcspn(text, " \t\"") ;
  }
  return n ? words : 0 ;
}

/* Behind one of them. */
static char const *const *behind_runner (struct pool *pool, char const *runner, char const *const *argv)
{
  char const *const *own = argv ;
  int has_name = shell_one_of(runner, "flock faketime setarch sg ip aws-vault chamber") ; /* the file, the time, the machine, the group, ... */
  if (command_is_entrypoint(runner) && argv[1] && (argv[1][0] == '-' || shell_one_of(argv[1], "start run serve up"))) return own ; /* its own words, or its program's options */
  for (argv++ ; argv[0] && argv[1] ; argv++)
  {
    if (!strcmp(argv[0], "--")) return argv + 1 ;
    if ((!strncmp(argv[0], "--split-string", 14) || (!strcmp(runner, "env") && argv[0][0] == '-' && argv[0][1] != '-' && strchr(argv[0], 'S')))
     || (shell_one_of(runner, "flock sg") && !strcmp(argv[0], "-c")))
      return split_words(pool, argv[1]) ? split_words(pool, argv[1]) : argv + 1 ;
    if (has_value(runner, argv[0])) argv++ ;
    else if (shell_one_of(argv[0], "run exec run-program")) continue ;
    else if (has_name && argv[0][0] != '-') has_name = 0 ;
    else if (argv[0][0] != '-' && !strchr(argv[0], '=') && strspn(argv[0], "0123456789.smhd") != strlen(argv[0])) return argv ;
  }
  return argv[0] ? argv : own ; /* npx -p foo: it executes nothing that is known */
}

/* wait-for-it db:5432 -t 60 -- PROGRAM. What has no --, or only says then that it is up, waits and nothing else. */
static char const *const *behind_waiter (char const *const *argv)
{
  if (!shell_one_of(shell_basename(argv[0]), "wait-for-it wait-for-it.sh wait-for wait-for.sh wait4x waitforit")) return argv ;
  for (char const *const *one = argv ; one[0] && one[1] ; one++)
    if (!strcmp(one[0], "--")) return shell_one_of(one[1], "echo printf true :") ? argv : one + 1 ;
  return argv ;
}

/* ip netns exec NAME PROGRAM, conda run PROGRAM: behind exec or run. Other commands of these run nothing: ip addr show. Returns 0 for them. */
static char const *const *subcommand (char const *const *argv)
{
  char const *name = shell_basename(argv[0]) ;
  if (!shell_one_of(name, "ip conda mamba micromamba pixi infisical")) return argv ;
  while (argv[1] && !shell_one_of(argv[1], "exec run activate shell")) argv++ ;
  return argv[1] && shell_one_of(argv[1], !strcmp(name, "ip") ? "exec" : "run") ? argv : 0 ;
}

char const *const *command_behind_runners (struct pool *pool, char const *const *argv)
{
  for (unsigned int i = 0 ; argv[0] && argv[1] && i < 20 ; i++) /* a split word may begin anew */
  {
    char const *const *behind = daemon_command(argv) ;
    char const *const *inner ;
    int is_env = !strcmp(shell_basename(argv[0]), "env") ;
    if (behind && behind != argv && behind[0][0] != '-') argv = behind ;
    else if (is_runner(shell_basename(argv[0])) && (inner = subcommand(argv)) && (behind = behind_runner(pool, shell_basename(argv[0]), inner)) != inner) argv = behind ;
    else if (behind_waiter(argv) != argv) argv = behind_waiter(argv) ;
    else break ;
    while (is_env && argv[1] && (!strncmp(argv[0], "$(", 2) || *argv[0] == '`')) argv++ ; /* env $(cat .env | xargs) web: variables */
  }
  return argv ;
}
