//! Keys and state rows side by side. What it owns: the types of both, their way in and out, and that whoever seals them hears of
//! every change before it happens. What it leaves: which row belongs to which key (`operator.rs`, `panes.rs`, `sessions.rs`,
//! `process.rs`).

use crate::arrow::{ArrowArray, columns};
use crate::column::Built;
use crate::decode::decode;
use crate::durable::Groups;
use crate::hash::hash;
use crate::rows::Rows;
use crate::run::form::{Damaged, Window};
use crate::run::rows::Stretch;
use crate::run::seal::{Held, Seal, Whose};
use crate::run::writer::Piece;
use crate::schema::{Node, parse};
use crate::table::{Lookup, Table};

/// Keys of one type, and state rows of another.
pub struct Store {
    pub key: Node,
    pub table: Table,
    pub rows: Rows,
    /// The columns of state as they come in: not nullable as a whole.
    pub columns: Node,
    pub seal: Seal,
}

impl Store {
    /// Nothing yet. Types are in the form of `schema.rs`; the kind is that of runs.
    pub fn new(key: &[u8], state: &[u8], kind: u32) -> Store {
        let (rows, columns) = (Rows::new(parse(state, true)), parse(state, false));
        Store { key: parse(key, false), table: Table::new(), rows, columns, seal: Seal::new(kind) }
    }

    /// The rows of cells, null where there is none.
    pub fn gather(&self, cells: &[u32]) -> Built {
        self.rows.gather(cells)
    }

    /// Replaces the rows of cells, which are distinct. `mark` gets each with its note, and returns what is to be its note.
    ///
    /// # Safety
    /// `batch` must be laid out for the state's columns.
    pub unsafe fn scatter(
        &mut self,
        cells: &[u32],
        batch: &ArrowArray,
        whose: &impl Whose,
        mark: impl FnMut(u32, u32) -> u32,
    ) {
        let Store { table, rows, seal, .. } = self;
        seal.write(cells, &Held { table, rows, whose });
        let columns = unsafe { columns(batch, &self.columns) };
        rows.scatter(cells, &columns, mark);
    }

    /// Drops the row of a cell, of which runs say no more.
    pub fn drop_row(&mut self, cell: u32, whose: &impl Whose) {
        let Store { table, rows, seal, .. } = self;
        seal.drop(cell, &Held { table, rows, whose });
        rows.remove(cell);
    }

    /// Drops the row of a cell; the next run says so.
    pub fn remove_row(&mut self, cell: u32, whose: &impl Whose) {
        self.forget_row(cell, whose.window(cell), whose);
        self.drop_row(cell, whose);
    }

    /// Has the next run say that a cell is not any more what stands in runs under that window.
    pub fn forget_row(&mut self, cell: u32, window: Option<Window>, whose: &impl Whose) {
        let Store { table, rows, seal, .. } = self;
        seal.forget(cell, window, &Held { table, rows, whose });
    }

    /// Saves the row of a cell for the run that is being made, as it was under that window.
    pub fn save_row(&mut self, cell: u32, window: Option<Window>, whose: &impl Whose) {
        let Store { table, rows, seal, .. } = self;
        seal.save(cell, window, &Held { table, rows, whose });
    }

    /// The next piece of the run that is being made.
    pub fn sealed(&mut self, whose: &impl Whose) -> Piece {
        let Store { table, rows, seal, .. } = self;
        seal.next(&Held { table, rows, whose })
    }

    /// The rows of blocks, those in wanted key groups.
    ///
    /// # Safety
    /// `SLACK` bytes must be readable behind `blocks`.
    pub unsafe fn read<'a>(&self, blocks: &'a [u8], kind: u32, groups: Groups) -> Result<Stretch<'a>, Damaged> {
        unsafe { Stretch::read(blocks, kind, &self.key, groups.wanted, groups.all) }
    }

    /// Finds or makes the slots of keys that come out of a run.
    pub fn slots_of(&mut self, stretch: &Stretch, tags: &[u64]) -> Lookup {
        self.table.lookup(stretch, tags.len(), Some(tags))
    }

    /// Replaces the row of a cell by one that comes out of a run.
    pub fn restore_row(&mut self, cell: u32, state: &[u8]) -> Result<(), Damaged> {
        self.rows.restore(cell, state)?;
        self.seal.restored(cell);
        Ok(())
    }

    /// Drops the row of a cell since a run says so.
    pub fn unrestore_row(&mut self, cell: u32) {
        self.seal.unrestored(cell);
        self.rows.remove(cell);
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
