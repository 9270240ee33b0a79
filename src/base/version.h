/* --version: which Reeve this is. */

#ifndef REEVE_BASE_VERSION_H
#define REEVE_BASE_VERSION_H

/* "0.1 (abc1234)": the version, and the commit if it was built from a checkout. The Makefile writes
   it; only programs have it. */
extern char const version_text[] ;

/* For a program's main: if --version is its only argument, prints "NAME VERSION" and exits. */
extern void version_answer (int argc, char const *const *argv, char const *name) ;

#endif
