#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/tai.h>

#include "base/duration.h"
#include "control/control.h"

char const *PROG = "reeve" ;

enum option_bit { OPTION_NO_WAIT = 1, OPTION_TIMEOUT = 2, OPTION_JSON = 4, OPTION_ALL = 8, OPTION_ONLY = 16 } ;

enum word { WORD_NONE, WORD_OPTIONAL, WORD_REQUIRED, WORD_OF_SCALE } ;

enum names
{
  NAMES_NONE,
  NAMES_REQUIRED, /* or --all */
  NAMES_ELSE_ALL, /* and the loggers */
  NAMES_TEMPLATES,
  NAMES_DIRECTORIES /* no scanner is needed */
} ;

struct command
{
  char const *name ;
  char const *arguments ;
  char const *purpose ;
  int (*run) (struct request const *) ;
  unsigned int options ;
  enum word word ;
  enum names names ;
} ;

#define LOOKS 32 /* no option: it does not wait until /init has become the scanner */
#define CHANGES (OPTION_NO_WAIT | OPTION_TIMEOUT | OPTION_ALL)
#define IN_ORDER (CHANGES | OPTION_ONLY)

static struct command const commands[] =
{
  { "status", "[--json] [NAME...]", "show services; exits 0 when every wanted one is ready, none unhealthy",
    &command_status, OPTION_JSON | OPTION_ALL | LOOKS, WORD_NONE, NAMES_ELSE_ALL },
  { "why", "NAME...", "say why a service is as it is", &command_why, LOOKS, WORD_NONE, NAMES_REQUIRED },
  { "tree", "[NAME...]", "show services with their processes, CPU time and memory", &command_tree, OPTION_ALL | LOOKS, WORD_NONE, NAMES_ELSE_ALL },
  { "start", "NAME...", "start, after what they need, and wait until ready", &command_start, IN_ORDER, WORD_NONE, NAMES_REQUIRED },
  { "stop", "NAME...", "stop, after what needs them, and wait until finished", &command_stop, IN_ORDER, WORD_NONE, NAMES_REQUIRED },
  { "restart", "NAME...", "stop if up, start, and wait until ready", &command_restart, IN_ORDER, WORD_NONE, NAMES_REQUIRED },
  { "reload", "NAME...", "send the reload signal", &command_reload, CHANGES, WORD_NONE, NAMES_REQUIRED },
  { "kill", "SIGNAL NAME...", "send a signal", &command_kill, CHANGES, WORD_REQUIRED, NAMES_REQUIRED },
  { "wait", "ready|healthy|up|down|finished|done NAME...", "wait for a state", &command_wait, OPTION_TIMEOUT | OPTION_ALL, WORD_REQUIRED, NAMES_REQUIRED },
  { "scale", "NAME@ NUMBER", "have so many instances of a template, and wait until ready", &command_scale, OPTION_NO_WAIT | OPTION_TIMEOUT | OPTION_ONLY,
    WORD_OF_SCALE, NAMES_TEMPLATES },
  { "rescan", "", "look at the scan directory again", &command_rescan, 0, WORD_NONE, NAMES_NONE },
  { "upgrade", "", "execute the programs that are on disk now; no service notices", &command_upgrade, OPTION_NO_WAIT | OPTION_TIMEOUT, WORD_NONE, NAMES_NONE },
  { "shutdown", "[CODE]", "stop the whole tree; it ends with CODE", &command_shutdown, OPTION_NO_WAIT | OPTION_TIMEOUT, WORD_OPTIONAL, NAMES_NONE },
  { "check", "[--json] [DIR...]", "find what is wrong with service directories", &command_check, OPTION_JSON, WORD_NONE, NAMES_DIRECTORIES },
} ;

#define COMMANDS (sizeof commands / sizeof *commands)

static void usage (FILE *to)
{
  fputs("usage: reeve [-l LIVE] COMMAND [OPTION...] [ARGUMENT...]\n\n", to) ;
  for (size_t i = 0 ; i < COMMANDS ; i++)
  {
    char line[64] ;
    snprintf(line, sizeof line, "%s %s", commands[i].name, commands[i].arguments) ;
    fprintf(to, "  %-36s  %s\n", line, commands[i].purpose) ;
  }
  fputs("\n  -l LIVE             the live directory (default: $REEVE_LIVE, else the running scanner's)\n"
    "  -n, --no-wait       do not wait for what a command brings about\n"
    "  --timeout DURATION  wait no longer: 500ms, 5s, 2m; a bare number is seconds; then exit 99 (0: no limit)\n"
    "  --all               all services but loggers\n"
    "  --only              leave alone what these need, and what needs these\n"
    "  --json              for programs\n", to) ;
}

static int wrong (char const *what, char const *which, char const *why)
{
  strerr_warnw3x(what, which, why) ;
  return EXIT_USAGE ;
}

static struct command const *find_command (char const *name)
{
  for (size_t i = 0 ; i < COMMANDS ; i++)
    if (!strcmp(commands[i].name, name)) return commands + i ;
  return 0 ;
}

/* 1, or 0: the deadline has been reported as invalid. */
static int set_deadline (struct request *request, char const *text)
{
  uint64_t ms ;
  tain now ;
  tain delay ;
  if (!duration_parse(text, &ms)) return 0 ;
  if (!ms) return 1 ; /* as s6's: no limit */
  tain_now(&now) ;
  delay.sec.x = ms / 1000 ;
  delay.nano = (uint32_t)(ms % 1000) * 1000000 ;
  tain_add(&request->deadline, &now, &delay) ;
  request->has_deadline = 1 ;
  return 1 ;
}

/* Returns -1 to go on, or an exit code. */
static int parse_options (struct request *request, unsigned int *given, int argc, char *const *argv)
{
  static struct option const longs[] =
  {
    { "live", required_argument, 0, 'l' },
    { "no-wait", no_argument, 0, 'n' },
    { "timeout", required_argument, 0, 'T' },
    { "json", no_argument, 0, 'j' },
    { "all", no_argument, 0, 'a' },
    { "only", no_argument, 0, 'o' },
    { "help", no_argument, 0, 'h' },
    { 0, 0, 0, 0 }
  } ;
  int c ;
  while ((c = getopt_long(argc, argv, "l:nh", longs, 0)) != -1)
  {
    switch (c)
    {
      case 'l' : request->live = optarg ; break ;
      case 'n' : request->no_wait = 1 ; *given |= OPTION_NO_WAIT ; break ;
      case 'T' :
        if (!set_deadline(request, optarg)) return wrong("invalid duration ", optarg, ": allowed: 500ms, 5s, 2m; a bare number is seconds; 0: no limit") ;
        *given |= OPTION_TIMEOUT ;
        break ;
      case 'j' : request->json = 1 ; *given |= OPTION_JSON ; break ;
      case 'a' : request->all = 1 ; *given |= OPTION_ALL ; break ;
      case 'o' : request->only = 1 ; *given |= OPTION_ONLY ; break ;
      case 'h' : usage(stdout) ; return EXIT_YES ;
      default : usage(stderr) ; return EXIT_USAGE ;
    }
  }
  return -1 ;
}

static int choose_names (struct request *request, struct command const *command, char **argv)
{
  if (command->names == NAMES_TEMPLATES) return match_templates(request) ;
  for (request->names = argv ; request->names[request->count] ; request->count++) ;
  if (command->names == NAMES_DIRECTORIES) return EXIT_YES ;
  if (command->names == NAMES_NONE) return request->count ? wrong(command->name, " takes no such argument: ", request->names[0]) : EXIT_YES ;
  if (request->all && request->count) return wrong("either --all or names, not both: ", request->names[0], "") ;
  if (!request->count && (request->all || command->names == NAMES_ELSE_ALL))
  {
    request->names = services_list(!request->all, &request->count) ;
    request->listed = request->owned = !!request->names ;
      if (request->all && command->run != &command_status) view_leave_out_disabled(request->names, &request->count) ;
    if (request->listed) return EXIT_YES ;
    strerr_warnwu3sys("list the services in ", request->live, services_who_may()) ;
    return EXIT_SYSTEM ;
  }
  if (!request->count) return wrong(command->name, " needs the name of a service, or --all", "") ;
  return match_names(request) ;
}

int main (int argc, char **argv)
{
  struct request request = { 0 } ;
  struct command const *command ;
  unsigned int given = 0 ;
  int code ;
  if (!tain_now_set_stopwatch_g()) strerr_diefu1sys(EXIT_SYSTEM, "read the monotonic clock") ;
  code = parse_options(&request, &given, argc, argv) ;
  if (code >= 0) return code ;
  argv += optind ;
  if (!*argv)
  {
    usage(stderr) ;
    return EXIT_USAGE ;
  }
  command = find_command(*argv) ;
  if (!command) return wrong("there is no command ", *argv, " (reeve --help lists all)") ;
  argv++ ;
  if (given & ~command->options) return wrong(command->name, " does not take ", given & ~command->options & OPTION_JSON ? "--json"
    : given & ~command->options & OPTION_ALL ? "--all" : given & ~command->options & OPTION_ONLY ? "--only" : given & ~command->options & OPTION_TIMEOUT ? "--timeout" : "--no-wait") ;
  if (command->word == WORD_REQUIRED && !*argv) return wrong(command->name, " needs an argument: ", command->arguments) ;
  if (command->word == WORD_OF_SCALE && scale_take(&request, argv)) return EXIT_USAGE ;
  if (command->word != WORD_NONE && command->word != WORD_OF_SCALE && *argv) request.word = *argv++ ;
  code = command->names == NAMES_DIRECTORIES ? EXIT_YES : enter_live(&request, command->options & LOOKS ? PATIENCE_LOOK : PATIENCE_ALL) ;
  if (!code) code = choose_names(&request, command, argv) ;
  if (!code) code = (*command->run)(&request) ;
  if (request.owned) services_free(request.names, request.count) ;
  return code ;
}
