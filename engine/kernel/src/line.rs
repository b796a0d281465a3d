//! One line of the table: eight entries in a cache line, the low halves of eight hashes and eight numbers. What it owns:
//! how entries, free places and links stand in it. Entries stand before free places; a link only in the last place.

/// Entries of a line: what a cache line holds.
pub const WIDTH: usize = 8;
pub const LAST: usize = WIDTH - 1;

/// Stands for no record.
pub const NOBODY: u32 = 0;
/// Marks a number as that of a spill line; those of records are lower.
const LINK: u32 = 1 << 31;

/// Half of a hash, and the number of a record.
pub type Entry = (u32, u32);

#[derive(Clone, Copy, Default)]
#[repr(C, align(64))]
pub struct Line {
    tags: [u32; WIDTH],
    numbers: [u32; WIDTH],
}

impl Line {
    /// Entries; a link does not count.
    #[inline(always)]
    pub fn len(&self) -> usize {
        let end = if self.link().is_some() { LAST } else { WIDTH };
        (matching(&self.numbers, NOBODY) | 1 << end).trailing_zeros() as usize
    }

    /// All entries.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        (0..self.len()).map(|at| self.entry(at))
    }

    #[inline(always)]
    pub fn entry(&self, at: usize) -> Entry {
        (self.tags[at], self.numbers[at])
    }

    #[inline(always)]
    pub fn set(&mut self, at: usize, (tag, number): Entry) {
        debug_assert!(number & LINK == 0);
        (self.tags[at], self.numbers[at]) = (tag, number);
    }

    /// Frees a place, behind which there is none that is taken.
    pub fn clear(&mut self, at: usize) {
        self.set(at, (0, NOBODY));
    }

    /// The spill line in which it goes on.
    #[inline(always)]
    pub fn link(&self) -> Option<u32> {
        let last = self.numbers[LAST];
        (last & LINK != 0).then_some(last & !LINK)
    }

    /// Puts a link in the last place. `tag` is that of any entry: no hash that leads here equals its complement, for they
    /// differ in the lowest bit, and by that lines are found.
    pub fn set_link(&mut self, tag: u32, spill: u32) {
        (self.tags[LAST], self.numbers[LAST]) = (!tag, LINK | spill);
    }

    /// The first record with that tag, or `NOBODY`. Where in the line it stands cannot be predicted: there is no branch.
    #[inline(always)]
    pub fn guess(&self, tag: u32) -> u32 {
        let matching = matching(&self.tags, tag);
        let number = self.numbers[matching.trailing_zeros() as usize % WIDTH];
        if matching == 0 { NOBODY } else { number }
    }

    /// The record with that tag that satisfies `is_wanted`.
    #[inline(always)]
    pub fn find(&self, tag: u32, is_wanted: &impl Fn(u32) -> bool) -> Option<u32> {
        let mut matching = matching(&self.tags, tag);
        while matching != 0 {
            let number = self.numbers[matching.trailing_zeros() as usize];
            if number != NOBODY && is_wanted(number) {
                return Some(number);
            }
            matching &= matching - 1;
        }
        None
    }

    /// The place of a record.
    pub fn position(&self, number: u32) -> Option<usize> {
        self.numbers.iter().position(|&held| held == number)
    }
}

/// A bit for each of `words` that equals `word`.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn matching(words: &[u32; WIDTH], word: u32) -> u32 {
    use core::arch::wasm32::{i32x4_bitmask, i32x4_eq, u32x4_splat, v128, v128_load};
    let halves: *const v128 = words.as_ptr().cast();
    // SAFETY: these are the two halves.
    let [low, high] = unsafe { [v128_load(halves), v128_load(halves.add(1))] };
    let bits = |half| u32::from(i32x4_bitmask(i32x4_eq(half, u32x4_splat(word))));
    bits(low) | bits(high) << 4
}

/// The same where the tests of the crate run.
#[cfg(not(target_arch = "wasm32"))]
fn matching(words: &[u32; WIDTH], word: u32) -> u32 {
    (0..WIDTH).fold(0, |bits, i| bits | u32::from(words[i] == word) << i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_entries_that_were_set_and_a_link_is_none_of_them() {
        let mut line = Line::default();
        for at in 0..WIDTH {
            assert_eq!((line.len(), line.link()), (at, None));
            line.set(at, (7, at as u32 + 1));
        }
        line.set_link(7, 5);
        assert_eq!((line.len(), line.link(), line.entries().count()), (LAST, Some(5), LAST));
        assert_eq!((line.guess(7), line.guess(8), line.find(7, &|number| number == 3)), (1, NOBODY, Some(3)));
        assert_eq!((line.find(7, &|_| false), line.find(0, &|_| true), line.position(4)), (None, None, Some(3)));
    }

    #[test]
    fn a_hash_of_zero_is_not_found_in_free_places() {
        assert_eq!((Line::default().guess(0), Line::default().find(0, &|_| true)), (NOBODY, None));
    }
}
