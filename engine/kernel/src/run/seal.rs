//! What has changed since the last run, and the run that is being made of it. What it owns: which rows and removals belong to a
//! run; that a row which is about to change before its turn is saved first. What it leaves: rows themselves (`Held`), their
//! order (`sort.rs`), the run's bytes (`writer.rs`).
//!
//! On the hot path a change is a bit. Everything else is done in portions while a run is made.

use crate::bits::Bits;
use crate::bytes::append;
use crate::hash::hash;
use crate::rows::Rows;
use crate::run::form::{Row, Window, has_window};
use crate::run::pack::pack;
use crate::run::sort::{Cells, Next, Parts};
use crate::run::writer::{Piece, Writer};
use crate::table::Table;
use std::hint::black_box;

/// Cells, or removals, that a call collects; and bits that it looks at for them.
const STEP: usize = 1 << 13;
const LOOKED_AT: u32 = 1 << 22;
/// Rows that a call writes.
const WRITTEN: usize = 1 << 12;
/// Rows that are brought into the cache together.
const TOUCHED: usize = 64;
/// Bytes of rows that are written down before it is their turn.
const ROOM: usize = 64 << 20;

/// Whose rows they are: what is known of a cell beside its row.
pub trait Whose {
    /// The slot of its key.
    fn slot(&self, cell: u32) -> u32;
    /// Its window.
    fn window(&self, cell: u32) -> Option<Window>;
    /// The last window that a window stands for, in the order in which they are over.
    fn latest(&self, window: Window) -> i64;
}

/// Cells that are slots: there are no windows.
pub struct ByKey;

impl Whose for ByKey {
    #[inline(always)]
    fn slot(&self, cell: u32) -> u32 {
        cell
    }

    fn window(&self, _: u32) -> Option<Window> {
        None
    }

    fn latest(&self, _: Window) -> i64 {
        i64::MIN
    }
}

/// The rows of an operator as they are now.
pub struct Held<'a, W> {
    pub table: &'a Table,
    pub rows: &'a Rows,
    pub whose: &'a W,
}

impl<W: Whose> Held<'_, W> {
    #[inline(always)]
    fn key(&self, cell: u32) -> &[u8] {
        self.table.key(self.whose.slot(cell))
    }

    /// Reads something of each of some rows: so the processor waits for all of them at once.
    #[inline(never)]
    fn touch(&self, cells: impl Iterator<Item = u32> + Clone) {
        let cells = || cells.clone();
        let keys = cells().fold(0, |sum, cell| sum ^ self.table.touch_slot(self.whose.slot(cell)));
        let rows = cells().fold(0, |sum, cell| sum ^ self.rows.touch(cell));
        let blocks = cells().fold(0, |sum, cell| sum ^ self.rows.touch_blocks(cell));
        black_box((keys, rows, blocks));
    }

    /// The row of a cell, which has one, with room for its state.
    #[inline(always)]
    fn row<'a>(&'a self, cell: u32, state: &'a mut Vec<u8>) -> Row<'a> {
        state.clear();
        // SAFETY: it is a row of that schema.
        unsafe { pack(self.rows.schema(), self.rows.row(cell).expect("what has changed has a row"), state) };
        Row { key: self.key(cell), window: self.whose.window(cell), state: Some(state) }
    }
}

/// Changes of one operator.
pub struct Seal {
    kind: u32,
    /// Cells whose row was written since the last run, and those that are in a run.
    changed: Bits,
    known: Bits,
    /// Removals of what is in a run, as rows.
    removed: Vec<Box<[u8]>>,
    run: Option<Run>,
}

/// A run that is being made.
struct Run {
    /// Cells whose row is as it was when the run was sealed, and is not in `parts`.
    frozen: Bits,
    /// Removals that are not in `parts`.
    removed: Vec<Box<[u8]>>,
    /// Cells up to this are in `parts`, with their rows as long as there is room for them.
    cursor: u32,
    room: usize,
    parts: Parts,
    writer: Writer,
    is_written: bool,
    /// Room for a state.
    state: Vec<u8>,
}

/// Rows of cells while a run is made.
struct Frozen<'a, W> {
    held: &'a Held<'a, W>,
    cells: &'a Bits,
}

impl<W: Whose> Cells for Frozen<'_, W> {
    fn has(&self, cell: u32) -> bool {
        self.cells.has(cell)
    }

    fn identity(&self, cell: u32) -> Row<'_> {
        Row { key: self.held.key(cell), window: self.held.whose.window(cell), state: Some(&[]) }
    }
}

impl Seal {
    /// Nothing has changed.
    pub fn new(kind: u32) -> Seal {
        Seal { kind, changed: Bits::default(), known: Bits::default(), removed: Vec::new(), run: None }
    }

    /// Says that the rows of cells are about to be written.
    #[inline(always)]
    pub fn write(&mut self, cells: &[u32], held: &Held<impl Whose>) {
        if self.run.is_some() {
            cells.iter().for_each(|&cell| self.save(cell, held.whose.window(cell), held));
        }
        self.changed.insert_all(cells);
    }

    /// Says that the row of a cell, and its key or window, is about to go without a trace.
    pub fn drop(&mut self, cell: u32, held: &Held<impl Whose>) {
        self.save(cell, held.whose.window(cell), held);
        self.known.remove(cell);
        self.changed.remove(cell);
    }

    /// Says that a cell is not any more what stands in runs under `window`, if it stood in one.
    pub fn forget(&mut self, cell: u32, window: Option<Window>, held: &Held<impl Whose>) {
        if self.known.remove(cell) {
            let mut row = Vec::new();
            Row { key: held.key(cell), window, state: None }.write(&mut row);
            self.removed.push(row.into());
        }
    }

    /// Saves the row of a cell, which was of that window and is about to change, if the run that is being made has it.
    #[inline(always)]
    pub fn save(&mut self, cell: u32, window: Option<Window>, held: &Held<impl Whose>) {
        if let Some(run) = &mut self.run
            && run.frozen.remove(cell)
        {
            let row = Row { window, ..held.row(cell, &mut run.state) };
            run.parts.write(half(row.key), Some(cell), |out| row.write(out));
        }
    }

    /// Says that the row of a cell was restored: it is in a run, and has not changed since.
    pub fn restored(&mut self, cell: u32) {
        assert!(self.run.is_none(), "nothing is restored while a run is made");
        self.known.insert(cell);
        self.changed.remove(cell);
    }

    /// Says that the row of a cell is about to go which a run has removed.
    pub fn unrestored(&mut self, cell: u32) {
        self.known.remove(cell);
        self.changed.remove(cell);
    }

    /// Makes what has changed since the last time the next run, or, if it is `whole`, everything; whether there is anything.
    pub fn begin(&mut self, is_whole: bool, groups: u32) -> bool {
        assert!(is_whole || self.run.is_none(), "the last run is not at its end");
        if is_whole {
            self.changed.add(&self.known);
            self.removed.clear();
        }
        let count = self.changed.count() + self.removed.len();
        self.run = None;
        if count > 0 {
            self.known.add(&self.changed);
            self.run = Some(Run {
                frozen: std::mem::take(&mut self.changed),
                removed: std::mem::take(&mut self.removed),
                cursor: 0,
                room: ROOM,
                parts: Parts::new(count, has_window(self.kind)),
                writer: Writer::new(self.kind, groups, count),
                is_written: false,
                state: Vec::new(),
            });
        }
        count > 0
    }

    /// The next piece of the run.
    pub fn next(&mut self, held: &Held<impl Whose>) -> Piece {
        let run = self.run.as_mut().expect("`seal` comes first, and the last piece last");
        let piece = run.next(held, has_window(self.kind));
        if piece.is_last {
            self.run = None;
        }
        piece
    }
}

impl Run {
    fn next(&mut self, held: &Held<impl Whose>, has_window: bool) -> Piece {
        if self.writer.grow() || self.collect_removals(has_window) || self.collect(held) {
            return Piece::default();
        }
        self.write(held);
        let piece = self.writer.take_blocks();
        if piece.data.is_empty() && self.is_written { self.writer.take_footer() } else { piece }
    }

    /// Deals some of the removals out; whether there were any.
    fn collect_removals(&mut self, has_window: bool) -> bool {
        let portion = self.removed.split_off(self.removed.len().saturating_sub(STEP));
        for row in &portion {
            self.parts.write(half(Row::written(row, has_window).key), None, |out| append(out, row));
        }
        !portion.is_empty()
    }

    /// Deals some of the cells out; whether there may be more.
    ///
    /// In the order of cells rows lie one behind the other, in that of hashes anywhere: so as many as there is room for are
    /// written down here, and the others when it is their turn.
    fn collect(&mut self, held: &Held<impl Whose>) -> bool {
        let before = self.cursor.saturating_add(LOOKED_AT).min(self.frozen.end());
        let mut portion = [0; TOUCHED];
        for _ in 0..STEP / TOUCHED {
            let mut count = 0;
            while count < TOUCHED {
                let Some(cell) = self.frozen.next(self.cursor, before) else { break };
                portion[count] = cell;
                (self.cursor, count) = (cell + 1, count + 1);
            }
            let portion = &portion[..count];
            if self.room > 0 {
                held.touch(portion.iter().copied());
            }
            portion.iter().for_each(|&cell| self.deal(cell, held));
            if count < TOUCHED {
                self.cursor = before;
                break;
            }
        }
        self.cursor < self.frozen.end()
    }

    #[inline(always)]
    fn deal(&mut self, cell: u32, held: &Held<impl Whose>) {
        if self.room == 0 {
            return self.parts.add(half(held.key(cell)), cell);
        }
        self.frozen.remove(cell);
        let row = held.row(cell, &mut self.state);
        self.room = self.room.saturating_sub(row.key.len() + row.state.map_or(0, <[u8]>::len));
        self.parts.write(half(row.key), None, |out| row.write(out));
    }

    /// Writes rows, until there are enough for a piece.
    fn write(&mut self, held: &Held<impl Whose>) {
        let Run { frozen, parts, writer, state, is_written, .. } = self;
        for count in 0..WRITTEN {
            if writer.is_full() || *is_written {
                break;
            }
            if count % TOUCHED == 0 {
                held.touch(parts.coming(TOUCHED).filter(|&cell| frozen.has(cell)));
            }
            let whose = held.whose;
            match parts.next(&Frozen { held, cells: frozen }) {
                None => {
                    writer.finish();
                    *is_written = true;
                }
                Some(Next::Written(row, bytes)) => {
                    let latest = row.window.filter(|_| row.state.is_some()).map(|window| whose.latest(window));
                    let add = |out: &mut Vec<u8>| append(out, bytes);
                    writer.add(row.hash(), row.state.is_none(), latest.unwrap_or(i64::MIN), add);
                }
                Some(Next::Cell(cell)) => {
                    frozen.remove(cell);
                    let row = held.row(cell, state);
                    let latest = row.window.map_or(i64::MIN, |window| whose.latest(window));
                    writer.add(row.hash(), false, latest, |out| row.write(out));
                }
            }
        }
    }
}

#[inline(always)]
fn half(key: &[u8]) -> u32 {
    (hash(key) >> 32) as u32
}
