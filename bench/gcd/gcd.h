/* The loop that both sides run: compiled for this machine and for wasm32. */
#include <stdint.h>

static inline int64_t gcd(int64_t a, int64_t b) {
  while (b) {
    int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
