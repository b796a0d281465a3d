//! The keys and rows of one operator. What it owns: that its parts agree on which slots there are: a key and its row come
//! and go together, and a removal that must be reported keeps the key until it was. What it leaves: the parts themselves
//! (`table.rs`, `rows.rs`, `dirty.rs`), the form in which calls cross (`abi.rs`).

use crate::arrow::{ArrowArray, columns};
use crate::column::Built;
use crate::decode::decode;
use crate::dirty::Dirty;
use crate::encode::{keys, with_rows};
use crate::hash::{TooLong, hash_rows};
use crate::rows::Rows;
use crate::schema::{Node, parse};
use crate::table::{Lookup, Table};

/// Keys of one type, and state of another if there is one.
pub struct Operator {
    key: Node,
    state: Option<State>,
    table: Table,
    dirty: Dirty,
    /// Slots of removed keys which the last `take_dirty` returned: they are free from the next change on.
    leaving: Vec<u32>,
}

struct State {
    rows: Rows,
    /// The columns as they come in: not nullable as a whole.
    columns: Node,
}

/// Every method that takes an array trusts it, and what it was laid out for: see `abi.rs`.
impl Operator {
    /// Nothing yet. Types are in the form of `schema.rs`; an empty one: there is no state.
    pub fn new(key: &[u8], state: &[u8]) -> Operator {
        let state =
            (!state.is_empty()).then(|| State { rows: Rows::new(parse(state, true)), columns: parse(state, false) });
        Operator { key: parse(key, false), state, table: Table::new(), dirty: Dirty::new(), leaving: Vec::new() }
    }

    /// The hash of every key, none of which may have more than `most` bytes.
    pub unsafe fn hash(&self, batch: &ArrowArray, rows: usize, most: usize) -> Result<Vec<u64>, TooLong> {
        let columns = unsafe { columns(batch, &self.key) };
        with_rows!(keys(&self.key, &columns, rows), |keys| hash_rows(&keys, rows, most))
    }

    /// Finds or makes the slot of every key.
    pub unsafe fn lookup(&mut self, batch: &ArrowArray, hashes: Option<&[u64]>, rows: usize) -> Lookup {
        self.free_leaving();
        let columns = unsafe { columns(batch, &self.key) };
        with_rows!(keys(&self.key, &columns, rows), |keys| self.table.lookup(&keys, rows, hashes))
    }

    /// The state rows of slots, null where a slot has none.
    pub fn gather(&self, slots: &[u32]) -> Built {
        self.state.as_ref().expect(NO_STATE).rows.gather(slots)
    }

    /// The keys of slots.
    pub fn decode(&self, slots: &[u32]) -> Built {
        decode(&self.key, slots.iter().map(|&slot| self.table.key(slot)).collect())
    }

    /// The first of `slots` whose key is not that of its row.
    pub unsafe fn first_moved(&self, slots: &[u32], batch: &ArrowArray) -> Option<usize> {
        let columns = unsafe { columns(batch, &self.key) };
        with_rows!(keys(&self.key, &columns, slots.len()), |keys| self.table.first_moved(&keys, slots))
    }

    /// Replaces the rows of `slots`, which are distinct.
    pub unsafe fn scatter(&mut self, slots: &[u32], batch: &ArrowArray) {
        self.free_leaving();
        let state = self.state.as_mut().expect(NO_STATE);
        // Whoever has a row has a key; and this brings the rows that are there into the cache.
        let has_key = |&slot: &u32| state.rows.has(slot) || self.table.has(slot);
        assert!(slots.iter().all(has_key), "a slot is not in the table");
        let columns = unsafe { columns(batch, &state.columns) };
        state.rows.scatter(slots, &columns, |slot, note| self.dirty.mark(slot, note));
    }

    /// Removes the keys of `slots`, which are distinct, and their rows.
    pub fn remove(&mut self, slots: &[u32]) {
        self.free_leaving();
        for &slot in slots {
            assert!(self.table.has(slot), "a slot is not in the table");
            let state = self.state.as_mut().expect(NO_STATE);
            state.rows.remove(slot);
            if !self.dirty.remove(slot, &mut state.rows) {
                self.table.remove(slot);
            }
        }
    }

    /// Up to `most` slots that changed since they were last taken, by first change; those without a row were removed.
    pub fn take_dirty(&mut self, most: usize) -> Vec<u32> {
        self.free_leaving();
        let rows = &mut self.state.as_mut().expect(NO_STATE).rows;
        let taken = self.dirty.take(most, rows);
        self.leaving.extend(taken.iter().filter(|&&slot| !rows.has(slot)));
        taken
    }

    /// Number of slots with state.
    pub fn len(&self) -> usize {
        self.state.as_ref().map_or(0, |state| state.rows.len())
    }

    fn free_leaving(&mut self) {
        for slot in self.leaving.drain(..) {
            self.dirty.forget(slot);
            self.table.remove(slot);
        }
    }
}

const NO_STATE: &str = "`open` had a state schema";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrow::Laid;
    use crate::counting::held_bytes;

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
