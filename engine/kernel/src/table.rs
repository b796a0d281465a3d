//! key -> slot. What it owns: the keys of an operator, numbered in the order in which they came. Slots are never reused
//! while the table lives. What it leaves: state rows (`rows.rs`), which slots changed (`dirty.rs`).
//!
//! Open addressing with linear probing over 8-byte entries: the low half of the hash, then slot + 1 (0 = empty). Growing
//! needs no key and streams through memory; keys lie in chunks that never move. A batch is worked off in blocks, in three
//! passes: touch the entries, touch the keys that they name, resolve. The first two only issue independent loads, so that
//! the processor waits for many cache misses at once instead of one after another.

use crate::bytes::{equal, load, store};
use crate::cell::Cell;
use crate::chunks::{Chunks, Places};
use crate::encode::RowBytes;
use crate::schema::CELL;
use std::hint::black_box;

/// Rows between touching and resolving: what they touch fits the first-level cache.
const BLOCK: usize = 128;
/// Keys whose table and records fit the second-level cache: touching would cost more than it saves.
const CACHED_KEYS: usize = 32 * 1024;
/// Entries of the smallest table.
const SMALLEST: usize = 1024;
/// A record is the key's cell, the call that last saw the slot, and its group in that call; half a cache line.
const RECORD: usize = 32;
const SEEN: usize = CELL;
const GROUP: usize = CELL + 4;

/// Slots of a batch: `groups` has the group of every row, `slots` the slot of every group, by first row.
pub struct Lookup {
    pub groups: Vec<u32>,
    pub slots: Vec<u32>,
}

/// The keys of one operator.
pub struct Table {
    entries: Vec<u64>,
    records: Chunks,
    count: u32,
    call: u32,
}

impl Table {
    /// No keys yet.
    pub fn new() -> Table {
        Table { entries: vec![0; SMALLEST], records: Chunks::new(RECORD), count: 0, call: 0 }
    }

    /// Number of slots.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// The encoded key of a slot.
    #[inline(always)]
    pub fn key(&self, slot: u32) -> &[u8] {
        assert!(slot < self.count, "slot {slot} of {}", self.count);
        // SAFETY: every slot has a record.
        unsafe { cell(self.records.places(), slot).bytes() }
    }

    /// Finds or makes the slot of every row's key. `hashes` are those of `hash.rs`.
    pub fn lookup(&mut self, keys: &impl RowBytes, hashes: &[u64]) -> Lookup {
        self.reserve(hashes.len());
        self.next_call();
        let is_cached = self.len() < CACHED_KEYS;
        let mut found = Lookup { groups: vec![0; hashes.len()], slots: vec![0; hashes.len()] };
        let mut probe = Probe { entries: &mut self.entries, records: self.records.places(), count: self.count };
        let mut next = 0;
        for (block, hashes) in hashes.chunks(BLOCK).enumerate() {
            if !is_cached {
                probe.touch(hashes);
            }
            for (row, &hash) in hashes.iter().enumerate() {
                let row = block * BLOCK + row;
                let slot = probe.slot(hash as u32, keys.row(row));
                let group = probe.group(slot, self.call, next);
                found.groups[row] = group;
                // If the slot was seen before, this is beyond the end, and written over by the next that was not.
                found.slots[next as usize] = slot;
                next += u32::from(group == next);
            }
        }
        self.count = probe.count;
        found.slots.truncate(next as usize);
        found
    }

    /// Makes room for `more` keys, at a load of at most 3/4.
    fn reserve(&mut self, more: usize) {
        self.records.reserve(self.len() + more);
        let wanted = ((self.len() + more) * 4 / 3 + 1).next_power_of_two();
        assert!(self.len() + more < u32::MAX as usize, "too many keys");
        if wanted <= self.entries.len() {
            return;
        }
        let mask = wanted - 1;
        let mut entries = vec![0; wanted];
        for &entry in self.entries.iter().filter(|&&entry| entry != 0) {
            let mut at = (entry >> 32) as usize & mask;
            while entries[at] != 0 {
                at = (at + 1) & mask;
            }
            entries[at] = entry;
        }
        self.entries = entries;
    }

    /// Calls are numbered from 1; when the numbers run out, every record forgets its last one.
    fn next_call(&mut self) {
        if self.call == u32::MAX {
            for slot in 0..self.count {
                // SAFETY: every slot has a record.
                unsafe { store(self.records.places().record(slot), SEEN, 0u32) };
            }
            self.call = 0;
        }
        self.call += 1;
    }
}

/// The table during a call: nothing in it moves, there being room for a key per row.
struct Probe<'a> {
    entries: &'a mut [u64],
    records: Places<'a>,
    count: u32,
}

impl Probe<'_> {
    #[inline(always)]
    fn touch(&self, hashes: &[u64]) {
        let mut entries = [0u64; BLOCK];
        let mask = self.entries.len() - 1;
        for (entry, &hash) in entries.iter_mut().zip(hashes) {
            *entry = self.entries[hash as usize & mask];
        }
        let mut sum = 0;
        for (&entry, &hash) in entries.iter().zip(hashes) {
            if entry != 0 && (entry >> 32) as u32 == hash as u32 {
                // SAFETY: a slot in the table has a record.
                sum ^= unsafe { load::<u32>(self.records.record(entry as u32 - 1), SEEN) };
            }
        }
        black_box(sum);
    }

    #[inline(always)]
    fn slot(&mut self, hash: u32, key: &[u8]) -> u32 {
        let mask = self.entries.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let entry = self.entries[at];
            if entry == 0 {
                return self.insert(at, hash, key);
            }
            let slot = entry as u32 - 1;
            // SAFETY: a slot in the table has a record.
            if (entry >> 32) as u32 == hash && equal(unsafe { cell(self.records, slot) }.bytes(), key) {
                return slot;
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    fn insert(&mut self, at: usize, hash: u32, key: &[u8]) -> u32 {
        let slot = self.count;
        // SAFETY: `reserve` made a record for every row of the call.
        unsafe { cell(self.records, slot) }.set_bytes(key);
        self.entries[at] = u64::from(hash) << 32 | u64::from(slot + 1);
        self.count += 1;
        slot
    }

    /// The group of `slot` in this call. `next` is the number that it gets if it is seen for the first time: whether it
    /// is cannot be predicted, so there is no branch.
    #[inline(always)]
    fn group(&self, slot: u32, call: u32, next: u32) -> u32 {
        // SAFETY: a slot has a record, with these two words after its cell.
        unsafe {
            let record = self.records.record(slot);
            let held = load::<u32>(record, GROUP);
            let group = if load::<u32>(record, SEEN) == call { held } else { next };
            store(record, SEEN, call);
            store(record, GROUP, group);
            group
        }
    }
}

/// The key of a slot.
///
/// # Safety
/// The slot must have a record.
#[inline(always)]
unsafe fn cell(records: Places, slot: u32) -> Cell {
    unsafe { Cell::at(records.record(slot)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl RowBytes for Vec<Vec<u8>> {
        fn row(&self, row: usize) -> &[u8] {
            &self[row]
        }
    }

    fn hashes(keys: &Vec<Vec<u8>>) -> Vec<u64> {
        crate::hash::hash_rows(keys, keys.len(), usize::MAX).unwrap()
    }

    fn words(numbers: impl Iterator<Item = usize>) -> Vec<Vec<u8>> {
        numbers
            .map(|i| "x".repeat(i % 40).into_bytes().into_iter().chain(i.to_string().into_bytes()).collect())
            .collect()
    }

    #[test]
    fn groups_are_numbered_by_first_row() {
        let mut table = Table::new();
        let keys = words([5, 3, 5, 9, 3].into_iter());
        let found = table.lookup(&keys, &hashes(&keys));
        assert_eq!((found.groups, found.slots), (vec![0, 1, 0, 2, 1], vec![0, 1, 2]));
        let keys = words([9, 7, 5].into_iter());
        let found = table.lookup(&keys, &hashes(&keys));
        assert_eq!((found.groups, found.slots), (vec![0, 1, 2], vec![2, 3, 0]));
    }

    #[test]
    fn slots_are_stable_while_the_table_grows() {
        let mut table = Table::new();
        for from in (0..50_000).step_by(1000) {
            let keys = words(from..from + 1000);
            let found = table.lookup(&keys, &hashes(&keys));
            assert_eq!(found.slots, (from as u32..from as u32 + 1000).collect::<Vec<_>>());
        }
        let keys = words((0..50_000).rev());
        let found = table.lookup(&keys, &hashes(&keys));
        assert_eq!(found.slots, (0..50_000).rev().collect::<Vec<_>>());
        assert_eq!(table.key(49_999), keys[0]);
    }

    #[test]
    fn keys_with_equal_hashes_are_told_apart() {
        let mut table = Table::new();
        let keys = words(0..300);
        for _ in 0..2 {
            let found = table.lookup(&keys, &vec![42; 300]);
            assert_eq!(found.slots, (0..300).collect::<Vec<_>>());
        }
    }

    #[test]
    fn call_numbers_may_run_out() {
        let mut table = Table::new();
        let keys = words(0..3);
        table.lookup(&keys, &hashes(&keys));
        table.call = u32::MAX;
        assert_eq!(table.lookup(&keys, &hashes(&keys)).slots, [0, 1, 2]);
        assert_eq!(table.call, 1);
    }
}
