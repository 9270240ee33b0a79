#include "advice/daemons.h"

#include <string.h>

#include "advice/daemon_table.h"
#include "base/path.h"

#define CLUSTER_MAX 5 /* letters with the dash; a longer word is more likely a letter and its argument */

/* The next word of a list, and its length in *len; 0 at the end. */
static char const *next_word (char const **list, size_t *len)
{
  char const *word = *list ;
  if (!word) return 0 ;
  word += strspn(word, " ") ;
  *len = strcspn(word, " ") ;
  *list = word + *len ;
  return *len ? word : 0 ;
}

/* $V, ${V:-8.2}, and perhaps the quote that ends the word: a variable of the shell, and nothing behind it. */
static int is_variable (char const *word)
{
  static char const letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_" ;
  int in_braces = word[0] == '$' && word[1] == '{' ;
  size_t len = *word == '$' ? strspn(word + 1 + in_braces, letters) : 0 ;
  if (!len) return 0 ;
  word += 1 + in_braces + len ;
  if (in_braces) word += strcspn(word, "}") ;
  if (in_braces && *word++ != '}') return 0 ;
  return !*word || !strcmp(word, "\"") ;
}

/* 8.2, -3, .sh, ${VERSION}: php-fpm8.2 is a php-fpm, php-fpm_exporter is not. */
static int is_version (char const *rest)
{
  size_t len ;
  if (!*rest || !strcmp(rest, ".sh")) return 1 ;
  rest += strspn(rest, "-._") ;
  if (is_variable(rest)) return 1 ;
  len = strspn(rest, "0123456789.") ;
  return len && !rest[len] ;
}

static int is_name (char const *pattern, size_t len, char const *name)
{
  size_t length = strlen(name) ;
  if (pattern[len - 1] == '*') return length >= len - 1 && !memcmp(pattern, name, len - 1) && is_version(name + len - 1) ;
  return length == len && !memcmp(pattern, name, len) ;
}

static int ends_in (char const *const *argv, char const *end, size_t len)
{
  for (; *argv ; argv++)
  {
    size_t length = strlen(*argv) ;
    if (length >= len && !memcmp(*argv + length - len, end, len)) return 1 ;
  }
  return 0 ;
}

/* Does the list name the program of argv, which is its first word? */
static int in_names (char const *names, char const *const *argv)
{
  char const *name = path_last(*argv) ;
  char const *word ;
  size_t len ;
  while ((word = next_word(&names, &len)))
  {
    char const *plus = memchr(word, '+', len) ;
    size_t first = plus ? (size_t)(plus - word) : len ;
    if (is_name(word, first, name) && (!plus || ends_in(argv + 1, plus + 2, len - first - 2))) return 1 ;
  }
  return 0 ;
}

static int is_cluster (char const *word, char const *letters)
{
  if (word[1] == '-' || strpbrk(word, "=/.,:")) return 0 ;
  return strlen(word) <= CLUSTER_MAX || !word[1 + strspn(word + 1, letters)] ;
}

static int contains (char const *word, char const *text, size_t len)
{
  for (; *word ; word++)
    if (!strncmp(word, text, len)) return 1 ;
  return 0 ;
}

/* Is the word this option, of `len` bytes? */
static int is_option (char const *option, size_t len, char const *word, char const *letters)
{
  size_t length = strlen(word) ;
  if (option[0] == '?' && len == 1) return 1 ;
  if (option[0] == '*') return contains(word, option + 1, len - 1) ;
  if (len > 2 && option[0] == '-' && option[1] == '-' && length > len && !memcmp(word, option, len))
    return word[len] == '=' || option[len - 1] == '=' ;
  if (letters && len == 2 && option[0] == '-' && word[0] == '-' && is_cluster(word, letters)) return !!strchr(word + 1, option[1]) ;
  return length == len && !memcmp(word, option, len) ;
}

/* Does argv begin with one of the options? Returns the number of words: 0, 1 or 2. *mark: the
   option's mark, 0 if it has none. */
static size_t match (char const *options, char const *const *argv, char const *letters, char *mark)
{
  char const *option ;
  size_t len ;
  while ((option = next_word(&options, &len)))
  {
    char const *plus ;
    size_t first ;
    int is_bare ;
    *mark = 0 ;
    if (strchr(">&!", option[len - 1])) *mark = option[--len] ;
    plus = memchr(option, '+', len) ;
    first = plus ? (size_t)(plus - option) : len ;
    is_bare = plus && plus + 1 == option + len ;
    if (!is_option(option, first, argv[0], plus && !is_bare ? 0 : letters)) continue ;
    if (!plus) return 1 ;
    if (is_bare && (!argv[1] || *argv[1] == '-')) return 1 ;
    if (is_bare) continue ;
    if (argv[1] && is_option(plus + 1, len - first - 1, argv[1], 0)) return 2 ;
  }
  *mark = 0 ;
  return 0 ;
}

/* The mark of the first word that is one of the options; `none` if no word is. */
static char find_mark (char const *options, char const *const *argv, char none)
{
  char mark ;
  for (; *argv ; argv++)
    if (match(options, argv, 0, &mark)) return mark ;
  return none ;
}

/* Is there no form for the foreground, by one of the words? */
static int has_no_form (char const *options, char const *const *argv)
{
  char mark ;
  for (; *argv ; argv++)
    if (match(options, argv, 0, &mark) && mark == '!') return 1 ;
  return 0 ;
}

static int has_option (char const *options, char const *const *argv, char const *letters)
{
  char mark ;
  for (; *argv ; argv++)
    if (match(options, argv, letters, &mark)) return 1 ;
  return 0 ;
}

/* Is there a word that the shell replaces, and that may so stand for any options? */
static int has_unknown_word (char const *const *argv)
{
  for (; *argv ; argv++)
    if (**argv == '$' || **argv == '`') return 1 ;
  return 0 ;
}

static int takes_value (char const *option)
{
  char const *const argv[] = { option, 0 } ;
  return !has_option("--keep-home --session --group --sd-notify --help", argv, 0) ;
}

/* -u, -Eu: is the next word the value of its last letter? A letter that has a value takes all that
   follows it. */
static int ends_in_option (char const *cluster, char const *with_argument)
{
  char const *letter = with_argument ? strpbrk(cluster + 1, with_argument) : 0 ;
  return letter && !letter[1] ;
}

/* Skips a wrapper and its options. Returns the first word of the program; 0: not certain. */
static char const *const *behind_wrapper (struct wrapper const *wrapper, char const *const *argv)
{
  unsigned int positional = wrapper->positional ;
  for (argv++ ; *argv && (*argv)[0] == '-' && (*argv)[1] ; argv++)
  {
    char const *word = *argv ;
    int is_long = word[1] == '-' ;
    if (wrapper->kind == WRAPPER_LOOKS && strpbrk(word, "vV")) return 0 ;
    if (is_long && word[2] && strchr(word, '=')) continue ;
    if (is_long && word[2] && wrapper->long_with_argument)
    {
      if (has_option(wrapper->long_with_argument, (char const *const []){ word, 0 }, 0) && argv[1]) argv++ ;
      continue ;
    }
    if (is_long && !word[2])
    {
      argv++ ;
      break ;
    }
    if (is_long && word[2] && wrapper->kind == WRAPPER_REEVE)
    {
      if (takes_value(word) && argv[1]) argv++ ;
      continue ;
    }
    if (is_long)
    {
      /* It is not known whether the next word is this option's value. So there must be a `--`. */
      while (*argv && strcmp(*argv, "--") != 0) argv++ ;
      if (!*argv++) return 0 ;
      break ;
    }
    if (ends_in_option(word, wrapper->with_argument) && argv[1]) argv++ ;
  }
  if (wrapper->kind == WRAPPER_ASSIGNS && *argv && !strcmp(*argv, "-")) argv++ ; /* env - is env -i */
  while (wrapper->kind == WRAPPER_ASSIGNS && *argv && strchr(*argv, '=')) argv++ ;
  while (*argv && positional--) argv++ ;
  return *argv ? argv : 0 ;
}

struct found
{
  struct daemon const *daemon ; /* its row in the table; 0: there is none */
  char const *const *argv ; /* the program and its words; 0: not certain */
  char const *const *left_out ; /* the wrapper that goes into the background itself, and so is left out; 0: none */
  char const *const *left_out_end ;
  int held ; /* a wrapper keeps it in the foreground */
} ;

static struct wrapper const *find_wrapper (char const *const *argv)
{
  for (size_t i = 0 ; i < wrapper_table_rows ; i++)
    if (in_names(wrapper_table[i].names, argv)) return wrapper_table + i ;
  return 0 ;
}

int daemon_is_own (char const *path)
{
  return strchr(path, '/') && !strcmp(path_last(path), "daemon") && strncmp(path, "/usr/bin/", 9) != 0 && strncmp(path, "/usr/sbin/", 10) != 0
   && strncmp(path, "/bin/", 5) != 0 && strncmp(path, "/sbin/", 6) != 0 ;
}

static void find (struct found *found, char const *const *argv)
{
  struct wrapper const *wrapper ;
  memset(found, 0, sizeof *found) ;
  while (argv && *argv && (wrapper = find_wrapper(argv)))
  {
    char const *const *behind = behind_wrapper(wrapper, argv) ;
    if (wrapper->kind == WRAPPER_HOLDS) found->held = 1 ;
    if (wrapper->kind == WRAPPER_LEAVES && argv[1] && strcmp(argv[1], "-w") != 0 && strcmp(argv[1], "--wait") != 0)
    {
      found->left_out = argv ;
      found->left_out_end = behind ;
    }
    argv = behind ;
  }
  if (!argv || !*argv) return ;
  found->argv = argv ;
  for (size_t i = 0 ; i < daemon_table_rows && !found->daemon && !daemon_is_own(*argv) ; i++)
    if (in_names(daemon_table[i].names, argv)) found->daemon = daemon_table + i ;
}

char const *const *daemon_command (char const *const *argv)
{
  struct found found ;
  find(&found, argv) ;
  return found.argv ;
}

/* The letters that may all be in one word; 0: none may. */
static char const *letters_of (struct daemon const *daemon)
{
  return daemon->no_clusters ? 0 : daemon->letters ? daemon->letters : "" ;
}

/* Does it do something other than serve? */
static int does_else (struct daemon const *daemon, char const *const *options)
{
  return has_option(daemon->ends, options, letters_of(daemon)) ;
}

/* php-fpm -F -D: of words that contradict each other, the last counts. */
static int is_overruled (struct daemon const *daemon, char const *const *options)
{
  char mark ;
  int is = 0 ;
  for (; *options ; options++)
  {
    if (match(daemon->foreground, options, letters_of(daemon), &mark)) is = 0 ;
    else if (match(daemon->overrules, options, 0, &mark)) is = 1 ;
  }
  return is ;
}

/* *by_itself: no option has decided it. */
static enum daemon_stays decide (struct daemon const *daemon, char const *const *options, int *by_itself)
{
  *by_itself = 0 ;
  if (has_option("--help --version", options, 0)) return DAEMON_UNKNOWN ;
  if (does_else(daemon, options)) return DAEMON_IN_FOREGROUND ;
  if (is_overruled(daemon, options)) return DAEMON_IN_BACKGROUND ;
  if (has_option(daemon->foreground, options, letters_of(daemon))) return DAEMON_IN_FOREGROUND ;
  if (has_option(daemon->background, options, 0)) return DAEMON_IN_BACKGROUND ;
  if (has_unknown_word(options) && (daemon->foreground || daemon->background)) return DAEMON_UNKNOWN ;
  *by_itself = 1 ;
  return (enum daemon_stays)daemon->stays ;
}

void daemon_look (char const *const *argv, struct daemon_advice *advice)
{
  struct found found ;
  int by_itself ;
  memset(advice, 0, sizeof *advice) ;
  find(&found, argv) ;
  if (found.daemon)
  {
    int configured = found.daemon->configured ;
    advice->program = path_last(*found.argv) ;
    advice->stays = decide(found.daemon, found.argv + 1, &by_itself) ;
    advice->means_strays = found.daemon->strays ;
    advice->ends = advice->stays == DAEMON_IN_FOREGROUND && does_else(found.daemon, found.argv + 1) ;
    advice->unless_configured = advice->stays == DAEMON_IN_BACKGROUND && by_itself && configured ;
    if (advice->stays == DAEMON_IN_BACKGROUND || (advice->stays == DAEMON_UNKNOWN && by_itself && configured)) advice->mend = found.daemon->mend ;
  }
  if (found.held && found.argv)
  {
    advice->program = path_last(*found.argv) ;
    advice->stays = DAEMON_IN_FOREGROUND ;
    advice->mend = 0 ;
    advice->ends = 0 ;
    advice->unless_configured = 0 ;
  }
  else if (found.left_out && advice->stays != DAEMON_IN_BACKGROUND)
  {
    advice->stays = DAEMON_IN_BACKGROUND ;
    advice->program = path_last(*found.left_out) ;
    advice->mend = "leave it out: a service has a session of its own" ;
  }
}

struct words
{
  char const **at ;
  size_t count ; /* words without room are counted, too */
  size_t max ;
} ;

static void append (struct words *words, char const *word)
{
  if (words->count < words->max) words->at[words->count] = word ;
  words->count++ ;
}

/* php-fpm -F -D: are the words there already, ahead of what is left out? */
static int has_added (struct daemon const *daemon, char const *const *argv)
{
  for (; *argv ; argv++)
    if (!strcmp(*argv, daemon->add[0]) && (!daemon->add[1] || (argv[1] && !strcmp(argv[1], daemon->add[1])))) return 1 ;
  return 0 ;
}

static void append_added (struct words *words, struct daemon const *daemon)
{
  for (size_t i = 0 ; i < sizeof daemon->add / sizeof *daemon->add && daemon->add[i] ; i++) append(words, daemon->add[i]) ;
}

static size_t end_words (struct words *words)
{
  if (words->count >= words->max) return 0 ;
  words->at[words->count] = 0 ;
  return words->count ;
}

static void append_daemon (struct words *words, struct daemon const *daemon, char const *const *argv)
{
  int replaced = find_mark(daemon->background, argv + 1, 0) == '>' ;
  int has = daemon->add[0] && has_added(daemon, argv + 1) ;
  append(words, *argv++) ;
  if (!replaced && !daemon->at_end && !has) append_added(words, daemon) ;
  while (*argv)
  {
    char mark ;
    size_t n = match(daemon->background, argv, 0, &mark) ;
    if (daemon->at_end && !has && !strcmp(*argv, "--")) /* pm2 start app -- the app's own words */
    {
      append_added(words, daemon) ;
      has = 1 ;
    }
    if (mark == '>')
    {
      char const *equals = strstr(daemon->background, "=>") ? strchr(*argv, '=') : 0 ;
      append(words, daemon->add[0]) ;
      if (equals) append(words, equals + 1) ;
    }
    else if (!has && daemon->add[0] && daemon->add[1] && *daemon->add[1] == '-' && !strcmp(*argv, daemon->add[1])) ; /* smbd --no-process-group: it has been added */
    else if (!n || mark == '&') append(words, *argv) ;
    argv += n ? n : 1 ;
  }
  if (daemon->at_end && !has) append_added(words, daemon) ;
}

/* ssh -fN -f: what is left of the words may have other words for the background. */
static int is_in_background (char const *const *argv)
{
  struct daemon_advice advice ;
  daemon_look(argv, &advice) ;
  return advice.stays == DAEMON_IN_BACKGROUND ;
}

size_t daemon_foreground (char const *const *argv, char const **out, size_t max)
{
  struct words words = { out, 0, max } ;
  struct found found ;
  enum daemon_stays stays ;
  int by_itself ;
  find(&found, argv) ;
  if (!found.argv || (!found.daemon && !found.held)) return 0 ;
  stays = found.daemon ? decide(found.daemon, found.argv + 1, &by_itself) : DAEMON_IN_FOREGROUND ;
  if (found.held) stays = DAEMON_IN_FOREGROUND ;
  if (stays == DAEMON_UNKNOWN && !(by_itself && found.daemon->configured)) return 0 ;
  if (stays == DAEMON_IN_BACKGROUND && (has_no_form(found.daemon->background, found.argv + 1) || (by_itself && !found.daemon->add[0]))) return 0 ;
  while (argv < found.argv)
  {
    if (argv == found.left_out) argv = found.left_out_end ;
    else append(&words, *argv++) ;
  }
  if (stays == DAEMON_IN_FOREGROUND)
    while (*argv) append(&words, *argv++) ;
  else append_daemon(&words, found.daemon, argv) ;
  return end_words(&words) && !is_in_background(out) ? words.count : 0 ;
}

/* The row that has only this name, so its words are static; 0: there is none. */
static struct daemon const *own_row (char const *name)
{
  for (size_t i = 0 ; i < daemon_table_rows ; i++)
    if (!strcmp(daemon_table[i].names, name)) return daemon_table + i ;
  return 0 ;
}

size_t daemon_of_init_script (char const *name, char const **out, size_t max)
{
  struct words words = { out, 0, max } ;
  char const *const argv[] = { name, 0 } ;
  struct daemon const *daemon ;
  for (size_t i = 0 ; i < init_script_table_rows ; i++)
    if (in_names(init_script_table[i].names, argv)) return daemon_foreground(init_script_table[i].words, out, max) ;
  daemon = own_row(name) ;
  if (!daemon || daemon->stays == DAEMON_UNKNOWN || (daemon->stays == DAEMON_IN_BACKGROUND && !daemon->add[0])) return 0 ;
  append(&words, daemon->names) ;
  if (daemon->stays == DAEMON_IN_BACKGROUND) append_added(&words, daemon) ;
  return end_words(&words) ;
}
