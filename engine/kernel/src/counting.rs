//! The allocator of the crate's tests. What it owns: how many bytes the running test holds, so that a test can say that
//! everything was given back. Each test has a thread of its own.

use crate::failure::Noting;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
}

/// Bytes that this thread allocated and did not free.
pub fn held_bytes() -> isize {
    HELD.get()
}

struct Counting;

// SAFETY: everything is the other allocator's work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.set(HELD.get() + layout.size() as isize);
        unsafe { Noting.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        HELD.set(HELD.get() - layout.size() as isize);
        unsafe { Noting.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
