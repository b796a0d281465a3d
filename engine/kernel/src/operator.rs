//! The keys and rows of one operator. What it owns: that its parts agree on which slots there are: a key and its row come
//! and go together, and a removal that must be reported keeps the key until it was. What it leaves: the parts themselves
//! (`store.rs`, `dirty.rs`), the form in which calls cross (`abi.rs`).

use crate::arrow::{ArrowArray, columns};
use crate::column::Built;
use crate::dirty::Dirty;
use crate::durable::{Durable, Groups};
use crate::encode::{keys, with_rows};
use crate::order::Notes;
use crate::run::form::{Damaged, KEYED};
use crate::run::seal::ByKey;
use crate::run::writer::Piece;
use crate::store::Store;
use crate::table::Lookup;

/// Keys of one type, and state of another.
pub struct Operator {
    store: Store,
    dirty: Dirty,
    /// Slots of removed keys which the last `take_dirty` returned: they are free from the next change on.
    leaving: Vec<u32>,
}

/// Every method that takes an array trusts it, and what it was laid out for: see `abi.rs`.
impl Operator {
    /// Nothing yet. Types are in the form of `schema.rs`.
    pub fn new(key: &[u8], state: &[u8]) -> Operator {
        Operator { store: Store::new(key, state, KEYED), dirty: Dirty::new(), leaving: Vec::new() }
    }

    /// Finds or makes the slot of every key.
    pub unsafe fn lookup(&mut self, batch: &ArrowArray, hashes: Option<&[u64]>, rows: usize) -> Lookup {
        self.free_leaving();
        let Store { key, table, .. } = &mut self.store;
        let columns = unsafe { columns(batch, key) };
        with_rows!(keys(key, &columns, rows), |keys| table.lookup(&keys, rows, hashes))
    }

    /// The state rows of slots, null where a slot has none.
    pub fn gather(&self, slots: &[u32]) -> Built {
        self.store.gather(slots)
    }

    /// The keys of slots.
    pub fn decode(&self, slots: &[u32]) -> Built {
        self.store.decode(slots)
    }

    /// The first of `slots` whose key is not that of its row.
    pub unsafe fn first_moved(&self, slots: &[u32], batch: &ArrowArray) -> Option<usize> {
        let Store { key, table, .. } = &self.store;
        let columns = unsafe { columns(batch, key) };
        with_rows!(keys(key, &columns, slots.len()), |keys| table.first_moved(&keys, slots))
    }

    /// Replaces the rows of `slots`, which are distinct.
    pub unsafe fn scatter(&mut self, slots: &[u32], batch: &ArrowArray) {
        self.free_leaving();
        // Whoever has a row has a key; and this brings the rows that are there into the cache.
        let has_key = |&slot: &u32| self.store.rows.has(slot) || self.store.table.has(slot);
        assert!(slots.iter().all(has_key), "a slot is not in the table");
        unsafe { self.store.scatter(slots, batch, &ByKey, |slot, note| self.dirty.mark(slot, note)) };
    }

    /// Removes the keys of `slots`, which are distinct, and their rows.
    pub fn remove(&mut self, slots: &[u32]) {
        self.free_leaving();
        for &slot in slots {
            assert!(self.store.table.has(slot), "a slot is not in the table");
            self.store.remove_row(slot, &ByKey);
            if !self.dirty.remove(slot, &mut self.store.rows) {
                self.store.table.remove(slot);
            }
        }
    }

    /// Up to `most` slots that changed since they were last taken, by first change; those without a row were removed.
    pub fn take_dirty(&mut self, most: usize) -> Vec<u32> {
        self.free_leaving();
        let rows = &mut self.store.rows;
        let taken = self.dirty.take(most, rows);
        self.leaving.extend(taken.iter().filter(|&&slot| !rows.has(slot)));
        taken
    }

    /// Has every slot with a row wait to be taken.
    pub fn mark_all(&mut self) {
        let Operator { store, dirty, .. } = self;
        for slot in 0..store.table.end() {
            if store.rows.has(slot) {
                let note = dirty.mark(slot, store.rows.note(slot));
                store.rows.set_note(slot, note);
            }
        }
    }

    /// Number of slots with state.
    pub fn len(&self) -> usize {
        self.store.rows.len()
    }

    fn free_leaving(&mut self) {
        for slot in self.leaving.drain(..) {
            self.dirty.forget(slot);
            self.store.table.remove(slot);
        }
    }
}

impl Durable for Operator {
    fn seal(&mut self, is_whole: bool, groups: u32) -> bool {
        self.store.seal.begin(is_whole, groups)
    }

    fn sealed(&mut self) -> Piece {
        self.store.sealed(&ByKey)
    }

    unsafe fn restore(&mut self, blocks: &[u8], groups: Groups) -> Result<(), Damaged> {
        self.free_leaving();
        let [kept, gone] = unsafe { self.store.read(blocks, KEYED, groups) }?.parted();
        let slots = self.store.slots_of(&kept, &kept.hashes).by_row();
        for (slot, row) in slots.into_iter().zip(&kept.rows) {
            self.store.restore_row(slot, row.state.expect("it is no removal"))?;
            self.dirty.tell(slot);
        }
        for (row, &hash) in gone.rows.iter().zip(&gone.hashes) {
            if let Some(slot) = self.store.table.find(hash as u32, row.key) {
                self.store.unrestore_row(slot);
                self.dirty.forget(slot);
                self.store.table.remove(slot);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrow::Laid;
    use crate::counting::held_bytes;
    use crate::decode::decode;
    use crate::schema::parse;

    /// One utf8 column.
    const TEXT: [u8; 4] = [10, 1, 0, 8];

    /// Keys, which are their own state, of `first` to `first + count`, none of which fits a record or a cell.
    fn store(operator: &mut Operator, first: usize, count: usize) -> Vec<u32> {
        let names: Vec<String> = (first..first + count).map(|i| format!("{}{i}", "-".repeat(20 + i % 50))).collect();
        let batch = Laid::new(decode(&parse(&TEXT, false), names.iter().map(|name| name.as_bytes()).collect()));
        // SAFETY: the batch is of that schema.
        unsafe {
            let slots = operator.lookup(&*batch.address(), None, count).slots;
            operator.scatter(&slots, &*batch.address());
            slots
        }
    }

    #[test]
    fn an_operator_that_is_dropped_gives_everything_back() {
        let before = held_bytes();
        let mut operator = Operator::new(&TEXT, &TEXT);
        store(&mut operator, 0, 5_000);
        operator.take_dirty(100);
        assert!(held_bytes() > before);
        drop(operator);
        assert_eq!(held_bytes(), before);
    }

    #[test]
    fn keys_that_come_and_go_hold_what_the_open_ones_do() {
        let mut operator = Operator::new(&TEXT, &TEXT);
        let mut held = Vec::with_capacity(40);
        for round in 0..40 {
            let slots = store(&mut operator, 1_000 * round, 1_000);
            operator.remove(&slots);
            held.push(held_bytes());
        }
        assert!(held[10..].iter().all(|&bytes| bytes == held[10]), "{held:?}");
    }
}
