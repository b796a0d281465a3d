//! Bytes that grow at their end, eight-byte aligned. What it owns: room for what is written without asking its length, and
//! memory that was enough before, so that a second batch moves nothing.

use crate::column::Buffer;

/// More than any value is written with at once.
const SPARE: usize = 64;

/// Bytes that have been written, and room behind them.
#[derive(Default)]
pub struct Bytes {
    /// Its length is that of the words which have been written in earlier growing; its capacity is the room.
    words: Vec<u64>,
    used: usize,
    /// Bytes that the last taker took.
    before: usize,
}

impl Bytes {
    /// Number of bytes that have been written.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used
    }

    /// Where the next `bytes` may be written.
    #[inline(always)]
    pub fn room(&mut self, bytes: usize) -> *mut u8 {
        if self.used + bytes > 8 * self.words.capacity() {
            self.grow(bytes);
        }
        // SAFETY: it is within the capacity.
        unsafe { self.words.as_mut_ptr().cast::<u8>().add(self.used) }
    }

    #[inline(never)]
    fn grow(&mut self, bytes: usize) {
        let wanted = (self.used + bytes + SPARE).max(2 * self.used).max(self.before);
        let mut words = Vec::<u64>::with_capacity(wanted.div_ceil(8));
        // SAFETY: both have room for what has been written.
        unsafe {
            core::ptr::copy_nonoverlapping(self.words.as_ptr().cast::<u8>(), words.as_mut_ptr().cast(), self.used)
        }
        self.words = words;
    }

    /// Counts bytes that have been written where `room` said.
    #[inline(always)]
    pub fn count(&mut self, bytes: usize) {
        self.used += bytes;
        debug_assert!(self.used <= 8 * self.words.capacity());
    }

    /// Appends one value.
    #[inline(always)]
    pub fn push<T: Copy>(&mut self, value: T) {
        let room = self.room(size_of::<T>());
        // SAFETY: there is room.
        unsafe { room.cast::<T>().write_unaligned(value) };
        self.count(size_of::<T>());
    }

    /// Appends some bytes.
    pub fn extend(&mut self, bytes: &[u8]) {
        let room = self.room(bytes.len());
        // SAFETY: there is room, and it is not theirs.
        unsafe { crate::bytes::copy(bytes, room) };
        self.count(bytes.len());
    }

    /// Forgets what stands behind the first `bytes`.
    #[inline(always)]
    pub fn truncate(&mut self, bytes: usize) {
        self.used = bytes;
    }

    /// What has been written.
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: these bytes have been written.
        unsafe { core::slice::from_raw_parts(self.words.as_ptr().cast(), self.used) }
    }

    /// Appends zeros up to a length.
    pub fn zero_to(&mut self, length: usize) {
        while self.used < length {
            self.push(0u8);
        }
    }

    /// A byte that has been written.
    #[inline(always)]
    pub fn byte(&mut self, at: usize) -> &mut u8 {
        assert!(at < self.used);
        // SAFETY: it has been written.
        unsafe { &mut *self.words.as_mut_ptr().cast::<u8>().add(at) }
    }

    /// Everything, leaving nothing.
    pub fn take(&mut self) -> Buffer {
        let mut words = core::mem::take(&mut self.words);
        let count = self.used.div_ceil(8);
        if !self.used.is_multiple_of(8) {
            // SAFETY: the last word is within the capacity, which is whole words.
            unsafe { words.as_mut_ptr().cast::<u8>().add(self.used).write_bytes(0, 8 * count - self.used) };
        }
        // SAFETY: all of them have been written.
        unsafe { words.set_len(count) };
        self.before = self.used;
        Buffer::from_words(words, core::mem::take(&mut self.used))
    }
}
