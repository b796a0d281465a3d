//! What is due next. What it owns: an ordered set of (time, number), in which equal times stand by key hash, so that numbers
//! reach no order. What it leaves: what is due, and its hash, which is asked for where half of it does not decide.
//!
//! A B-tree: it allocates in small nodes and never moves as a whole, so nothing pauses.

use std::collections::BTreeSet;

/// Numbers by time and hash.
#[derive(Default)]
pub struct Due {
    /// Time; the upper half of the hash, and the number.
    entries: BTreeSet<(i64, u64)>,
}

impl Due {
    /// Adds a number.
    pub fn insert(&mut self, time: i64, half: u32, number: u32) {
        self.entries.insert((time, join(half, number)));
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

    /// The same, where the time of a number may have become later than the one that it was added with: `settle` says it,
    /// and notes that this is the one that it stands under. None: nothing is due; an answer may be empty before.
    pub fn take_settled(
        &mut self,
        until: i64,
        most: usize,
        hash: impl Fn(u32) -> u64,
        mut settle: impl FnMut(u32) -> i64,
    ) -> Option<Vec<(i64, u32)>> {
        let mut taken = self.take(until, most, &hash);
        if taken.is_empty() {
            return None;
        }
        let mut bound = None;
        taken.retain(|&(time, number)| {
            let settled = settle(number);
            let is_next = settled == time && bound.is_none_or(|bound| time < bound);
            if !is_next {
                bound = Some(bound.map_or(settled, |bound: i64| bound.min(settled)));
                self.insert(settled, (hash(number) >> 32) as u32, number);
            }
            is_next
        });
        Some(taken)
    }

    /// Takes up to `most` whose time is at or before `until`: by time, then by hash.
    pub fn take(&mut self, until: i64, most: usize, hash: impl Fn(u32) -> u64) -> Vec<(i64, u32)> {
        let mut taken: Vec<(i64, u64)> = Vec::new();
        let rank = |&(time, joined): &(i64, u64)| (time, joined >> 32);
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
        taken.into_iter().map(|(time, joined)| (time, joined as u32)).collect()
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
        let hashes = [9u64 << 32 | 5, 1 << 32, 9 << 32 | 4, 9 << 32 | 3];
        let mut due = Due::default();
        for (number, time) in [(0, 5), (1, 5), (2, 5), (3, 5)] {
            due.insert(time, (hashes[number as usize] >> 32) as u32, number);
        }
        due.insert(-7, 77, 3);
        let mut take = |until, most| due.take(until, most, |number| hashes[number as usize]);
        assert_eq!(take(4, 9), [(-7, 3)]);
        assert_eq!((take(5, 2), take(5, 1)), (vec![(5, 1), (5, 3)], vec![(5, 2)]));
        assert_eq!((take(4, 9), take(9, 9), take(9, 9)), (vec![], vec![(5, 0)], vec![]));
    }
}
