/* Programs that serve, or work for ever, by their own words: fastapi run, celery worker, artisan queue:work. */

#include <string.h>

#include "migrate/command/command.h"

static struct
{
  char const *programs ;
  char const *words ; /* one of them comes behind the program; 0: whatever comes */
  int is_anywhere ; /* perhaps behind options with values: celery -A app worker */
} const table[] =
{
  { "fastapi", "run dev", 0 },
  { "flask litestar", "run", 1 },
  { "django-admin", "runserver", 1 },
  { "streamlit chainlit solara", "run hello", 0 },
  { "panel bokeh vllm mkdocs webpack jekyll mlx_lm ray", "serve", 0 },
  { "mlflow", "server ui", 0 },
  { "prefect", "server worker agent serve", 1 },
  { "dagster", "dev api", 1 },
  { "airflow", "webserver scheduler standalone api-server triggerer dag-processor kerberos celery", 1 },
  { "celery", "worker beat flower", 1 },
  { "rq", "worker", 0 },
  { "rails", "server s", 0 },
  { "artisan", "serve queue:work queue:listen horizon schedule:work octane:start reverb:start websockets:serve pulse:work", 0 },
  { "console", "messenger:consume", 0 },
  { "manage.py", "runserver runserver_plus runserver_socketio qcluster rqworker rqscheduler process_tasks celery", 1 },
  { "next vite astro nuxt nuxi", "start dev preview", 0 },
  { "caddy", "run", 0 },
  { "consul nomad vault k3s", "agent server", 0 },
  { "minio weed garage hugo", "server", 0 },
  { "cloudflared", "tunnel", 1 },
  { "ngrok", "http tcp tls start start-all", 0 },
  { "lt localtunnel frpc frps autossh bore rathole chisel wstunnel gost", 0, 0 }, /* tunnels */
  { "charon charon-systemd dnscrypt-proxy ptp4l phc2sys ts3server tvheadend", 0, 0 },
  { "pritunl", "start", 0 },
  { "rserver jupyter-lab jupyter-notebook jupyterhub tensorboard code-server rsession-proxy", 0, 0 },
  { "jupyter", "lab notebook server", 0 },
  { "openssl", "s_server -port -accept", 1 },
  { "redis-cli valkey-cli", "monitor subscribe psubscribe MONITOR SUBSCRIBE PSUBSCRIBE", 1 },
  { "etcdctl kubectl", "watch port-forward proxy", 1 },
  { "uvicorn hypercorn daphne granian waitress-serve gunicorn puma unicorn rackup sidekiq dramatiq huey_consumer huey_consumer.py "
    "apache2-foreground httpd-foreground waitress http.server http-server json-server live-server code-server ttyd gotty sirv serve", 0, 0 },
} ;

/* python manage.py, bundle exec rails, poetry run python manage.py; not chown -R flask run, uv pip install gunicorn */
int command_is_program (char const *const *argv, unsigned int i)
{
  char const *program = shell_basename(argv[0]) ;
  char const *before = i ? shell_basename(argv[i - 1]) : "" ;
  if (!i) return 1 ;
  if (strncmp(program, "python", 6) != 0 && !shell_one_of(program, "php ruby node bundle poetry pipenv uv pdm hatch rye conda env npx bunx pnpm yarn uvx pnpx")) return 0 ;
  return i == 1 || !strncmp(before, "python", 6) || strchr(before, '=') || shell_one_of(before, "run exec -m dlx -- php ruby node") ;
}

/* npm start, yarn run dev; not npm install serve */
static int starts_package (char const *const *argv)
{
  if (!shell_one_of(shell_basename(argv[0]), "npm yarn pnpm bun") || !argv[1]) return 0 ;
  argv += shell_one_of(argv[1], "run run-script") ? 2 : 1 ;
  return *argv && shell_one_of(*argv, "start dev serve preview start:prod start:dev") ;
}

static int has_word_of (char const *const *argv, char const *words, int is_anywhere)
{
  if (!words) return !*argv || !shell_one_of(*argv, "--version -v --help -h --check-config version help") ;
  for (; *argv ; argv++)
    if (shell_one_of(*argv, words)) return 1 ;
    else if (!is_anywhere) return 0 ;
  return 0 ;
}

/* redis_exporter, node-exporter: they give metrics to who asks; not pdf_exporter.py, which an interpreter executes. */
static int is_exporter (char const *const *argv)
{
  char const *name = shell_basename(argv[0]) ;
  size_t len = strlen(name) ;
  return len > 9 && (!strcmp(name + len - 9, "_exporter") || !strcmp(name + len - 9, "-exporter")) && has_word_of(argv + 1, 0, 0) ;
}

int command_serves (char const *const *argv)
{
  if (starts_package(argv)) return 1 ;
  if (argv[0] && is_exporter(argv)) return 1 ;
  for (unsigned int i = 0 ; argv[i] ; i++)
    for (size_t row = 0 ; command_is_program(argv, i) && row < ROWS(table) ; row++)
      if (shell_one_of(shell_basename(argv[i]), table[row].programs) && has_word_of(argv + i + 1, table[row].words, table[row].is_anywhere)) return 1 ;
  return 0 ;
}
