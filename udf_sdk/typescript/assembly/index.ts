// What lowered programs import as `__lf`: the published API and the record codec. See INTERNALS.md for the seam.
export { ExecutionContext, Job, KeyedStream, Stream } from "./streams";
export { Connector, ConnectorSink } from "./connector";
export { Kafka, KafkaBuilder, KafkaSink, MysqlConnectionOptionsBuilder, Redis, RedisStream, RedisStreamBuilder } from "./generated";
export { KafkaSource } from "./kafka";
export { Mysql, MysqlConnectionOptions, MysqlStatement } from "./mysql";
export { Secret } from "./options";
export { RedisStreamSource } from "./redis";
export { Schema } from "./schema";
export { Sink } from "./sinks";
export { ConnectorSource, Source } from "./sources";
export { readField } from "./reader";
export { writeField } from "./writer";
export { beginEmit, emit, endEmit } from "./operators";
export { typeOf } from "./types";
export { fail, log } from "./host";
