/* Programs that serve, or work for ever, by their own words: fastapi run, celery worker, artisan queue:work. */

#include <string.h>

#include "migrate/facts/facts.h"

static struct { char const *programs ; char const *words ; } const table[] = /* words 0: whatever they are */
{
  { "fastapi", "run dev" },
  { "flask litestar", "run" },
  { "streamlit chainlit solara", "run hello" },
  { "panel bokeh vllm mkdocs webpack jekyll mlx_lm ray", "serve" },
  { "mlflow", "server ui" },
  { "prefect", "server worker agent serve" },
  { "dagster", "dev api" },
  { "airflow", "webserver scheduler standalone api-server triggerer dag-processor kerberos celery" },
  { "celery", "worker beat flower" },
  { "rq", "worker" },
  { "rails", "server s" },
  { "artisan", "serve queue:work queue:listen horizon schedule:work octane:start reverb:start websockets:serve pulse:work" },
  { "console", "messenger:consume" },
  { "manage.py", "runserver runserver_plus runserver_socketio qcluster rqworker rqscheduler process_tasks celery" },
  { "next vite astro nuxt nuxi", "start dev preview" },
  { "caddy", "run" },
  { "consul nomad vault k3s", "agent server" },
  { "minio weed garage hugo", "server" },
  { "cloudflared", "tunnel" },
  { "jupyter", "lab notebook server" },
  { "uvicorn hypercorn daphne granian waitress-serve gunicorn puma unicorn rackup sidekiq dramatiq huey_consumer huey_consumer.py "
    "http-server json-server live-server code-server ttyd gotty sirv", 0 },
} ;

/* npx serve, poetry run uvicorn, python -m gunicorn, bundle exec puma; not pip install gunicorn. */
static int is_program (struct statement const *statement, unsigned int first, unsigned int i)
{
  return i == first || shell_one_of(statement_word(statement, i - 1), "run exec -m npx bunx uvx dlx -- python python3 php ruby node") ;
}

/* npm start, yarn run dev; not npm install serve */
static int starts_package (struct statement const *statement, unsigned int i)
{
  if (!shell_one_of(shell_basename(statement_word(statement, i)), "npm yarn pnpm bun")) return 0 ;
  i += shell_one_of(statement_word(statement, i + 1), "run run-script") ? 2 : 1 ;
  return shell_one_of(statement_word(statement, i), "start dev serve preview start:prod start:dev") ;
}

int serves_by_words (struct statement const *statement, unsigned int first)
{
  for (unsigned int i = first ; i < statement->nwords ; i++)
  {
    char const *name = shell_basename(statement_word(statement, i)) ;
    if (!*name || !is_program(statement, first, i)) continue ;
    if (starts_package(statement, i)) return 1 ;
    for (size_t row = 0 ; row < sizeof(table) / sizeof(*table) ; row++)
    {
      if (!shell_one_of(name, table[row].programs)) continue ;
      if (!table[row].words) return !shell_one_of(statement_word(statement, i + 1), "--version -v --help -h --check-config") ;
      for (unsigned int j = i + 1 ; j < statement->nwords ; j++) /* celery -A app worker */
        if (shell_one_of(statement_word(statement, j), table[row].words)) return 1 ;
    }
  }
  return 0 ;
}
