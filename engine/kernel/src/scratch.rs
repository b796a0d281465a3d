//! Memory for what the host sends. What it owns: blocks that live until the next reset; one is kept, as large as calls have
//! needed, so that calls of the usual size allocate nothing.

use crate::bytes::SLACK;
use crate::column::Buffer;

/// The block that is kept at first: the data of a call of some thousand rows.
const FIRST_BYTES: usize = 1 << 18;
/// The largest that is kept: the data of the most rows that a call has. Beyond it are single large records.
const MOST_BYTES: usize = 8 << 20;
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
        if self.used == 0 && bytes + ALIGN > self.block.len() && bytes <= MOST_BYTES {
            self.block = Buffer::default();
            self.block = Buffer::zeroed((bytes + ALIGN).next_power_of_two().max(FIRST_BYTES));
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
        let large = scratch.allocate(30 << 20);
        assert!([first, second, large].iter().all(|place| place.align_offset(16) == 0));
        assert!(second as usize >= first as usize + 3);
        scratch.reset();
        assert_eq!(scratch.allocate(3), first);
    }

    #[test]
    fn a_block_that_grew_is_kept() {
        let mut scratch = Scratch::default();
        scratch.allocate(3);
        scratch.reset();
        let grown = scratch.allocate(3 << 20);
        scratch.reset();
        assert_eq!(scratch.allocate(2 << 20), grown);
        assert!(scratch.large.is_empty());
    }
}
