/* What has to change in the Dockerfile. */

#include <string.h>

#include "migrate/dockerfile.h"
#include "migrate/patch.h"
#include "migrate/shell.h"

/* Base images that ask to be stopped with another signal than SIGTERM. */
static char const *const other_stopsignals[] = { "nginx", "httpd", "php", "postgres", "haproxy", "openresty", "nextcloud", "wordpress", "drupal", "joomla" } ;

struct patching
{
  struct dockerfile const *dockerfile ;
  struct plan *plan ;
  struct edit *edits ;
  char const *input ; /* the wrapper's basename, on this machine */
  char const *script ; /* and in the image */
} ;

static void replace (struct patching *p, struct instruction const *instruction, char const *line)
{
  struct edit *edit = edit_add(p->plan->pool, &p->edits, instruction->first, instruction->last) ;
  if (line) texts_add(p->plan->pool, &edit->lines, line) ;
}

static struct instruction *first_of_stage (struct dockerfile const *dockerfile)
{
  return dockerfile->stage ? dockerfile->stage : dockerfile->instructions ;
}

static struct instruction *last_named (struct dockerfile const *dockerfile, char const *name)
{
  struct instruction *found = 0 ;
  for (struct instruction *one = first_of_stage(dockerfile) ; one ; one = one->next)
    if (!strcmp(one->name, name)) found = one ;
  return found ;
}

/* `text` without the word; 0 when it does not have it. */
static char const *without_word (struct pool *pool, char const *text, char const *name)
{
  size_t len = strlen(name) ;
  for (char const *at = text ; (at = strstr(at, name)) ; at++)
    if (at > text && strchr(" \t", at[-1]) && (!at[len] || strchr(" \t\\;", at[len])))
    {
      char const *begin = at - 1 ;
      return pool_printf(pool, "%.*s%s", (int)(begin - text), text, at + len) ;
    }
  return 0 ;
}

static int is_obsolete (struct patching const *p, char const *package)
{
  return shell_one_of(package, "tini dumb-init catatonit") || (strstr(p->input, "supervisord") && shell_one_of(package, "supervisor")) ;
}

/* apt-get update && apt-get install -y tini && rm -rf /var/lib/apt/lists: for these packages alone. */
static int installs_nothing_else (struct patching *p, struct instruction const *run)
{
  struct source code ;
  struct statement *part = shell_parse_text(p->plan->pool, &code, run->arguments) ;
  unsigned int packages = 0 ;
  if (!part || part->next) return 0 ;
  for (;; part = part->body)
  {
    struct statement *one = part->kind == STATEMENT_AND ? part->body->next : part ;
    int installs = shell_one_of(statement_command(one), "apt-get apt apk dnf yum microdnf") && one->nwords > 1 ;
    int begun = 0 ;
    if (!installs && !shell_one_of(statement_command(one), "rm")) return 0 ;
    for (unsigned int i = 1 ; installs && i < one->nwords ; i++)
    {
      char const *word = statement_word(one, i) ;
      if (begun && *word != '-' && !is_obsolete(p, word)) return 0 ;
      packages += begun && *word != '-' ;
      begun |= shell_one_of(word, "install add") ;
    }
    if (part->kind != STATEMENT_AND) return packages > 0 ;
  }
}

/* Packages that nothing needs any more. */
static void remove_packages (struct patching *p, struct instruction const *run)
{
  struct source *source = p->dockerfile->source ;
  struct pool *pool = p->plan->pool ;
  if (!strstr(run->arguments, "apt") && !strstr(run->arguments, "apk ") && !strstr(run->arguments, "dnf ") && !strstr(run->arguments, "yum ")) return ;
  if (installs_nothing_else(p, run))
  {
    replace(p, run, 0) ;
    return ;
  }
  for (uint32_t line = run->first ; line <= run->last ; line++)
  {
    char const *text = source_copy(source, source_line_range(source, line)) ;
    char const *changed = text ;
    char const *less ;
    struct edit *edit ;
    for (char const *const *name = (char const *const[]){ "tini", "dumb-init", "catatonit", strstr(p->input, "supervisord") ? "supervisor" : "tini", 0 } ; *name ; name++)
      if ((less = without_word(pool, changed, *name))) changed = less ;
    if (changed == text) continue ;
    edit = edit_add(pool, &p->edits, line, line) ;
    if (strspn(changed, " \t\\") != strlen(changed)) texts_add(pool, &edit->lines, changed) ;
  }
}

static int is_only_chmod (char const *arguments, char const *script)
{
  char const *name = strstr(arguments, script) ;
  if (strncmp(arguments, "chmod ", 6) != 0 || !name) return 0 ;
  return !strchr(arguments, '&') && !strchr(arguments, ';') && strspn(name + strlen(script), " \t") == strlen(name + strlen(script)) ;
}

static unsigned int count_words (char const *text)
{
  unsigned int n = 0 ;
  for (; *(text += strspn(text, " \t")) ; text += strcspn(text, " \t")) n++ ;
  return n ;
}

static char const *last_word (struct pool *pool, char const *text)
{
  size_t len = strlen(text) ;
  size_t begin ;
  while (len && strchr(" \t]\"", text[len - 1])) len-- ;
  begin = len ;
  while (begin && !strchr(" \t\"", text[begin - 1])) begin-- ;
  return pool_copy(pool, text + begin, len - begin) ;
}

static char const *const inits[] = { "tini", "dumb-init", "catatonit" } ;

/* Is it the file of an init, perhaps with its version or machine? len 0: all of it. */
static int is_init (char const *path, size_t len)
{
  size_t end = len ? len : strlen(path) ;
  size_t begin = end ;
  while (begin && path[begin - 1] != '/') begin-- ;
  for (size_t i = 0 ; i < sizeof(inits) / sizeof(*inits) ; i++)
  {
    size_t n = strlen(inits[i]) ;
    if (end - begin >= n && !strncmp(path + begin, inits[i], n) && (end - begin == n || strchr("-_.", path[begin + n]))) return 1 ;
  }
  return 0 ;
}

static int names_init (char const *text)
{
  for (size_t i = 0 ; i < sizeof(inits) / sizeof(*inits) ; i++)
    if (shell_mentions(text, inits[i])) return 1 ;
  return 0 ;
}

/* RUN wget -O /tini https://... && chmod +x /tini: each of its commands is about an init. */
static int only_fetches_init (struct pool *pool, char const *arguments)
{
  struct source code ;
  struct statement *list = shell_parse_text(pool, &code, arguments) ;
  for (struct statement *one = list ; one ; one = one->next)
  {
    struct statement *part = one ;
    while (part->kind == STATEMENT_AND)
    {
      struct statement *right = part->body->next ;
      if (!shell_one_of(statement_command(right), "wget curl chmod gpg sha256sum mv") || !names_init(source_copy(&code, right->range))) return 0 ;
      part = part->body ;
    }
    if (!shell_one_of(statement_command(part), "wget curl chmod gpg mv") || !names_init(source_copy(&code, part->range))) return 0 ;
  }
  return !!list ;
}

/* What is left of an init, and nobody knows how to take out. */
static void note_inits (struct patching *p)
{
  for (struct instruction *one = first_of_stage(p->dockerfile) ; one ; one = one->next)
  {
    int is_edited = 0 ;
    for (struct edit *edit = p->edits ; edit ; edit = edit->next) is_edited |= edit->first <= one->last && edit->last >= one->first ;
    if (!is_edited && names_init(one->arguments))
      texts_add(p->plan->pool, &p->plan->notes,
        pool_printf(p->plan->pool, "Dockerfile, line %u: %s is not needed any more: /init does its work", one->first, shell_mentions(one->arguments, "tini") ? "tini" : "dumb-init")) ;
  }
}

/* COPY start.sh /start.sh, and what else served the wrapper alone. */
static void remove_wrapper (struct patching *p, struct instruction const *one)
{
  int names_script = shell_mentions(one->arguments, p->script) || shell_mentions(one->arguments, p->input) ;
  if (!strcmp(one->name, "COPY") || !strcmp(one->name, "ADD"))
  {
    char const *words = one->arguments ;
    while (!strncmp(words, "--", 2))
    {
      words += strcspn(words, " \t") ;
      words += strspn(words, " \t") ;
    }
    if (names_script && count_words(words) == 2) replace(p, one, 0) ;
    else if (names_script)
      texts_add(p->plan->pool, &p->plan->notes, pool_printf(p->plan->pool, "Dockerfile, line %u: %s is not needed any more", one->first, p->script)) ;
    else if (is_init(shell_basename(last_word(p->plan->pool, words)), 0) || (count_words(words) == 2 && is_init(words, strcspn(words, " \t")))) replace(p, one, 0) ;
  }
  else if (!strcmp(one->name, "RUN"))
  {
    if (is_only_chmod(one->arguments, p->script)) replace(p, one, 0) ;
    else if (names_script && strstr(one->arguments, "chmod"))
      texts_add(p->plan->pool, &p->plan->notes, pool_printf(p->plan->pool, "Dockerfile, line %u: the chmod of %s is not needed any more", one->first, p->script)) ;
    else if (only_fetches_init(p->plan->pool, one->arguments)) replace(p, one, 0) ;
    else remove_packages(p, one) ;
  }
  else if (shell_one_of(one->name, "ENV ARG") && count_words(one->arguments) <= 2
   && (!strncmp(one->arguments, "TINI_", 5) || !strncmp(one->arguments, "DUMB_INIT_", 10))) replace(p, one, 0) ;
}

static int base_has_other_signal (struct dockerfile const *dockerfile)
{
  char const *image ;
  if (!dockerfile->stage) return 0 ;
  image = dockerfile->stage->arguments ;
  while (!strncmp(image, "--", 2))
  {
    image += strcspn(image, " \t") ;
    image += strspn(image, " \t") ;
  }
  {
    char const *word = pool_copy(dockerfile->source->pool, image, strcspn(image, " \t@:")) ;
    for (size_t i = 0 ; i < sizeof(other_stopsignals) / sizeof(*other_stopsignals) ; i++)
      if (!strcmp(shell_basename(word), other_stopsignals[i])) return 1 ;
  }
  return 0 ;
}

/* rootfs/etc/services.d belongs to /: COPY rootfs/ / takes cont-init.d with it. */
static void add_copies (struct patching *p, struct texts *lines, char const *services, int has_setup)
{
  struct pool *pool = p->plan->pool ;
  size_t len = strlen(services) ;
  char const *parent ;
  texts_add(pool, lines, "ADD reeve-overlay-amd64.tar.gz /") ;
  while (len > 1 && services[len - 1] == '/') len-- ;
  services = pool_copy(pool, services, len) ;
  if (len > 15 && !strcmp(services + len - 15, "/etc/services.d"))
  {
    texts_add(pool, lines, pool_printf(pool, "COPY %.*s/ /", (int)(len - 15), services)) ;
    return ;
  }
  parent = strrchr(services, '/') ;
  texts_add(pool, lines, pool_printf(pool, "COPY %s/ /etc/services.d/", services)) ;
  if (has_setup)
    texts_add(pool, lines, pool_printf(pool, "COPY %.*scont-init.d/ /etc/cont-init.d/", parent ? (int)(parent - services + 1) : 0, services)) ;
}

char const *dockerfile_patch (struct dockerfile const *dockerfile, struct plan *plan, char const *input, char const *services)
{
  struct patching p = { .dockerfile = dockerfile, .plan = plan, .input = shell_basename(input), .script = dockerfile_script(dockerfile, input) } ;
  struct instruction *entrypoint = last_named(dockerfile, "ENTRYPOINT") ;
  struct instruction *cmd = last_named(dockerfile, "CMD") ;
  struct instruction *stop = last_named(dockerfile, "STOPSIGNAL") ;
  struct instruction *at = entrypoint ? entrypoint : cmd ;
  struct texts lines = { 0 } ;
  struct edit *edit ;
  for (struct instruction *one = first_of_stage(dockerfile) ; one ; one = one->next) remove_wrapper(&p, one) ;
  add_copies(&p, &lines, services, plan_has_setup(plan)) ;
  texts_add(plan->pool, &lines, "RUN [\"reeve\", \"check\", \"/etc/services.d\"]") ;
  if (!stop && base_has_other_signal(dockerfile)) texts_add(plan->pool, &lines, "STOPSIGNAL SIGTERM") ;
  if (stop && !shell_one_of(stop->arguments, "SIGTERM TERM 15")) replace(&p, stop, "STOPSIGNAL SIGTERM") ;
  texts_add(plan->pool, &lines, "ENTRYPOINT [\"/init\"]") ;
  edit = edit_add(plan->pool, &p.edits, at ? at->first : dockerfile->source->nlines + 1, at ? at->last : dockerfile->source->nlines) ;
  edit->lines = lines ;
  if (cmd && cmd != at) replace(&p, cmd, 0) ;
  note_inits(&p) ;
  return patch_text(dockerfile->source, p.edits) ;
}
