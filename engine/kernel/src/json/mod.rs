//! JSON text to columns and back, by a declared type. A line goes: `cursor` (where in the text) -> `read` (its values, by
//! type: `strings`, `number`, `moment`) -> `target` (the columns that grow). A row goes: `write` -> `digits`, `calendar`.
//!
//! The reader takes what is beyond doubt and refuses the rest, line by line: the engine's strict reader decides what a refused
//! line is, and says why (`engine/lightflus/formats/json_strict.py`). So what a refusal means stands in one place.

pub mod bytes;
pub mod calendar;
pub mod cursor;
pub mod digits;
pub mod lines;
pub mod moment;
pub mod number;
pub mod read;
pub mod scan;
pub mod shape;
pub mod skip;
pub mod strings;
pub mod target;
#[cfg(test)]
mod tests;
pub mod write;
