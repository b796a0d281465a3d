//! What went wrong, for the host to read after a trap. What it owns: a text at a fixed address, written by a panic or by
//! an allocation that failed. There are no imports: the kernel says nothing by itself.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::panic;

const TEXT: usize = 252;

/// `length u32`, then the text.
#[repr(C)]
struct Report {
    length: u32,
    text: [u8; TEXT],
}

struct Place(UnsafeCell<Report>);

// SAFETY: the kernel has one thread.
unsafe impl Sync for Place {}

static REPORT: Place = Place(UnsafeCell::new(Report { length: 0, text: [0; TEXT] }));

/// What the host looks for to tell memory that ran out from a bug.
const OUT_OF_MEMORY: &str = "out of memory";

/// Where the host finds the report.
pub fn report_address() -> *const u8 {
    REPORT.0.get().cast()
}

/// From now on a panic leaves its message.
pub fn catch_panics() {
    panic::set_hook(Box::new(|info| note(&info.to_string())));
}

fn note(message: &str) {
    let length = message.floor_char_boundary(TEXT.min(message.len()));
    // SAFETY: one thread, and nobody else holds a reference.
    unsafe {
        let report = &mut *REPORT.0.get();
        report.length = length as u32;
        report.text[..length].copy_from_slice(&message.as_bytes()[..length]);
    }
}

/// The system's allocator, which notes that memory ran out before the program aborts.
pub struct Noting;

// SAFETY: everything is the system's allocator's work.
unsafe impl GlobalAlloc for Noting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        noted(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        noted(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        noted(unsafe { System.realloc(block, layout, size) })
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

fn noted(block: *mut u8) -> *mut u8 {
    if block.is_null() {
        note(OUT_OF_MEMORY);
    }
    block
}

#[cfg(not(test))]
#[global_allocator]
static ALLOCATOR: Noting = Noting;
