#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "migrate/write/json.h"

static void print_key (char const *name)
{
  json_print(name) ;
  putchar(':') ;
}

static void print_text (char const *name, char const *text)
{
  print_key(name) ;
  if (text) json_print(text) ;
  else fputs("null", stdout) ;
}

static void print_texts (char const *name, struct texts const *texts)
{
  print_key(name) ;
  putchar('[') ;
  for (struct text const *one = texts->first ; one ; one = one->next)
  {
    if (one != texts->first) putchar(',') ;
    json_print(one->text) ;
  }
  putchar(']') ;
}

static void print_settings (struct service const *service)
{
  print_key("settings") ;
  putchar('{') ;
  for (struct setting const *one = service->settings ; one ; one = one->next)
  {
    if (one != service->settings) putchar(',') ;
    print_text(one->file, one->value) ;
  }
  putchar('}') ;
}

static void print_service (struct service const *service)
{
  putchar('{') ;
  print_text("name", service->name) ;
  printf(",\"line\":%u,\"main\":%s,\"task\":%s,", service->line, service->is_main ? "true" : "false", service->is_oneshot ? "true" : "false") ;
  print_texts("dependencies", &service->dependencies) ;
  putchar(',') ;
  print_texts("optional", &service->optional) ;
  putchar(',') ;
  print_settings(service) ;
  putchar(',') ;
  print_texts("conditions", &service->conditions) ;
  putchar(',') ;
  print_texts("todo", &service->todo) ;
  putchar('}') ;
}

static void print_file (struct file const *file)
{
  putchar('{') ;
  print_text("path", file->path) ;
  printf(",\"executable\":%s,", file->executable ? "true" : "false") ;
  print_text("content", file->content) ;
  putchar('}') ;
}

/* A line of the report each. */
static void print_report (char const *report)
{
  char line[4096] ;
  int first = 1 ;
  print_key("report") ;
  putchar('[') ;
  for (size_t len ; *report ; report += len + (report[len] == '\n'))
  {
    size_t n = len = strcspn(report, "\n") ;
    if (n >= sizeof(line)) n = sizeof(line) - 1 ;
    memcpy(line, report, n) ;
    line[n] = 0 ;
    if (!first) putchar(',') ;
    first = 0 ;
    json_print(line) ;
  }
  putchar(']') ;
}

void result_print_json (struct result const *result)
{
  putchar('{') ;
  print_text("input", result->plan->source->name) ;
  fputs(",\"services\":[", stdout) ;
  for (struct service const *service = result->plan->services ; service ; service = service->next)
  {
    if (service != result->plan->services) putchar(',') ;
    print_service(service) ;
  }
  fputs("],", stdout) ;
  print_texts("setup-todo", &result->plan->setup_todo) ;
  putchar(',') ;
  print_texts("notes", &result->plan->notes) ;
  putchar(',') ;
  print_report(result->report) ;
  fputs(",\"files\":[", stdout) ;
  for (struct file const *file = result->files ; file ; file = file->next)
  {
    if (file != result->files) putchar(',') ;
    print_file(file) ;
  }
  fputs("],", stdout) ;
  print_text("patch", *result->patch ? result->patch : 0) ;
  puts("}") ;
}
