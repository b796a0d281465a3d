//! One key of the table, in half a cache line together with what a call notes about its slot. What it owns: storing a key
//! and comparing it. Lengths of keys follow each other at random, so comparing a short key must not branch on its length:
//! it is brought into three words, zero beyond its end, and compared as such.
//!
//! Record: 20 bytes of the key, `length u32`, `mark u32`, `tag u32`. Of a key longer than 20 bytes only the address stands
//! in the record, which owns the block there. The mark says in which call the slot was last seen, and as which group; the
//! tag is the half of the hash by which `lines.rs` knows the record.

use crate::bytes::{self, SLACK, equal, load, store};

/// Bytes of a record.
pub const RECORD: usize = 32;
/// Longest key that lies in the record.
const INLINE: usize = 20;
const LENGTH: usize = 20;
const MARK: usize = 24;
const TAG: usize = 28;
/// The length of no key.
const NONE: u32 = u32::MAX;

/// By length of a key, which bits of its first 24 bytes count.
const MASKS: [[u64; 3]; INLINE + 1] = bytes::masks();

/// A key to look for.
pub struct Wanted<'a> {
    bytes: &'a [u8],
    words: [u64; 3],
}

impl<'a> Wanted<'a> {
    /// Prepares a key.
    ///
    /// # Safety
    /// `SLACK` bytes must be readable from its start.
    #[inline(always)]
    pub unsafe fn new(bytes: &'a [u8]) -> Wanted<'a> {
        const { assert!(SLACK >= 24) };
        let start = bytes.as_ptr();
        let length = bytes.len() as u64;
        let [first, second, third] = MASKS[bytes.len().min(INLINE)];
        unsafe {
            let third = load::<u64>(start, 16) & third | length << 32;
            Wanted { bytes, words: [load::<u64>(start, 0) & first, load::<u64>(start, 8) & second, third] }
        }
    }
}

/// The record of a slot. It is a place: whoever has records says when a key is let go.
#[derive(Clone, Copy)]
pub struct Record(*mut u8);

impl Record {
    /// The record at `place`.
    ///
    /// # Safety
    /// 32 bytes at `place` must be a record: zeroed, or written only through `Record`.
    #[inline(always)]
    pub unsafe fn at(place: *mut u8) -> Record {
        Record(place)
    }

    /// The key.
    pub fn bytes<'a>(self) -> &'a [u8] {
        let length = self.length();
        unsafe {
            let start = if length <= INLINE { self.0 } else { load::<u64>(self.0, 0) as usize as *mut u8 };
            core::slice::from_raw_parts(start, length)
        }
    }

    #[inline(always)]
    fn length(self) -> usize {
        unsafe { load::<u32>(self.0, LENGTH) as usize }
    }

    /// Stores a key in a record that holds none.
    pub fn set(self, key: &Wanted, tag: u32) {
        let [mut first, mut second, mut third] = key.words;
        if key.bytes.len() > INLINE {
            first = Box::into_raw(Box::<[u8]>::from(key.bytes)).cast::<u8>() as usize as u64;
            (second, third) = (0, (key.bytes.len() as u64) << 32);
        }
        unsafe {
            store(self.0, 0, first);
            store(self.0, 8, second);
            store(self.0, 16, third);
            store(self.0, TAG, tag);
        }
    }

    /// Lets the key go: this is the record of none from here on.
    pub fn clear(self) {
        if self.is_set() && self.length() > INLINE {
            // SAFETY: `set` made the block, of this length.
            drop(unsafe { Box::from_raw(self.bytes() as *const [u8] as *mut [u8]) });
        }
        self.set_nobody();
    }

    /// Makes a record that holds no key say so.
    pub fn set_nobody(self) {
        unsafe { store(self.0, LENGTH, NONE) }
    }

    /// Whether it holds a key.
    #[inline(always)]
    pub fn is_set(self) -> bool {
        self.length() != NONE as usize
    }

    /// Half of the key's hash.
    pub fn tag(self) -> u32 {
        unsafe { load(self.0, TAG) }
    }

    /// Whether this is the record of `key`.
    #[inline(always)]
    pub fn has(self, key: &Wanted) -> bool {
        if key.bytes.len() > INLINE {
            return self.length() == key.bytes.len() && equal(self.bytes(), key.bytes);
        }
        let [first, second, third] = key.words;
        unsafe {
            load::<u64>(self.0, 0) ^ first | load::<u64>(self.0, 8) ^ second | load::<u64>(self.0, 16) ^ third == 0
        }
    }

    /// The group of the slot in a call whose group 0 has the mark `first_mark`; all marks of earlier calls are lower. `next`
    /// is the group that it gets if it is seen for the first time: whether it is cannot be predicted, so there is no branch.
    #[inline(always)]
    pub fn group(self, first_mark: u32, next: u32) -> u32 {
        unsafe {
            let held = load::<u32>(self.0, MARK);
            let mark = if held >= first_mark { held } else { first_mark + next };
            store(self.0, MARK, mark);
            mark - first_mark
        }
    }

    /// Makes the slot one that no call has seen.
    pub fn forget(self) {
        unsafe { store(self.0, MARK, 0u32) }
    }

    /// Reads something of the record, so that it is in the cache.
    #[inline(always)]
    pub fn touch(self) -> u32 {
        unsafe { load(self.0, MARK) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn padded(key: &[u8]) -> Vec<u8> {
        [key, &[0xEE; SLACK]].concat()
    }

    #[test]
    fn a_record_has_its_key_and_no_other() {
        for n in 0..40 {
            let mut place = [0u64; 4];
            let record = unsafe { Record::at(place.as_mut_ptr().cast()) };
            let key: Vec<u8> = (0..n).map(|i| i as u8).collect();
            let stored = padded(&key);
            record.set(&unsafe { Wanted::new(&stored[..n]) }, 9);
            assert_eq!(record.bytes(), key);
            assert!(record.has(&unsafe { Wanted::new(&stored[..n]) }));
            assert!(!record.has(&unsafe { Wanted::new(&stored[..n + 1]) }));
            record.clear();
            assert!(!record.is_set() && !record.has(&unsafe { Wanted::new(&stored[..n]) }));
            record.set(&unsafe { Wanted::new(&stored[..n]) }, 9);
            for i in 0..n {
                let mut other = padded(&key);
                other[i] ^= 1;
                assert!(!record.has(&unsafe { Wanted::new(&other[..n]) }), "length {n}, byte {i}");
            }
            assert_eq!(record.tag(), 9);
            record.clear();
        }
    }

    #[test]
    fn a_slot_keeps_its_group_within_a_call() {
        let mut place = [0u64; 4];
        let record = unsafe { Record::at(place.as_mut_ptr().cast()) };
        assert_eq!((record.group(1, 5), record.group(1, 6), record.group(9, 7)), (5, 5, 7));
        record.forget();
        assert_eq!(record.group(9, 8), 8);
    }
}
