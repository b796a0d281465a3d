//! Memory for what the host sends. What it owns: blocks that live until the next reset; one is kept, so that calls of the
//! usual size allocate nothing.

use crate::column::Buffer;
use crate::encode::SLACK;

/// The block that is kept. A call's data has at most 1 MiB, but for a single large record.
const KEPT_BYTES: usize = 1 << 20;
const ALIGN: usize = 16;

/// A bump allocator over one block, with blocks of their own for what does not fit.
#[derive(Default)]
pub struct Scratch {
    block: Buffer,
    used: usize,
    large: Vec<Buffer>,
}

impl Scratch {
    /// 16-byte aligned memory until `reset`, with `SLACK` bytes behind it.
    pub fn allocate(&mut self, bytes: usize) -> *mut u8 {
        let bytes = bytes + SLACK;
        if self.block.is_empty() {
            self.block = Buffer::zeroed(KEPT_BYTES);
        }
        let start = self.block.as_mut_ptr().wrapping_add(self.used);
        let padding = start.align_offset(ALIGN);
        if self.used + padding + bytes <= self.block.len() {
            self.used += padding + bytes;
            return start.wrapping_add(padding);
        }
        let mut block = Buffer::zeroed(bytes + ALIGN);
        let start = block.as_mut_ptr();
        self.large.push(block);
        start.wrapping_add(start.align_offset(ALIGN))
    }

    /// Frees everything.
    pub fn reset(&mut self) {
        self.used = 0;
        self.large.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_apart_and_reused_after_a_reset() {
        let mut scratch = Scratch::default();
        let first = scratch.allocate(3);
        let second = scratch.allocate(5);
        let large = scratch.allocate(3 << 20);
        assert!([first, second, large].iter().all(|place| place.align_offset(16) == 0));
        assert!(second as usize >= first as usize + 3);
        scratch.reset();
        assert_eq!(scratch.allocate(3), first);
    }
}
