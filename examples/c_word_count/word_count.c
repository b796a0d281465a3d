// The word count in C: lines, split at single spaces, counted per word. With udf_sdk/c/lightflus.h and no library.
// Three functions, numbered as in the graph: split (flat map), add (reduce), text (the value that the sink writes).
#include "lightflus.h"

#define WORD_COUNT "{\"struct\":{\"fields\":[{\"name\":\"word\",\"type\":{\"scalar\":\"UTF8\"}}," \
                   "{\"name\":\"count\",\"type\":{\"scalar\":\"INT64\"}}]}}"

static const char GRAPH[] =
    "{\"version\":1,\"job\":\"wordCount\",\"namespace\":\"default\",\"sdk\":{\"language\":\"c\"},\"operators\":["
    "{\"id\":0,\"output\":{\"scalar\":\"UTF8\"},\"source\":{\"connector\":{\"kind\":\"kafka\",\"options\":"
    "{\"brokers\":\"localhost:9092\",\"topic\":\"topic\",\"group\":\"word_count\"}}}},"
    "{\"id\":1,\"inputs\":[{\"operator\":0}],\"output\":" WORD_COUNT ",\"flatMap\":{\"function\":0}},"
    "{\"id\":2,\"inputs\":[{\"operator\":1}],\"output\":" WORD_COUNT ",\"keyBy\":{\"key\":{\"field\":{\"names\":[\"word\"]}},"
    "\"keyType\":{\"scalar\":\"UTF8\"}}},"
    "{\"id\":3,\"name\":\"count\",\"inputs\":[{\"operator\":2}],\"output\":" WORD_COUNT ",\"reduce\":{\"function\":1}},"
    "{\"id\":4,\"inputs\":[{\"operator\":3}],\"sink\":{\"connector\":{\"kind\":\"redis\",\"options\":{\"host\":\"localhost\"}},"
    "\"fields\":[{\"name\":\"key\",\"value\":{\"field\":{\"names\":[\"word\"]}},\"type\":{\"scalar\":\"UTF8\"}},"
    "{\"name\":\"value\",\"value\":{\"function\":2},\"type\":{\"scalar\":\"UTF8\"}}],"
    "\"delivery\":\"DELIVERY_UPSERT\",\"keyFields\":[\"key\"]}}],"
    "\"functions\":["
    "{\"kind\":\"FUNCTION_KIND_FLAT_MAP\",\"name\":\"split\",\"input\":{\"scalar\":\"UTF8\"},\"output\":" WORD_COUNT "},"
    "{\"kind\":\"FUNCTION_KIND_REDUCE\",\"name\":\"add\",\"input\":" WORD_COUNT ",\"output\":" WORD_COUNT ",\"keeps\":[\"word\"]},"
    "{\"kind\":\"FUNCTION_KIND_FIELD\",\"name\":\"text\",\"input\":" WORD_COUNT ",\"output\":{\"scalar\":\"UTF8\"},"
    "\"reads\":{\"names\":[\"count\"]}}]}";

static void push(LfBuilder *record, LfText word, int64_t count) {
  LfPushText(record->children[0], word);
  LfPushInt64(record->children[1], count);
  LfPushRecord(record);
}

// A line -> a list of {word, 1}. Two spaces in a row have an empty word between them, as in JavaScript's split.
static void split(const LfCall *call, LfResult *result) {
  LfColumn lines = LfColumnOf(call->batch, 0);
  LfBuilder *words = LfBuildRecord(LfBuildText(), LfBuildInt64());
  LfBuilder *lists = LfBuildList(words);
  for (uint32_t i = 0; i < call->rows; i++) {
    LfText line = LfGetText(lines, LfRow(call, i));
    uint32_t begin = 0;
    for (uint32_t at = 0; at < line.size; at++) {
      if (line.data[at] != ' ') continue;
      push(words, (LfText){line.data + begin, at - begin}, 1);
      begin = at + 1;
    }
    push(words, (LfText){line.data + begin, line.size - begin}, 1);
    LfPushList(lists);
  }
  result->output = LfFinish(lists);
}

// Rows, in order, into the state of their group. The first row of a group without state becomes its state.
static void add(const LfCall *call, LfResult *result) {
  LfColumn words = LfColumnOf(call->batch, 0), counts = LfColumnOf(call->batch, 1);
  LfColumn old_words = LfColumnOf(call->state, 0), old_counts = LfColumnOf(call->state, 1);
  struct { LfText word; int64_t count; bool exists; } *states = LfAllocate(sizeof *states * call->group_count);
  for (uint32_t g = 0; g < call->group_count; g++) {
    states[g].exists = LfHasState(call, g);
    if (!states[g].exists) continue;
    states[g].word = LfGetText(old_words, g);
    states[g].count = LfGetInt64(old_counts, g);
  }
  bool wants_output = call->wanted & LF_WANTS_OUTPUT;
  LfBuilder *output = LfBuildRecord(LfBuildText(), LfBuildInt64());
  for (uint32_t i = 0; i < call->rows; i++) {
    uint32_t row = LfRow(call, i), g = call->groups[i];
    if (states[g].exists) {
      states[g].count += LfGetInt64(counts, row);
    } else {
      states[g].word = LfGetText(words, row);
      states[g].count = LfGetInt64(counts, row);
      states[g].exists = true;
    }
    if (wants_output) push(output, states[g].word, states[g].count);
  }
  LfBuilder *state = LfBuildRecord(LfBuildText(), LfBuildInt64());
  for (uint32_t g = 0; g < call->group_count; g++) push(state, states[g].word, states[g].count);
  result->state = LfFinish(state);
  if (wants_output) result->output = LfFinish(output);
}

// A count as decimal digits. The function reads only `count`, so that is column 0 of its batch.
static void text(const LfCall *call, LfResult *result) {
  LfColumn counts = LfColumnOf(call->batch, 0);
  LfBuilder *texts = LfBuildText();
  LfBuilder *batch = LfBuildRecord(texts);
  for (uint32_t i = 0; i < call->rows; i++) {
    int64_t count = LfGetInt64(counts, LfRow(call, i));
    char digits[20];
    uint32_t at = sizeof digits;
    uint64_t rest = count < 0 ? -(uint64_t)count : (uint64_t)count;
    do digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (count < 0) digits[--at] = '-';
    LfPushText(texts, (LfText){digits + at, sizeof digits - at});
    LfPushRecord(batch);
  }
  result->output = LfFinish(batch);
}

LF_MODULE(GRAPH, split, add, text)
