// What the module says about itself: the job graph (docs/abi.md 5), as protobuf's JSON mapping has it.
package main

const graph = `{
  "version": 1,
  "job": "wordCount",
  "namespace": "default",
  "sdk": {"language": "go"},
  "operators": [
    {
      "id": 0,
      "output": {"scalar": "UTF8"},
      "source": {"connector": {"kind": "kafka", "options": {"brokers": "localhost:9092", "topic": "topic", "group": "word_count"}}}
    },
    {
      "id": 1,
      "inputs": [{"operator": 0}],
      "output": {"struct": {"fields": [{"name": "word", "type": {"scalar": "UTF8"}}, {"name": "count", "type": {"scalar": "INT64"}}]}},
      "flatMap": {"function": 0}
    },
    {
      "id": 2,
      "inputs": [{"operator": 1}],
      "output": {"struct": {"fields": [{"name": "word", "type": {"scalar": "UTF8"}}, {"name": "count", "type": {"scalar": "INT64"}}]}},
      "keyBy": {"key": {"field": {"names": ["word"]}}, "keyType": {"scalar": "UTF8"}}
    },
    {
      "id": 3,
      "name": "count",
      "inputs": [{"operator": 2}],
      "output": {"struct": {"fields": [{"name": "word", "type": {"scalar": "UTF8"}}, {"name": "count", "type": {"scalar": "INT64"}}]}},
      "reduce": {"function": 1}
    },
    {
      "id": 4,
      "inputs": [{"operator": 3}],
      "sink": {
        "connector": {"kind": "redis", "options": {"host": "localhost"}},
        "fields": [
          {"name": "key", "value": {"field": {"names": ["word"]}}, "type": {"scalar": "UTF8"}},
          {"name": "value", "value": {"function": 2}, "type": {"scalar": "UTF8"}}
        ],
        "delivery": "DELIVERY_UPSERT",
        "keyFields": ["key"]
      }
    }
  ],
  "functions": [
    {
      "kind": "FUNCTION_KIND_FLAT_MAP",
      "name": "split",
      "input": {"scalar": "UTF8"},
      "output": {"struct": {"fields": [{"name": "word", "type": {"scalar": "UTF8"}}, {"name": "count", "type": {"scalar": "INT64"}}]}}
    },
    {
      "kind": "FUNCTION_KIND_REDUCE",
      "name": "add",
      "input": {"struct": {"fields": [{"name": "word", "type": {"scalar": "UTF8"}}, {"name": "count", "type": {"scalar": "INT64"}}]}},
      "output": {"struct": {"fields": [{"name": "word", "type": {"scalar": "UTF8"}}, {"name": "count", "type": {"scalar": "INT64"}}]}},
      "keeps": ["word"]
    },
    {
      "kind": "FUNCTION_KIND_FIELD",
      "name": "text",
      "input": {"struct": {"fields": [{"name": "word", "type": {"scalar": "UTF8"}}, {"name": "count", "type": {"scalar": "INT64"}}]}},
      "output": {"scalar": "UTF8"},
      "reads": {"names": ["count"]}
    }
  ]
}`
