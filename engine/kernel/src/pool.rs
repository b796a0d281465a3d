//! Numbered records that come and go. What it owns: which numbers are in use. Numbers begin at 1, so that 0 can stand for
//! no record; one that is given back is taken again before a fresh one is, the last first, since it is likeliest in the cache.
//!
//! Free records are a list: the first four bytes of each say which one follows. So nothing grows beside the records.

use crate::bytes::{load, store};
use crate::chunks::{Chunks, Places};

/// Records by number.
pub struct Pool {
    records: Chunks,
    /// The highest number that was ever taken.
    highest: u32,
    /// The free number to take next, or 0.
    free: u32,
}

impl Pool {
    /// Records of `stride` bytes, at least four. Record 0 exists, and nobody gets it.
    pub fn new(stride: usize) -> Pool {
        let mut records = Chunks::new(stride);
        records.reserve(1);
        Pool { records, highest: 0, free: 0 }
    }

    /// Makes sure that the next `more` calls of `take` move no record.
    #[inline(always)]
    pub fn reserve(&mut self, more: usize) {
        let count = self.highest as usize + more;
        assert!(count < u32::MAX as usize, "too many records");
        self.records.reserve(count + 1);
    }

    /// A number that nobody has. What its record holds, if it was given back, is what somebody left.
    #[inline(always)]
    pub fn take(&mut self) -> u32 {
        let number = self.free;
        if number != 0 {
            self.free = unsafe { load(self.place(number), 0) };
            return number;
        }
        self.reserve(1);
        self.highest += 1;
        self.highest
    }

    /// Gives a number back, which must have been taken.
    pub fn give_back(&mut self, number: u32) {
        unsafe { store(self.place(number), 0, self.free) };
        self.free = number;
    }

    /// The highest number that was ever taken.
    #[inline(always)]
    pub fn highest(&self) -> u32 {
        self.highest
    }

    /// The record of a number up to `highest`, or of 0.
    #[inline(always)]
    pub fn place(&self, number: u32) -> *mut u8 {
        assert!(number <= self.highest, "record {number} of {}", self.highest);
        // SAFETY: all numbers up to the highest have records.
        unsafe { self.records.places().record(number) }
    }

    /// All records, to be used until the next `reserve` or `take`.
    #[inline(always)]
    pub fn places(&self) -> Places<'_> {
        self.records.places()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_were_given_back_are_taken_before_fresh_ones() {
        let mut pool = Pool::new(8);
        assert_eq!([pool.take(), pool.take(), pool.take()], [1, 2, 3]);
        pool.give_back(1);
        pool.give_back(3);
        assert_eq!([pool.take(), pool.take(), pool.take()], [3, 1, 4]);
        assert_eq!(pool.highest(), 4);
    }

    #[test]
    #[should_panic(expected = "record 2 of 1")]
    fn a_number_that_nobody_ever_had_has_no_place() {
        let mut pool = Pool::new(8);
        pool.take();
        pool.place(2);
    }
}
