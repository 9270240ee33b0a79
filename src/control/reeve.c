#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <skalibs/strerr.h>
#include <skalibs/tai.h>
#include <skalibs/uint64.h>

#include "base/duration.h"
#include "base/message.h"
#include "base/version.h"
#include "control/control.h"
#include "control/enter.h"
#include "control/help.h"
#include "control/match.h"
#include "control/page.h"
#include "control/scale.h"
#include "control/services.h"
#include "control/try_lock.h"
#include "control/view.h"

char const *PROG = "reeve" ;

#define CHANGES (OPTION_NO_WAIT | OPTION_TIMEOUT | OPTION_ALL)
#define IN_ORDER (CHANGES | OPTION_ONLY)

/* getopt() has named the option. */
static int say_wrong_option (void)
{
  strerr_warni1x("reeve help COMMAND shows the options of a command") ;
  return EXIT_USAGE ;
}

static int command_help (struct request const *request) ;
static int command_completion (struct request const *request) ;

static struct command const commands[] =
{
  { "status", "[--json] [NAME...]", "show the state of services; exit 0 if all that are wanted up are ready, and none is unhealthy",
    &command_status, OPTION_JSON | OPTION_ALL | LOOKS, WORD_NONE, NAMES_ELSE_ALL, 0 },
  { "why", "NAME...", "explain the state of a service", &command_why, LOOKS, WORD_NONE, NAMES_REQUIRED, 0 },
  { "tree", "[--json] [NAME...]", "show services with their processes, CPU time and memory", &command_tree, OPTION_JSON | OPTION_ALL | LOOKS, WORD_NONE, NAMES_ELSE_ALL, 0 },
  { "top", "[NAME...]", "show services live, with CPU, memory and restarts; keys start, stop and restart them, and show logs",
    &command_top, OPTION_ALL | LOOKS, WORD_NONE, NAMES_ELSE_ALL, 0 },
  { "logs", "[-f] [-n N] [--since 5m] [-t] [NAME...]", "show the logs of services", &command_logs,
    OPTION_FOLLOW | OPTION_TAIL | OPTION_SINCE | OPTION_TIMESTAMPS | OPTION_ALL | LOOKS, WORD_NONE, NAMES_ELSE_ALL, 0 },
  { "graph", "[--dot|--mermaid] [NAME...]", "show which services depend on which, with states", &command_graph, OPTION_ALL | OPTION_DOT | OPTION_MERMAID | LOOKS, WORD_NONE, NAMES_ELSE_ALL, 0 },
  { "blame", "[NAME...]", "show how long each service took until it was ready, and what held it before", &command_blame, OPTION_ALL | LOOKS, WORD_NONE, NAMES_ELSE_ALL, 0 },
  { "critical-chain", "[NAME]", "show which services decided when the last one (or NAME) was ready", &command_critical_chain, LOOKS, WORD_NONE, NAMES_ONE_ELSE_ALL, 0 },
  { "plot", "", "draw an SVG picture of when each service was held, started and ready", &command_plot, LOOKS, WORD_NONE, NAMES_NONE, 0 },
  { "events", "[--json] [-f] [NAME...]", "show the last change of each service; with -f also new ones", &command_events, OPTION_JSON | OPTION_FOLLOW | OPTION_ALL | LOOKS, WORD_NONE, NAMES_ELSE_ALL, 0 },
  { "metrics", "[NAME...]", "print numbers about services in the OpenMetrics format", &command_metrics, OPTION_ALL | LOOKS, WORD_NONE, NAMES_ELSE_ALL, 0 },
  { "exec", "NAME -- COMMAND...", "execute a command with the user, environment, directory and limits of a service", &command_exec, LOOKS, WORD_NONE, NAMES_ONE, 0 },
  { "env", "NAME", "show the environment of a service", &command_env, LOOKS, WORD_NONE, NAMES_ONE, 0 },
  { "try", "NAME", "stop a service, run it on this terminal, then start it again", &command_try, 0, WORD_NONE, NAMES_ONE, 0 },
  { "start", "NAME...", "start services after what they need, and wait until they are ready", &command_start, IN_ORDER, WORD_NONE, NAMES_REQUIRED, 0 },
  { "stop", "NAME...", "stop services after what needs them, and wait until they have finished", &command_stop, IN_ORDER, WORD_NONE, NAMES_REQUIRED, 0 },
  { "restart", "NAME...", "restart services (start those that are down), and wait until they are ready", &command_restart, IN_ORDER, WORD_NONE, NAMES_REQUIRED, 0 },
  { "reload", "NAME...", "send the reload signal to services", &command_reload, CHANGES, WORD_NONE, NAMES_REQUIRED, 0 },
  { "kill", "SIGNAL NAME...", "send a signal to services", &command_kill, CHANGES, WORD_REQUIRED, NAMES_REQUIRED, "ALRM ABRT QUIT HUP KILL TERM INT USR1 USR2 STOP CONT WINCH" },
  { "wait", "ready|healthy|up|down|finished|done NAME...", "wait until services are in a state", &command_wait, OPTION_TIMEOUT | OPTION_ALL, WORD_REQUIRED, NAMES_REQUIRED, "ready healthy up down finished done" },
  { "disable", "NAME...", "do not start services with the tree any more; what runs goes on", &command_disable, LOOKS, WORD_NONE, NAMES_REQUIRED, 0 },
  { "enable", "NAME...", "start services with the tree again", &command_enable, LOOKS, WORD_NONE, NAMES_REQUIRED, 0 },
  { "scale", "NAME@ NUMBER", "set the number of instances of a template, and wait until they are ready", &command_scale, OPTION_NO_WAIT | OPTION_TIMEOUT | OPTION_ONLY,
    WORD_OF_SCALE, NAMES_TEMPLATES, 0 },
  { "rescan", "", "look for changes in the scan directory and in enable-if", &command_rescan, 0, WORD_NONE, NAMES_NONE, 0 },
  { "upgrade", "", "have the scanner and supervisors execute the programs on disk; services go on", &command_upgrade, OPTION_NO_WAIT | OPTION_TIMEOUT, WORD_NONE, NAMES_NONE, 0 },
  { "shutdown", "[CODE]", "stop everything; the scanner exits with CODE", &command_shutdown, OPTION_NO_WAIT | OPTION_TIMEOUT, WORD_OPTIONAL, NAMES_NONE, 0 },
  { "check", "[--json] [DIR...]", "find mistakes in service directories", &command_check, OPTION_JSON, WORD_NONE, NAMES_FREE, 0 },
  { "new", "DIRECTORY -- COMMAND...", "create a service directory whose run executes a command", &command_new, 0, WORD_REQUIRED, NAMES_FREE, 0 },
  { "help", "[COMMAND]", "list the commands, or show the options of one", &command_help, 0, WORD_OPTIONAL, NAMES_HELP, 0 },
  { "completion", "bash|zsh|fish", "print a script with which the shell completes commands and names", &command_completion, 0, WORD_REQUIRED, NAMES_FREE, "bash zsh fish" },
} ;

#define COMMANDS (sizeof commands / sizeof *commands)

static int usage_error (void)
{
  if (fflush(stdout) || dup2(2, 1) == -1) return EXIT_SYSTEM ;
  help_usage(commands, COMMANDS) ;
  page_end() ;
  return EXIT_USAGE ;
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

static int say_no_command (char const *name)
{
  return wrong("there is no command ", name, " (reeve --help lists all)") ;
}

static int command_help (struct request const *request)
{
  struct command const *command = request->word ? find_command(request->word) : 0 ;
  if (command) return help_command(command) ;
  if (request->word) return say_no_command(request->word) ;
  help_usage(commands, COMMANDS) ;
  return page_end() ;
}

/* Prints the script of a shell; or, for these scripts (`words`), the words that can stand where the cursor
   is. */
static int command_completion (struct request const *request)
{
  struct request line = *request ;
  return strcmp(request->word, "words") != 0 ? help_completion(request->word) : help_words(commands, COMMANDS, &line) ;
}

/* Sets the deadline. Returns 0 when the text is no valid duration. */
static int set_deadline (struct request *request, char const *text)
{
  uint64_t ms ;
  tain now ;
  tain delay ;
  if (!duration_parse(text, &ms)) return 0 ;
  if (!ms) return 1 ; /* 0 means no limit, as in s6 */
  tain_now(&now) ;
  delay.sec.x = ms / 1000 ;
  delay.nano = (uint32_t)(ms % 1000) * 1000000 ;
  tain_add(&request->deadline, &now, &delay) ;
  request->has_deadline = 1 ;
  return 1 ;
}

/* Is the command `logs`? There, -n has an argument, as in docker. The command is the first word that is no
   option. */
static int is_logs (char *const *argv)
{
  while (*++argv)
    if (**argv != '-') return !strcmp(*argv, "logs") ;
    else if (!strcmp(*argv, "-l") || !strcmp(*argv, "--live") || !strcmp(*argv, "--timeout"))
    {
      if (!*++argv) return 0 ;
    }
  return 0 ;
}

/* Reads the options. Returns -1 to go on, or an exit code. */
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
    { "dot", no_argument, 0, 'd' },
    { "mermaid", no_argument, 0, 'm' },
    { "follow", no_argument, 0, 'f' },
    { "tail", required_argument, 0, 'N' },
    { "since", required_argument, 0, 'S' },
    { "timestamps", no_argument, 0, 't' },
    { "help", no_argument, 0, 'h' },
    { 0, 0, 0, 0 }
  } ;
  int logs = is_logs(argv) ;
  int c ;
  while ((c = getopt_long(argc, argv, logs ? "l:fn:th" : "l:fnh", longs, 0)) != -1)
  {
    if (logs && c == 'n') c = 'N' ;
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
      case 'd' : request->dot = 1 ; *given |= OPTION_DOT ; break ;
      case 'm' : request->mermaid = 1 ; *given |= OPTION_MERMAID ; break ;
      case 'f' : request->follow = 1 ; *given |= OPTION_FOLLOW ; break ;
      case 't' : request->stamps = 1 ; *given |= OPTION_TIMESTAMPS ; break ;
      case 'N' :
        request->has_tail = 1 ;
        *given |= OPTION_TAIL ;
        if (!strcmp(optarg, "all")) request->tail = UINT64_MAX ;
        else if (!uint640_scan(optarg, &request->tail)) return wrong("invalid number of lines ", optarg, ": allowed: a number, all") ;
        break ;
      case 'S' :
        if (!duration_parse(optarg, &request->since_ms)) return wrong("invalid duration ", optarg, ": allowed: 500ms, 5s, 2m, 1h; a bare number is seconds") ;
        *given |= OPTION_SINCE ;
        break ;
      case 'h' : help_usage(commands, COMMANDS) ; return page_end() ;
      default : return say_wrong_option() ;
    }
  }
  return -1 ;
}

static int choose_names (struct request *request, struct command const *command, char **argv)
{
  int code ;
  if (command->names == NAMES_TEMPLATES) return match_templates(request) ;
  for (request->names = argv ; request->names[request->count] ; request->count++) ;
  request->acts = command->options & OPTION_NO_WAIT || command->run == &command_wait ;
  if (command->names == NAMES_FREE || command->names == NAMES_HELP) return EXIT_YES ;
  if (command->names == NAMES_NONE) return request->count ? wrong(command->name, " takes no such argument: ", request->names[0]) : EXIT_YES ;
  if (request->all && request->count) return wrong("either --all or names, not both: ", request->names[0], "") ;
  if (!request->count && (request->all || command->names == NAMES_ELSE_ALL || command->names == NAMES_ONE_ELSE_ALL))
  {
    request->names = services_list(!request->all, &request->count) ;
    request->listed = request->owned = !!request->names ;
    if (request->all && request->acts) view_leave_out_disabled(request->names, &request->count) ;
    if (request->listed) return EXIT_YES ;
    strerr_warnwu3sys("list the services in ", request->live, services_who_may()) ;
    return EXIT_SYSTEM ;
  }
  if (command->names == NAMES_ONE && request->count)
  {
    request->command = request->names + 1 ;
    request->count = 1 ;
    if (command->run != &command_exec ? !!*request->command : !*request->command) return wrong(command->name, " takes: ", command->arguments) ;
  }
  if (!request->count) return wrong(command->name, " needs the name of a service", command->options & OPTION_ALL ? ", or --all" : "") ;
  code = match_names(request) ;
  if (code || (command->names != NAMES_ONE && command->names != NAMES_ONE_ELSE_ALL) || request->count == 1) return code ;
  return wrong(command->name, " takes one service; here are several, the first of them ", request->names[0]) ;
}

static enum patience patience_of (struct command const *command, struct request const *request)
{
  if (command->run == &command_logs) return PATIENCE_LEFT ;
  if (command->options & LOOKS) return PATIENCE_LOOK ;
  return request->all ? PATIENCE_ALL : PATIENCE_START ;
}

int main (int argc, char **argv)
{
  struct request request = { 0 } ;
  struct command const *command ;
  unsigned int given = 0 ;
  int code ;
  version_answer(argc, (char const *const *)argv, PROG) ;
  PROG = message_program(PROG) ;
  message_begin_waiting() ;
  if (!tain_now_set_stopwatch_g()) strerr_diefu1sys(EXIT_SYSTEM, "read the monotonic clock") ;
  code = parse_options(&request, &given, argc, argv) ;
  if (code >= 0) return code ;
  argv += optind ;
  if (!*argv) return usage_error() ;
  command = find_command(*argv) ;
  if (!command) return say_no_command(*argv) ;
  argv++ ;
  if (given & ~command->options) return wrong(command->name, " does not take --", help_option(given & ~command->options)) ;
  if (command->word == WORD_REQUIRED && !*argv) return wrong(command->name, " needs an argument: ", command->arguments) ;
  if (command->word == WORD_OF_SCALE && scale_take(&request, argv)) return EXIT_USAGE ;
  if (command->word != WORD_NONE && command->word != WORD_OF_SCALE && *argv) request.word = *argv++ ;
  code = command->names == NAMES_FREE || command->names == NAMES_HELP ? EXIT_YES : enter_live(&request, patience_of(command, &request)) ;
  if (!code) code = choose_names(&request, command, argv) ;
  if (!code && (command->run == &command_stop || command->run == &command_restart || command->run == &command_disable) && !request.all) code = try_refuses(&request) ;
  if (!code) code = (*command->run)(&request) ;
  if (request.owned) services_free(request.names, request.count) ;
  return code ;
}
