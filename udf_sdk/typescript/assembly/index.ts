// What lowered programs import as `__lf`: the published API and the record codec. See INTERNALS.md for the seam.
export { ExecutionContext, Job, KeyedStream, Stream } from "./streams";
export { Kafka, KafkaBuilder, KafkaSource, Redis, Schema, Sink, Source } from "./connectors";
export { readField } from "./reader";
export { writeField } from "./writer";
export { beginEmit, emit, endEmit } from "./operators";
export { typeOf } from "./types";
export { fail, log } from "./host";
