/* What must hold of each finished plan, whatever the analysis made of it: a TODO where it does not hold, and nothing
   says so yet. Each file asks one question; they read facts, and write nothing else. */

#ifndef REEVE_MIGRATE_AUDIT_H
#define REEVE_MIGRATE_AUDIT_H

#include "migrate/dockerfile/dockerfile.h"
#include "migrate/plan/plan.h"
#include "migrate/write/render.h"

extern void audit_image (struct plan *plan, struct docker_start const *start, struct dockerfile const *before, char const *patched, struct file const *files) ; /* image.c: does what the new image executes find its files and programs? `patched`: the new Dockerfile */

#endif
