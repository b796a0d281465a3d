// The word count's two hot functions as a C guest of the same ABI (docs/abi.md): what a flatMap and a fold cost when
// nobody had to translate JavaScript. flatMap: each line split at single spaces into {t0: 1.0, t1: word}; fold: t0 added up.
// The graph is that of the TypeScript module (graph.h, written by bench/guests.py), so both are called alike.
// udf_sdk/c/lightflus.h for arena and exports; buffers are read and filled by hand, in plain loops, -O3.
#include "graph.h"  // static const char GRAPH[]
#include "lightflus.h"

static LfArray *texts(uint32_t rows, const int32_t *offsets, const uint8_t *bytes) {
  LfArray *column = LfMakeArray(rows, 3, 0);
  column->buffers[1] = offsets;
  column->buffers[2] = bytes;
  return column;
}

static void split(const LfCall *call, LfResult *result) {
  LfColumn lines = LfColumnOf(call->batch, 0);
  const int32_t *starts = (const int32_t *)lines.values;
  const char *text = lines.bytes;
  const uint32_t *selection = call->selection;
  uint32_t rows = call->rows, words = 0, bytes = 0;
  for (uint32_t i = 0; i < rows; i++) {
    uint32_t row = selection ? selection[i] : i;
    uint32_t spaces = 0;
    for (int32_t at = starts[row]; at < starts[row + 1]; at++) spaces += text[at] == ' ';
    words += spaces + 1;
    bytes += (uint32_t)(starts[row + 1] - starts[row]) - spaces;
  }
  int32_t *lists = (int32_t *)LfAllocate(4 * (rows + 1));
  double *ones = (double *)LfAllocate(8 * words);
  int32_t *offsets = (int32_t *)LfAllocate(4 * (words + 1));
  uint8_t *out = (uint8_t *)LfAllocate(bytes);
  uint32_t word = 0, written = 0;
  lists[0] = offsets[0] = 0;
  for (uint32_t i = 0; i < rows; i++) {
    uint32_t row = LfRow(call, i);
    for (int32_t at = starts[row]; at < starts[row + 1]; at++) {
      if (text[at] != ' ') {
        out[written++] = (uint8_t)text[at];
        continue;
      }
      ones[word++] = 1;
      offsets[word] = (int32_t)written;
    }
    ones[word++] = 1;
    offsets[word] = (int32_t)written;
    lists[i + 1] = (int32_t)word;
  }
  LfArray *list = LfMakeArray(rows, 2, 1);
  list->buffers[1] = lists;
  list->children[0] = LfBatch(words, LfFixed(words, ones), texts(words, offsets, out));
  result->output = list;
}

static void add(const LfCall *call, LfResult *result) {
  uint32_t groups = call->group_count;
  LfColumn numbers = LfColumnOf(call->batch, 0), names = LfColumnOf(call->batch, 1);
  LfColumn old_numbers = LfColumnOf(call->state, 0), old_names = LfColumnOf(call->state, 1);
  struct { LfText name; double sum; bool exists; } *state = LfAllocate(sizeof *state * groups);
  for (uint32_t g = 0; g < groups; g++) {
    state[g].exists = LfHasState(call, g);
    if (!state[g].exists) continue;
    state[g].name = LfGetText(old_names, g);
    state[g].sum = LfGetFloat64(old_numbers, g);
  }
  for (uint32_t i = 0; i < call->rows; i++) {
    uint32_t row = LfRow(call, i), g = call->groups[i];
    if (state[g].exists) {
      state[g].sum += LfGetFloat64(numbers, row);
    } else {
      state[g].exists = true;
      state[g].name = LfGetText(names, row);
      state[g].sum = LfGetFloat64(numbers, row);
    }
  }
  double *sums = (double *)LfAllocate(8 * groups);
  int32_t *offsets = (int32_t *)LfAllocate(4 * (groups + 1));
  offsets[0] = 0;
  for (uint32_t g = 0; g < groups; g++) {
    sums[g] = state[g].sum;
    offsets[g + 1] = offsets[g] + (int32_t)state[g].name.size;
  }
  uint8_t *bytes = (uint8_t *)LfAllocate((uint32_t)offsets[groups]);
  for (uint32_t g = 0; g < groups; g++)
    for (uint32_t k = 0; k < state[g].name.size; k++) bytes[(uint32_t)offsets[g] + k] = (uint8_t)state[g].name.data[k];
  result->state = LfBatch(groups, LfFixed(groups, sums), texts(groups, offsets, bytes));
}

LF_MODULE(GRAPH, split, add)
