/* lightflus.h: everything that a C program needs to be a Lightflus module. One file, no library.
 *
 * It owns: the structs of docs/abi.md (the contract; numbers in brackets are its rules), an arena, readers and builders
 * of columns of every type with nulls, abort and log, and the exports of a module. It leaves to you: the graph as JSON
 * text, and one C function for each of its functions. Include it in one C file and end that file with LF_MODULE:
 *
 *   static void shout(const LfCall *call, LfResult *result) { ... }   // function 0 of the graph
 *   LF_MODULE(GRAPH, shout)
 *
 *   clang --target=wasm32 -O2 -nostdlib -ffreestanding -mbulk-memory -msign-ext -Wl,--no-entry -Wl,-z,stack-size=65536
 *         -Wl,--stack-first -o shout.wasm shout.c                     (one line; examples/c_word_count/build.sh)
 *
 * Memory that a function allocates lives until the host begins the next chain. Nothing is freed before; nothing has to be.
 * Every index is yours to check: readers do not. */
#ifndef LIGHTFLUS_H
#define LIGHTFLUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef __wasm32__
#error "lightflus.h describes memory as wasm32 sees it: compile with clang --target=wasm32"
#endif

/* ---------------------------------------------------------------------------------------------------------------------
 * The structs that cross the border [4, 6.1]. They are read and written as they are. */

/* One column, or a batch (a struct whose children are the columns): the Arrow C Data Interface. */
typedef struct LfArray {
  int64_t length;
  int64_t null_count; /* exact, or -1 */
  int64_t offset;     /* always 0 */
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers; /* buffers[0]: validity bits, or NULL where there are no nulls */
  struct LfArray **children;
  struct LfArray *dictionary;
  void *release;      /* ignored */
  void *private_data; /* ignored */
  uint32_t padding;
} LfArray;

enum { LF_WANTS_OUTPUT = 1, LF_WANTS_STATE = 2 };

/* What the host asks for. Of a fold: g rows of state (a null row = no state yet), and the group of each row. */
typedef struct {
  uint32_t size;
  uint32_t function;
  const LfArray *batch;
  uint32_t rows;
  const uint32_t *selection; /* NULL, or the rows of the batch that this call is about: use LfRow */
  uint32_t wanted;           /* LF_WANTS_* */
  const LfArray *state;
  const uint32_t *groups;
  uint32_t group_count;
  const LfArray *keys;
  const int64_t *times;
  const int64_t *window_start; /* what follows is for event time [4, 10]; NULL or 0 elsewhere */
  const int64_t *window_end;
  const LfArray *second;
  int64_t watermark;
  int64_t processing_time;
  const int64_t *marks;
  const uint32_t *sides;
  const LfArray *rules;
  uint32_t reserved;
} LfCall;

/* What a function answers: `output`, or for a fold `state` (and `output` if it was wanted). */
typedef struct {
  uint32_t size;
  LfArray *output;
  LfArray *state;
  LfArray **ports;
  uint32_t reserved[3];
} LfResult;

_Static_assert(sizeof(LfArray) == 64 && offsetof(LfArray, buffers) == 40, "docs/abi.md 6.1");
_Static_assert(sizeof(LfCall) == 88 && offsetof(LfCall, watermark) == 56 && offsetof(LfCall, marks) == 72, "docs/abi.md 4, Call");
_Static_assert(sizeof(LfResult) == 28, "docs/abi.md 4, Result");

/* One function of the graph. `result` comes with its size set and everything else 0. */
typedef void (*LfFunction)(const LfCall *call, LfResult *result);

/* ---------------------------------------------------------------------------------------------------------------------
 * Text, failing, logging [2] */

/* UTF-8 text or bytes, somewhere in memory; not ended by a 0. */
typedef struct {
  const char *data;
  uint32_t size;
} LfText;

/* A literal as LfText. */
#define LF_TEXT(literal) ((LfText){literal, sizeof(literal) - 1})

__attribute__((import_module("lightflus"), import_name("abort"), noreturn)) void LfImportAbort(
    const char *message, uint32_t message_size, const char *file, uint32_t file_size, uint32_t line, uint32_t column);
__attribute__((import_module("lightflus"), import_name("log"))) void LfImportLog(
    uint32_t level, const char *message, uint32_t size);

/* Ends the call with a message at this line. The host stops the instance: nothing after it runs. */
#define LF_FAIL(literal) LfImportAbort(literal, sizeof(literal) - 1, __FILE__, sizeof(__FILE__) - 1, __LINE__, 0)

typedef enum { LF_DEBUG, LF_INFO, LF_WARN, LF_ERROR } LfLevel;

static inline void LfLog(LfLevel level, LfText line) { LfImportLog(level, line.data, line.size); }

static inline bool LfTextEqual(LfText a, LfText b) {
  if (a.size != b.size) return false;
  for (uint32_t i = 0; i < a.size; i++)
    if (a.data[i] != b.data[i]) return false;
  return true;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The arena [3.1 to 3.5]: a pointer that goes up, and back at the beginning of a chain. */

extern uint8_t __heap_base; /* the linker's: the first byte behind data and stack */
static uint8_t *lf_heap = &__heap_base;
static uint8_t *lf_heap_begin = &__heap_base;

/* Makes the memory reach `end`: twice as large if it can be, else as large as it must be. */
static __attribute__((noinline)) void LfGrow(uint64_t end) {
  uint64_t pages = __builtin_wasm_memory_size(0), needed = (end + 65535) / 65536;
  if (needed <= pages) return;
  if (needed <= 65536) {
    uint64_t twice = 2 * pages > needed ? 2 * pages : needed;
    if (__builtin_wasm_memory_grow(0, (uint32_t)(twice - pages)) != (size_t)-1) return;
    if (__builtin_wasm_memory_grow(0, (uint32_t)(needed - pages)) != (size_t)-1) return;
  }
  LF_FAIL("out of memory: a batch and what is made of it do not fit"); /* these first three words are a rule [3.5] */
}

/* 16-byte aligned memory, not cleared, valid until the next chain. Never NULL: where there is none, the call ends. */
static inline void *LfAllocate(uint32_t size) {
  uint64_t at = ((uint64_t)(uintptr_t)lf_heap + 15) & ~15ull, end = at + size;
  if (end > (uint64_t)__builtin_wasm_memory_size(0) << 16) LfGrow(end);
  lf_heap = (uint8_t *)(uintptr_t)end;
  return (void *)(uintptr_t)at;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Reading a call */

static uint32_t lf_row_marker;

/* Begins row i of a call [4.3]: call it before anything that could fail. Returns which row of the batch it is. */
static inline uint32_t LfRow(const LfCall *call, uint32_t i) {
  lf_row_marker = i;
  return call->selection ? call->selection[i] : i;
}

/* A column as readers like it. Copy it, pass it by value. */
typedef struct {
  const uint8_t *validity; /* NULL: no nulls */
  const void *values;      /* values, bits, or offsets */
  const char *bytes;       /* of utf8 and binary */
  const LfArray *array;
} LfColumn;

static inline LfColumn LfColumnOfArray(const LfArray *array) {
  const void **buffers = array->buffers;
  return (LfColumn){(const uint8_t *)buffers[0], array->n_buffers > 1 ? buffers[1] : NULL,
                    array->n_buffers > 2 ? (const char *)buffers[2] : NULL, array};
}

/* Column k of a batch, in the order of the function's `reads`, else of the record's fields [4.4, 6.2]. */
static inline LfColumn LfColumnOf(const LfArray *batch, uint32_t k) { return LfColumnOfArray(batch->children[k]); }

/* Field k of a struct column (same rows), or with k = 0 the items of a list column (rows of LfGetList). */
static inline LfColumn LfChild(LfColumn column, uint32_t k) { return LfColumnOfArray(column.array->children[k]); }

static inline bool LfGetBit(const void *bits, uint32_t i) { return ((const uint8_t *)bits)[i >> 3] >> (i & 7) & 1; }

/* Whether a row is null. What the other readers say of a null row means nothing. */
static inline bool LfIsNull(LfColumn column, uint32_t row) { return column.validity && !LfGetBit(column.validity, row); }

static inline bool LfGetBool(LfColumn column, uint32_t row) { return LfGetBit(column.values, row); }

/* LfGetInt8(column, row) ... LfGetFloat64; date32 is an Int32, a timestamp an Int64. */
#define LF_NUMBERS(do) \
  do(Int8, int8_t) do(Int16, int16_t) do(Int32, int32_t) do(Int64, int64_t) do(Uint8, uint8_t) do(Uint16, uint16_t) \
  do(Uint32, uint32_t) do(Uint64, uint64_t) do(Float32, float) do(Float64, double)
#define LF_GETTER(Name, type) \
  static inline type LfGet##Name(LfColumn column, uint32_t row) { return ((const type *)column.values)[row]; }
LF_NUMBERS(LF_GETTER)
#undef LF_GETTER

/* utf8 or binary: where it lies in the batch, valid until the next chain. */
static inline LfText LfGetText(LfColumn column, uint32_t row) {
  const int32_t *offsets = (const int32_t *)column.values;
  return (LfText){column.bytes + offsets[row], (uint32_t)(offsets[row + 1] - offsets[row])};
}

/* The rows of LfChild(column, 0) that a list is made of. */
typedef struct {
  uint32_t begin, end;
} LfRange;

static inline LfRange LfGetList(LfColumn column, uint32_t row) {
  const int32_t *offsets = (const int32_t *)column.values;
  return (LfRange){(uint32_t)offsets[row], (uint32_t)offsets[row + 1]};
}

/* Whether group g of a fold has a state [4.2]. */
static inline bool LfHasState(const LfCall *call, uint32_t g) { return !LfIsNull(LfColumnOfArray(call->state), g); }

/* ---------------------------------------------------------------------------------------------------------------------
 * Arrays over buffers that you filled yourself: the fast way */

static inline LfArray *LfMakeArray(uint32_t rows, uint32_t buffers, uint32_t children) {
  LfArray *array = (LfArray *)LfAllocate(sizeof(LfArray) + 4 * (buffers + children));
  const void **pointers = (const void **)(array + 1);
  *array = (LfArray){.length = rows, .n_buffers = buffers, .n_children = children};
  array->buffers = pointers;
  array->children = (LfArray **)(pointers + buffers);
  pointers[0] = NULL; /* no nulls */
  return array;
}

/* A column of numbers, or of bools (bits), without nulls. The values stay where they are. */
static inline LfArray *LfFixed(uint32_t rows, const void *values) {
  LfArray *array = LfMakeArray(rows, 2, 0);
  array->buffers[1] = values;
  return array;
}

static inline LfArray *LfBatchOfArray(uint32_t rows, uint32_t count, LfArray *const *columns) {
  LfArray *batch = LfMakeArray(rows, 1, count);
  for (uint32_t k = 0; k < count; k++) batch->children[k] = columns[k];
  return batch;
}

/* A batch of these columns: LfBatch(rows, words, counts). */
#define LfBatch(rows, ...) \
  LfBatchOfArray(rows, sizeof((LfArray *[]){__VA_ARGS__}) / sizeof(LfArray *), (LfArray *[]){__VA_ARGS__})

/* ---------------------------------------------------------------------------------------------------------------------
 * Builders: row by row, with nulls, for any type. A record is built child by child, then closed by LfPushRecord; a list
 * item by item, then closed by LfPushList. */

typedef struct {
  uint8_t *data;
  uint32_t size, capacity;
} LfBuffer;

typedef enum { LF_BITS, LF_FIXED, LF_BYTES, LF_LIST, LF_RECORD } LfShape;

typedef struct LfBuilder {
  LfShape shape;
  uint32_t width; /* bytes of a value of LF_FIXED */
  uint32_t rows, nulls;
  LfBuffer validity; /* empty until the first null */
  LfBuffer values;   /* values, bits, or offsets */
  LfBuffer bytes;
  uint32_t n_children;
  struct LfBuilder **children;
} LfBuilder;

/* Out of line, as everything here that is seldom or large: a function of many columns would grow past what a JVM compiles
 * (8,000 bytes, [1.7]). */
#define LF_OUT_OF_LINE static __attribute__((noinline, unused))

LF_OUT_OF_LINE void LfEnlarge(LfBuffer *buffer, uint32_t more) {
  uint64_t wanted = 2ull * buffer->capacity + 64;
  if (wanted < (uint64_t)buffer->size + more) wanted = (uint64_t)buffer->size + more;
  if (wanted > INT32_MAX) LF_FAIL("out of memory: a column of more than 2 GiB");
  uint8_t *data = (uint8_t *)LfAllocate((uint32_t)wanted);
  __builtin_memcpy(data, buffer->data, buffer->size);
  buffer->data = data;
  buffer->capacity = (uint32_t)wanted;
}

/* Room for `more` bytes at a buffer's end: where to write them. */
static inline void *LfExtend(LfBuffer *buffer, uint32_t more) {
  if (more > buffer->capacity - buffer->size) LfEnlarge(buffer, more);
  void *at = buffer->data + buffer->size;
  buffer->size += more;
  return at;
}

static inline void LfPutBit(LfBuffer *bits, uint32_t i, bool bit) {
  if ((i & 7) == 0) *(uint8_t *)LfExtend(bits, 1) = 0;
  bits->data[i >> 3] |= (uint8_t)(bit << (i & 7));
}

LF_OUT_OF_LINE LfBuilder *LfBuilderOf(LfShape shape, uint32_t width, uint32_t count, LfBuilder *const *children) {
  LfBuilder *builder = (LfBuilder *)LfAllocate(sizeof(LfBuilder) + 4 * count);
  *builder = (LfBuilder){.shape = shape, .width = width, .n_children = count};
  builder->children = (LfBuilder **)(builder + 1);
  for (uint32_t k = 0; k < count; k++) builder->children[k] = children[k];
  if (shape == LF_BYTES || shape == LF_LIST) *(int32_t *)LfExtend(&builder->values, 4) = 0;
  return builder;
}

static inline LfBuilder *LfBuildBool(void) { return LfBuilderOf(LF_BITS, 0, 0, NULL); }
static inline LfBuilder *LfBuildText(void) { return LfBuilderOf(LF_BYTES, 0, 0, NULL); } /* binary as well */
static inline LfBuilder *LfBuildList(LfBuilder *items) { return LfBuilderOf(LF_LIST, 0, 1, &items); }

/* A record, or a batch: LfBuildRecord(LfBuildText(), LfBuildInt64()). A batch of a plain type has one column [6.2]. */
#define LfBuildRecord(...) LfBuildRecordOf((LfBuilder *[]){__VA_ARGS__}, sizeof((LfBuilder *[]){__VA_ARGS__}) / 4)
static inline LfBuilder *LfBuildRecordOf(LfBuilder *const *children, uint32_t count) {
  return LfBuilderOf(LF_RECORD, 0, count, children);
}

LF_OUT_OF_LINE void LfMarkValidity(LfBuilder *builder, bool valid) {
  if (!valid && !builder->nulls++)
    for (uint32_t row = 0; row < builder->rows; row++) LfPutBit(&builder->validity, row, true);
  LfPutBit(&builder->validity, builder->rows, valid);
}

static inline void LfMarkRow(LfBuilder *builder, bool valid) {
  if (!valid || builder->nulls) LfMarkValidity(builder, valid);
  builder->rows++;
}

/* LfBuildInt8() ... LfBuildFloat64(), and LfPushInt8(builder, value) ... */
#define LF_NUMBER_BUILDER(Name, type) \
  static inline LfBuilder *LfBuild##Name(void) { return LfBuilderOf(LF_FIXED, sizeof(type), 0, NULL); } \
  LF_OUT_OF_LINE void LfPush##Name(LfBuilder *builder, type value) { \
    *(type *)LfExtend(&builder->values, sizeof(type)) = value; \
    LfMarkRow(builder, true); \
  }
LF_NUMBERS(LF_NUMBER_BUILDER)
#undef LF_NUMBER_BUILDER

LF_OUT_OF_LINE void LfPushBool(LfBuilder *builder, bool value) {
  LfPutBit(&builder->values, builder->rows, value);
  LfMarkRow(builder, true);
}

/* utf8 (it must be valid UTF-8: the host refuses the batch otherwise [6.6]) or binary. */
LF_OUT_OF_LINE void LfPushText(LfBuilder *builder, LfText text) {
  char *to = (char *)LfExtend(&builder->bytes, text.size);
  if (text.size < 16) { /* shorter than a bulk copy is worth */
    for (uint32_t i = 0; i < text.size; i++) to[i] = text.data[i];
  } else {
    __builtin_memcpy(to, text.data, text.size);
  }
  *(int32_t *)LfExtend(&builder->values, 4) = (int32_t)builder->bytes.size;
  LfMarkRow(builder, true);
}

/* Closes a list: its items are what was pushed into `items` since the last list. */
static inline void LfPushList(LfBuilder *list) {
  *(int32_t *)LfExtend(&list->values, 4) = (int32_t)list->children[0]->rows;
  LfMarkRow(list, true);
}

/* Closes a record: one value (or null) was pushed into each of its children. */
static inline void LfPushRecord(LfBuilder *record) { LfMarkRow(record, true); }

/* A null. Only where the type is nullable. The children of a null record get a null each. */
LF_OUT_OF_LINE void LfPushNull(LfBuilder *builder) {
  switch (builder->shape) {
    case LF_BITS: LfPutBit(&builder->values, builder->rows, false); break;
    case LF_FIXED: __builtin_memset(LfExtend(&builder->values, builder->width), 0, builder->width); break;
    case LF_BYTES: *(int32_t *)LfExtend(&builder->values, 4) = (int32_t)builder->bytes.size; break;
    case LF_LIST: *(int32_t *)LfExtend(&builder->values, 4) = (int32_t)builder->children[0]->rows; break;
    case LF_RECORD:
      for (uint32_t k = 0; k < builder->n_children; k++) LfPushNull(builder->children[k]);
  }
  LfMarkRow(builder, false);
}

/* The array. The builder is used up. */
LF_OUT_OF_LINE LfArray *LfFinish(const LfBuilder *builder) {
  uint32_t buffers = builder->shape == LF_RECORD ? 1 : builder->shape == LF_BYTES ? 3 : 2;
  LfArray *array = LfMakeArray(builder->rows, buffers, builder->n_children);
  array->null_count = builder->nulls;
  array->buffers[0] = builder->validity.data;
  if (buffers > 1) array->buffers[1] = builder->values.data;
  if (buffers > 2) array->buffers[2] = builder->bytes.data;
  for (uint32_t k = 0; k < builder->n_children; k++) array->children[k] = LfFinish(builder->children[k]);
  return array;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The module [3] */

typedef struct {
  const char *data;
  uint32_t size;
} LfDescription;

#define LF_EXPORT(name) __attribute__((export_name(name), visibility("default")))

/* The exports. `graph` is a string literal or a char array; the functions stand in the order of its `functions`. */
#define LF_MODULE(graph, ...) \
  static const LfFunction lf_functions[] = {__VA_ARGS__}; \
  static LfResult *lf_run(const LfCall *call) { \
    if (call->function >= sizeof lf_functions / sizeof *lf_functions) LF_FAIL("the graph has more functions than the module"); \
    LfResult *result = (LfResult *)LfAllocate(sizeof(LfResult)); \
    *result = (LfResult){.size = sizeof(LfResult)}; \
    lf_functions[call->function](call, result); \
    return result; \
  } \
  LF_EXPORT("lf_abi_v1") void lf_abi_v1(void) {} \
  LF_EXPORT("lf_describe") const LfDescription *lf_describe(void) { \
    static const LfDescription description = {graph, sizeof(graph) - 1}; \
    return &description; \
  } \
  LF_EXPORT("lf_row") const uint32_t *lf_row(void) { return &lf_row_marker; } \
  LF_EXPORT("lf_alloc") void *lf_alloc(uint32_t size) { return LfAllocate(size); } \
  LF_EXPORT("lf_reset") void lf_reset(void) { lf_heap = lf_heap_begin; } \
  LF_EXPORT("lf_apply") LfResult *lf_apply(const LfCall *call) { return lf_run(call); } \
  LF_EXPORT("lf_fold") LfResult *lf_fold(const LfCall *call) { return lf_run(call); }

#endif
