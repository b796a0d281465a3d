//! Memory of a chain of calls: what the host writes and what the operators answer, freed all at once by `lf_reset`.
//!
//! Owns a list of chunks that double in size; a reset keeps one of them that is large enough for all that the last chain
//! used. What users allocate (`String`, `Vec`) is not here but on the ordinary heap, so that a lazily filled table of
//! theirs outlives a reset. One arena per thread: a module has one thread, `cargo test` has several.

use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};
use std::cell::RefCell;

const ALIGNMENT: usize = 16;
const FIRST_CHUNK: usize = 256 << 10;

struct Chunk {
    start: *mut u8,
    layout: Layout,
}

struct Arena {
    chunks: Vec<Chunk>,
    next: usize,
    end: usize,
}

thread_local! {
    static ARENA: RefCell<Arena> = const { RefCell::new(Arena { chunks: Vec::new(), next: 0, end: 0 }) };
}

impl Arena {
    fn take(&mut self, size: usize) -> *mut u8 {
        let size = (size + ALIGNMENT - 1) & !(ALIGNMENT - 1);
        if size > self.end - self.next {
            self.add_chunk(size);
        }
        let start = self.next;
        self.next += size;
        start as *mut u8
    }

    #[cold]
    fn add_chunk(&mut self, least: usize) {
        let before = self.chunks.last().map_or(FIRST_CHUNK / 2, |chunk| chunk.layout.size());
        self.open_chunk(least.max(before.saturating_mul(2)));
    }

    fn open_chunk(&mut self, size: usize) {
        let Ok(layout) = Layout::from_size_align(size, ALIGNMENT) else { crate::host::out_of_memory(size) };
        // SAFETY: the size is not 0.
        let start = unsafe { alloc(layout) };
        if start.is_null() {
            handle_alloc_error(layout);
        }
        self.chunks.push(Chunk { start, layout });
        self.next = start as usize;
        self.end = self.next + size;
    }

    fn reset(&mut self) {
        if self.chunks.len() > 1 {
            let total = self.chunks.iter().map(|chunk| chunk.layout.size()).sum();
            self.free();
            self.open_chunk(total);
        } else if let Some(chunk) = self.chunks.first() {
            self.next = chunk.start as usize;
        }
    }

    fn free(&mut self) {
        for chunk in self.chunks.drain(..) {
            // SAFETY: it came from `alloc` with this layout; nobody holds on to what is in it beyond a reset.
            unsafe { dealloc(chunk.start, chunk.layout) };
        }
        self.next = 0;
        self.end = 0;
    }
}

/// 16-byte aligned memory, not initialised, valid until the next `reset`.
#[inline(never)]
pub(crate) fn take(size: usize) -> *mut u8 {
    ARENA.with_borrow_mut(|arena| arena.take(size))
}

/// The same for `count` values of type T.
pub(crate) fn take_for<T>(count: usize) -> *mut T {
    match count.checked_mul(size_of::<T>()) {
        Some(size) => take(size).cast(),
        None => crate::host::out_of_memory(usize::MAX),
    }
}

/// Frees everything.
pub(crate) fn reset() {
    ARENA.with_borrow_mut(Arena::reset);
}

/// Frees everything and gives the chunks back.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn clear() {
    ARENA.with_borrow_mut(Arena::free);
}
