//! hash -> number of a record. What it owns: a table of lines (`line.rs`) that grows one line at a time (linear hashing), so
//! that no call waits while all of it is moved (docs/decisions/0018). What does not fit a line goes on in a spill line, to
//! which its last place then points.
//!
//! Lines 0..whole are found by the lower bits of a hash; those before `split` have been split already: what one bit more
//! tells apart moved to a line behind. `wanted` says how many lines there should be: from 4 entries a line on, one is split
//! for every key that comes, until all are.
//!
//! A guess looks at one line only. Nearly always it is right; whether it is, only the key can say (`table.rs`), and if
//! not, `find` goes on.

use crate::chunks::Chunks;
use crate::line::{Entry, LAST, Line, WIDTH};
use crate::pool::Pool;

/// How many places of a line are taken, on average, when splitting begins.
const MOST_TAKEN: usize = 4;
/// Lines of the smallest table.
const SMALLEST: usize = 16;

/// Where records are by hash.
pub struct Lines {
    lines: Chunks,
    /// A power of two.
    whole: usize,
    split: usize,
    spills: Pool,
}

impl Lines {
    /// No entries.
    pub fn new() -> Lines {
        let mut lines = Chunks::new(size_of::<Line>());
        lines.reserve(SMALLEST);
        Lines { lines, whole: SMALLEST, split: 0, spills: Pool::new(size_of::<Line>()) }
    }

    /// Makes room for `count` entries in all, so that lines stay short.
    pub fn reserve(&mut self, count: usize) {
        let wanted = wanted(count);
        while self.whole + self.split < wanted {
            self.split();
        }
    }

    /// For each tag a record of that hash, or `NOBODY` if the hash's own line has none.
    ///
    /// Where lines are is worked out before any is read: the shorter the loop that reads, the more lines the processor waits
    /// for at once.
    #[inline(always)]
    pub fn guess<const ROWS: usize>(&self, tags: &[u32; ROWS], numbers: &mut [u32; ROWS]) {
        let mut homes = [core::ptr::null(); ROWS];
        self.homes(tags, &mut homes);
        guess_at(&homes, tags, numbers);
    }

    #[inline(never)]
    fn homes<const ROWS: usize>(&self, tags: &[u32; ROWS], homes: &mut [*const Line; ROWS]) {
        for (home, &tag) in homes.iter_mut().zip(tags) {
            *home = self.home(tag);
        }
    }

    /// The record of that hash that satisfies `is_wanted`.
    #[inline(always)]
    pub fn find(&self, tag: u32, is_wanted: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.home(tag);
        loop {
            // SAFETY: nothing else holds a line now.
            let line = unsafe { &*at };
            if let Some(number) = line.find(tag, &is_wanted) {
                return Some(number);
            }
            at = self.spill(line.link()?);
        }
    }

    /// Adds a record.
    pub fn insert(&mut self, tag: u32, number: u32) {
        self.spills.reserve(1);
        let (line, _) = self.end_of(tag);
        // SAFETY: this is the only line that is held, and no spill line moves after `reserve`.
        let line = unsafe { &mut *line };
        let length = line.len();
        if length < WIDTH {
            return line.set(length, (tag, number));
        }
        let next = self.spills.take();
        let mut spill = Line::default();
        spill.set(0, line.entry(LAST));
        spill.set(1, (tag, number));
        // SAFETY: it is not `line`.
        unsafe { *self.spill(next) = spill };
        line.set_link(tag, next);
    }

    /// Takes a record out, which must be there: the last entry of its hash's lines takes its place. A spill line in which one
    /// would be left gives it to the place of the link.
    pub fn remove(&mut self, tag: u32, number: u32) {
        let (line, at) = self.place_of(tag, number);
        let (end, parent) = self.end_of(tag);
        // SAFETY: pointers to lines, each used for one access; nothing moves meanwhile.
        unsafe {
            let last = (*end).len() - 1;
            (*line).set(at, (*end).entry(last));
            (*end).clear(last);
            if let (Some((parent, spill)), 1) = (parent, last) {
                (*parent).set(LAST, (*end).entry(0));
                self.spills.give_back(spill);
            }
        }
    }

    /// The line of an entry, and where in it.
    fn place_of(&self, tag: u32, number: u32) -> (*mut Line, usize) {
        let mut at = self.home(tag);
        loop {
            // SAFETY: nothing else holds a line now.
            let line = unsafe { &*at };
            if let Some(place) = line.position(number) {
                return (at, place);
            }
            at = self.spill(line.link().expect("a record that is removed was inserted"));
        }
    }

    /// The last line of a hash; if that is a spill line, also the line that points to it, and its number.
    fn end_of(&self, tag: u32) -> (*mut Line, Option<(*mut Line, u32)>) {
        let (mut at, mut parent) = (self.home(tag), None);
        // SAFETY: nothing else holds a line now.
        while let Some(next) = unsafe { (*at).link() } {
            parent = Some((at, next));
            at = self.spill(next);
        }
        (at, parent)
    }

    /// Adds a line, and moves those entries of line `split` to it that belong there.
    fn split(&mut self) {
        let (near, far) = (self.split, self.whole + self.split);
        self.lines.reserve(far + 1);
        let (near, far) = (self.line(near as u32), self.line(far as u32));
        // SAFETY: both lines exist; nothing else holds one now.
        let line = unsafe { *near };
        let mut halves = [Line::default(); 2];
        let mut lengths = [0; 2];
        for entry in line.entries() {
            let half = usize::from(entry.0 & self.whole as u32 != 0);
            halves[half].set(lengths[half], entry);
            lengths[half] += 1;
        }
        // SAFETY: as above.
        unsafe { (*near, *far) = (halves[0], halves[1]) };
        self.split += 1;
        if self.split == self.whole {
            (self.whole, self.split) = (2 * self.whole, 0);
        }
        self.insert_spilled(line.link());
    }

    /// Inserts again what a line had spilled.
    fn insert_spilled(&mut self, mut link: Option<u32>) {
        while let Some(number) = link {
            // SAFETY: nothing else holds a line now.
            let line = unsafe { *self.spill(number) };
            self.spills.give_back(number);
            line.entries().for_each(|(tag, number): Entry| self.insert(tag, number));
            link = line.link();
        }
    }

    /// The line that a hash leads to.
    #[inline(always)]
    fn home(&self, tag: u32) -> *mut Line {
        let narrow = tag & (self.whole as u32 - 1);
        let wide = tag & (2 * self.whole as u32 - 1);
        self.line(if narrow < self.split as u32 { wide } else { narrow })
    }

    #[inline(always)]
    fn line(&self, index: u32) -> *mut Line {
        // SAFETY: there are `whole + split` lines, and whoever asks has taken that into account.
        unsafe { self.lines.places().item(index) }
    }

    #[inline(always)]
    fn spill(&self, number: u32) -> *mut Line {
        self.spills.place(number).cast()
    }
}

#[inline(never)]
fn guess_at<const ROWS: usize>(homes: &[*const Line; ROWS], tags: &[u32; ROWS], numbers: &mut [u32; ROWS]) {
    for ((number, &tag), &home) in numbers.iter_mut().zip(tags).zip(homes) {
        // SAFETY: nothing else holds a line now.
        *number = unsafe { &*home }.guess(tag);
    }
}

/// How many lines are right for `count` entries.
fn wanted(count: usize) -> usize {
    let whole = 1 << (count / MOST_TAKEN).max(SMALLEST).ilog2();
    whole + count.saturating_sub(whole * MOST_TAKEN).min(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hash;
    use crate::line::NOBODY;

    fn filled(tags: impl Iterator<Item = u32>) -> Lines {
        let mut lines = Lines::new();
        for (tag, number) in tags.zip(1..) {
            lines.reserve(number as usize);
            lines.insert(tag, number);
        }
        lines
    }

    fn guess(lines: &Lines, tag: u32) -> u32 {
        let mut number = [0];
        lines.guess(&[tag], &mut number);
        number[0]
    }

    fn scattered(count: u32) -> impl Iterator<Item = u32> {
        (0..count).map(|i| hash(&i.to_le_bytes()) as u32)
    }

    #[test]
    fn every_record_is_found_by_its_hash_and_nearly_all_at_the_first_guess() {
        for count in [65_000, 70_000, 80_000, 131_000] {
            let lines = filled(scattered(count));
            let wrong = scattered(count).zip(1..).filter(|&(tag, number)| guess(&lines, tag) != number).count();
            assert!(wrong < count as usize / 40, "{wrong} wrong guesses of {count}");
            assert!(scattered(count).zip(1..).all(|(tag, number)| lines.find(tag, |n| n == number).is_some()));
        }
    }

    #[test]
    fn a_key_splits_one_line_at_most_and_lines_hold_five_entries_at_most_on_average() {
        for count in 0..10_000 {
            let lines = wanted(count);
            assert!(lines * 5 >= count && (lines == SMALLEST || lines * 2 <= count), "{lines} for {count}");
            assert!(wanted(count + 1) - lines <= 1);
        }
    }

    #[test]
    fn records_of_one_hash_fill_line_after_line() {
        let lines = filled([7; 300].into_iter());
        assert!((1..=300).all(|number| lines.find(7, |found| found == number) == Some(number)));
        assert_eq!((lines.find(7, |_| false), lines.find(8, |_| true)), (None, None));
    }

    #[test]
    fn what_was_removed_is_not_found_and_everything_else_is() {
        for (count, hashes) in [(300, 1), (1_000, 3), (20_000, 20_000)] {
            let tags = || scattered(count).map(|tag| tag % hashes);
            let mut lines = filled(tags());
            for (tag, number) in tags().zip(1..).filter(|(_, number)| number % 3 != 0) {
                lines.remove(tag, number);
            }
            for (tag, number) in tags().zip(1..) {
                assert_eq!(lines.find(tag, |found| found == number).is_some(), number % 3 == 0, "{number} of {count}");
            }
        }
    }

    #[test]
    fn spill_lines_that_are_no_longer_needed_are_used_again() {
        let mut lines = filled([7; 100].into_iter());
        let highest = lines.spills.highest();
        (1..=100).rev().for_each(|number| lines.remove(7, number));
        (1..=100).for_each(|number| lines.insert(9, number));
        assert_eq!(lines.spills.highest(), highest);
    }

    #[test]
    fn nobody_has_a_hash_that_was_not_added() {
        let lines = filled([0, 5].into_iter());
        assert_eq!((guess(&lines, 0), guess(&lines, 5), guess(&lines, 133)), (1, 2, NOBODY));
    }
}
