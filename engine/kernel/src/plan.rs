//! The cells of one window, by key. What it owns: their order: by key hash, those of one key as they were added. However
//! many there are, no step takes long: they are dealt out by the upper bits of the hash, and sorted part by part.

use crate::table::Table;

/// Cells of one part, on average, if hashes are what they should be.
const PART: usize = 1 << 10;
/// Bits of a hash by which cells are dealt out, at most.
const MOST_BITS: u32 = 15;

type Entry = (u64, u32);

/// What is given out group by group, once all cells have been added.
pub struct Plan {
    bits: u32,
    parts: Vec<Vec<Entry>>,
    /// The part that is being given out, sorted, and how far; the next one.
    current: Vec<Entry>,
    at: usize,
    next: usize,
}

impl Plan {
    /// For about `count` cells.
    pub fn new(count: usize) -> Plan {
        let bits = (count / PART).next_power_of_two().ilog2().min(MOST_BITS);
        Plan { bits, parts: vec![Vec::new(); 1 << bits], current: Vec::new(), at: 0, next: 0 }
    }

    /// Adds a cell, and the hash of its key.
    #[inline(always)]
    pub fn add(&mut self, hash: u64, cell: u32) {
        self.parts[(hash >> 1 >> (63 - self.bits)) as usize].push((hash, cell));
    }

    /// The cells of the next key, until the next call.
    pub fn next_group(&mut self, table: &Table) -> Option<&[Entry]> {
        while self.at == self.current.len() {
            self.current = std::mem::take(self.parts.get_mut(self.next)?);
            (self.next, self.at) = (self.next + 1, 0);
            sort(&mut self.current, table);
        }
        let rest = &self.current[self.at..];
        let end = rest.iter().position(|entry| !is_same_key(entry, &rest[0], table)).unwrap_or(rest.len());
        self.at += end;
        Some(&rest[..end])
    }
}

fn sort(part: &mut [Entry], table: &Table) {
    part.sort_by_key(|&(hash, _)| hash);
    for tied in part.chunk_by_mut(|a, b| a.0 == b.0) {
        if !tied.iter().all(|entry| is_same_key(entry, &tied[0], table)) {
            tied.sort_by(|a, b| table.key(a.1).cmp(table.key(b.1)));
        }
    }
}

#[inline(always)]
fn is_same_key(a: &Entry, b: &Entry, table: &Table) -> bool {
    a.0 == b.0 && (a.1 == b.1 || table.key(a.1) == table.key(b.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrow::Laid;
    use crate::decode::decode;
    use crate::store::Store;

    /// One utf8 column.
    const TEXT: [u8; 4] = [10, 1, 0, 8];

    /// A store with keys.
    fn store_of(names: &[&str]) -> Store {
        let mut store = Store::new(&TEXT, &TEXT, 0);
        let batch = Laid::new(decode(&store.key, names.iter().map(|name| name.as_bytes()).collect()));
        // SAFETY: the batch is of that schema.
        let columns = unsafe { crate::arrow::columns(&*batch.address(), &store.key) };
        let keys = crate::encode::keys(&store.key, &columns, names.len());
        crate::encode::with_rows!(keys, |keys| _ = store.table.lookup(&keys, names.len(), None));
        store
    }

    fn groups(plan: &mut Plan, store: &Store) -> Vec<Vec<u32>> {
        let mut groups = Vec::new();
        while let Some(group) = plan.next_group(&store.table) {
            groups.push(group.iter().map(|&(_, cell)| cell).collect());
        }
        groups
    }

    #[test]
    fn keys_come_by_hash_and_cells_of_one_as_they_were_added() {
        let store = store_of(&["a", "b", "c"]);
        for count in [3, 3_000_000] {
            let mut plan = Plan::new(count);
            for (hash, cell) in [(9, 0), (1 << 63, 1), (7, 2), (9, 0)] {
                plan.add(hash, cell);
            }
            assert_eq!(groups(&mut plan, &store), [vec![2], vec![0, 0], vec![1]]);
        }
    }

    #[test]
    fn keys_of_one_hash_are_two_groups() {
        let store = store_of(&["a", "b"]);
        let mut plan = Plan::new(4);
        [1, 0, 1, 0].into_iter().for_each(|cell| plan.add(5, cell));
        assert_eq!(groups(&mut plan, &store), [vec![0, 0], vec![1, 1]]);
    }
}
