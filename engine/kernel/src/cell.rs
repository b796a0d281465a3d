//! A variable-length value in 16 bytes of a row. What it owns: short strings in place, longer ones and list items in a
//! block of their own that is written again as long as the new value fits, so that updates do not grow memory.
//!
//! String: `length u32`, then up to 12 bytes, or `capacity u32, address`. List: `count u32, capacity u32, address`.
//! All zero = the empty string, the empty list.

use crate::bytes::{self, load, store};
use crate::schema::CELL;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};

/// Longest string that lies in the cell itself.
pub const INLINE: usize = 12;

/// By length of a short string, which bits of its first 8 and next 4 bytes count.
const MASKS: [[u64; 2]; INLINE + 1] = bytes::masks();

/// A cell somewhere in a record. It is a place: `clear_bytes` and `clear_list` say when its block is let go.
#[derive(Clone, Copy)]
pub struct Cell(*mut u8);

impl Cell {
    /// The cell at `place`.
    ///
    /// # Safety
    /// 16 bytes at `place` must be a cell: zeroed, or written only through `Cell`, always as the same of string and list.
    #[inline(always)]
    pub unsafe fn at(place: *mut u8) -> Cell {
        Cell(place)
    }

    /// Bytes of the string, or items of the list.
    #[inline(always)]
    pub fn len(self) -> usize {
        unsafe { load::<u32>(self.0, 0) as usize }
    }

    /// The string.
    #[inline(always)]
    pub fn bytes<'a>(self) -> &'a [u8] {
        let n = self.len();
        let place = if n <= INLINE { unsafe { self.0.add(4) } } else { self.block() };
        unsafe { core::slice::from_raw_parts(place, n) }
    }

    /// The first item of the list.
    #[inline(always)]
    pub fn block(self) -> *mut u8 {
        unsafe { load::<u64>(self.0, 8) as usize as *mut u8 }
    }

    /// Replaces the string.
    ///
    /// # Safety
    /// `SLACK` bytes must be readable from the start of `value`: how short it is cannot be predicted, so a short one is
    /// copied without asking.
    #[inline(always)]
    pub unsafe fn set_bytes(self, value: &[u8]) {
        let held = self.held_by_string();
        unsafe {
            if value.len() <= INLINE {
                if held != 0 {
                    free(self.block(), held);
                }
                let [first, second] = MASKS[value.len()];
                let first = load::<u64>(value.as_ptr(), 0) & first;
                let second = u64::from(load::<u32>(value.as_ptr(), 8) & second as u32);
                store(self.0, 0, first << 32 | value.len() as u64);
                store(self.0, 8, second << 32 | first >> 32);
            } else {
                bytes::copy(value, self.fit(held, capacity_for(held, value.len())));
                store(self.0, 0, value.len() as u32);
            }
        }
    }

    /// Copies the string to `target`.
    ///
    /// # Safety
    /// `INLINE` bytes must be writable there, however short the string is.
    #[inline(always)]
    pub unsafe fn copy_to(self, target: *mut u8) {
        unsafe {
            if self.len() <= INLINE {
                store(target, 0, load::<u64>(self.0, 4));
                store(target, 8, load::<u32>(self.0, 12));
            } else {
                bytes::copy(self.bytes(), target);
            }
        }
    }

    /// Makes room for `count` items of `stride` bytes and returns the first; items that were there keep their bytes.
    ///
    /// Items at and beyond the old count are zero or were written before, so cells in them are valid. `let_go` is called
    /// with the place of each item that is cut off for good.
    pub fn resize_list(self, count: usize, stride: usize, let_go: &mut dyn FnMut(*mut u8)) -> *mut u8 {
        let held = self.capacity();
        let wanted = capacity_for(held, count * stride.max(1));
        if wanted < held {
            self.let_go_items(wanted / stride.max(1), stride, let_go);
        }
        let block = unsafe { self.fit(held, wanted) };
        unsafe { store(self.0, 0, count as u32) };
        block
    }

    /// Frees the list: it is empty afterwards, whatever its items held having been let go.
    pub fn clear_list(self, stride: usize, let_go: &mut dyn FnMut(*mut u8)) {
        self.let_go_items(0, stride, let_go);
        unsafe {
            self.fit(self.capacity(), 0);
            store(self.0, 0, 0u32);
        }
    }

    /// Frees the string: it is empty afterwards, all its bytes zero.
    pub fn clear_bytes(self) {
        let held = self.held_by_string();
        unsafe {
            if held != 0 {
                free(self.block(), held);
            }
            core::ptr::write_bytes(self.0, 0, CELL);
        }
    }

    fn let_go_items(self, from: usize, stride: usize, let_go: &mut dyn FnMut(*mut u8)) {
        for item in from..self.capacity() / stride.max(1) {
            let_go(unsafe { self.block().add(item * stride) });
        }
    }

    #[inline(always)]
    fn held_by_string(self) -> usize {
        if self.len() > INLINE { self.capacity() } else { 0 }
    }

    #[inline(always)]
    fn capacity(self) -> usize {
        unsafe { load::<u32>(self.0, 4) as usize }
    }

    /// Moves the block to one of `wanted` bytes, unless it has them.
    unsafe fn fit(self, held: usize, wanted: usize) -> *mut u8 {
        if wanted == held {
            return self.block();
        }
        unsafe {
            let block = if wanted == 0 { core::ptr::null_mut() } else { allocate(wanted) };
            if held != 0 {
                core::ptr::copy_nonoverlapping(self.block(), block, held.min(wanted));
                free(self.block(), held);
            }
            store(self.0, 4, wanted as u32);
            store(self.0, 8, block as usize as u64);
            block
        }
    }
}

/// The capacity to hold `bytes` when `held` are there: the same while it fits and is not four times too large; a value
/// that grows with every update gets a quarter more, so that it is not moved each time.
fn capacity_for(held: usize, bytes: usize) -> usize {
    let rounded = bytes.next_multiple_of(8);
    if bytes > held {
        if held == 0 { rounded } else { rounded.max((held + held / 4).next_multiple_of(8)) }
    } else if held > 64 && held / 4 > rounded {
        rounded
    } else {
        held
    }
}

fn layout(bytes: usize) -> Layout {
    assert!(bytes <= u32::MAX as usize, "a value of {bytes} bytes does not fit");
    Layout::from_size_align(bytes, 8).expect("value fits the address space")
}

unsafe fn allocate(bytes: usize) -> *mut u8 {
    let layout = layout(bytes);
    let block = unsafe { alloc_zeroed(layout) };
    if block.is_null() {
        handle_alloc_error(layout);
    }
    block
}

unsafe fn free(block: *mut u8, bytes: usize) {
    unsafe { dealloc(block, layout(bytes)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::SLACK;

    fn set(cell: Cell, value: &[u8]) {
        let padded = [value, &[0xEE; SLACK]].concat();
        unsafe { cell.set_bytes(&padded[..value.len()]) };
    }

    #[test]
    fn a_string_reads_back_whatever_stood_there_before() {
        let mut place = [0u64; 2];
        let cell = unsafe { Cell::at(place.as_mut_ptr().cast()) };
        for n in [0, 5, 12, 13, 100, 40, 12, 1000, 13, 0, 200] {
            set(cell, &vec![n as u8; n]);
            assert_eq!(cell.bytes(), vec![n as u8; n]);
            let mut copy = vec![0; n + INLINE];
            unsafe { cell.copy_to(copy.as_mut_ptr()) };
            assert_eq!(copy[..n], vec![n as u8; n]);
        }
        cell.clear_bytes();
        assert_eq!(place, [0, 0]);
    }

    #[test]
    fn a_value_that_fits_keeps_its_block() {
        let mut place = [0u64; 2];
        let cell = unsafe { Cell::at(place.as_mut_ptr().cast()) };
        set(cell, &[1; 100]);
        let block = cell.block();
        for n in [64, 104, 90] {
            set(cell, &vec![2; n]);
            assert_eq!(cell.block(), block);
        }
    }

    #[test]
    fn a_list_keeps_items_and_lets_go_of_those_that_are_cut() {
        let mut place = [0u64; 2];
        let cell = unsafe { Cell::at(place.as_mut_ptr().cast()) };
        let items = cell.resize_list(100, 24, &mut |_| panic!("nothing to let go"));
        unsafe { store(items, 0, 7u64) };
        let mut cut = 0;
        let items = cell.resize_list(2, 24, &mut |_| cut += 1);
        assert_eq!((cell.len(), unsafe { load::<u64>(items, 0) }, cut), (2, 7, 98));
        cell.clear_list(24, &mut |_| ());
        assert_eq!(place, [0, 0]);
    }

    #[test]
    fn a_growing_value_moves_seldom() {
        let (mut held, mut moves) = (0, 0);
        for n in 0..10_000 {
            let next = capacity_for(held, n);
            moves += usize::from(next != held);
            held = next;
        }
        assert!(moves < 50, "{moves} moves");
    }
}
