//! What is due next. What it owns: an ordered set of (time, number), in which equal times stand by key hash, so that numbers
//! reach no order. What it leaves: what is due, and its hash, which is asked for where half of it does not decide.
//!
//! A B-tree: it allocates in small nodes and never moves as a whole, so nothing pauses.

use std::collections::BTreeSet;

/// A time; the upper half of a hash, and a number.
type Entry = (i64, u64);

/// Numbers by time and hash.
#[derive(Default)]
pub struct Due {
    entries: BTreeSet<Entry>,
}

impl Due {
    /// Adds numbers with their times and the upper halves of their hashes; in order, so that neighbours are met in the cache.
    pub fn insert(&mut self, added: impl Iterator<Item = (i64, u32, u32)>) {
        self.insert_entries(added.map(|(time, half, number)| (time, join(half, number))).collect());
    }

    fn insert_entries(&mut self, mut added: Vec<Entry>) {
        added.sort_unstable();
        self.entries.extend(added);
    }

    /// Takes a number out that was added so.
    pub fn remove(&mut self, time: i64, half: u32, number: u32) {
        let was_there = self.entries.remove(&(time, join(half, number)));
        debug_assert!(was_there);
    }

    /// The earliest time.
    pub fn next(&self) -> Option<i64> {
        self.entries.first().map(|&(time, _)| time)
    }

    /// Takes up to `most` whose time is at or before `until`: by time, then by hash. The time of a number may have become later
    /// than the one that it was added with: `settle` says it, and notes that this is the one that it stands under. None:
    /// nothing is due; an answer may be empty before.
    pub fn take(
        &mut self,
        until: i64,
        most: usize,
        hash: impl Fn(u32) -> u64,
        mut settle: impl FnMut(u32) -> i64,
    ) -> Option<Vec<(i64, u32)>> {
        let mut taken = self.take_first(until, most, hash);
        if taken.is_empty() {
            return None;
        }
        let (mut bound, mut later) = (None, Vec::new());
        taken.retain(|&(time, joined)| {
            let settled = settle(joined as u32);
            let is_next = settled == time && bound.is_none_or(|bound| time < bound);
            if !is_next {
                bound = Some(bound.map_or(settled, |bound: i64| bound.min(settled)));
                later.push((settled, joined));
            }
            is_next
        });
        self.insert_entries(later);
        Some(taken.into_iter().map(|(time, joined)| (time, joined as u32)).collect())
    }

    fn take_first(&mut self, until: i64, most: usize, hash: impl Fn(u32) -> u64) -> Vec<Entry> {
        let mut taken: Vec<Entry> = Vec::new();
        let rank = |&(time, joined): &Entry| (time, joined >> 32);
        while let Some(first) = self.entries.first() {
            // One more than `most` only while half of the hash does not tell it from the last.
            let is_tied = taken.last().is_some_and(|last| rank(last) == rank(first));
            if first.0 > until || (taken.len() >= most && !is_tied) {
                break;
            }
            taken.extend(self.entries.pop_first());
        }
        for tied in taken.chunk_by_mut(|a, b| rank(a) == rank(b)).filter(|tied| tied.len() > 1) {
            tied.sort_by_key(|&(_, joined)| hash(joined as u32));
        }
        self.entries.extend(taken.drain(most.min(taken.len())..));
        taken
    }
}

#[inline(always)]
fn join(half: u32, number: u32) -> u64 {
    u64::from(half) << 32 | u64::from(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_comes_by_time_then_by_the_whole_hash_in_portions() {
        let hashes = [9u64 << 32 | 5, 1 << 32, 9 << 32 | 4, 9 << 32 | 3, 7];
        let times = [5, 5, 5, 5, -7];
        let mut due = Due::default();
        due.insert((0..5).map(|number| (times[number], (hashes[number] >> 32) as u32, number as u32)));
        let mut take =
            |until, most| due.take(until, most, |number| hashes[number as usize], |number| times[number as usize]);
        assert_eq!(take(4, 9), Some(vec![(-7, 4)]));
        assert_eq!((take(5, 2), take(5, 1)), (Some(vec![(5, 1), (5, 3)]), Some(vec![(5, 2)])));
        assert_eq!((take(4, 9), take(9, 9), take(9, 9)), (None, Some(vec![(5, 0)]), None));
    }

    #[test]
    fn what_has_become_later_waits_and_nothing_passes_it() {
        let times = [8, 9, 7];
        let mut due = Due::default();
        due.insert([(1, 0, 0), (9, 0, 1), (7, 0, 2)].into_iter());
        let mut take = |most| due.take(20, most, |number| number.into(), |number| times[number as usize]);
        assert_eq!(take(9), Some(vec![(7, 2)]));
        assert_eq!((take(9), take(9)), (Some(vec![(8, 0), (9, 1)]), None));
    }
}
