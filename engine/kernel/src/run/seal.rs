//! What has changed since the last run, and the run that is being made of it. What it owns: which rows and removals belong to a
//! run; that a row which is about to change before its turn is saved first. What it leaves: rows themselves (`Held`), their
//! order (`sort.rs`), the run's bytes (`writer.rs`).
//!
//! On the hot path a change is a bit. Everything else is done in portions while a run is made.

use crate::bits::Bits;
use crate::hash::hash;
use crate::rows::Rows;
use crate::run::form::{Row, Window, has_window};
use crate::run::pack::pack;
use crate::run::sort::{Entry, Parts};
use crate::run::writer::{Piece, Writer};
use crate::table::Table;
use std::hint::black_box;

/// Cells, or removals, that a call collects; and bits that it looks at for them.
const STEP: usize = 1 << 14;
const LOOKED_AT: u32 = 1 << 22;
/// Rows that a call writes.
const WRITTEN: usize = 1 << 13;
/// Rows that are brought into the cache together.
const TOUCHED: usize = 64;
/// Marks the number of a row that was saved.
const ASIDE: u32 = 1 << 31;

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

    /// Reads something of each of some rows: so the processor waits for all of them at once. Which they are, only has to be right
    /// mostly.
    #[inline(never)]
    fn touch(&self, entries: &[Entry], frozen: &Bits) {
        let cells = || entries.iter().map(|entry| entry.number()).filter(|&cell| frozen.has(cell));
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
    /// Cells whose row is as it was when the run was sealed, and is not written yet.
    frozen: Bits,
    /// Rows that have changed since, and removals.
    aside: Vec<Box<[u8]>>,
    /// How many of these are removals, which are the first ones; those and cells up to these are in `parts`.
    removals: usize,
    collected: usize,
    cursor: u32,
    parts: Parts,
    writer: Writer,
    is_written: bool,
    /// Room for a state.
    state: Vec<u8>,
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
        cells.iter().for_each(|&cell| _ = self.changed.insert(cell));
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
            let mut bytes = Vec::new();
            let row = Row { window, ..held.row(cell, &mut run.state) };
            row.write(&mut bytes);
            run.parts.add(Entry::new(half(row.key), ASIDE | run.aside.len() as u32), Some(cell));
            run.aside.push(bytes.into());
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
                removals: self.removed.len(),
                frozen: std::mem::take(&mut self.changed),
                aside: std::mem::take(&mut self.removed),
                collected: 0,
                cursor: 0,
                parts: Parts::new(count),
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
        self.write(held, has_window);
        let piece = self.writer.take_blocks();
        if piece.data.is_empty() && self.is_written { self.writer.take_footer() } else { piece }
    }

    /// Deals some of the removals out; whether there were any.
    fn collect_removals(&mut self, has_window: bool) -> bool {
        let end = self.removals.min(self.collected + STEP);
        let portion = self.collected..end;
        for number in portion.clone() {
            let key = Row::written(&self.aside[number], has_window).key;
            self.parts.add(Entry::new(half(key), ASIDE | number as u32), None);
        }
        self.collected = end;
        !portion.is_empty()
    }

    /// Deals some of the cells out; whether there may be more.
    fn collect(&mut self, held: &Held<impl Whose>) -> bool {
        let before = self.cursor.saturating_add(LOOKED_AT).min(self.frozen.end());
        for _ in 0..STEP {
            let Some(cell) = self.frozen.next(self.cursor, before) else {
                self.cursor = before;
                break;
            };
            self.parts.add(Entry::new(half(held.key(cell)), cell), None);
            self.cursor = cell + 1;
        }
        self.cursor < self.frozen.end()
    }

    /// Writes rows, until there are enough for a piece.
    fn write(&mut self, held: &Held<impl Whose>, has_window: bool) {
        let Run { frozen, aside, parts, writer, state, is_written, .. } = self;
        for count in 0..WRITTEN {
            if writer.is_full() || *is_written {
                break;
            }
            if count % TOUCHED == 0 {
                held.touch(parts.coming(TOUCHED), frozen);
            }
            let is_there = |entry: Entry| entry.number() >= ASIDE || frozen.has(entry.number());
            let known = |entry: Entry| identity(entry.number(), aside, held, has_window);
            let compare = |a: Entry, b: Entry| {
                let (a, b) = (known(a), known(b));
                a.compare(a.hash(), &b, b.hash()).then(a.state.is_none().cmp(&b.state.is_none()))
            };
            let is_same = |a: Entry, b: Entry| {
                let (a, b) = (known(a), known(b));
                a.key == b.key && a.window == b.window
            };
            match parts.next(is_there, compare, is_same) {
                None => {
                    writer.finish();
                    *is_written = true;
                }
                Some(entry) if entry.number() >= ASIDE => {
                    let bytes = std::mem::take(&mut aside[(entry.number() - ASIDE) as usize]);
                    let row = Row::written(&bytes, has_window);
                    let latest = row.window.filter(|_| row.state.is_some()).map(|window| held.whose.latest(window));
                    let add = |out: &mut Vec<u8>| out.extend_from_slice(&bytes);
                    writer.add(row.hash(), row.state.is_none(), latest.unwrap_or(i64::MIN), add);
                }
                Some(entry) => {
                    frozen.remove(entry.number());
                    let row = held.row(entry.number(), state);
                    let latest = row.window.map_or(i64::MIN, |window| held.whose.latest(window));
                    writer.add(row.hash(), false, latest, |out| row.write(out));
                }
            }
        }
    }
}

/// The key and window of an entry; it has a state unless it is a removal.
fn identity<'a>(number: u32, aside: &'a [Box<[u8]>], held: &'a Held<impl Whose>, has_window: bool) -> Row<'a> {
    match number.checked_sub(ASIDE) {
        Some(index) => Row::written(&aside[index as usize], has_window),
        None => Row { key: held.key(number), window: held.whose.window(number), state: Some(&[]) },
    }
}

#[inline(always)]
fn half(key: &[u8]) -> u32 {
    (hash(key) >> 32) as u32
}
