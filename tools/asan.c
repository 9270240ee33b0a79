/* Linked into each program of `make asan`: no search for leaks at exit. It stops the process
   by ptrace: it hangs when the process gets SIGCONT meanwhile, as supervisors do, and fails
   under strace and without /proc. There the environment's ASAN_OPTIONS is not read either.
   The unit tests search. */

extern char const *__asan_default_options (void) ;

char const *__asan_default_options (void)
{
  return "detect_leaks=0" ;
}
