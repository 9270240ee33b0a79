#include "fuzz.h"
#include "migrate/dockerpatch/dockerpatch.h"
#include "migrate/inputs.h"
#include "migrate/write/render.h"

char const *PROG = "fuzz" ;

/* The report has each line of the source once, in order. */
static void check_account (struct source const *source, char const *report)
{
  unsigned long next = 1 ;
  for (char const *p = report ; *p ; p = strchr(p, '\n') + 1)
  {
    unsigned long first ;
    unsigned long last ;
    char *end ;
    char const *colon = strchr(p, ':') ;
    CHECK(strchr(p, '\n')) ;
    if (!strncmp(p, "note: ", 6)) break ;
    if (!strncmp(p, "summary: ", 9)) continue ;
    CHECK(colon) ;
    if (!strncmp(colon, ": mistake: ", 11)) continue ;
    CHECK(!strncmp(p, "line ", 5) || !strncmp(p, "lines ", 6)) ;
    first = strtoul(strchr(p, ' '), &end, 10) ;
    last = *end == '-' ? strtoul(end + 1, &end, 10) : first ;
    CHECK(*end == ':') ;
    CHECK(first == next && last >= first) ;
    next = last + 1 ;
  }
  CHECK(next == source->nlines + 1) ;
}

static int any_setup_has (struct file const *files, char const *text)
{
  for (; files ; files = files->next)
    if (!strncmp(files->path, "cont-init.d/", 12) && strstr(files->content, text)) return 1 ;
  return 0 ;
}

/* What a file reads of the values that are handed on, a setup has written there. */
static void check_handed (struct pool *pool, struct file const *files)
{
  static char const place[] = "[ ! -e \"$reeve_place/" ;
  for (struct file const *file = files ; file ; file = file->next)
    for (char const *p = file->content ; (p = strstr(p, place)) ; p++)
      CHECK(any_setup_has(files, pool_printf(pool, ">\"$reeve_place/%s\"", pool_copy(pool, p + sizeof(place) - 1, strcspn(p + sizeof(place) - 1, "\"\n"))))) ;
}

/* A run has the words that it was made of: no `exec` of nothing, which the input does not have. */
static void check_words (struct source const *source, struct file const *files)
{
  for (; files ; files = files->next)
  {
    size_t len = strlen(files->path) ;
    if (len < 4 || strcmp(files->path + len - 4, "/run") != 0) continue ;
    for (char const *p = files->content ; (p = strstr(p, "exec")) ; p += 4)
      if ((p == files->content || p[-1] == '\n') && p[4 + strspn(p + 4, " ")] == '\n') CHECK(strstr(source->text, "exec")) ;
  }
}

/* The first byte chooses the kind of input, and whether what follows a line of @ is a
   Dockerfile. */
int LLVMFuzzerTestOneInput (uint8_t const *data, size_t size)
{
  struct pool pool = POOL_ZERO ;
  struct source source ;
  struct source docker_source ;
  struct dockerfile dockerfile ;
  struct docker_start start ;
  struct plan plan ;
  unsigned int choice = fuzz_byte(&data, &size) ;
  uint8_t const *docker = choice & 4 && size ? memmem(data, size, "\n@\n", 3) : 0 ;
  size_t len = docker ? (size_t)(docker - data) : size ;
  char *text = fuzz_copy(data, len) ;
  source_init(&source, &pool, "start.sh", text, len) ;
  plan_init(&plan, &source) ;
  if (docker)
  {
    source_init(&docker_source, &pool, "Dockerfile", (char const *)docker + 3, size - len - 3) ;
    dockerfile_read(&docker_source, &dockerfile) ;
    dockerfile_start(&dockerfile, "start.sh", source.text, 0, &start) ;
    plan.cmd = start.arguments ;
    plan.code = start.code ;
    plan.code_where = "Dockerfile" ;
    dockerfile_environment(&dockerfile, &plan.environment) ;
  }
  plan.kind = choice % 4 == 1 ? INPUT_SUPERVISORD : choice % 4 == 2 ? INPUT_PROCFILE : INPUT_SCRIPT ;
  migrate_input(&plan) ;
  if (!plan.refused)
  {
    struct file *files = render(&plan) ;
    char const *patched ;
    if (docker)
    {
      dockerfile_patch(&dockerfile, &start, &plan, "start.sh", &(struct docker_tree){ .services = "rootfs/etc/services.d" }, &patched) ;
      audit_image(&plan, &start, &dockerfile, patched, files) ;
    }
    check_account(&source, render_report(&plan)) ;
    check_words(&source, files) ;
    if (plan.kind == INPUT_SCRIPT) check_handed(&pool, files) ;
  }
  free(text) ;
  pool_free(&pool) ;
  return 0 ;
}
