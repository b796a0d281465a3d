//! Keys and state rows side by side. What it owns: the types of both, and their way in and out. What it leaves: which row
//! belongs to which key (`panes.rs`, `sessions.rs`, `process.rs`).

use crate::arrow::{ArrowArray, columns};
use crate::column::Built;
use crate::decode::decode;
use crate::hash::hash;
use crate::rows::Rows;
use crate::schema::{Node, parse};
use crate::table::Table;

/// Keys of one type, and state rows of another.
pub struct Store {
    pub key: Node,
    pub table: Table,
    pub rows: Rows,
    /// The columns of state as they come in: not nullable as a whole.
    pub columns: Node,
}

impl Store {
    /// Nothing yet. Types are in the form of `schema.rs`.
    pub fn new(key: &[u8], state: &[u8]) -> Store {
        let (rows, columns) = (Rows::new(parse(state, true)), parse(state, false));
        Store { key: parse(key, false), table: Table::new(), rows, columns }
    }

    /// The rows of cells, null where there is none.
    pub fn gather(&self, cells: &[u32]) -> Built {
        self.rows.gather(cells)
    }

    /// Replaces the rows of cells, which are distinct.
    ///
    /// # Safety
    /// `batch` must be laid out for the state's columns.
    pub unsafe fn scatter(&mut self, cells: &[u32], batch: &ArrowArray) {
        let columns = unsafe { columns(batch, &self.columns) };
        self.rows.scatter(cells, &columns, |_, note| note);
    }

    /// The keys of slots.
    pub fn decode(&self, slots: &[u32]) -> Built {
        decode(&self.key, slots.iter().map(|&slot| self.table.key(slot)).collect())
    }

    /// The hash of a slot's key.
    #[inline(always)]
    pub fn hash(&self, slot: u32) -> u64 {
        hash(self.table.key(slot))
    }
}
