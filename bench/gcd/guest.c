/* The same loop as a guest: a map from {a, b} to int64, in the way that a C guest is meant to be written. */
#include "gcd.h"
#include "graph.h"  /* static const char GRAPH[], written by the benchmark */
#include "lightflus.h"

static void gcd_all(const LfCall *call, LfResult *result) {
  LfColumn a = LfColumnOf(call->batch, 0), b = LfColumnOf(call->batch, 1);
  int64_t *out = LfAllocate(sizeof *out * call->rows);
  for (uint32_t i = 0; i < call->rows; i++) {
    uint32_t row = LfRow(call, i);
    out[i] = gcd(LfGetInt64(a, row), LfGetInt64(b, row));
  }
  result->output = LfBatch(call->rows, LfFixed(call->rows, out));
}

LF_MODULE(GRAPH, gcd_all)
