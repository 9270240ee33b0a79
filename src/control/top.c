#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/allreadwrite.h>
#include <skalibs/djbunix.h>
#include <skalibs/strerr.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/width.h"
#include "control/control.h"
#include "control/owner.h"
#include "control/page.h"
#include "control/processes.h"
#include "control/services.h"
#include "control/status.h"
#include "control/terminal.h"
#include "control/view.h"
#include "service/name.h"

#define REFRESH_MS 2000
#define EVENT_MS 200 /* between two looks, whatever happens */
#define MEASURED_MAX 300 /* processes: of more, only what each uses at most is read */
#define OTHER_COLUMNS 54
#define NAME_MIN 8
#define LOG_LINES "200"
#define OUTPUT_MAX 65536
#define HELP "c m n S: sort  r restart  s stop  u start  l log  w why  q quit"

enum sort { SORT_STATE, SORT_CPU, SORT_MEMORY, SORT_NAME } ;
static char const *const sort_names[] = { "state", "CPU", "memory", "name" } ;

struct row
{
  char const *name ; /* of the list */
  struct view view ;
  struct sum sum ;
  int permille ; /* of one processor; -1: not known yet */
} ;

struct top
{
  struct request const *request ;
  char **names ; /* sorted */
  struct row *rows ; /* likewise */
  size_t count ;
  size_t *order ; /* as they are shown */
  struct processes processes ;
  uint64_t looked_ms ;
  enum sort sort ;
  char selected[SERVICE_NAME_MAX + sizeof "/log"] ;
  int first ; /* line of the list, or of the pane, that is on top */
  char *pane ; /* a text that is shown instead of the list; 0: none */
  char title[SERVICE_NAME_MAX + 64] ;
  char message[512] ;
  pid_t child ; /* a command that runs; 0: none */
  int output ; /* its output; -1: none */
  char text[OUTPUT_MAX + 1] ;
  size_t len ;
  char const *command ; /* which one */
  unsigned int for_pane : 1 ;
  int events ; /* inotify; -1: none */
} ;

/* ---- looking ---- */

static void measure (struct process *process, int depth, char const *mark, void *data)
{
  struct row *row = data ;
  (void)depth ;
  (void)mark ;
  if (row->permille) processes_measure(process) ; /* see look() */
  processes_add(&row->sum, &process->sum) ;
}

static int compare_row (void const *a, void const *b)
{
  return strcmp(((struct row const *)a)->name, ((struct row const *)b)->name) ;
}

static struct row const *find (struct row const *rows, size_t count, char const *name)
{
  struct row key = { .name = name } ;
  return count ? bsearch(&key, rows, count, sizeof key, &compare_row) : 0 ;
}

static void look_at (struct top *top, struct row *row, struct row const *before, uint64_t ms)
{
  char path[SERVICE_NAME_MAX + sizeof "/log/supervise"] ;
  row->permille = top->processes.count <= MEASURED_MAX ;
  processes_of_service(&top->processes, row->name, &row->view, &measure, row) ;
  row->permille = -1 ;
  if (before && ms) row->permille = row->sum.cpu_ms > before->sum.cpu_ms ? (int)((row->sum.cpu_ms - before->sum.cpu_ms) * 1000 / ms) : 0 ;
  if (before || top->events == -1) return ;
  snprintf(path, sizeof path, "%s/supervise", row->name) ;
  inotify_add_watch(top->events, path, IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW) ; /* another user may not, and sees it later */
}

static int compare_names (void const *a, void const *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b) ;
}

/* The services that the user named, sorted; without names all that there are now. The caller frees
   the list with services_free(). Returns 0 when it cannot be made. */
static char **list_names (struct request const *named, size_t *count)
{
  char **names ;
  if (named->listed) return services_list(!named->all, count) ;
  names = calloc(named->count + 1, sizeof *names) ;
  for (*count = 0 ; names && *count < named->count ; ++*count)
  {
    names[*count] = strdup(named->names[*count]) ;
    if (names[*count]) continue ;
    services_free(names, *count) ;
    return 0 ;
  }
  if (names) qsort(names, *count, sizeof *names, &compare_names) ;
  return names ;
}

/* Returns 0 when there is nothing to look at any more. */
static int look (struct top *top)
{
  struct request request = { .live = top->request->live, .listed = top->request->listed } ;
  uint64_t now = clock_ms() ;
  struct seen seen ;
  struct row *rows ;
  size_t *order ;
  if (services_scanner_lives() <= 0) return 0 ;
  request.names = list_names(top->request, &request.count) ;
  if (!request.names || !view_read_all(&request, &seen) || !processes_look(&top->processes)) return 0 ;
  rows = calloc(seen.count + 1, sizeof *rows) ;
  order = realloc(top->order, (seen.count + 1) * sizeof *order) ;
  if (order) top->order = order ;
  if (!rows || !order)
  {
    free(rows) ;
    return 0 ;
  }
  for (size_t i = 0 ; i < seen.count ; i++)
  {
    rows[i] = (struct row) { .name = request.names[i], .view = seen.views[i] } ;
    look_at(top, rows + i, find(top->rows, top->count, rows[i].name), now - top->looked_ms) ;
  }
  view_order(&seen, order) ;
  free(seen.views) ;
  free(top->rows) ;
  services_free(top->names, top->count) ;
  top->names = request.names ;
  top->rows = rows ;
  top->count = seen.count ;
  top->looked_ms = now ;
  return 1 ;
}

/* ---- the list ---- */

static struct top *sorted ; /* for qsort() */

static int compare_order (void const *a, void const *b)
{
  size_t i = *(size_t const *)a ;
  size_t j = *(size_t const *)b ;
  struct row const *x = sorted->rows + i ;
  struct row const *y = sorted->rows + j ;
  if (sorted->sort == SORT_CPU && x->permille != y->permille) return x->permille < y->permille ? 1 : -1 ;
  if (sorted->sort == SORT_MEMORY && x->sum.bytes != y->sum.bytes) return x->sum.bytes < y->sum.bytes ? 1 : -1 ;
  return (i > j) - (i < j) ;
}

static void sort (struct top *top)
{
  if (top->sort == SORT_STATE) return ; /* it is, by look() */
  sorted = top ;
  qsort(top->order, top->count, sizeof *top->order, &compare_order) ;
}

/* Where the selected one is shown; the first, if it is gone. */
static size_t selection (struct top *top)
{
  for (size_t i = 0 ; i < top->count ; i++)
    if (!strcmp(top->rows[top->order[i]].name, top->selected)) return i ;
  snprintf(top->selected, sizeof top->selected, "%s", top->count ? top->rows[top->order[0]].name : "") ;
  return 0 ;
}

static void move (struct top *top, int by)
{
  long to = (long)selection(top) + by ;
  if (!top->count) return ;
  if (to < 0) to = 0 ;
  if (to >= (long)top->count) to = (long)top->count - 1 ;
  snprintf(top->selected, sizeof top->selected, "%s", top->rows[top->order[to]].name) ;
}

/* What has room. */
static void put_cut (FILE *out, char const *text, int columns)
{
  if (columns > 0) fwrite(text, 1, width_fit(text, (size_t)columns), out) ;
}

static void put_row (FILE *out, struct row const *row, int width, int columns, int selected, int colour)
{
  static char const *const colours[] = { "\033[31m", "\033[33m", "\033[32m", "" } ;
  char memory[PROCESSES_MEMORY_MAX] ;
  char cpu[16] = "-" ;
  char pid[16] = "-" ;
  char since[32] ;
  char line[512] ;
  if (row->permille >= 0) snprintf(cpu, sizeof cpu, "%d.%d", row->permille / 10, row->permille % 10) ;
  if (row->view.pid) snprintf(pid, sizeof pid, "%ld", (long)row->view.pid) ;
  status_since(&row->view, since, sizeof since) ;
  snprintf(line, sizeof line, " %-12s %6s %11s %5u %-8s %7s",
    view_state_name(row->view.state), cpu, processes_memory(&row->sum, memory), row->view.restarts, since, pid) ;
  if (selected) fputs("\033[7m", out) ;
  else if (colour) fputs(colours[view_concern(&row->view)], out) ;
  page_put_cell(out, row->name, (size_t)(width < columns ? width : columns)) ;
  put_cut(out, line, columns - width) ;
  fputc('\n', out) ;
}

static int name_width (struct top const *top, int columns)
{
  int width = NAME_MIN ;
  for (size_t i = 0 ; i < top->count ; i++)
    if ((int)width_of_string(top->names[i]) > width) width = (int)width_of_string(top->names[i]) ;
  if (width > columns - OTHER_COLUMNS) width = columns - OTHER_COLUMNS ;
  return width < NAME_MIN ? NAME_MIN : width ;
}

static void put_list (FILE *out, struct top *top, int rows, int columns)
{
  char line[512] ;
  char memory[PROCESSES_MEMORY_MAX] ;
  struct sum sum = { .bytes = 0 } ;
  int permille = 0 ;
  int width = name_width(top, columns) ;
  int at ;
  int colour = page_has_colours() ;
  sort(top) ;
  at = (int)selection(top) ;
  for (size_t i = 0 ; i < top->count ; i++)
  {
    processes_add(&sum, &top->rows[i].sum) ;
    if (top->rows[i].permille > 0) permille += top->rows[i].permille ;
  }
  snprintf(line, sizeof line, "%zu services, CPU %d.%d %%, %s; sorted by %s", top->count, permille / 10, permille % 10, processes_memory(&sum, memory), sort_names[top->sort]) ;
  put_cut(out, line, columns) ;
  snprintf(line, sizeof line, "%-*s %-12s %6s %11s %5s %-8s %7s", width, "NAME", "STATE", "CPU %", "MEMORY", "RST", "SINCE", "PID") ;
  fputs("\n\033[1m", out) ;
  put_cut(out, line, columns) ;
  fputc('\n', out) ;
  if (at < top->first) top->first = at ;
  if (at >= top->first + rows) top->first = at - rows + 1 ;
  if (top->first > (int)top->count - rows) top->first = (int)top->count > rows ? (int)top->count - rows : 0 ;
  for (int i = top->first ; i < top->first + rows ; i++)
    if (i < (int)top->count) put_row(out, top->rows + top->order[i], width, columns, i == at, colour) ;
    else fputs(" \n", out) ;
}

static void put_pane (FILE *out, struct top *top, int rows, int columns)
{
  int lines = 0 ;
  char const *text = top->pane ;
  for (char const *at = text ; *at ; at++) lines += *at == '\n' ;
  if (top->first > lines - rows) top->first = lines - rows ;
  if (top->first < 0) top->first = 0 ;
  fputs("\033[1m", out) ;
  put_cut(out, top->title, columns) ;
  fputc('\n', out) ;
  for (int i = 0 ; i < top->first ; i++) text += strcspn(text, "\n") + 1 ; /* as many as there are */
  for (int i = 0 ; i < rows ; i++)
  {
    int len = (int)strcspn(text, "\n") ;
    char line[1024] ;
    snprintf(line, sizeof line, "%.*s", len, text) ;
    put_cut(out, *line ? line : " ", columns) ;
    fputc('\n', out) ;
    text += len + (text[len] == '\n') ;
  }
}

static void draw (struct top *top)
{
  char *text = 0 ;
  size_t size = 0 ;
  FILE *out = open_memstream(&text, &size) ;
  int rows ;
  int columns ;
  if (!out) return ;
  terminal_size(&rows, &columns) ;
  if (top->pane) put_pane(out, top, rows > 2 ? rows - 2 : 1, columns) ;
  else put_list(out, top, rows > 3 ? rows - 3 : 1, columns) ;
  put_cut(out, *top->message ? top->message : top->pane ? "j k: scroll  q back" : HELP, columns) ;
  if (!fclose(out)) terminal_draw(text) ;
  free(text) ;
}

/* ---- doing ---- */

static void say (struct top *top, char const *text)
{
  snprintf(top->message, sizeof top->message, "%.*s", (int)sizeof top->message - 1, text) ;
}

static void show_pane (struct top *top, char const *what, char *text)
{
  char name[SERVICE_NAME_MAX + 8] ;
  if (!text) return ;
  service_name_printable(name, sizeof name, top->selected) ;
  snprintf(top->title, sizeof top->title, "%s %s", what, name) ;
  text_make_printable(text, strlen(text)) ;
  free(top->pane) ;
  top->pane = text ;
  top->first = 0 ;
  *top->message = 0 ;
}

/* In the child. */
static void execute (struct top const *top, char const *command, int output)
{
  char const *live = *top->request->live == '/' ? top->request->live : "." ; /* where we are */
  int is_log = !strcmp(command, "logs") ;
  char const *argv[] = { "reeve", "-l", live, command, is_log ? "--tail=" LOG_LINES : "--", is_log ? "--" : top->selected, is_log ? top->selected : 0, 0 } ;
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC) ;
  sigset_t none ;
  sigemptyset(&none) ;
  owner_return() ; /* as root would have typed it */
  if (null == -1 || dup2(null, 0) == -1 || dup2(output, 1) == -1 || dup2(output, 2) == -1 || setsid() == -1) _exit(EXIT_SYSTEM) ;
  sigprocmask(SIG_SETMASK, &none, 0) ;
  execv("/proc/self/exe", (char *const *)argv) ;
  _exit(EXIT_SYSTEM) ;
}

static void run (struct top *top, char const *command, int for_pane)
{
  int ends[2] ;
  if (!*top->selected) return ;
  if (top->child)
  {
    say(top, "another command still runs") ;
    return ;
  }
  if (pipe2(ends, O_CLOEXEC) == -1) return say(top, strerror(errno)) ;
  top->child = fork() ;
  if (!top->child) execute(top, command, ends[1]) ;
  fd_close(ends[1]) ;
  if (top->child == -1)
  {
    say(top, strerror(errno)) ;
    fd_close(ends[0]) ;
    top->child = 0 ;
    return ;
  }
  top->output = ends[0] ;
  ndelay_on(top->output) ;
  top->len = 0 ;
  top->for_pane = !!for_pane ;
  top->command = command ;
  snprintf(top->message, sizeof top->message, "%s ", command) ;
  service_name_printable(top->message + strlen(command) + 1, SERVICE_NAME_MAX + 8, top->selected) ;
}

/* Of what is too long, the rest is not kept. */
static void read_output (struct top *top)
{
  char rest[512] ;
  for (;;)
  {
    size_t room = OUTPUT_MAX - top->len ;
    ssize_t r = room ? read(top->output, top->text + top->len, room) : read(top->output, rest, sizeof rest) ;
    if (r <= 0) return ;
    if (room) top->len += (size_t)r ;
  }
}

static void close_output (struct top *top)
{
  if (top->output == -1) return ;
  read_output(top) ;
  fd_close(top->output) ;
  top->output = -1 ;
}

static void reap (struct top *top)
{
  char *end ;
  int wstat ;
  if (!top->child || waitpid(top->child, &wstat, WNOHANG) != top->child) return ;
  close_output(top) ;
  top->child = 0 ;
  top->text[top->len] = 0 ;
  if (top->for_pane)
  {
    show_pane(top, top->command, strdup(top->text)) ;
    if (!strcmp(top->command, "logs")) top->first = OUTPUT_MAX ; /* their end */
    return ;
  }
  text_make_printable(top->text, top->len) ;
  if (top->len && top->text[top->len - 1] == '\n') top->text[top->len - 1] = 0 ;
  end = strrchr(top->text, '\n') ;
  if (*top->text) say(top, end ? end + 1 : top->text) ;
  else snprintf(top->message + strlen(top->message), sizeof top->message - strlen(top->message), ": %s", wstat ? "failed" : "done") ;
}

/* Returns 0 at the end. */
static int press (struct top *top, int key, int page)
{
  *top->message = 0 ;
  switch (key)
  {
    case 'q' : case KEY_ESCAPE :
      if (!top->pane) return key != 'q' ;
      free(top->pane) ;
      top->pane = 0 ;
      top->first = 0 ;
      return 1 ;
    case 'k' : case KEY_UP : page = -1 ; break ;
    case 'j' : case KEY_DOWN : page = 1 ; break ;
    case KEY_PAGE_UP : page = -page ; break ;
    case KEY_PAGE_DOWN : case ' ' : break ;
    case 'g' : case KEY_HOME : page = -1000000 ; break ;
    case 'G' : case KEY_END : page = 1000000 ; break ;
    default :
      page = 0 ;
      if (top->pane) return 1 ;
  }
  if (page && top->pane) top->first = top->first + page < 0 ? 0 : top->first + page ;
  else if (page) move(top, page) ;
  else switch (key)
  {
    case 'c' : case 'C' : top->sort = SORT_CPU ; break ;
    case 'm' : case 'M' : top->sort = SORT_MEMORY ; break ;
    case 'n' : case 'N' : top->sort = SORT_NAME ; break ;
    case 'S' : top->sort = SORT_STATE ; top->looked_ms = 0 ; break ; /* read anew, in that order */
    case 'r' : run(top, "restart", 0) ; break ;
    case 's' : run(top, "stop", 0) ; break ;
    case 'u' : run(top, "start", 0) ; break ;
    case 'w' : run(top, "why", 1) ; break ;
    case 'l' : run(top, "logs", 1) ; break ;
    default : break ;
  }
  return 1 ;
}

/* ---- the loop ---- */

static int take_keys (struct top *top)
{
  char keys[64] ;
  ssize_t len = read(0, keys, sizeof keys) ;
  int rows ;
  int columns ;
  int goes_on = len > 0 || (len == -1 && (errno == EAGAIN || errno == EINTR)) ; /* else the terminal has gone */
  terminal_size(&rows, &columns) ;
  for (size_t at = 0 ; goes_on && len > 0 && at < (size_t)len ; ) goes_on = press(top, terminal_key(keys, (size_t)len, &at), rows > 4 ? rows - 4 : 1) ;
  return goes_on ;
}

/* Milliseconds until the next look. */
static int wait_ms (struct top const *top, int event)
{
  uint64_t age = clock_ms() - top->looked_ms ;
  uint64_t most = event ? EVENT_MS : REFRESH_MS ;
  return age < most ? (int)(most - age) : 0 ;
}

/* Returns 0 when it was told to end, -1 when the tree has. */
static int loop (struct top *top, int signals)
{
  int event = 0 ;
  for (;;)
  {
    struct pollfd x[] = { { .fd = 0, .events = POLLIN }, { .fd = signals, .events = POLLIN }, { .fd = top->output, .events = POLLIN }, { .fd = top->events, .events = POLLIN } } ;
    char buf[4096] ;
    if (!wait_ms(top, event))
    {
      event = 0 ;
      if (!look(top)) return -1 ;
    }
    draw(top) ;
    if (poll(x, sizeof x / sizeof *x, wait_ms(top, event)) == -1 && errno != EINTR) return 0 ;
    if (x[1].revents && terminal_take_signal(signals) == TERMINAL_CHILD) reap(top) ;
    if (x[2].revents && top->output >= 0) read_output(top) ;
    if (x[2].revents & POLLHUP) close_output(top) ; /* its end comes as a signal */
    if (x[3].revents && read(top->events, buf, sizeof buf) > 0) event = 1 ;
    if (x[0].revents && !take_keys(top)) return 0 ;
  }
}

int command_top (struct request const *request)
{
  static struct top top ; /* large */
  int signals ;
  int r ;
  int code = services_need_scanner(request) ;
  if (code) return code ;
  if (!isatty(0) || !isatty(1))
  {
    strerr_warnw1x("top needs a terminal: use reeve status or reeve tree") ;
    return EXIT_NO ;
  }
  top = (struct top) { .request = request, .output = -1, .events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK) } ;
  if (top.events >= 0) inotify_add_watch(top.events, ".", IN_CREATE | IN_DELETE | IN_MOVED_TO) ;
  if (!terminal_begin() || (signals = terminal_signals()) == -1)
  {
    terminal_end() ;
    strerr_warnwu1sys("take the terminal") ;
    return EXIT_SYSTEM ;
  }
  r = loop(&top, signals) ;
  terminal_end() ;
  if (!r) return EXIT_YES ;
  code = services_need_scanner(request) ;
  if (code) return code ;
  strerr_warnwu1sys("look at the services") ;
  return EXIT_SYSTEM ;
}
