//! State rows by slot. What it owns: rows of one schema, which slots have one, and what their variable-length values hold
//! elsewhere. Values under a null are kept as they came; nobody sees them.
//!
//! Before each row stands a note of four bytes, which `order.rs` uses. What a row looks like: `schema.rs`; its variable-length
//! values: `cell.rs`; columns in and out: `scatter.rs`, `gather.rs`.

use crate::bytes::{load, store};
use crate::cell::Cell;
use crate::chunks::Chunks;
use crate::column::{Built, Column};
use crate::gather::gather;
use crate::order::Notes;
use crate::run::form::Damaged;
use crate::run::unpack::unpack;
use crate::scatter::{let_go, scatter};
use crate::schema::{Kind, Node};

/// Bytes of a note.
const NOTE: usize = 4;

/// The state rows of one operator. `schema` is a nullable struct: a slot without state is a null row.
pub struct Rows {
    schema: Node,
    records: Chunks,
    absent: Vec<u8>,
    present: usize,
}

impl Rows {
    /// No state yet.
    pub fn new(schema: Node) -> Rows {
        let records = Chunks::new(NOTE + schema.size);
        let absent = vec![0; schema.size];
        Rows { schema, records, absent, present: 0 }
    }

    /// Number of slots with state.
    pub fn len(&self) -> usize {
        self.present
    }

    /// What a row looks like.
    pub fn schema(&self) -> &Node {
        &self.schema
    }

    /// The row of a slot, if it has state: good until the next change.
    #[inline(always)]
    pub fn row(&self, slot: u32) -> Option<*const u8> {
        // SAFETY: a slot that has state has a record.
        self.has(slot).then(|| unsafe { self.place(slot).cast_const() })
    }

    /// Whether a slot has state.
    pub fn has(&self, slot: u32) -> bool {
        // SAFETY: the record exists; its first byte says whether there is state.
        self.exists(slot) && unsafe { *self.place(slot) != 0 }
    }

    /// Reads something of a row, so that it is in the cache.
    #[inline(always)]
    pub fn touch(&self, slot: u32) -> u8 {
        // SAFETY: a slot that has state has a record.
        if self.exists(slot) { unsafe { *self.place(slot) } } else { 0 }
    }

    /// The same of what a row holds elsewhere.
    #[inline(always)]
    pub fn touch_blocks(&self, slot: u32) -> u8 {
        let (Some(row), Kind::Struct(fields)) = (self.row(slot), &self.schema.kind) else { return 0 };
        fields.iter().fold(0, |sum, field| match &field.kind {
            // SAFETY: it is the cell of that field.
            Kind::Bytes => sum ^ unsafe { Cell::at(row.add(field.at).cast_mut()) }.bytes().first().unwrap_or(&0),
            _ => sum,
        })
    }

    /// The row of a slot, whose record exists.
    #[inline(always)]
    unsafe fn place(&self, slot: u32) -> *mut u8 {
        unsafe { self.records.places().record(slot).add(NOTE) }
    }

    /// Whether a slot has a record: all below one that was ever written have.
    #[inline(always)]
    fn exists(&self, slot: u32) -> bool {
        (slot as usize) < self.records.len()
    }

    /// Drops the row of a slot, if it has one: it is all zero, as before the first.
    pub fn remove(&mut self, slot: u32) {
        if self.has(slot) {
            // SAFETY: the record exists, and is of this schema.
            unsafe {
                let place = self.place(slot);
                let_go(&self.schema, place);
                core::ptr::write_bytes(place, 0, self.schema.size);
            }
            self.present -= 1;
        }
    }

    /// Replaces the row of a slot by the one that `bytes` encode, behind which there is slack.
    pub fn restore(&mut self, slot: u32, bytes: &[u8]) -> Result<(), Damaged> {
        self.records.reserve(slot as usize + 1);
        // SAFETY: the record exists.
        unsafe {
            let place = self.place(slot);
            self.present += usize::from(*place == 0);
            *place = 1;
            unpack(&self.schema, bytes, place)
        }
    }

    /// The rows of `slots` as one struct column.
    pub fn gather(&self, slots: &[u32]) -> Built {
        let absent = self.absent.as_ptr().cast_mut();
        let (exists, records) = (self.records.len(), self.records.places());
        let place = |&slot: &u32| match (slot as usize) < exists {
            // SAFETY: the record exists.
            true => unsafe { records.record(slot).add(NOTE) },
            false => absent,
        };
        let places: Vec<*mut u8> = slots.iter().map(place).collect();
        gather(&self.schema, &places)
    }

    /// Replaces the rows of `slots`, which are distinct, by the rows of `columns`. `mark` gets each with its note, and returns
    /// what is to be its note.
    pub fn scatter(&mut self, slots: &[u32], columns: &[Column], mut mark: impl FnMut(u32, u32) -> u32) {
        let Kind::Struct(fields) = &self.schema.kind else { unreachable!("a schema of columns is a struct") };
        assert!(fields.len() == columns.len(), "{} state columns instead of {}", columns.len(), fields.len());
        let rows = slots.len();
        assert!(columns.iter().all(|column| column.length >= rows), "a state column has fewer than {rows} rows");
        let highest = slots.iter().max().map_or(0, |&slot| slot as usize + 1);
        self.records.reserve(highest);
        let records = self.records.places();
        // SAFETY: the records exist: a note, and a row whose first byte says whether the slot has state. Short loops one after
        // another: so the processor waits for many records at once.
        let places: Vec<*mut u8> = slots.iter().map(|&slot| unsafe { records.record(slot).add(NOTE) }).collect();
        for &place in &places {
            unsafe {
                self.present += usize::from(*place == 0);
                *place = 1;
            }
        }
        for (&slot, &place) in slots.iter().zip(&places) {
            unsafe {
                let note = place.sub(NOTE);
                store(note, 0, mark(slot, load(note, 0)));
            }
        }
        for (field, column) in fields.iter().zip(columns) {
            scatter(field, column, &places);
        }
    }
}

impl Notes for Rows {
    #[inline(always)]
    fn note(&self, slot: u32) -> u32 {
        // SAFETY: the record exists, and begins with the note.
        if self.exists(slot) { unsafe { load(self.records.places().record(slot), 0) } } else { 0 }
    }

    #[inline(always)]
    fn set_note(&mut self, slot: u32, note: u32) {
        assert!(self.exists(slot), "a slot without a record is noted");
        // SAFETY: as above.
        unsafe { store(self.records.places().record(slot), 0, note) }
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        if self.schema.has_blocks() {
            (0..self.records.len() as u32).for_each(|slot| self.remove(slot));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::SLACK;
    use crate::schema::parse;

    fn column<'a>(length: usize, offsets: &'a [i32], data: &'a [u8], children: Vec<Column<'a>>) -> Column<'a> {
        Column { length, validity: None, offsets, data, children }
    }

    fn store(rows: &mut Rows, slots: &[u32], columns: &[Column]) {
        rows.scatter(slots, columns, |_, note| note);
    }

    #[test]
    fn a_slot_without_state_is_a_null_row() {
        let mut rows = Rows::new(parse(&[10, 1, 0, 3], true));
        store(&mut rows, &[2], &[column(1, &[], &7u16.to_le_bytes(), vec![])]);
        let built = rows.gather(&[0, 2, 1_000_000]);
        assert_eq!(built.validity, Some(vec![0b010]));
        assert_eq!((built.null_count, rows.len()), (2, 1));
        assert_eq!(built.children[0].data.as_slice(), [0, 0, 7, 0, 0, 0]);
    }

    #[test]
    fn a_removed_row_is_as_if_it_had_never_been() {
        let mut rows = Rows::new(parse(&[10, 2, 0, 9, 8, 0x84], true));
        let text = "z".repeat(30 + SLACK);
        let list = column(1, &[0, 1], &[], vec![column(1, &[0, 30], text.as_bytes(), vec![])]);
        store(&mut rows, &[0], &[list, column(1, &[], &[1, 2, 3, 4], vec![])]);
        rows.remove(0);
        rows.remove(0);
        rows.remove(7);
        let built = rows.gather(&[0]);
        assert_eq!((built.null_count, rows.len()), (1, 0));
        assert_eq!((&built.children[0].offsets[..], built.children[1].data.as_slice()), (&[0, 0][..], &[0; 4][..]));
    }

    #[test]
    fn lists_of_strings_come_back() {
        let mut rows = Rows::new(parse(&[10, 1, 0, 9, 8], true));
        let long = "y".repeat(30);
        let text = format!("ab{long}c{}", " ".repeat(SLACK));
        let words = || column(3, &[0, 2, 32, 33], text.as_bytes(), vec![]);
        store(&mut rows, &[0, 1], &[column(2, &[0, 2, 3], &[], vec![words()])]);
        store(&mut rows, &[1, 0], &[column(2, &[0, 0, 3], &[], vec![words()])]);
        let built = rows.gather(&[0, 1]);
        assert_eq!(built.children[0].offsets, [0, 3, 3]);
        assert_eq!(built.children[0].children[0].data.as_slice(), &text.as_bytes()[..33]);
    }
}
