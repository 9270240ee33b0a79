#include "service/dependencies.h"

#include <sys/stat.h>

#include "temp.h"
#include "unit.h"

static char faults[512] ;

static void tell (char const *name, char const *why, void *data)
{
  size_t used = strlen(faults) ;
  (void)data ;
  snprintf(faults + used, sizeof faults - used, "%s: %s; ", name, why) ;
}

static struct dependencies read_them (void)
{
  struct dependencies dependencies ;
  *faults = 0 ;
  CHECK(dependencies_read(&dependencies, AT_FDCWD, DEPENDENCIES, &tell, 0)) ;
  return dependencies ;
}

static void enter (void)
{
  temp_enter() ;
  CHECK(!mkdir(DEPENDENCIES, 0755)) ;
}

TEST(without_the_directory_nothing_is_needed)
{
  struct dependencies dependencies ;
  temp_enter() ;
  dependencies = read_them() ;
  CHECK(!dependencies.count) ;
  dependencies_free(&dependencies) ;
}

TEST(each_file_is_a_need_sorted_by_name)
{
  struct dependencies dependencies ;
  enter() ;
  temp_text(DEPENDENCIES "/web", "") ;
  temp_text(DEPENDENCIES "/cache", "optional\n") ;
  temp_text(DEPENDENCIES "/db", " \n") ;
  temp_text(DEPENDENCIES "/.gitkeep", "x") ;
  dependencies = read_them() ;
  CHECK(dependencies.count == 3) ;
  CHECK(!strcmp(dependencies.wishes[0].name, "cache") && dependencies.wishes[0].optional) ;
  CHECK(!strcmp(dependencies.wishes[1].name, "db") && !dependencies.wishes[1].optional) ;
  CHECK(!strcmp(dependencies.wishes[2].name, "web") && !dependencies.wishes[2].optional) ;
  CHECK(!*faults) ;
  dependencies_free(&dependencies) ;
}

TEST(what_else_is_in_a_file_is_told_and_counts_as_nothing)
{
  struct dependencies dependencies ;
  char const *content[] = { "optional please", "Optional", "\001", "optional\noptional" } ;
  for (size_t i = 0 ; i < sizeof content / sizeof *content ; i++)
  {
    enter() ;
    temp_text(DEPENDENCIES "/db", content[i]) ;
    dependencies = read_them() ;
    CHECK(dependencies.count == 1 && !dependencies.wishes[0].optional) ;
    CHECK(strstr(faults, "db: \"") && strstr(faults, "make it empty, or write optional")) ;
    dependencies_free(&dependencies) ;
  }
}

TEST(what_is_no_regular_file_is_told_and_never_waited_for)
{
  struct dependencies dependencies ;
  enter() ;
  CHECK(!mkfifo(DEPENDENCIES "/db", 0644)) ;
  CHECK(!mkdir(DEPENDENCIES "/cache", 0755)) ;
  CHECK(!symlink("nowhere", DEPENDENCIES "/web")) ;
  dependencies = read_them() ;
  CHECK(dependencies.count == 3) ;
  CHECK(strstr(faults, "db: it is no regular file") && strstr(faults, "cache: it is no") && strstr(faults, "web: it cannot be read")) ;
  dependencies_free(&dependencies) ;
}

TEST(a_name_that_no_service_can_have_is_left_out)
{
  struct dependencies dependencies ;
  enter() ;
  temp_text(DEPENDENCIES "/a\nb", "") ;
  dependencies = read_them() ;
  CHECK(!dependencies.count) ;
  CHECK(!strcmp(faults, "a?b: no service can have that name: remove the file; ")) ;
  dependencies_free(&dependencies) ;
}

TEST(a_file_in_its_place_is_an_error)
{
  struct dependencies dependencies ;
  temp_enter() ;
  temp_text(DEPENDENCIES, "db") ;
  CHECK(!dependencies_read(&dependencies, AT_FDCWD, DEPENDENCIES, &tell, 0) && errno == ENOTDIR) ;
}

TEST(who_needs_a_template_needs_each_of_its_instances_in_the_same_way)
{
  struct dependencies dependencies ;
  enter() ;
  temp_text(DEPENDENCIES "/db", "") ;
  temp_text(DEPENDENCIES "/worker@", "optional\n") ;
  temp_text(DEPENDENCIES "/worker@2", "") ;
  dependencies = read_them() ;
  CHECK(dependencies_has_template(&dependencies)) ;
  CHECK(dependencies_add_instance(&dependencies, "worker@1")) ;
  CHECK(dependencies_add_instance(&dependencies, "worker@2")) ; /* which is needed by its own name */
  CHECK(dependencies_add_instance(&dependencies, "other@1")) ;
  CHECK(dependencies_add_instance(&dependencies, "db")) ;
  CHECK(dependencies.count == 4 && dependencies.named == 3) ;
  CHECK(!strcmp(dependencies.wishes[3].name, "worker@1") && dependencies.wishes[3].optional) ;
  dependencies_free(&dependencies) ;
}

TEST(without_a_template_there_is_none)
{
  struct dependencies dependencies ;
  enter() ;
  temp_text(DEPENDENCIES "/a@b", "") ;
  dependencies = read_them() ;
  CHECK(!dependencies_has_template(&dependencies)) ;
  CHECK(dependencies_add_instance(&dependencies, "a@c")) ;
  CHECK(dependencies.count == 1) ;
  dependencies_free(&dependencies) ;
}
