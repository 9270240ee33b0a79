#include <stdio.h>
#include <string.h>

#include <skalibs/strerr.h>

#include "control/control.h"
#include "control/enter.h"
#include "control/help.h"
#include "control/page.h"
#include "control/services.h"

#define PURPOSE_AT 18
#define OPTION_PURPOSE_AT 22

/* In the order of enum option_bit. */
static struct { char const *name ; char const *shown ; char const *purpose ; } const options[] =
{
  { "no-wait", "-n, --no-wait", "do not wait for the result" },
  { "timeout", "--timeout DURATION", "wait no longer than this, then exit 99: 500ms, 5s, 2m; a bare number is seconds; 0: no limit" },
  { "json", "--json", "print JSON" },
  { "all", "--all", "all services but loggers" },
  { "only", "--only", "leave alone what these services need, and what needs these" },
  { "", "", "" },
  { "dot", "--dot", "print for Graphviz" },
  { "mermaid", "--mermaid", "print for Mermaid" },
  { "follow", "-f, --follow", "go on with what comes" },
  { "tail", "-n, --tail N", "the last N lines of each service, or `all`" },
  { "since", "--since DURATION", "no lines that are older than this: 500ms, 5s, 2m, 1h; a bare number is seconds" },
  { "timestamps", "-t, --timestamps", "print the time before each line, in UTC" },
} ;

#define OPTIONS (sizeof options / sizeof *options)

char const *help_option (unsigned int bits)
{
  size_t i = 0 ;
  while (i + 1 < OPTIONS && !(bits >> i & 1)) i++ ;
  return options[i].name ;
}

static void print_options (unsigned int bits)
{
  for (size_t i = 0 ; i < OPTIONS ; i++)
  {
    if (!(bits >> i & 1) || !*options[i].name) continue ;
    printf("  %-*s", OPTION_PURPOSE_AT - 2, options[i].shown) ;
    page_print(OPTION_PURPOSE_AT, OPTION_PURPOSE_AT, options[i].purpose) ;
  }
}

void help_usage (struct command const *commands, size_t count)
{
  puts("usage: reeve [-l LIVE] COMMAND [OPTION...] [ARGUMENT...]\n") ;
  for (size_t i = 0 ; i < count ; i++)
  {
    printf("  %-*s", PURPOSE_AT - 2, commands[i].name) ;
    page_print(PURPOSE_AT, PURPOSE_AT, commands[i].purpose) ;
  }
  printf("\n  %-*s", OPTION_PURPOSE_AT - 2, "-l LIVE") ;
  page_print(OPTION_PURPOSE_AT, OPTION_PURPOSE_AT, "the live directory (default: $REEVE_LIVE, else the running scanner's)") ;
  print_options(~0U) ;
  puts("\n`reeve help COMMAND` shows the options of a command, reeve(1) the details;\n`reeve --version` prints the version.") ;
}

int help_command (struct command const *command)
{
  printf("usage: reeve %s %s\n\n", command->name, command->arguments) ;
  page_print(0, 0, command->purpose) ;
  if (command->options & ~(unsigned int)LOOKS) putchar('\n') ;
  print_options(command->options) ;
  puts("\nSee reeve(1) for details.") ;
  return page_end() ;
}

/* ---- completion ---- */

static struct { char const *shell ; char const *script ; } const scripts[] =
{
  { "bash", "_reeve()\n{\n"
    "  local word words line=${COMP_LINE:0:COMP_POINT}\n  COMPREPLY=()\n"
    "  local current=${line##*[[:blank:]]}\n" /* the whole word: bash begins another one at `@`, `:` and `=` */
    "  local before=${current%\"$2\"}\n"
    "  read -ra words <<<\"${line%\"$current\"}\"\n"
    "  while IFS= read -r word; do\n"
    "    [[ $word != \"$current\"* ]] || COMPREPLY+=(\"$(printf %q \"${word#\"$before\"}\")\")\n"
    "  done < <(reeve completion words -- \"${words[@]:1}\" \"$current\" 2>/dev/null)\n"
    "}\ncomplete -F _reeve reeve\n" },
  { "zsh", "#compdef reeve\n_reeve()\n{\n"
    "  local -a found\n"
    "  found=(\"${(@f)$(reeve completion words -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
    "  compadd -a found\n"
    "}\nif [ \"$funcstack[1]\" = _reeve ]; then _reeve \"$@\"; else compdef _reeve reeve; fi\n" },
  { "fish", "complete -c reeve -f -a '(reeve completion words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'\n" },
} ;

int help_completion (char const *shell)
{
  for (size_t i = 0 ; i < sizeof scripts / sizeof *scripts ; i++)
    if (!strcmp(shell, scripts[i].shell))
    {
      fputs(scripts[i].script, stdout) ;
      return page_end() ;
    }
  strerr_warnw3x("there is no completion for ", shell, ": allowed: bash, zsh, fish") ;
  return EXIT_USAGE ;
}

static void print_words (char const *words)
{
  for ( ; *words ; words++) putchar(*words == ' ' ? '\n' : *words) ;
  putchar('\n') ;
}

/* Prints the names of the services, or of the templates, that are known without waiting. */
static void print_services (struct request *request, int templates)
{
  size_t count = 0 ;
  char **names ;
  if (enter_live(request, PATIENCE_LOOK)) return ;
  names = templates ? services_list_templates(&count) : services_list(1, &count) ;
  for (size_t i = 0 ; names && i < count ; i++) puts(names[i]) ;
  services_free(names, count) ;
}

int help_words (struct command const *commands, size_t count, struct request *request)
{
  struct command const *command = 0 ;
  size_t arguments = 0 ;
  size_t last = request->count ? request->count - 1 : 0 ;
  char const *current = request->count ? request->names[last] : "" ;
  for (size_t i = 0 ; i < last ; i++)
  {
    char const *word = request->names[i] ;
    if (!strcmp(word, "-l") || !strcmp(word, "--live")) request->live = i + 1 < last ? request->names[++i] : 0 ;
    else if (*word == '-') continue ;
    else if (command) arguments++ ;
    else
      for (size_t j = 0 ; j < count ; j++)
        if (!strcmp(commands[j].name, word)) command = commands + j ;
  }
  if (!command || (command->names == NAMES_HELP && !arguments))
    for (size_t i = 0 ; i < count ; i++) puts(commands[i].name) ;
  else if (*current == '-')
  {
    for (size_t i = 0 ; i < OPTIONS ; i++)
      if (command->options >> i & 1 && *options[i].name) printf("--%s\n", options[i].name) ;
  }
  else if (command->words && !arguments) print_words(command->words) ;
  else if (command->names != NAMES_NONE && command->names != NAMES_FREE && !(command->names == NAMES_TEMPLATES && arguments)) print_services(request, command->names == NAMES_TEMPLATES) ;
  return page_end() ;
}
