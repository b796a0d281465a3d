// A guest over every type of docs/abi.md 6.5, each nullable, with udf_sdk/c/lightflus.h. Used by test_c_header.py.
//   0 map       the record, read and built again value by value
//   1 filter    rows whose bool is true (null counts as false)
//   2 flat map  the items of the list, null list = none
//   3 map       fails at its third row
//   4 map       asks for memory without end
#include "lightflus.h"

#include "graph.h"  // static const char GRAPH[], written by the test

#define COPY(Name, k) \
  if (LfIsNull(from[k], row)) LfPushNull(to[k]); else LfPush##Name(to[k], LfGet##Name(from[k], row))

static void copy(const LfCall *call, LfResult *result) {
  LfColumn from[18];
  for (uint32_t k = 0; k < 18; k++) from[k] = LfColumnOf(call->batch, k);
  LfColumn items = LfChild(from[16], 0), name = LfChild(from[17], 0), size = LfChild(from[17], 1);
  LfBuilder *item = LfBuildText();
  LfBuilder *inner = LfBuildRecord(LfBuildText(), LfBuildInt64());
  LfBuilder *record = LfBuildRecord(
      LfBuildBool(), LfBuildInt8(), LfBuildInt16(), LfBuildInt32(), LfBuildInt64(), LfBuildUint8(), LfBuildUint16(),
      LfBuildUint32(), LfBuildUint64(), LfBuildFloat32(), LfBuildFloat64(), LfBuildText(), LfBuildText(), LfBuildInt32(),
      LfBuildInt64(), LfBuildInt64(), LfBuildList(item), inner);
  LfBuilder **to = record->children;
  for (uint32_t i = 0; i < call->rows; i++) {
    uint32_t row = LfRow(call, i);
    COPY(Bool, 0);
    COPY(Int8, 1);
    COPY(Int16, 2);
    COPY(Int32, 3);
    COPY(Int64, 4);
    COPY(Uint8, 5);
    COPY(Uint16, 6);
    COPY(Uint32, 7);
    COPY(Uint64, 8);
    COPY(Float32, 9);
    COPY(Float64, 10);
    COPY(Text, 11);
    COPY(Text, 12);
    COPY(Int32, 13);
    COPY(Int64, 14);
    COPY(Int64, 15);
    if (LfIsNull(from[16], row)) {
      LfPushNull(to[16]);
    } else {
      LfRange list = LfGetList(from[16], row);
      for (uint32_t k = list.begin; k < list.end; k++)
        if (LfIsNull(items, k)) LfPushNull(item); else LfPushText(item, LfGetText(items, k));
      LfPushList(to[16]);
    }
    if (LfIsNull(from[17], row)) {
      LfPushNull(inner);
    } else {
      if (LfIsNull(name, row)) LfPushNull(inner->children[0]);
      else LfPushText(inner->children[0], LfGetText(name, row));
      LfPushInt64(inner->children[1], LfGetInt64(size, row));
      LfPushRecord(inner);
    }
    LfPushRecord(record);
  }
  result->output = LfFinish(record);
}

static void is_true(const LfCall *call, LfResult *result) {
  LfColumn flags = LfColumnOf(call->batch, 0);
  LfBuilder *kept = LfBuildBool();
  LfBuilder *batch = LfBuildRecord(kept);
  for (uint32_t i = 0; i < call->rows; i++) {
    uint32_t row = LfRow(call, i);
    LfPushBool(kept, !LfIsNull(flags, row) && LfGetBool(flags, row));
    LfPushRecord(batch);
  }
  result->output = LfFinish(batch);
}

static void items(const LfCall *call, LfResult *result) {
  LfColumn lists = LfColumnOf(call->batch, 16), texts = LfChild(lists, 0);
  LfBuilder *text = LfBuildText();
  LfBuilder *batch = LfBuildRecord(text);
  LfBuilder *list = LfBuildList(batch);
  for (uint32_t i = 0; i < call->rows; i++) {
    uint32_t row = LfRow(call, i);
    LfRange range = LfIsNull(lists, row) ? (LfRange){0, 0} : LfGetList(lists, row);
    for (uint32_t k = range.begin; k < range.end; k++) {
      if (LfIsNull(texts, k)) LfPushNull(text); else LfPushText(text, LfGetText(texts, k));
      LfPushRecord(batch);
    }
    LfPushList(list);
  }
  result->output = LfFinish(list);
}

static void fail(const LfCall *call, LfResult *result) {
  for (uint32_t i = 0; i < call->rows; i++)
    if (LfRow(call, i) == 2) LF_FAIL("the third row");
  LfLog(LF_INFO, LF_TEXT("no third row"));
  copy(call, result);
}

static void devour(const LfCall *call, LfResult *result) {
  (void)result;
  for (;;) *(uint32_t *)LfAllocate(1 << 20) = call->rows;
}

LF_MODULE(GRAPH, copy, is_true, items, fail, devour)
