//! What the host calls for text (`engine/lightflus/kernel/json.py`): the one reader and the one writer of this instance. Calls
//! go as those of `abi.rs` do; a reader and a writer may be opened again, for another type.

use crate::abi::{Part, kernel};
use crate::arrow::{ArrowArray, slice};
use crate::json::lines::{Found, Reader};
use crate::json::write::{End, Writer};

/// Sets the type that is read (`json/lines.rs`).
///
/// # Safety
/// Addresses and lengths must be those of bytes in this memory. So for every export below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open_reader(schema: *const u8, bytes: usize) {
    kernel().reader = Some(Reader::new(unsafe { slice(schema, bytes) }));
}

/// Four parts: the batch; the number of its rows and of the lines; the line of each row; a refusal for each other line that
/// is not blank.
///
/// # Safety
/// The text must lie in memory that `allocate` gave, at its end: what is behind it is written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn read_lines(text: *mut u8, bytes: usize) -> *const u8 {
    let kernel = kernel();
    let found = unsafe { kernel.reader().read_lines(text, bytes) };
    hold(found)
}

/// The same for messages: `ends` has one more than there are.
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn read_messages(text: *mut u8, ends: *const i32, messages: usize) -> *const u8 {
    let kernel = kernel();
    let found = unsafe { kernel.reader().read_messages(text, slice(ends, messages + 1)) };
    hold(found)
}

fn hold(found: Found) -> *const u8 {
    let kernel = kernel();
    let counts = vec![found.columns.length as u32, found.records as u32];
    let batch = Part::of_batch(kernel.hold_batch(found.columns));
    let parts = [batch, kernel.hold(counts), kernel.hold(found.numbers), kernel.hold(found.refused)];
    kernel.hold_parts(parts)
}

/// Sets the type that is written (`json/write.rs`).
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open_writer(schema: *const u8, bytes: usize) {
    kernel().writer = Some(Writer::new(unsafe { slice(schema, bytes) }));
}

/// Two parts: the text of the rows, of which the last word may be cut, and where that of each ends. Lines are objects with an
/// LF; otherwise they are objects alone, or the values of the only column.
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write_rows(batch: &ArrowArray, rows: usize, is_object: u32, is_line: u32) -> *const u8 {
    let kernel = kernel();
    let end = if is_line != 0 { End::Line } else { End::Nothing };
    let writer = kernel.writer.as_ref().expect("`open_writer` comes first");
    let (mut text, ends) = unsafe { writer.write(batch, rows, is_object != 0, end) };
    let parts = [kernel.hold(text.take().into_words()), kernel.hold(ends)];
    kernel.hold_parts(parts)
}
