//! Records of one size by number. What it owns: memory in chunks, so that growing copies nothing and makes no pause. Only
//! the first chunk begins small and moves while it grows, so that a table of few keys takes few bytes. A fresh record is all
//! zero. What lies in a record, and what that holds elsewhere, is its user's affair.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};

/// Whole chunks are near this size: large against the allocator's overhead, small against a state.
const CHUNK_BYTES: usize = 128 * 1024;
/// The least that the first chunk has.
const FIRST_BYTES: usize = 2 * 1024;
/// A cache line: records of 32 or 64 bytes never lie across two.
const ALIGN: usize = 64;

/// Records 0, 1, 2 ... of `stride` bytes each.
pub struct Chunks {
    stride: usize,
    shift: u32,
    chunks: Vec<*mut u8>,
    /// Records of the first chunk; the others are whole.
    first: usize,
}

impl Chunks {
    /// No records yet.
    pub fn new(stride: usize) -> Chunks {
        let stride = stride.max(1);
        let shift = (CHUNK_BYTES / stride).max(16).ilog2();
        Chunks { stride, shift, chunks: Vec::new(), first: 0 }
    }

    /// Makes records 0..count exist. Places of before may be void.
    #[inline(always)]
    pub fn reserve(&mut self, count: usize) {
        if self.len() < count {
            self.grow(count);
        }
    }

    /// Number of records that exist.
    #[inline(always)]
    pub fn len(&self) -> usize {
        if self.chunks.len() > 1 { self.chunks.len() << self.shift } else { self.first }
    }

    /// The records that exist now, to be used until the next `reserve`.
    #[inline(always)]
    pub fn places(&self) -> Places<'_> {
        Places { stride: self.stride, shift: self.shift, chunks: &self.chunks }
    }

    #[inline(never)]
    fn grow(&mut self, count: usize) {
        let whole = 1 << self.shift;
        if self.first < whole {
            self.grow_first(count.max(FIRST_BYTES / self.stride).next_power_of_two().min(whole));
        }
        while self.len() < count {
            self.chunks.push(allocate(self.layout(whole)));
        }
    }

    fn grow_first(&mut self, records: usize) {
        let chunk = allocate(self.layout(records));
        if let Some(old) = self.chunks.pop() {
            // SAFETY: both have the bytes of the old one, which nobody uses from here on.
            unsafe {
                core::ptr::copy_nonoverlapping(old, chunk, self.first * self.stride);
                dealloc(old, self.layout(self.first));
            }
        }
        self.chunks.push(chunk);
        self.first = records;
    }

    fn layout(&self, records: usize) -> Layout {
        Layout::from_size_align(self.stride * records, ALIGN).expect("chunk fits the address space")
    }
}

impl Drop for Chunks {
    fn drop(&mut self) {
        for (i, &chunk) in self.chunks.iter().enumerate() {
            let records = if i == 0 { self.first } else { 1 << self.shift };
            // SAFETY: it was allocated with this layout.
            unsafe { dealloc(chunk, self.layout(records)) };
        }
    }
}

fn allocate(layout: Layout) -> *mut u8 {
    // SAFETY: the layout is not empty.
    let chunk = unsafe { alloc_zeroed(layout) };
    if chunk.is_null() {
        handle_alloc_error(layout);
    }
    chunk
}

/// Where records are: values that a loop keeps in registers.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    stride: usize,
    shift: u32,
    chunks: &'a [*mut u8],
}

impl Places<'_> {
    /// A record that is a `T`.
    ///
    /// # Safety
    /// The record must exist, and records have the size of `T`.
    #[inline(always)]
    pub unsafe fn item<T>(self, index: u32) -> *mut T {
        debug_assert!(size_of::<T>() == self.stride);
        let within = (index & ((1 << self.shift) - 1)) as usize;
        // SAFETY: as below.
        unsafe { self.chunks.get_unchecked((index >> self.shift) as usize).cast::<T>().add(within) }
    }

    /// The first byte of a record.
    ///
    /// # Safety
    /// The record must exist.
    #[inline(always)]
    pub unsafe fn record(self, index: u32) -> *mut u8 {
        let within = (index & ((1 << self.shift) - 1)) as usize;
        // SAFETY: the chunk exists, and holds `1 << shift` records; or it is the first, and holds this one.
        unsafe { self.chunks.get_unchecked((index >> self.shift) as usize).add(within * self.stride) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(chunks: &Chunks, index: u32) -> *mut u8 {
        assert!((index as usize) < chunks.len());
        unsafe { chunks.places().record(index) }
    }

    #[test]
    fn records_keep_what_was_written_and_fresh_ones_are_zero() {
        let mut chunks = Chunks::new(24);
        for count in [1, 7, 300, 5_000, 100_000] {
            let before = chunks.len();
            chunks.reserve(count);
            assert!(chunks.len() >= count);
            for index in before..chunks.len() {
                let place = record(&chunks, index as u32).cast::<[u64; 3]>();
                assert_eq!(unsafe { *place }, [0; 3]);
                unsafe { *place = [index as u64; 3] };
            }
        }
        assert!((0..chunks.len()).all(|i| unsafe { *record(&chunks, i as u32).cast::<[u64; 3]>() } == [i as u64; 3]));
    }

    #[test]
    fn a_few_records_take_little_and_whole_chunks_stay_where_they_are() {
        let mut chunks = Chunks::new(32);
        chunks.reserve(1);
        assert_eq!(chunks.len(), FIRST_BYTES / 32);
        chunks.reserve(CHUNK_BYTES / 32);
        let first = record(&chunks, 0);
        chunks.reserve(100_000);
        assert_eq!(record(&chunks, 0), first);
    }
}
