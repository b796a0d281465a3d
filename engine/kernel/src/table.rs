//! key -> slot. What it owns: the keys of an operator and their slots; the slot of a key that was removed goes to another,
//! so numbers say nothing about order. What it leaves: hash -> record (`lines.rs`), which records are free (`pool.rs`), one
//! key (`keys.rs`), state rows (`rows.rs`), which slots changed (`dirty.rs`).
//!
//! Slot s has record s + 1. A batch is worked off in blocks, in passes of a short loop
//! each: hash, guess the record of every row, touch it, compare keys, number the groups. Within a pass no row depends on
//! another and hardly any branch is taken by chance, so that the processor works on many rows, and waits for many cache
//! misses, at once.

use crate::bytes::SLACK;
use crate::encode::RowBytes;
use crate::hash::hash;
use crate::keys::{RECORD, Record, Wanted};
use crate::line::NOBODY;
use crate::lines::Lines;
use crate::pool::Pool;
use std::hint::black_box;

/// Rows of a block: what the passes note about them fits the first-level cache beside what they touch.
const BLOCK: usize = 128;

/// Slots of a batch: `groups` has the group of every row, `slots` the slot of every group, by first row.
pub struct Lookup {
    pub groups: Vec<u32>,
    pub slots: Vec<u32>,
}

impl Lookup {
    /// The slot of every row.
    pub fn by_row(&self) -> Vec<u32> {
        self.groups.iter().map(|&group| self.slots[group as usize]).collect()
    }
}

/// The keys of one operator.
pub struct Table {
    lines: Lines,
    records: Pool,
    count: usize,
    /// Marks of this number and above belong to the current call (`Record::group`).
    first_mark: u32,
}

/// What the passes note about the rows of a block.
struct Block {
    tags: [u32; BLOCK],
    numbers: [u32; BLOCK],
    records: [Record; BLOCK],
}

impl Table {
    /// No keys yet.
    pub fn new() -> Table {
        let table = Table { lines: Lines::new(), records: Pool::new(RECORD), count: 0, first_mark: 1 };
        table.record(NOBODY).set_nobody();
        table
    }

    /// Whether a key has that slot.
    #[inline(always)]
    pub fn has(&self, slot: u32) -> bool {
        slot < self.records.highest() && self.record(slot + 1).is_set()
    }

    /// A slot above all that any key has.
    pub fn end(&self) -> u32 {
        self.records.highest()
    }

    /// The key of a slot.
    pub fn key(&self, slot: u32) -> &[u8] {
        assert!(self.has(slot), "a slot is not in the table");
        self.record(slot + 1).bytes()
    }

    /// The slot of a key with that tag, if it is there.
    pub fn find(&self, tag: u32, key: &[u8]) -> Option<u32> {
        let padded = [key, &[0; SLACK]].concat();
        // SAFETY: there is slack behind the key.
        let wanted = unsafe { Wanted::new(&padded[..key.len()]) };
        self.lines.find(tag, |number| self.record(number).has(&wanted)).map(|number| number - 1)
    }

    /// Reads something of a slot's record, so that it is in the cache.
    #[inline(always)]
    pub fn touch_slot(&self, slot: u32) -> u32 {
        self.record(slot + 1).touch()
    }

    /// The first row whose key is not that of its slot.
    pub fn first_moved(&self, keys: &impl RowBytes, slots: &[u32]) -> Option<usize> {
        slots.iter().enumerate().position(|(row, &slot)| {
            assert!(self.has(slot), "a slot is not in the table");
            // SAFETY: rows have the slack that `RowBytes` promises.
            !self.record(slot + 1).has(&unsafe { Wanted::new(keys.row(row)) })
        })
    }

    /// Takes the key of a slot out: the slot is free from here on.
    pub fn remove(&mut self, slot: u32) {
        assert!(self.has(slot), "a slot is not in the table");
        let record = self.record(slot + 1);
        self.lines.remove(record.tag(), slot + 1);
        record.clear();
        self.records.give_back(slot + 1);
        self.count -= 1;
    }

    /// Finds or makes the slot of every row's key. `hashes` are those of `hash.rs`; None: nobody has computed them yet.
    pub fn lookup(&mut self, keys: &impl RowBytes, rows: usize, hashes: Option<&[u64]>) -> Lookup {
        self.renew_marks(rows);
        let mut found = Lookup { groups: vec![0; rows], slots: vec![0; rows] };
        let records = [self.record(NOBODY); BLOCK];
        let mut block = Block { tags: [0; BLOCK], numbers: [NOBODY; BLOCK], records };
        let mut count = 0;
        for (index, groups) in found.groups.chunks_mut(BLOCK).enumerate() {
            let first = index * BLOCK;
            self.reserve(groups.len());
            let tags = &mut block.tags[..groups.len()];
            match hashes {
                Some(hashes) => tags.iter_mut().zip(&hashes[first..]).for_each(|(tag, &hash)| *tag = hash as u32),
                None => compute(tags, keys, first),
            }
            self.lines.guess(&block.tags, &mut block.numbers);
            self.touch(&mut block);
            self.verify(keys, first, groups.len(), &mut block);
            count = self.number(&block, groups, &mut found.slots, count);
        }
        self.first_mark += count;
        found.slots.truncate(count as usize);
        found
    }

    /// Turns numbers into places, and reads something of each record so that it is in the cache.
    #[inline(never)]
    fn touch(&self, block: &mut Block) {
        let places = self.records.places();
        for (record, &number) in block.records.iter_mut().zip(&block.numbers) {
            // SAFETY: every number, `NOBODY` too, has a record.
            *record = unsafe { Record::at(places.item::<[u8; RECORD]>(number).cast()) };
        }
        black_box(block.records.iter().fold(0, |sum, record| sum ^ record.touch()));
    }

    #[inline(never)]
    fn verify(&mut self, keys: &impl RowBytes, first: usize, count: usize, block: &mut Block) {
        for i in 0..count.min(BLOCK) {
            // SAFETY: rows have the slack that `RowBytes` promises.
            let key = keys.row(first + i);
            if !block.records[i].has(&unsafe { Wanted::new(key) }) {
                block.numbers[i] = self.find_or_add(block.tags[i], key);
                block.records[i] = self.record(block.numbers[i]);
            }
        }
    }

    /// Numbers groups from `count` on, and returns their new count.
    #[inline(never)]
    fn number(&self, block: &Block, groups: &mut [u32], slots: &mut [u32], mut count: u32) -> u32 {
        for ((group, &number), record) in groups.iter_mut().zip(&block.numbers).zip(&block.records) {
            *group = record.group(self.first_mark, count);
            // If the slot was seen before, this is beyond the end, and written over by the next that was not.
            // SAFETY: there are at most as many groups as rows.
            unsafe { *slots.get_unchecked_mut(count as usize) = number - 1 };
            count += u32::from(*group == count);
        }
        count
    }

    #[inline(never)]
    fn find_or_add(&mut self, tag: u32, key: &[u8]) -> u32 {
        // SAFETY: this is a row's key, which has slack.
        let key = &unsafe { Wanted::new(key) };
        if let Some(number) = self.lines.find(tag, |number| self.record(number).has(key)) {
            return number;
        }
        let number = self.records.take();
        self.record(number).set(key, tag);
        self.lines.insert(tag, number);
        self.count += 1;
        number
    }

    /// Makes room for `more` keys.
    fn reserve(&mut self, more: usize) {
        self.records.reserve(more);
        self.lines.reserve(self.count + more);
    }

    /// Begins anew with marks if there are not `more` of them left.
    fn renew_marks(&mut self, more: usize) {
        if ((u32::MAX - self.first_mark) as usize) < more {
            (1..=self.records.highest()).for_each(|number| self.record(number).forget());
            self.first_mark = 1;
        }
    }

    #[inline(always)]
    fn record(&self, number: u32) -> Record {
        // SAFETY: all records are of keys, or say that they are not.
        unsafe { Record::at(self.records.place(number)) }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        (1..=self.records.highest()).for_each(|number| self.record(number).clear());
    }
}

#[inline(never)]
fn compute(tags: &mut [u32], keys: &impl RowBytes, first: usize) {
    for (i, tag) in tags.iter_mut().enumerate() {
        *tag = hash(keys.row(first + i)) as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::Encoded;

    fn words(numbers: impl Iterator<Item = usize>) -> Encoded {
        Encoded::from_rows(numbers.map(|i| format!("{}{i}", "x".repeat(i % 40)).into_bytes()))
    }

    #[test]
    fn groups_are_numbered_by_first_row() {
        let mut table = Table::new();
        let keys = words([5, 3, 5, 9, 3].into_iter());
        let found = table.lookup(&keys, keys.len(), None);
        assert_eq!((found.groups, found.slots), (vec![0, 1, 0, 2, 1], vec![0, 1, 2]));
        let keys = words([9, 7, 5].into_iter());
        let found = table.lookup(&keys, keys.len(), None);
        assert_eq!((found.groups, found.slots), (vec![0, 1, 2], vec![2, 3, 0]));
    }

    #[test]
    fn slots_are_stable_while_the_table_grows() {
        let mut table = Table::new();
        for from in (0..50_000).step_by(1000) {
            let keys = words(from..from + 1000);
            let found = table.lookup(&keys, keys.len(), None);
            assert_eq!(found.slots, (from as u32..from as u32 + 1000).collect::<Vec<_>>());
        }
        let keys = words((0..50_000).rev());
        let found = table.lookup(&keys, keys.len(), None);
        assert_eq!(found.slots, (0..50_000).rev().collect::<Vec<_>>());
        assert_eq!(table.first_moved(&keys, &found.slots), None);
        assert_eq!(table.first_moved(&keys, &[49_999, 7]), Some(1));
    }

    #[test]
    fn a_removed_key_is_gone_and_its_slot_is_the_next_keys() {
        let mut table = Table::new();
        let keys = words(0..100);
        table.lookup(&keys, keys.len(), None);
        (0..100).filter(|slot| slot % 2 == 0).for_each(|slot| table.remove(slot));
        assert!((0..100).all(|slot| table.has(slot) == (slot % 2 == 1)));
        let found = table.lookup(&keys, keys.len(), None);
        assert!((0..100).all(|row| table.key(found.slots[row]) == keys.row(row)));
        assert_eq!((table.count, table.records.highest()), (100, 100));
    }

    #[test]
    fn keys_with_equal_hashes_are_told_apart() {
        let mut table = Table::new();
        let keys = words(0..300);
        for _ in 0..2 {
            let found = table.lookup(&keys, 300, Some(&[42; 300]));
            assert_eq!(found.slots, (0..300).collect::<Vec<_>>());
        }
    }

    #[test]
    fn marks_may_run_out() {
        let mut table = Table::new();
        let keys = words(0..3);
        table.lookup(&keys, keys.len(), None);
        table.first_mark = u32::MAX - 2;
        assert_eq!(table.lookup(&keys, keys.len(), None).slots, [0, 1, 2]);
        assert_eq!(table.first_mark, 4);
    }

    #[test]
    fn it_is_the_same_who_hashes() {
        let keys = words((0..1000).map(|i| i % 700));
        let hashes = crate::hash::hash_rows(&keys, keys.len(), usize::MAX).unwrap();
        let mut table = Table::new();
        let known = table.lookup(&keys, keys.len(), Some(&hashes));
        let own = table.lookup(&keys, keys.len(), None);
        assert_eq!((known.groups, known.slots), (own.groups, own.slots));
    }
}
