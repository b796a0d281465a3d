// The word count's two hot functions as a C guest of the same ABI (docs/abi.md): what a flatMap and a fold cost when
// nobody had to translate JavaScript. flatMap: each line split at single spaces into {t0: 1.0, t1: word}; fold: t0 added up.
// The graph is that of the TypeScript module (graph.h, written by bench/guests.py), so both are called alike.
// No library: a bump allocator over linear memory, plain loops, -O3.
#include <stdint.h>

#include "graph.h"  // static const char GRAPH[]; enum { GRAPH_LENGTH }

#define EXPORT(name) __attribute__((export_name(name)))

typedef struct {
  int64_t length, null_count, offset, n_buffers, n_children;
  uint32_t buffers, children, dictionary, release, private_data, padding;
} Array;

typedef struct {
  uint32_t size, function, batch, rows, selection, wanted, state, groups, group_count;
} Call;

typedef struct {
  uint32_t size, output, state, ports, timers_set, timers_delete, cleared;
} Result;

extern uint8_t __heap_base;
static uint32_t heap;
static uint32_t row_marker;
static struct {
  uint32_t address, length;
} description;

__attribute__((import_module("lightflus"), import_name("abort"))) void lightflus_abort(
    uint32_t message, uint32_t message_length, uint32_t file, uint32_t file_length, uint32_t line, uint32_t column);

static uint32_t allocate(uint32_t size) {
  uint32_t at = (heap + 15) & ~15u;
  uint32_t pages = __builtin_wasm_memory_size(0);
  uint32_t needed = (uint32_t)(((uint64_t)at + size + 65535) >> 16);
  if (needed > pages) {
    uint32_t more = needed - pages > pages ? needed - pages : pages;
    if (__builtin_wasm_memory_grow(0, more) == (uint32_t)-1) {
      static const char text[] = "out of memory: the limit is reached";
      lightflus_abort((uint32_t)text, sizeof text - 1, 0, 0, 0, 0);
      __builtin_trap();
    }
  }
  heap = at + size;
  return at;
}

static uint32_t array(int64_t length, uint32_t buffers, const uint32_t *buffer, uint32_t children, const uint32_t *child) {
  Array *a = (Array *)allocate(sizeof(Array));
  *a = (Array){.length = length, .n_buffers = buffers, .n_children = children};
  a->buffers = allocate(4 * buffers);
  for (uint32_t k = 0; k < buffers; k++) ((uint32_t *)a->buffers)[k] = buffer[k];
  if (children) a->children = allocate(4 * children);
  for (uint32_t k = 0; k < children; k++) ((uint32_t *)a->children)[k] = child[k];
  return (uint32_t)a;
}

static const Array *child_of(uint32_t parent, uint32_t k) { return (const Array *)((uint32_t *)((Array *)parent)->children)[k]; }
static uint32_t buffer_of(const Array *a, uint32_t k) { return ((const uint32_t *)a->buffers)[k]; }

// {t0: float64, t1: utf8}
static uint32_t record(uint32_t rows, uint32_t numbers, uint32_t offsets, uint32_t bytes) {
  uint32_t t0 = array(rows, 2, (uint32_t[]){0, numbers}, 0, 0);
  uint32_t t1 = array(rows, 3, (uint32_t[]){0, offsets, bytes}, 0, 0);
  return array(rows, 1, (uint32_t[]){0}, 2, (uint32_t[]){t0, t1});
}

static uint32_t answer(uint32_t output, uint32_t state) {
  Result *result = (Result *)allocate(sizeof(Result));
  *result = (Result){.size = sizeof(Result), .output = output, .state = state};
  return (uint32_t)result;
}

EXPORT("lf_abi_v1") void lf_abi_v1(void) {}
EXPORT("lf_row") uint32_t lf_row(void) { return (uint32_t)&row_marker; }
EXPORT("lf_alloc") uint32_t lf_alloc(uint32_t size) { return allocate(size); }
EXPORT("lf_reset") void lf_reset(void) { heap = (uint32_t)&__heap_base; }

EXPORT("lf_describe") uint32_t lf_describe(void) {
  heap = (uint32_t)&__heap_base;
  description.address = (uint32_t)GRAPH;
  description.length = GRAPH_LENGTH;
  return (uint32_t)&description;
}

EXPORT("lf_apply") uint32_t lf_apply(const Call *call) {
  const Array *lines = child_of(call->batch, 0);
  const int32_t *starts = (const int32_t *)buffer_of(lines, 1);
  const uint8_t *text = (const uint8_t *)buffer_of(lines, 2);
  const uint32_t *selection = (const uint32_t *)call->selection;
  uint32_t rows = call->rows, words = 0, bytes = 0;
  for (uint32_t i = 0; i < rows; i++) {
    uint32_t row = selection ? selection[i] : i;
    uint32_t spaces = 0;
    for (int32_t at = starts[row]; at < starts[row + 1]; at++) spaces += text[at] == ' ';
    words += spaces + 1;
    bytes += (uint32_t)(starts[row + 1] - starts[row]) - spaces;
  }
  int32_t *lists = (int32_t *)allocate(4 * (rows + 1));
  double *ones = (double *)allocate(8 * words);
  int32_t *offsets = (int32_t *)allocate(4 * (words + 1));
  uint8_t *out = (uint8_t *)allocate(bytes);
  uint32_t word = 0, written = 0;
  lists[0] = offsets[0] = 0;
  for (uint32_t i = 0; i < rows; i++) {
    row_marker = i;
    uint32_t row = selection ? selection[i] : i;
    for (int32_t at = starts[row]; at < starts[row + 1]; at++) {
      if (text[at] != ' ') {
        out[written++] = text[at];
        continue;
      }
      ones[word++] = 1;
      offsets[word] = (int32_t)written;
    }
    ones[word++] = 1;
    offsets[word] = (int32_t)written;
    lists[i + 1] = (int32_t)word;
  }
  uint32_t child = record(words, (uint32_t)ones, (uint32_t)offsets, (uint32_t)out);
  return answer(array(rows, 2, (uint32_t[]){0, (uint32_t)lists}, 1, &child), 0);
}

EXPORT("lf_fold") uint32_t lf_fold(const Call *call) {
  uint32_t groups = call->group_count;
  const uint32_t *group = (const uint32_t *)call->groups;
  const double *numbers = (const double *)buffer_of(child_of(call->batch, 0), 1);
  const Array *names = child_of(call->batch, 1);
  const int32_t *starts = (const int32_t *)buffer_of(names, 1);
  const uint8_t *text = (const uint8_t *)buffer_of(names, 2);
  const uint8_t *valid = (const uint8_t *)buffer_of((const Array *)call->state, 0);
  const double *old_numbers = (const double *)buffer_of(child_of(call->state, 0), 1);
  const Array *old_names = child_of(call->state, 1);
  const int32_t *old_starts = (const int32_t *)buffer_of(old_names, 1);
  const uint8_t *old_text = (const uint8_t *)buffer_of(old_names, 2);

  double *sums = (double *)allocate(8 * groups);
  uint32_t *name = (uint32_t *)allocate(4 * groups);  // address of the group's word, 0 = none yet
  uint32_t *length = (uint32_t *)allocate(4 * groups);
  for (uint32_t g = 0; g < groups; g++) {
    uint32_t has_state = !valid || (valid[g >> 3] >> (g & 7) & 1);
    sums[g] = has_state ? old_numbers[g] : 0;
    length[g] = has_state ? (uint32_t)(old_starts[g + 1] - old_starts[g]) : 0;
    name[g] = has_state ? (uint32_t)(old_text + old_starts[g]) : 0;
    if (has_state && !length[g]) name[g] = 1;
  }
  for (uint32_t i = 0; i < call->rows; i++) {
    row_marker = i;
    uint32_t g = group[i];
    if (!name[g]) {
      length[g] = (uint32_t)(starts[i + 1] - starts[i]);
      name[g] = length[g] ? (uint32_t)(text + starts[i]) : 1;
      sums[g] = numbers[i];
    } else {
      sums[g] += numbers[i];
    }
  }
  int32_t *offsets = (int32_t *)allocate(4 * (groups + 1));
  offsets[0] = 0;
  for (uint32_t g = 0; g < groups; g++) offsets[g + 1] = offsets[g] + (int32_t)length[g];
  uint8_t *bytes = (uint8_t *)allocate((uint32_t)offsets[groups]);
  for (uint32_t g = 0; g < groups; g++)
    for (uint32_t k = 0; k < length[g]; k++) bytes[(uint32_t)offsets[g] + k] = ((const uint8_t *)name[g])[k];
  return answer(0, record(groups, (uint32_t)sums, (uint32_t)offsets, (uint32_t)bytes));
}
