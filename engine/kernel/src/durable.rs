//! What all kinds of state do for a checkpoint: leave as runs, and come back. What it owns: the form of both. What it leaves:
//! runs (`run`), what of a row there is beside its bytes (`operator.rs`, `process.rs`, `windowed.rs`).

use crate::run::form::Damaged;
use crate::run::writer::Piece;
use std::ops::Range;

/// Key groups: of how many there are, some.
#[derive(Clone)]
pub struct Groups {
    pub wanted: Range<u32>,
    pub all: u32,
}

/// State that can be sealed, and put back.
pub trait Durable {
    /// Makes what has changed since the last time, or all there is, the next run; whether there is anything.
    fn seal(&mut self, is_whole: bool, groups: u32) -> bool;

    /// The next piece of that run.
    fn sealed(&mut self) -> Piece;

    /// Puts the rows of neighbouring blocks of a run back. After damage the state is good for nothing.
    ///
    /// # Safety
    /// `SLACK` bytes must be readable behind `blocks`.
    unsafe fn restore(&mut self, blocks: &[u8], groups: Groups) -> Result<(), Damaged>;

    /// What is not by key.
    fn facts(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Puts back what is not by key: before the rows that it belongs to.
    fn restore_facts(&mut self, facts: &[u8]) -> Result<(), Damaged> {
        if facts.is_empty() { Ok(()) } else { Err(Damaged("there are facts of state that has none")) }
    }
}
