//! Records of one size by number. What it owns: memory in chunks that never move, so that growing copies nothing and
//! makes no pause. A fresh record is all zero. Chunks live as long as the kernel instance.

use std::alloc::{Layout, alloc_zeroed, handle_alloc_error};

/// Chunks are near this size: large against the allocator's overhead, small against a state.
const CHUNK_BYTES: usize = 128 * 1024;
/// A cache line: records of 32 or 64 bytes never lie across two.
const ALIGN: usize = 64;

/// Records 0, 1, 2 ... of `stride` bytes each.
pub struct Chunks {
    stride: usize,
    shift: u32,
    chunks: Vec<*mut u8>,
}

impl Chunks {
    /// No records yet.
    pub fn new(stride: usize) -> Chunks {
        let stride = stride.max(1);
        let shift = (CHUNK_BYTES / stride).max(16).ilog2();
        Chunks { stride, shift, chunks: Vec::new() }
    }

    /// Makes records 0..count exist.
    pub fn reserve(&mut self, count: usize) {
        let layout = Layout::from_size_align(self.stride << self.shift, ALIGN).expect("chunk fits the address space");
        while self.len() < count {
            // SAFETY: the layout is not empty.
            let chunk = unsafe { alloc_zeroed(layout) };
            if chunk.is_null() {
                handle_alloc_error(layout);
            }
            self.chunks.push(chunk);
        }
    }

    /// Number of records that exist.
    pub fn len(&self) -> usize {
        self.chunks.len() << self.shift
    }

    /// The records that exist now, to be used until the next `reserve`.
    #[inline(always)]
    pub fn places(&self) -> Places<'_> {
        Places { stride: self.stride, shift: self.shift, chunks: &self.chunks }
    }
}

/// Where records are: values that a loop keeps in registers.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    stride: usize,
    shift: u32,
    chunks: &'a [*mut u8],
}

impl Places<'_> {
    /// The first byte of a record.
    ///
    /// # Safety
    /// The record must exist.
    #[inline(always)]
    pub unsafe fn record(self, index: u32) -> *mut u8 {
        let within = (index & ((1 << self.shift) - 1)) as usize;
        // SAFETY: the chunk exists, and holds `1 << shift` records.
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
    fn records_stay_where_they_are() {
        let mut chunks = Chunks::new(24);
        chunks.reserve(1);
        let first = record(&chunks, 0);
        unsafe { *first = 7 };
        chunks.reserve(100_000);
        assert_eq!(record(&chunks, 0), first);
        assert_eq!(unsafe { (*first, *record(&chunks, 99_999)) }, (7, 0));
        assert!(chunks.len() >= 100_000);
    }
}
