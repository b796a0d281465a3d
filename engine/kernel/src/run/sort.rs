//! Rows in the order of hashes, a part at a time. What it owns: dealing entries out by the upper bits of their hashes, and sorting
//! the part whose turn it is; so however many there are, no step takes long. What it leaves: what an entry stands for.

use std::cmp::Ordering;

/// The upper half of a hash, and a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Entry(u64);

impl Entry {
    #[inline(always)]
    pub fn new(half: u32, number: u32) -> Entry {
        Entry(u64::from(half) << 32 | u64::from(number))
    }

    #[inline(always)]
    pub fn half(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline(always)]
    pub fn number(self) -> u32 {
        self.0 as u32
    }
}

/// Entries of a part that is sorted at once, at most, unless its hashes are one.
const MOST: usize = 1 << 12;
/// Entries of a part of the first dealing, on average, if hashes are what they should be; and bits of that dealing.
const WANTED: usize = 1 << 10;
const FIRST_BITS: u32 = 11;
/// Bits of each dealing behind it.
const NEXT_BITS: u32 = 6;

/// Entries whose halves begin with `bits` bits as `first` does.
struct Part {
    first: u32,
    bits: u32,
    entries: Vec<Entry>,
}

/// Entries that are added, then taken in order.
pub struct Parts {
    /// The next one last.
    parts: Vec<Part>,
    current: Vec<Entry>,
    at: usize,
}

impl Parts {
    /// For about `count` entries.
    pub fn new(count: usize) -> Parts {
        let bits = (count / WANTED).next_power_of_two().ilog2().min(FIRST_BITS);
        Parts { parts: dealt(0, 0, bits, &[]), current: Vec::new(), at: 0 }
    }

    /// Adds an entry to those that are not taken yet; or, where its part is being taken, puts it in the place of `instead`.
    pub fn add(&mut self, entry: Entry, instead: Option<u32>) {
        let behind = self.parts.partition_point(|part| part.first > entry.half());
        if let Some(part) = self.parts.get_mut(behind) {
            return part.entries.push(entry);
        }
        let rest = &mut self.current[self.at..];
        let start = rest.partition_point(|other| other.half() < entry.half());
        let same = rest[start..].iter_mut().find(|other| Some(other.number()) == instead);
        *same.expect("what is saved has not been written") = entry;
    }

    /// The entry to take next, once nothing is added but in the place of another. `is_there` says which entries of a part count,
    /// `compare` which of two with the same half comes first; the later one of equals goes.
    #[inline(always)]
    pub fn next(
        &mut self,
        is_there: impl Fn(Entry) -> bool,
        compare: impl Fn(Entry, Entry) -> Ordering,
        is_same: impl Fn(Entry, Entry) -> bool,
    ) -> Option<Entry> {
        while self.at == self.current.len() {
            self.begin_part(&is_there, &compare, &is_same)?;
        }
        self.at += 1;
        Some(self.current[self.at - 1])
    }

    /// Up to `most` entries that come next, as far as that is known.
    pub fn coming(&self, most: usize) -> &[Entry] {
        &self.current[self.at..self.current.len().min(self.at + most)]
    }

    #[inline(never)]
    fn begin_part(
        &mut self,
        is_there: &impl Fn(Entry) -> bool,
        compare: &impl Fn(Entry, Entry) -> Ordering,
        is_same: &impl Fn(Entry, Entry) -> bool,
    ) -> Option<()> {
        let mut part = self.parts.pop()?;
        while part.entries.len() > MOST && part.bits < u32::BITS {
            let more = NEXT_BITS.min(u32::BITS - part.bits);
            self.parts.extend(dealt(part.first, part.bits, more, &part.entries));
            part = self.parts.pop()?;
        }
        (self.current, self.at) = (part.entries, 0);
        self.current.retain(|&entry| is_there(entry));
        self.current.sort_unstable();
        let mut has_same = false;
        for tied in self.current.chunk_by_mut(|a, b| a.half() == b.half()).filter(|tied| tied.len() > 1) {
            tied.sort_unstable_by(|&a, &b| compare(a, b));
            has_same |= tied.windows(2).any(|pair| is_same(pair[0], pair[1]));
        }
        if has_same {
            self.current.dedup_by(|later, kept| later.half() == kept.half() && is_same(*kept, *later));
        }
        Some(())
    }
}

/// Parts by the `more` bits behind the first `bits`, the last one first.
fn dealt(first: u32, bits: u32, more: u32, entries: &[Entry]) -> Vec<Part> {
    let (count, room) = (1usize << more, (entries.len() + entries.len() / 8) >> more);
    let shift = u32::BITS - bits - more;
    let part = |index: usize| Part {
        first: first | (index as u64).wrapping_shl(shift) as u32,
        bits: bits + more,
        entries: Vec::with_capacity(room),
    };
    let mut parts: Vec<Part> = (0..count).rev().map(part).collect();
    for &entry in entries {
        let index = (u64::from(entry.half()) >> shift) as usize & (count - 1);
        parts[count - 1 - index].entries.push(entry);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(parts: &mut Parts, is_there: impl Fn(Entry) -> bool) -> Vec<u32> {
        let (compare, is_same) = (|a: Entry, b: Entry| a.number().cmp(&b.number()), |a: Entry, b: Entry| a == b);
        std::iter::from_fn(|| parts.next(&is_there, compare, is_same).map(Entry::half)).collect()
    }

    #[test]
    fn entries_come_in_order_wherever_their_hashes_lie() {
        for (count, spread) in [(0, 1), (10, 0x1234_5678), (50_000, 0x9e37_79b1), (50_000, 3), (20_000, 0)] {
            let halves: Vec<u32> = (0..count).map(|i: u32| i.wrapping_mul(spread)).collect();
            let mut parts = Parts::new(halves.len());
            halves.iter().enumerate().for_each(|(i, &half)| parts.add(Entry::new(half, i as u32), None));
            let mut sorted = halves.clone();
            sorted.sort_unstable();
            assert_eq!(taken(&mut parts, |_| true), sorted, "{count} by {spread}");
        }
    }

    #[test]
    fn what_is_not_there_any_more_and_what_is_there_twice_is_passed_over() {
        let mut parts = Parts::new(9);
        [(5, 1), (5, 1), (7, 2), (1, 3)].iter().for_each(|&(half, i)| parts.add(Entry::new(half, i), None));
        assert_eq!(taken(&mut parts, |entry| entry.number() != 2), [1, 5]);
    }

    #[test]
    fn an_entry_takes_the_place_of_another_in_the_part_that_is_being_taken() {
        let mut parts = Parts::new(9);
        (0..5).for_each(|i| parts.add(Entry::new(i, i), None));
        let mut next = || parts.next(|_| true, |_, _| Ordering::Equal, |_, _| false);
        assert_eq!(next(), Some(Entry::new(0, 0)));
        parts.add(Entry::new(3, 9), Some(3));
        let rest: Vec<u32> = std::iter::from_fn(|| parts.next(|_| true, |_, _| Ordering::Equal, |_, _| false))
            .map(Entry::number)
            .collect();
        assert_eq!(rest, [1, 2, 9, 4]);
    }
}
