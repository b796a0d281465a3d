// The package `lightflus-api` as a job's author sees it: streams and connectors to build a dataflow with.
//
// `lightflus build job.ts` compiles the job to WebAssembly; there these classes are AssemblyScript (assembly/). Run
// by Node, the same program runs here, record by record, for debugging and tests: see local.ts.
export { Kafka, KafkaBuilder, KafkaSource, Redis, Schema, Sink, Source } from "./connectors.ts";
export { runLocal } from "./local.ts";
export type { LocalInputs, LocalResults, Written } from "./local.ts";
export { ExecutionContext, Job, KeyedStream, Stream } from "./streams.ts";
