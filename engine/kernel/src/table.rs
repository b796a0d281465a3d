//! key -> slot. What it owns: the keys of an operator, numbered in the order in which they came. Slots are never reused
//! while the table lives. What it leaves: state rows (`rows.rs`), which slots changed (`dirty.rs`).
//!
//! Open addressing with linear probing over 8-byte entries: the low half of the hash, then slot + 1 (0 = empty). Growing
//! needs no key and streams through memory; keys lie in chunks that never move. A batch is worked off in blocks, in three
//! passes: touch the entries, touch the keys that they name, resolve. The first two only issue independent loads, so that
//! the processor waits for many cache misses at once instead of one after another.

use crate::chunks::{Chunks, Places};
use crate::encode::RowBytes;
use crate::keys::{RECORD, Record, Wanted};
use std::hint::black_box;

/// Rows between touching and resolving: what they touch fits the first-level cache.
const BLOCK: usize = 128;
/// Keys whose table and records fit the second-level cache: touching would cost more than it saves.
const CACHED_KEYS: usize = 48 * 1024;
/// Entries of the smallest table.
const SMALLEST: usize = 1024;

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
        unsafe { record(self.records.places(), slot) }.bytes()
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
                // SAFETY: rows have the slack that `RowBytes` promises.
                let key = unsafe { Wanted::new(keys.row(row)) };
                let (slot, record) = probe.find(hash as u32, &key);
                let group = record.group(self.call, next);
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
                unsafe { record(self.records.places(), slot) }.forget();
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
                sum ^= unsafe { record(self.records, entry as u32 - 1) }.touch();
            }
        }
        black_box(sum);
    }

    /// The slot of a key and its record. Nearly every key stands in its first or second entry: which of them is chosen
    /// without a branch, since it cannot be predicted.
    #[inline(always)]
    fn find(&mut self, hash: u32, key: &Wanted) -> (u32, Record) {
        let mask = self.entries.len() - 1;
        let at = hash as usize & mask;
        let (first, second) = (self.entries[at], self.entries[(at + 1) & mask]);
        let entry = if (first >> 32) as u32 == hash { first } else { second };
        if (entry >> 32) as u32 == hash && entry as u32 != 0 {
            // SAFETY: a slot in the table has a record.
            let record = unsafe { record(self.records, entry as u32 - 1) };
            if record.has(key) {
                return (entry as u32 - 1, record);
            }
        }
        self.search(hash, key)
    }

    #[inline(never)]
    fn search(&mut self, hash: u32, key: &Wanted) -> (u32, Record) {
        let mask = self.entries.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let entry = self.entries[at];
            if entry == 0 {
                return self.insert(at, hash, key);
            }
            if (entry >> 32) as u32 == hash {
                let slot = entry as u32 - 1;
                // SAFETY: as above.
                let record = unsafe { record(self.records, slot) };
                if record.has(key) {
                    return (slot, record);
                }
            }
            at = (at + 1) & mask;
        }
    }

    fn insert(&mut self, at: usize, hash: u32, key: &Wanted) -> (u32, Record) {
        let slot = self.count;
        // SAFETY: `reserve` made a record for every row of the call.
        let record = unsafe { record(self.records, slot) };
        record.set(key);
        self.entries[at] = u64::from(hash) << 32 | u64::from(slot + 1);
        self.count += 1;
        (slot, record)
    }
}

/// The record of a slot.
///
/// # Safety
/// It must exist.
#[inline(always)]
unsafe fn record(records: Places, slot: u32) -> Record {
    unsafe { Record::at(records.record(slot)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::Encoded;

    fn hashes(keys: &Encoded) -> Vec<u64> {
        crate::hash::hash_rows(keys, keys.len(), usize::MAX).unwrap()
    }

    fn words(numbers: impl Iterator<Item = usize>) -> Encoded {
        Encoded::from_rows(numbers.map(|i| format!("{}{i}", "x".repeat(i % 40)).into_bytes()))
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
        assert_eq!(table.key(49_999), keys.row(0));
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
