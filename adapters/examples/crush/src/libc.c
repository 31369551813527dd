// The whole C library of an adapter. It links with no other, since any other would import
// files, a clock and the like from its surroundings.
//
// Memory is never given back: an instance lives for one call, and its memory goes with it.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern uint8_t __heap_base;
static uintptr_t top;
// The newest block, which can grow where it is.
static uintptr_t newest;

static void reserve(uintptr_t end) {
  size_t have = __builtin_wasm_memory_size(0) * (size_t)65536;
  if (end <= have) return;
  // Twice as much at once: each growth is a call out of the sandbox.
  size_t wanted = (end - have) + have / 2;
  if (__builtin_wasm_memory_grow(0, (wanted + 65535) / 65536) == (size_t)-1) abort();
}

void *malloc(size_t size) {
  if (top == 0) top = (uintptr_t)&__heap_base;
  // The size is kept before the block, for `realloc`.
  newest = ((top + 7) & ~(uintptr_t)7) + 8;
  top = newest + size;
  reserve(top);
  ((size_t *)newest)[-1] = size;
  return (void *)newest;
}

void *realloc(void *old, size_t size) {
  if (old == NULL) return malloc(size);
  size_t had = ((size_t *)old)[-1];
  if (size <= had) return old;
  if ((uintptr_t)old == newest) {
    top = newest + size;
    reserve(top);
    ((size_t *)old)[-1] = size;
    return old;
  }
  return memcpy(malloc(size), old, had);
}

void free(void *old) { (void)old; }

void abort(void) { __builtin_trap(); }

// The instructions of WebAssembly that these are; `__builtin_memcpy` and its kin become calls
// of these very functions where they are not told to be inlined.
void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  uint8_t *out = to;
  const uint8_t *in = from;
  while (size-- > 0) *out++ = *in++;
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  uint8_t *out = to;
  const uint8_t *in = from;
  if (out < in) return memcpy(to, from, size);
  while (size-- > 0) out[size] = in[size];
  return to;
}

void *memset(void *to, int byte, size_t size) {
  uint8_t *out = to;
  while (size-- > 0) *out++ = (uint8_t)byte;
  return to;
}

int memcmp(const void *a, const void *b, size_t size) {
  const uint8_t *x = a, *y = b;
  for (; size > 0; size--, x++, y++)
    if (*x != *y) return *x - *y;
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length] != '\0') length++;
  return length;
}
