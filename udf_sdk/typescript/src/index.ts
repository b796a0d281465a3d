// The package `lightflus-api` as a job's author sees it: streams and connectors to build a dataflow with.
//
// `lightflus build job.ts` compiles the job to WebAssembly; there these classes are AssemblyScript (assembly/). Run
// by Node, the same program runs here, record by record, for debugging and tests: see local.ts.
export { Connector, ConnectorSink } from "./connector.ts";
export { Kafka, KafkaBuilder, KafkaSink, MysqlConnectionOptionsBuilder, Redis, RedisStream, RedisStreamBuilder, Schema } from "./generated.ts";
export type { BadRecordPolicy, CsvOptions, RegistryOptions, SaslOptions, TlsOptions } from "./generated.ts";
export { KafkaSource } from "./kafka.ts";
export type { Header, KafkaMessage, MessageFields } from "./kafka.ts";
export { ConnectedStreams, KeyedStream, RuledStream } from "./keyed.ts";
export type { RunningAggregate } from "./keyed.ts";
export { Splits, runLocal } from "./local.ts";
export type { LocalInputs, LocalResults, Written } from "./local.ts";
export { Mysql, MysqlConnectionOptions, MysqlStatement } from "./mysql.ts";
export { Secret } from "./options.ts";
export type { ConnectedFunctions, DeduplicateOptions, ProcessContext, ProcessFunctions, Processing, RuledFunctions } from "./process.ts";
export { RedisStreamSource } from "./redis.ts";
export type { DebeziumChange, ProtobufOptions, SchemaPlace } from "./schema.ts";
export { Sink } from "./sinks.ts";
export { ConnectorSource, Source } from "./sources.ts";
export { BroadcastStream, ExecutionContext, Job, Stream } from "./streams.ts";
export { FixedWindow, SessionWindow, SideOutput, SlidingWindow, Windows, days, hours, millis, minutes, seconds } from "./time.ts";
export type { AllRanking, AllWindow, AllWindowCount, Ranking, TimestampOptions, Window, WindowCount } from "./time.ts";
export { AllWindowedStream, WindowedStream, Windowing } from "./windowed.ts";
export type { WindowAggregate } from "./windowed.ts";
