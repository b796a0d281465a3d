//! The host's two imports, the last words of a panic and of an empty heap, and where the row under way is noted.
//!
//! On wasm32 `abort` and `log` are imports; elsewhere (`cargo test`) an abort is a panic and a log line goes to stderr.
//! Texts are sent from where they are; nothing here allocates, except where a panic's message has to be put together.

use std::cell::Cell;
use std::fmt;

/// Severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Debug = 0,
    Info = 1,
    Warn = 2,
    Error = 3,
}

/// Writes a log line; `log!` calls it.
pub fn log(level: Level, line: fmt::Arguments<'_>) {
    match line.as_str() {
        Some(text) => imports::log(level, text),
        None => imports::log(level, &line.to_string()),
    }
}

thread_local! {
    static ROW: Cell<u32> = const { Cell::new(0) };
}

/// Notes the row that is about to be worked on, for the host to read after a trap (docs/abi.md 4.3).
#[inline(always)]
pub(crate) fn start_row(row: usize) {
    // SAFETY: the cell is this thread's own. Volatile, since only the host ever reads it.
    ROW.with(|cell| unsafe { cell.as_ptr().write_volatile(row as u32) });
}

/// Where `start_row` writes to.
pub(crate) fn row_address() -> *const u32 {
    ROW.with(|cell| cell.as_ptr().cast_const())
}

/// Ends the call at a place in the user's source.
pub(crate) fn fail(message: &str, place: &std::panic::Location<'_>) -> ! {
    imports::abort(message, place.file(), place.line(), place.column())
}

/// Ends the call where no place of the user's is known; the host then looks at the frames.
#[cold]
pub(crate) fn fail_somewhere(message: &str) -> ! {
    imports::abort(message, "", 0, 0)
}

/// Ends the call because `size` bytes could not be had.
#[cold]
pub(crate) fn out_of_memory(size: usize) -> ! {
    // The heap is empty, so the message is put together on the stack.
    let mut text = [0_u8; 96];
    let mut used = 0;
    let mut put = |part: &[u8]| {
        text[used..used + part.len()].copy_from_slice(part);
        used += part.len();
    };
    put(b"out of memory: the function needs ");
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = size;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    put(&digits[at..]);
    put(b" more bytes and may not have them");
    imports::abort(std::str::from_utf8(&text[..used]).unwrap_or("out of memory"), "", 0, 0)
}

#[cfg(target_arch = "wasm32")]
mod imports {
    use super::Level;

    #[link(wasm_import_module = "lightflus")]
    extern "C" {
        #[link_name = "abort"]
        fn host_abort(msg: *const u8, msg_len: usize, file: *const u8, file_len: usize, line: u32, col: u32);
        #[link_name = "log"]
        fn host_log(level: u32, msg: *const u8, len: usize);
    }

    pub fn abort(message: &str, file: &str, line: u32, column: u32) -> ! {
        // SAFETY: the host reads both texts and does not return.
        unsafe { host_abort(message.as_ptr(), message.len(), file.as_ptr(), file.len(), line, column) };
        core::arch::wasm32::unreachable()
    }

    pub fn log(level: Level, text: &str) {
        // SAFETY: the host reads the text.
        unsafe { host_log(level as u32, text.as_ptr(), text.len()) };
    }

    /// Sends a panic's message and place to the host. A place in a library is not the user's: the host then looks at
    /// the frames.
    pub fn report_panics() {
        std::panic::set_hook(Box::new(|info| {
            let payload = info.payload();
            let message = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
                (Some(text), _) => text,
                (_, Some(text)) => text.as_str(),
                _ => "panicked with a value that is not text",
            };
            match info.location() {
                Some(at) if !at.file().starts_with(['/', '~']) => abort(message, at.file(), at.line(), at.column()),
                _ => abort(message, "", 0, 0),
            }
        }));
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod imports {
    use super::Level;

    pub fn abort(message: &str, file: &str, line: u32, column: u32) -> ! {
        panic!("{file}:{line}:{column}: {message}")
    }

    pub fn log(level: Level, text: &str) {
        eprintln!("[{level:?}] {text}");
    }
}

#[cfg(target_arch = "wasm32")]
pub(crate) use imports::report_panics;

/// The heap of a module: the standard library's, which says what it died of (docs/abi.md 3.5).
#[cfg(target_arch = "wasm32")]
mod heap {
    use std::alloc::{GlobalAlloc, Layout, System};

    struct Heap;

    #[global_allocator]
    static HEAP: Heap = Heap;

    fn given(start: *mut u8, size: usize) -> *mut u8 {
        if start.is_null() {
            super::out_of_memory(size);
        }
        start
    }

    // SAFETY: everything is the system allocator's own.
    unsafe impl GlobalAlloc for Heap {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            given(System.alloc(layout), layout.size())
        }

        unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
            System.dealloc(start, layout);
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            given(System.alloc_zeroed(layout), layout.size())
        }

        unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            given(System.realloc(start, layout, size), size)
        }
    }
}
