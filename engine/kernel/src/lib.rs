//! The kernel of Lightflus: what a keyed operator does per record and the engine must not do in Python. Compiled to one
//! wasm module with its own memory (`build.sh`); `engine/lightflus/kernel` is its face.
//!
//! A batch goes: `arrow` (columns) -> `encode` (key bytes) -> `hash` -> `partition` or `table` (slots) -> `rows` (state).
//! `operator` holds what one keyed operator has; everything that it owns goes when a key is removed, or with it.
//! Event time: `windowed` (state by key and window: `panes` and `firing`, or `sessions`) and `process` (state with timers).
//! `json` is text instead: lines to columns and rows to lines, for sources and sinks.
//! State leaves as runs, for checkpoints, and comes back (`durable`, `run`).

mod abi;
mod abi_durable;
mod abi_json;
mod abi_process;
mod abi_runs;
mod abi_windows;
mod arrow;
mod bits;
mod bytes;
mod cell;
mod changes;
mod chunks;
mod column;
#[cfg(test)]
mod counting;
mod decode;
mod dirty;
mod due;
mod durable;
mod encode;
mod failure;
mod firing;
mod gather;
mod giving;
mod hash;
mod json;
mod keys;
mod line;
mod lines;
mod list;
mod operator;
mod order;
mod panes;
mod partition;
mod plan;
mod pool;
mod process;
mod process_durable;
mod rows;
mod run;
mod scatter;
mod schema;
mod scratch;
mod sessions;
mod store;
mod table;
mod windowed;
mod windowed_durable;
mod windows;
