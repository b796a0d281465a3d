//! The rows of blocks as columns, for whoever looks into runs from outside. What it owns: their way through state rows to
//! columns, which is that of a state that is restored.

use crate::column::Built;
use crate::decode::decode;
use crate::durable::Groups;
use crate::rows::Rows;
use crate::run::form::Damaged;
use crate::run::over::Over;
use crate::run::rows::Stretch;
use crate::schema::{Node, parse};

/// Whose rows they are.
pub struct Columns {
    key: Node,
    rows: Rows,
    over: Over,
}

/// Rows as columns, those that are over left out.
pub struct Shown {
    pub keys: Built,
    /// Null where a row is a removal.
    pub states: Built,
    pub starts: Vec<i64>,
    pub ends: Vec<i64>,
}

impl Columns {
    /// Types are in the form of `schema.rs`.
    pub fn new(key: &[u8], state: &[u8], over: Over) -> Columns {
        Columns { key: parse(key, false), rows: Rows::new(parse(state, true)), over }
    }

    /// The rows of neighbouring blocks.
    ///
    /// # Safety
    /// `SLACK` bytes must be readable behind `blocks`.
    pub unsafe fn read(&mut self, blocks: &[u8], groups: Groups) -> Result<Shown, Damaged> {
        let mut stretch = unsafe { Stretch::read(blocks, self.over.kind, &self.key, groups.wanted, groups.all) }?;
        stretch.retain(|row| row.state.is_none() || !self.over.has(row));
        let slots: Vec<u32> = (0..stretch.rows.len() as u32).collect();
        for (&slot, row) in slots.iter().zip(&stretch.rows) {
            match row.state {
                Some(state) => self.rows.restore(slot, state)?,
                None => self.rows.remove(slot),
            }
        }
        let spans = stretch.rows.iter().filter_map(|row| row.window).map(|window| self.over.span(window));
        let (starts, ends) = spans.map(|[start, end]| (start, end)).unzip();
        let keys = decode(&self.key, stretch.rows.iter().map(|row| row.key).collect());
        Ok(Shown { keys, states: self.rows.gather(&slots), starts, ends })
    }
}
