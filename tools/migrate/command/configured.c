/* Programs that their configuration, which is here or which the script writes, puts into the background. */

#include <string.h>

#include "migrate/command/configured.h"
#include "migrate/command/image.h"
#include "migrate/command/variants.h"
#include "migrate/text/root.h"

/* A program whose configuration, and not only its words, puts it into the background. */
struct row
{
  char const *programs ;
  char const *options ; /* the word behind one of them is the file */
  char const *ends ; /* a word that ends so is the file, too; 0: none is */
  char const *usual ; /* the file without any of these; 0: there is none */
  char const *key ; /* in that file */
  char const *values ; /* with which the program leaves; 0: with any; "": the key alone */
  char const *mend ; /* what to do there; 0: nothing, as these words overrule it */
  char const *overrules[3] ;
  int stays ; /* the key says that the program stays, and not that it leaves */
  int is_known ; /* command_foreground() says that the file may say so, and how its words overrule that */
} ;

static struct row const rows[] =
{
  { "mongod mongos", "-f --config", 0, 0, "fork", "true", "write fork: false into %s", { 0 }, 0, 0 },
  { "uwsgi uwsgi-core uwsgi_python3 uwsgi_python", "--ini --yaml --json --xml", ".ini", 0, "daemonize daemonize2", 0, "take daemonize out of %s", { 0 }, 0, 0 },
  { "gunicorn gunicorn3", "-c --config", 0, 0, "daemon", "True", "write daemon = False into %s", { 0 }, 0, 0 },
  { "puma", "-C --config", 0, 0, "daemonize", 0, "take daemonize out of %s", { 0 }, 0, 0 },
  { "sidekiq", "-C --config", 0, 0, "daemon", "true", "take daemon out of %s", { 0 }, 0, 0 },
  { "tor", "-f", 0, "/etc/tor/torrc", "RunAsDaemon", "1", 0, { "--RunAsDaemon", "0" }, 0, 0 },
  { "haproxy", "-f", ".cfg", 0, "daemon", "", 0, { "-db" }, 0, 1 },
  { "redis-server valkey-server keydb-server", "", ".conf", 0, "daemonize", "yes", 0, { "--daemonize", "no" }, 0, 1 },
  { "stunnel stunnel4", "", ".conf", "/etc/stunnel/stunnel.conf", "foreground", "yes quiet", 0, { 0 }, 1, 1 },
  { "supervisord", "-c --configuration", 0, "/etc/supervisord.conf", "nodaemon", "true True TRUE yes on 1", 0, { 0 }, 1, 1 },
} ;

static struct row const *row_of (char const *program)
{
  for (size_t i = 0 ; i < sizeof(rows) / sizeof(*rows) ; i++)
    if (shell_one_of(program, rows[i].programs)) return rows + i ;
  return 0 ;
}

static int ends_in (char const *word, char const *end)
{
  size_t len = strlen(word) ;
  return end && len > strlen(end) && !strcmp(word + len - strlen(end), end) ;
}

/* The file that the words name; 0: none. */
static char const *file_of (struct row const *row, char const *const *argv)
{
  for (argv++ ; *argv ; argv++)
  {
    char const *value = strchr(*argv, '=') ;
    char option[32] ;
    size_t len = value ? (size_t)(value - *argv) : strlen(*argv) ;
    if (**argv != '-' && ends_in(*argv, row->ends)) return *argv ;
    if (**argv != '-' || len >= sizeof(option)) continue ;
    memcpy(option, *argv, len) ;
    option[len] = 0 ;
    if (!shell_one_of(option, row->options)) continue ;
    if (value) return value + 1 ;
    return argv[1] ;
  }
  return row->usual ;
}

/* KEY: VALUE, KEY = "VALUE", KEY VALUE, :KEY: VALUE */
static int says (char const *text, char const *key, char const *values)
{
  size_t len = strlen(key) ;
  for (char const *p = text ; p && *p ; p = strchr(p, '\n'))
  {
    char value[32] ;
    size_t n ;
    p += strspn(p, "\n") ;
    p += strspn(p, " \t:") ;
    if (strncmp(p, key, len) != 0) continue ;
    if (values && !*values && strchr("\r\n#", p[len + strspn(p + len, " \t")])) return 1 ;
    if (!p[len] || !strchr(" \t=:", p[len])) continue ;
    p += len ;
    p += strspn(p, " \t=:'\"") ;
    n = strcspn(p, " \t\r\n'\",;#") ;
    if (n >= sizeof(value)) return !values ;
    memcpy(value, p, n) ;
    value[n] = 0 ;
    return values ? shell_one_of(value, values) : n && !shell_one_of(value, "false False no 0") ;
  }
  return 0 ;
}

static int says_any (struct row const *row, struct pool *pool, char const *text)
{
  for (char const *p = row->key ; *(p += strspn(p, " ")) ; p += strcspn(p, " "))
    if (says(text, pool_copy(pool, p, strcspn(p, " ")), row->values)) return 1 ;
  return 0 ;
}

/* >PATH, tee "PATH" */
static char const *names_path (char const *line, char const *path)
{
  for (char const *p = line ; (p = strstr(p, path)) ; p++)
    if (p > line && strchr(" \t>'\"", p[-1]) && strchr(" \t'\";<)|", p[strlen(path)])) return p ;
  return 0 ;
}

/* What the script itself writes into the file, by here-documents and echo; 0: nothing. */
static char const *written_text (struct plan const *plan, char const *path)
{
  char const *text = plan->kind == INPUT_SCRIPT ? source_uncommented(plan->source) : "" ;
  struct texts all = { 0 } ;
  char const *end = 0 ; /* of the here-document that these lines are of */
  for (size_t len ; *text ; text += len + (text[len] == '\n'))
  {
    char const *line = pool_copy(plan->pool, text, len = strcspn(text, "\n")) ;
    char const *here = strstr(line, "<<") ;
    char const *p = line + strspn(line, " \t") ;
    if (end && !strcmp(p, end)) end = 0 ;
    else if (end) texts_add(plan->pool, &all, line) ;
    else if (!names_path(line, path) || (!strchr(line, '>') && !shell_mentions(line, "tee"))) continue ;
    else if (here)
    {
      here += 2 + strspn(here + 2, "- \t'\"\\") ;
      end = pool_copy(plan->pool, here, strcspn(here, " \t'\";|&>)")) ;
    }
    else if (!strncmp(p, "echo ", 5) || !strncmp(p, "printf ", 7))
    {
      p += strcspn(p, " ") ;
      p += strspn(p, " -en'\"") ;
      texts_add(plan->pool, &all, pool_copy(plan->pool, p, strcspn(p, "'\"|>"))) ;
    }
  }
  return all.first ? texts_join(plan->pool, &all, "\n") : 0 ;
}

/* Of the script, the build context, or the unpacked image; 0: it is not here. */
static char const *text_of (struct plan const *plan, char const *path)
{
  char const *written = written_text(plan, path) ;
  if (written) return written ;
  for (struct configuration const *one = plan->configurations ; one ; one = one->next)
    if (!strcmp(one->path, path) || (*path != '/' && !strcmp(shell_basename(one->path), shell_basename(path)))) return one->text ;
  return plan->root != ROOT_NONE && *path == '/' ? root_read(plan->pool, plan->root, path) : 0 ;
}

static void add_words (char const *const *words, char const *const *argv, char const **out)
{
  unsigned int n = 0 ;
  for (; *argv && n < COMMAND_WORDS_MAX - 3 ; argv++) out[n++] = *argv ;
  for (; *words ; words++) out[n++] = *words ;
  out[n] = 0 ;
}

static int has_word (char const *const *argv, char const *word)
{
  while (*argv && strcmp(*argv, word) != 0) argv++ ;
  return !!*argv ;
}

void foreground_of (struct plan *plan, struct statement const *statement, unsigned int first, struct foreground *foreground)
{
  char const *argv[COMMAND_WORDS_MAX] ;
  struct row const *row ;
  char const *file ;
  char const *text ;
  command_foreground(statement, first, foreground) ;
  variant_of(plan, foreground) ;
  command_argv(statement, first, argv) ;
  if (plan->php_fpm_stays && foreground->in_background && argv[0] && !strcmp(shell_basename(argv[0]), "php-fpm") && !has_word(argv, "-D") && !has_word(argv, "--daemonize"))
  {
    foreground->in_background = 0 ;
    foreground->argv[0] = 0 ;
  }
  row = argv[0] && !foreground->ends ? row_of(shell_basename(*command_program(argv))) : 0 ;
  if (!row || (foreground->in_background && !foreground->by_configuration && !row->stays)) return ;
  file = file_of(row, command_program(argv)) ;
  if (!file || (row->overrules[0] && has_word(argv, row->overrules[0]))) return ;
  text = text_of(plan, file) ;
  if (row->stays)
  {
    foreground->may_stay = !text && foreground->in_background && !foreground->argv[0] ;
    if (!text || !says_any(row, plan->pool, text)) return ;
    foreground->in_background = 0 ;
    foreground->argv[0] = 0 ;
    return ;
  }
  if (text ? !says_any(row, plan->pool, text) : row->is_known) return ;
  if (text) foreground->in_background = foreground->is_daemon = 1 ;
  else foreground->may_leave = 1 ;
  if (row->mend) foreground->mend = pool_printf(plan->pool, row->mend, file) ;
  else
  {
    foreground->by_configuration = !row->is_known ; /* else it is certain */
    add_words(row->overrules, argv, foreground->argv) ;
  }
}

void foreground_inside (struct plan *plan, struct statement const *command, struct foreground *foreground)
{
  struct launch launch ;
  command_unwrap(plan->pool, command, &launch) ;
  foreground_of(plan, command, launch.first, foreground) ;
}

void nginx_without_option (struct plan *plan, struct foreground *foreground)
{
  char const *file = image_nginx_reads(foreground->argv) ;
  if (strcmp(shell_basename(foreground->argv[0]), "nginx") != 0) return ;
  if (plan->nginx_unread && (!file || !strcmp(shell_basename(file), "nginx.conf")))
    texts_add_once(plan->pool, &plan->notes, pool_printf(plan->pool, "TODO: the Dockerfile copies %s, which is not in the build context here: if it says daemon off, too, "
      "take -g 'daemon off;' out of nginx's run: nginx refuses both", plan->nginx_unread)) ;
  if (!image_nginx_stays_with(plan, foreground->argv)) return ;
  foreground->is_configured = 1 ;
  for (unsigned int i = 1 ; foreground->argv[i] ; i++)
    if (!strcmp(foreground->argv[i], "daemon off;") && !strcmp(foreground->argv[i - 1], "-g"))
    {
      unsigned int j = i - 1 ;
      while ((foreground->argv[j] = foreground->argv[j + 2])) j++ ;
      return ;
    }
}
