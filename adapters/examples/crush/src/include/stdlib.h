// The part of <stdlib.h> that an adapter needs; libc.c has it.
#pragma once
#include <stddef.h>

void *malloc(size_t size);
void *realloc(void *old, size_t size);
void free(void *old);
[[noreturn]] void abort(void);
