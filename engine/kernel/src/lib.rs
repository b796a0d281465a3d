//! The kernel of Lightflus: what a keyed operator does per record and the engine must not do in Python. Compiled to one
//! wasm module with its own memory (`build.sh`); `engine/lightflus/kernel` is its face.
//!
//! A batch goes: `arrow` (columns) -> `encode` (key bytes) -> `hash` -> `partition` or `table` (slots) -> `rows` (state).
//! `operator` holds what one keyed operator has; everything that it owns goes when a key is removed, or with it.
//! Room is left, by design and not by code, for export by key group, timers, windows and sessions: they work on slots.

mod abi;
mod arrow;
mod bits;
mod bytes;
mod cell;
mod chunks;
mod column;
#[cfg(test)]
mod counting;
mod decode;
mod dirty;
mod encode;
mod failure;
mod gather;
mod hash;
mod keys;
mod line;
mod lines;
mod operator;
mod order;
mod partition;
mod pool;
mod rows;
mod scatter;
mod schema;
mod scratch;
mod table;
