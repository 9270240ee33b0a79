/* What a service is called, by the words that it runs. The rule:
   1. the program's name, without what starts it (env, npx, ...); behind an interpreter, the file, the
      module or the script that this executes, without its ending: python worker.py is worker;
   2. a file that is called as in any project (index.js, main.py, run.sh) has its folder's name, and a
      folder that is in any project (dist, src, bin) the name of the one around it: apps/mail/dist/index.js
      is mail; if the path has no telling folder, its first word, as far as that is plain (start.sh jupyter lab is jupyter),
      or else the interpreter's name;
   3. start-mail, run_mail, start:mail is mail.
   names.c adds what the script around it tells: a name that says nothing (node, npm) gives way to that of
   the function that starts it, or of the directory in which it starts. */

#include <string.h>

#include "migrate/command/command.h"

#define ANY_FILE "index main __main__ run start launch entrypoint docker-entrypoint"
/* These tell something, but a folder tells more. */
#define ANY_PROGRAM "app server"
#define ANY_FOLDER "dist build out output bin sbin lib libs src app apps code opt usr local srv home root var tmp www html public release debug " \
  "target standalone current docker etc share html htdocs nginx apache2 httpd scripts script cmd js py workspace project packages utils docker container startup entrypoint - . .."
#define ANY_WORD "prod production dev development staging test up all foreground stop restart init true false yes no on off default bash sh http https tcp stdio"

static char const *without_extension (struct pool *pool, char const *path)
{
  char const *base = shell_basename(path) ;
  char const *dot = strrchr(base, '.') ;
  return dot && dot > base ? pool_copy(pool, base, (size_t)(dot - base)) : base ;
}

/* The last telling folder of the path; 0: there is none. */
static char const *telling_folder (struct pool *pool, char const *path)
{
  char const *found = 0 ;
  for (char const *end ; (end = strchr(path, '/')) ; path = end + 1)
  {
    char const *folder = pool_copy(pool, path, (size_t)(end - path)) ;
    if (*folder && !strpbrk(folder, "$`\"'*~{}") && !shell_one_of(folder, ANY_FOLDER)) found = folder ;
  }
  return found ;
}

/* The name of the file argv[0] that is executed. `interpreter`: what executes it; 0: it is a program. */
static char const *file_name (struct pool *pool, char const *const *argv, char const *interpreter)
{
  char const *name = without_extension(pool, argv[0]) ;
  char const *folder ;
  if (!shell_one_of(name, ANY_FILE " " ANY_PROGRAM)) return name ;
  folder = telling_folder(pool, argv[0]) ;
  if (folder) return folder ;
  if (argv[1] && argv[1][0] >= 'a' && argv[1][0] <= 'z' && argv[1][1] && !argv[1][strspn(argv[1], "abcdefghijklmnopqrstuvwxyz0123456789-_")]
   && !shell_one_of(name, ANY_PROGRAM) && !shell_one_of(argv[1], ANY_FILE " " ANY_FOLDER " " ANY_WORD)) return argv[1] ; /* start.sh jupyter lab */
  return interpreter && shell_one_of(name, ANY_FILE) && !shell_one_of(interpreter, "sh bash dash ash zsh") ? interpreter : name ;
}

char const *command_telling_folder (struct pool *pool, char const *directory)
{
  return telling_folder(pool, pool_printf(pool, "%s/", directory)) ;
}

/* -m src.mail.main: mail; app.worker: worker; http.server stays. */
static char const *module_name (struct pool *pool, char const *module, char const *interpreter)
{
  char const *dot ;
  while ((dot = strchr(module, '.')) && dot[1] && shell_one_of(pool_copy(pool, module, (size_t)(dot - module)), ANY_FOLDER " " ANY_PROGRAM)) module = dot + 1 ;
  while ((dot = strrchr(module, '.')) && dot > module && shell_one_of(dot + 1, ANY_FILE)) module = pool_copy(pool, module, (size_t)(dot - module)) ;
  return shell_one_of(module, ANY_FILE) ? interpreter : module ;
}

char const *command_module_of_app (struct pool *pool, char const *word)
{
  size_t len = strspn(word, NAME_LETTERS ".") ;
  char const *module ;
  if (!len || word[len] != ':' || !strchr(NAME_LETTERS, word[len + 1]) || word[len + 1 + strspn(word + len + 1, NAME_LETTERS "()")]) return 0 ;
  module = module_name(pool, pool_copy(pool, word, len), "") ;
  for (char const *dot ; (dot = strrchr(module, '.')) && shell_one_of(dot + 1, ANY_PROGRAM " wsgi asgi") ;) module = pool_copy(pool, module, (size_t)(dot - module)) ;
  return *module && !strchr("0123456789", *module) && !shell_one_of(module, ANY_PROGRAM " wsgi asgi localhost") ? module : 0 ;
}

static char const *const interpreters[] = { "python", "php", "node", "ruby", "perl", "java", "lua" } ;
#define NINTERPRETERS (sizeof(interpreters) / sizeof(*interpreters))

/* python3, python3.12, php8.2: python, php */
static char const *without_version (struct pool *pool, char const *interpreter)
{
  for (size_t i = 0 ; i < NINTERPRETERS ; i++)
  {
    size_t len = strlen(interpreters[i]) ;
    if (!strncmp(interpreter, interpreters[i], len) && !interpreter[len + strspn(interpreter + len, "0123456789.")]) return pool_copy(pool, interpreter, len) ;
  }
  return interpreter ;
}

/* "${PYTHON_BIN}", $NODE: python, node; 0: the variable's name tells of no interpreter. */
static char const *interpreter_of_variable (struct pool *pool, char const *word)
{
  char const *name = word + strspn(word, "\"${") ;
  size_t len = strspn(name, NAME_LETTERS) ;
  char const *behind = name + len ;
  if (!strchr("\"$", *word) || (*behind != ':' && behind[strspn(behind, "}\"")])) return 0 ; /* ${PYTHON:-python3} */
  name = pool_copy(pool, name, len) ;
  for (size_t i = 0 ; i < NINTERPRETERS ; i++)
  {
    char const *at = strcasestr(name, interpreters[i]) ;
    char const *rest = at ? at + strlen(interpreters[i]) : 0 ;
    if (!at || (at > name && at[-1] != '_')) continue ;
    rest += strspn(rest, "0123456789_") ;
    if (!*rest || shell_one_of(rest, "BIN EXE CMD PATH COMMAND bin exe cmd path command")) return interpreters[i] ;
  }
  return 0 ;
}

int command_is_interpreter (char const *name)
{
  return shell_one_of(name, "node nodejs ruby perl php sh bash dash ash zsh lua Rscript deno bun tclsh pypy3 pypy ts-node tsx babel-node")
   || !strncmp(name, "python", 6) ;
}

static char const *java_name (struct pool *pool, char const *const *argv)
{
  for (unsigned int i = 1 ; argv[i] ; i++)
  {
    if (!strcmp(argv[i], "-jar"))
    {
      while (argv[i + 1] && argv[i + 1][0] == '-') i++ ; /* java -jar -Dzone=Europe/Rome shop.jar */
      if (argv[i + 1]) return strchr("$\"", *shell_basename(argv[i + 1])) ? "java" : file_name(pool, argv + i + 1, "java") ;
      break ;
    }
    if (shell_one_of(argv[i], "-cp -classpath --class-path -p --module-path") && argv[i + 1]) i++ ;
    else if (argv[i][0] != '-' && argv[i][0] != '$')
    {
      char const *dot = strrchr(argv[i], '.') ;
      return dot ? dot + 1 : shell_basename(argv[i]) ;
    }
  }
  return "java" ;
}

static char const *interpreted_name (struct pool *pool, char const *const *argv)
{
  for (unsigned int i = 1 ; argv[i] ; i++)
  {
    if (!strcmp(argv[i], "-m") && argv[i + 1])
      return shell_one_of(argv[i + 1], "manage django") && argv[i + 2] && argv[i + 2][0] != '-' ? argv[i + 2] : module_name(pool, argv[i + 1], without_version(pool, shell_basename(argv[0]))) ; /* as manage.py */
    if (shell_one_of(argv[i], "-c -e -r --eval -X -W -I -S .")) break ; /* php -S ADDRESS, node . */
    if (argv[i][0] == '-' || (i == 1 && !strcmp(argv[i], "run"))) continue ; /* deno run FILE */
    if (argv[i][0] == '$' && argv[i][1] && strspn(argv[i] + 2, "}\"") == strlen(argv[i] + 2)) break ; /* $f, of a loop: it says nothing */
    if (argv[i][0] == '$' && argv[i + 1] && (strstr(argv[i], "OPT") || strstr(argv[i], "ARGS") || strstr(argv[i], "FLAGS"))) continue ;
    if (shell_one_of(shell_basename(argv[i]), "manage.py artisan console rails rake") && argv[i + 1] && argv[i + 1][0] != '-') return argv[i + 1] ;
    return file_name(pool, argv + i, without_version(pool, shell_basename(argv[0]))) ;
  }
  return without_version(pool, shell_basename(argv[0])) ;
}

/* npm run start:worker; npm --prefix web start: web, as all have a script start */
static char const *npm_name (char const *const *argv)
{
  char const *folder = 0 ;
  for (unsigned int i = 1 ; argv[i] ; i++)
    if (!strcmp(argv[i], "--prefix") && argv[i + 1]) folder = shell_basename(argv[i + 1]) ; /* npm start --prefix web */
  for (unsigned int i = 1 ; argv[i] ; i++)
  {
    if (i == 1 && !strcmp(argv[i], "workspace") && argv[2]) folder = shell_basename(argv[++i]) ; /* yarn workspace web start */
    else if (shell_one_of(argv[i], "--prefix --filter -F --workspace -w --cwd -C --dir") && argv[i + 1]) folder = shell_basename(argv[++i]) ;
    else if (argv[i][0] == '-' || shell_one_of(argv[i], "run run-script")) continue ;
    else if (folder && shell_one_of(argv[i], "start dev serve")) return folder ;
    else return !strcmp(argv[i], "start") ? argv[0] : argv[i] ;
  }
  return folder ? folder : argv[0] ;
}

/* cargo run --bin ingest, go run ./cmd/ingest, make run-worker; the program's own name if no word tells more */
static char const *build_name (struct pool *pool, char const *const *argv)
{
  char const *name = shell_basename(argv[0]) ;
  if (shell_one_of(name, "cargo go") && (!argv[1] || strcmp(argv[1], "run") != 0)) return name ;
  for (unsigned int i = shell_one_of(name, "cargo go") ? 2 : 1 ; argv[i] ; i++)
  {
    if (shell_one_of(argv[i], "--bin -p --package --example")) return argv[i + 1] ? argv[i + 1] : name ;
    if (shell_one_of(argv[i], "-C -f -d --directory --file -j") && argv[i + 1]) i++ ;
    else if (*argv[i] == '-' || strchr(argv[i], '=') || !strcmp(name, "cargo")) continue ;
    else if (!strcmp(name, "go")) return strstr(argv[i], ".go") ? file_name(pool, argv + i, name) : argv[i][strspn(argv[i], "./")] ? shell_basename(argv[i]) : name ;
    else return shell_one_of(command_plain_name(argv[i]), ANY_FILE) || command_name_is_poor(argv[i]) || strchr(argv[i], '$') ? name : argv[i] ;
  }
  return name ;
}

/* dotnet Shop.Api.dll, dotnet exec X.dll, dotnet run --project src/Api */
static char const *dotnet_name (struct pool *pool, char const *const *argv)
{
  for (unsigned int i = 1 ; argv[i] ; i++)
  {
    size_t len = strlen(argv[i]) ;
    if (len > 4 && !strcmp(argv[i] + len - 4, ".dll")) return without_extension(pool, argv[i]) ;
    if (shell_one_of(argv[i], "--project -p") && argv[i + 1] && argv[i + 1][strspn(argv[i + 1], "./")])
      return strstr(argv[i + 1], "proj") ? without_extension(pool, argv[i + 1]) : shell_basename(argv[i + 1]) ;
  }
  return "dotnet" ;
}

/* celery -A shop beat: its worker is what one calls celery. */
static char const *celery_name (char const *const *argv)
{
  for (; *argv ; argv++)
  {
    if (!strcmp(*argv, "beat")) return "celery-beat" ;
    if (!strcmp(*argv, "flower")) return "celery-flower" ;
    if (!strcmp(*argv, "worker")) break ; /* celery worker -n beat */
  }
  return "celery" ;
}

char const *command_service_name (struct pool *pool, char const *const *argv)
{
  char const *name ;
  argv = command_behind_runners(pool, argv) ;
  if (argv[0] && *argv[0] == '$' && !strchr(argv[0], '/') && argv[1] && !strpbrk(argv[1], "$-./=\"")) argv++ ;
  if (!argv[0]) return "service" ;
  if (interpreter_of_variable(pool, argv[0]))
  {
    char const **words = pool_alloc(pool, COMMAND_WORDS_MAX * sizeof(*words)) ;
    unsigned int n = 0 ;
    for (; argv[n] ; n++) words[n] = argv[n] ;
    words[0] = interpreter_of_variable(pool, argv[0]) ;
    words[n] = 0 ;
    argv = words ;
  }
  name = shell_basename(argv[0]) ;
  if (shell_one_of(name, "source .") && argv[1]) return file_name(pool, argv + 1, 0) ;
  if (!strcmp(name, "java")) return java_name(pool, argv) ;
  if (!strcmp(name, "dotnet")) return dotnet_name(pool, argv) ;
  if (command_is_interpreter(name)) name = interpreted_name(pool, argv) ;
  if (!strcmp(name, "celery")) return celery_name(argv) ;
  if (command_is_interpreter(shell_basename(argv[0]))) return name ;
  if (shell_one_of(name, "npm yarn pnpm")) return shell_basename(npm_name(argv)) ;
  if (shell_one_of(name, "manage.py artisan") && argv[1]) return argv[1] ;
  if (!strcmp(name, "ros2") && argv[1] && shell_one_of(argv[1], "run launch")) argv++ ; /* ros2 run PACKAGE PROGRAM */
  if (shell_one_of(name, "ros2 rosrun roslaunch") && argv[1] && argv[2] && *argv[2] != '-') return without_extension(pool, without_extension(pool, argv[2])) ;
  if (shell_one_of(name, "cargo go make task just")) return build_name(pool, argv) ;
  if (!strcmp(name, "rake") && argv[1] && *argv[1] != '-') return argv[1] ;
  if (!strcmp(name, "rails") && argv[1] && strchr(argv[1], ':')) return argv[1] ; /* assets:precompile */
  if (!strcmp(name, "tail") && argv[1]) return "logs" ; /* what it follows */
  if (!strcmp(name, "cat") && argv[1] && strstr(argv[1], "log")) return "logs" ; /* a fifo */
  if (*name == '$' && name[1] != '(')
  {
    size_t len = strcspn(name, "}\":-[") ;
    /* ${X:-y}: its value, or X (readable.c); "$X-agent" has more. */
    if (name[1] == '{' ? !name[strcspn(name, "}") + strspn(name + strcspn(name, "}"), "}\"")] : !name[len + strspn(name + len, "\"")])
      return pool_printf(pool, "${%.*s}", (int)(len - 1 - (name[1] == '{')), name + 1 + (name[1] == '{')) ;
  }
  if (shell_one_of(strrchr(name, '.') ? strrchr(name, '.') + 1 : "", "sh py rb pl js php jar exe")) return file_name(pool, argv, 0) ;
  return shell_one_of(name, ANY_FILE) ? file_name(pool, argv, 0) : name ;
}

/* ---- names that say nothing, or too much ---- */

int command_name_is_poor (char const *name)
{
  return command_is_interpreter(name) || shell_one_of(name, ANY_FILE " java dotnet npm yarn pnpm dev prod start-prod start-dev") ;
}

int command_name_is_any (char const *name)
{
  return shell_one_of(name, ANY_PROGRAM) ;
}

char const *command_plain_name (char const *name)
{
  static char const *const begins[] = { "start", "run", "launch", "entrypoint", "docker-entrypoint" } ;
  for (size_t i = 0 ; i < sizeof(begins) / sizeof(*begins) ; i++)
  {
    size_t len = strlen(begins[i]) ;
    char const *rest = name + len + 1 ;
    if (strncmp(name, begins[i], len) != 0 || !name[len] || !strchr("-_:", name[len])) continue ;
    if (*rest && !shell_one_of(rest, "all here parts services prod dev main up") && strncmp(rest, "up_", 3) != 0 && strncmp(rest, "up-", 3) != 0 && strncmp(rest, "stop", 4) != 0) return rest ;
  }
  return name ;
}
