//! The kernel of Lightflus: what a keyed operator does per record and the engine must not do in Python. Compiled to one
//! wasm module with its own memory (`build.sh`); `engine/lightflus/kernel` is its face.
//!
//! A batch goes: `arrow` (columns) -> `encode` (key bytes) -> `hash` -> `partition` or `table` (slots) -> `rows` (state).
//! Room is left, by design and not by code, for export by key group, timers, windows and sessions: they work on slots.

mod abi;
mod arrow;
mod bytes;
mod cell;
mod chunks;
mod column;
mod dirty;
mod encode;
mod failure;
mod hash;
mod keys;
mod lines;
mod partition;
mod rows;
mod schema;
mod scratch;
mod table;
