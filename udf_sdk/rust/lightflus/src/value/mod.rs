//! What can be a record, a column or a list item: reading it out of Arrow columns, and writing it into new ones.
//!
//! `Value` is the seam between the operators' loops and the types: everything is resolved when a job is compiled, so a
//! loop reads, calls and writes without any dispatch. `#[derive(Record)]` implements it for structs.
//!
//! The lifetime `'b` is the batch's: a borrowed value (`&'b str`, a struct with such fields, `List<'b, _>`) points into
//! the batch and costs nothing to read. A job's main is generic in `'b`, so nothing borrowed can outlive its call.

mod bits;
mod bytes;
mod list;
mod number;
mod option;
mod tuple;

pub use bytes::{Binary, Text};
pub use list::{Items, List};
pub use number::{Date, TimestampMs, TimestampUs};
pub use option::NotNull;

use crate::abi::ArrowArray;
use crate::arena;
use crate::types::Type;

/// A type that crosses between operators as columns.
///
/// What is read lives as long as its batch, so a record cannot ask for more:
///
/// ```compile_fail
/// #[derive(lightflus::prelude::Record)]
/// struct Bucket {
///     size: &'static str,
/// }
/// ```
///
/// # Safety
/// `bind` and `read` trust the array: the host has checked it against `describe`. An implementation must read exactly
/// the buffers that docs/abi.md 6.4 gives to the described type, and its builder must make exactly those.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be in a record",
    note = "records are made of bool, i8 to i64, u8 to u64, f32, f64, &str, String, &[u8], Date, TimestampMs, \
            TimestampUs, Option, Vec, List, tuples and structs with #[derive(Record)]",
    note = "borrowed parts live as long as the batch: `struct Word<'a> {{ word: &'a str }}`"
)]
pub unsafe trait Value<'b>: Sized + 'b {
    /// Whether a batch of it has its fields as columns (docs/abi.md 6.2), not one column `value`.
    const IS_RECORD: bool = false;

    /// Where the values of a column are.
    type Reader: Copy;

    /// A column that is being written.
    type Builder: Builder;

    /// The type in the graph.
    fn describe() -> Type;

    /// Finds the values of an array.
    ///
    /// # Safety
    /// The array has this type and lives as long as `'b`.
    unsafe fn bind(array: &ArrowArray) -> Self::Reader;

    /// The value in a row.
    ///
    /// # Safety
    /// The array has that row, and it is not null unless this type is nullable.
    unsafe fn read(reader: &Self::Reader, row: usize) -> Self;

    /// Writes a row; rows are written in order, each once, and the builder has room for them.
    fn write(&self, builder: &mut Self::Builder, row: usize);

    /// Whether both are the same key. NaN is the same as NaN.
    fn is_same(&self, other: &Self) -> bool;
}

/// A column that is being written. Its memory is the arena's.
pub trait Builder {
    /// An empty column with room for `room` rows.
    fn with_room(room: usize) -> Self;

    /// Makes room for `room` rows; `rows` are written.
    fn grow(&mut self, rows: usize, room: usize);

    /// Fills the place of a value that is null or lies in something that is.
    fn write_nothing(&mut self, row: usize);

    /// The array of the rows written.
    fn finish(self, rows: usize) -> &'static mut ArrowArray;
}

/// Makes an array of `rows` rows without nulls.
#[inline(never)]
pub fn array(rows: usize, buffers: &[*const u8], children: &[*const ArrowArray]) -> &'static mut ArrowArray {
    let header = arena::take_for::<ArrowArray>(1);
    // SAFETY: the arena's memory is fresh, aligned to 16 and large enough for what is written here.
    unsafe {
        header.write(ArrowArray {
            length: rows as i64,
            null_count: 0,
            offset: 0,
            n_buffers: buffers.len() as i64,
            n_children: children.len() as i64,
            buffers: copied(buffers),
            children: copied(children),
            dictionary: std::ptr::null(),
            release: std::ptr::null(),
            private_data: std::ptr::null(),
        });
        &mut *header
    }
}

unsafe fn copied<T: Copy>(values: &[T]) -> *mut T {
    let start = arena::take_for::<T>(values.len());
    std::ptr::copy_nonoverlapping(values.as_ptr(), start, values.len());
    start
}

/// A larger piece of arena memory that begins with the `used` first values of the old one.
#[inline(never)]
pub(crate) fn grown<T: Copy>(old: *mut T, used: usize, room: usize) -> *mut T {
    let start = arena::take_for::<T>(room);
    // SAFETY: the old piece has at least `used` values, the new one more, and they do not overlap.
    unsafe { std::ptr::copy_nonoverlapping(old, start, used) };
    start
}

/// The values of a batch of T.
///
/// # Safety
/// As `Value::bind`, for the batch's struct array.
pub(crate) unsafe fn bind_batch<'b, T: Value<'b>>(batch: &ArrowArray) -> T::Reader {
    if T::IS_RECORD {
        T::bind(batch)
    } else {
        T::bind(batch.child(0))
    }
}

/// Rows of T that are being written: a batch, or the items of lists.
pub struct Rows<'b, T: Value<'b>> {
    builder: T::Builder,
    rows: usize,
    room: usize,
}

impl<'b, T: Value<'b>> Rows<'b, T> {
    /// No rows yet, with room for some.
    pub fn with_room(room: usize) -> Self {
        let room = room.max(8);
        Rows { builder: T::Builder::with_room(room), rows: 0, room }
    }

    /// How many rows there are.
    #[inline(always)]
    pub fn count(&self) -> usize {
        self.rows
    }

    /// Appends a row.
    #[inline(always)]
    pub fn push(&mut self, value: &T) {
        self.make_room();
        value.write(&mut self.builder, self.rows);
        self.rows += 1;
    }

    #[inline(always)]
    fn make_room(&mut self) {
        if self.rows == self.room {
            self.grow();
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let room = self.room * 2;
        self.builder.grow(self.rows, room);
        self.room = room;
    }

    /// The column of these rows.
    pub fn into_column(self) -> &'static mut ArrowArray {
        self.builder.finish(self.rows)
    }

    /// The batch of these rows.
    pub fn into_batch(self) -> &'static mut ArrowArray {
        let rows = self.rows;
        let column = self.into_column();
        if T::IS_RECORD {
            column
        } else {
            array(rows, &[std::ptr::null()], &[column])
        }
    }
}
