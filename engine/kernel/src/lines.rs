//! hash -> number of a record. What it owns: open addressing over cache lines. A line holds eight entries: the low halves of
//! eight hashes, and the eight numbers. An entry stands in the line that its hash leads to or, if that was full, in the
//! next one with room; nothing is ever removed. Growing needs no key and streams through memory.
//!
//! `first_guess` looks at one line only and does not branch: where in it an entry stands cannot be predicted. Nearly
//! always it is right; whether it is, only the key can say (`table.rs`), and if not, `find` goes on.

/// Entries of a line: what a cache line holds.
const WIDTH: usize = 8;
/// How many of them are taken at most, on average.
const MOST_TAKEN: usize = 5;
/// Lines of the smallest table.
const SMALLEST: usize = 128;

/// Stands for no record.
pub const NOBODY: u32 = 0;

#[derive(Clone, Default)]
#[repr(C, align(64))]
struct Line {
    tags: [u32; WIDTH],
    numbers: [u32; WIDTH],
}

/// Where records are by hash.
pub struct Lines {
    lines: Vec<Line>,
}

impl Lines {
    /// No entries.
    pub fn new() -> Lines {
        Lines { lines: vec![Line::default(); SMALLEST] }
    }

    /// Makes room for `count` entries in all.
    pub fn reserve(&mut self, count: usize) {
        let wanted = count.div_ceil(MOST_TAKEN);
        if wanted <= self.lines.len() {
            return;
        }
        let lines = std::mem::replace(&mut self.lines, vec![Line::default(); wanted.next_power_of_two()]);
        for line in lines {
            for (tag, number) in line.tags.into_iter().zip(line.numbers) {
                if number != NOBODY {
                    self.insert(tag, number);
                }
            }
        }
    }

    /// A record of that hash, or `NOBODY` if the hash's own line has none.
    #[inline(always)]
    pub fn first_guess(&self, tag: u32) -> u32 {
        // SAFETY: the index is masked.
        let line = unsafe { self.lines.get_unchecked(tag as usize & (self.lines.len() - 1)) };
        let matching = matching(&line.tags, tag);
        let number = line.numbers[matching.trailing_zeros() as usize % WIDTH];
        if matching == 0 { NOBODY } else { number }
    }

    /// The record of that hash that satisfies `is_wanted`.
    #[inline(always)]
    pub fn find(&self, tag: u32, is_wanted: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = tag as usize;
        loop {
            let line = &self.lines[at & (self.lines.len() - 1)];
            let mut matching = matching(&line.tags, tag);
            while matching != 0 {
                let number = line.numbers[matching.trailing_zeros() as usize];
                if number != NOBODY && is_wanted(number) {
                    return Some(number);
                }
                matching &= matching - 1;
            }
            if line.numbers[WIDTH - 1] == NOBODY {
                return None;
            }
            at = at.wrapping_add(1);
        }
    }

    /// Adds a record. There must be room.
    pub fn insert(&mut self, tag: u32, number: u32) {
        let mask = self.lines.len() - 1;
        let mut at = tag as usize & mask;
        loop {
            let line = &mut self.lines[at];
            if let Some(place) = line.numbers.iter().position(|&held| held == NOBODY) {
                (line.tags[place], line.numbers[place]) = (tag, number);
                return;
            }
            at = (at + 1) & mask;
        }
    }
}

/// A bit for each of `tags` that equals `tag`.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn matching(tags: &[u32; WIDTH], tag: u32) -> u32 {
    use core::arch::wasm32::{i32x4_bitmask, i32x4_eq, u32x4_splat, v128, v128_load};
    let halves: *const v128 = tags.as_ptr().cast();
    // SAFETY: these are the two halves.
    let [low, high] = unsafe { [v128_load(halves), v128_load(halves.add(1))] };
    let bits = |half| u32::from(i32x4_bitmask(i32x4_eq(half, u32x4_splat(tag))));
    bits(low) | bits(high) << 4
}

/// The same where the tests of the crate run.
#[cfg(not(target_arch = "wasm32"))]
fn matching(tags: &[u32; WIDTH], tag: u32) -> u32 {
    (0..WIDTH).fold(0, |bits, i| bits | u32::from(tags[i] == tag) << i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(tags: impl Iterator<Item = u32>) -> Lines {
        let mut lines = Lines::new();
        for (tag, number) in tags.zip(1..) {
            lines.reserve(number as usize);
            lines.insert(tag, number);
        }
        lines
    }

    #[test]
    fn every_record_is_found_by_its_hash_and_nearly_all_at_the_first_guess() {
        let tags = || (0..100_000u32).map(|i| i.wrapping_mul(0x9e37_79b1) ^ i >> 3);
        let lines = filled(tags());
        let wrong = tags().zip(1..).filter(|&(tag, number)| lines.first_guess(tag) != number).count();
        assert!(wrong < 5_000, "{wrong} wrong guesses");
        assert!(tags().zip(1..).all(|(tag, number)| lines.find(tag, |found| found == number).is_some()));
    }

    #[test]
    fn records_of_one_hash_fill_line_after_line() {
        let lines = filled([7; 300].into_iter());
        assert!((1..=300).all(|number| lines.find(7, |found| found == number) == Some(number)));
        assert_eq!((lines.find(7, |_| false), lines.find(8, |_| true)), (None, None));
    }

    #[test]
    fn the_last_line_goes_on_in_the_first() {
        let lines = filled([u32::MAX; 20].into_iter());
        assert!((1..=20).all(|number| lines.find(u32::MAX, |found| found == number) == Some(number)));
    }

    #[test]
    fn nobody_has_a_hash_that_was_not_added() {
        let lines = filled([0, 5].into_iter());
        assert_eq!((lines.first_guess(0), lines.first_guess(5), lines.first_guess(133)), (1, 2, NOBODY));
    }
}
