//! Values that may be null: a bitmap beside the column of the value.

use super::bits::{is_set, Bitmap};
use super::{Builder, Value};
use crate::abi::ArrowArray;
use crate::types::Type;

/// Values that are never null: everything but `Option`.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be inside an `Option`: there is only one kind of null")]
pub trait NotNull {}

/// Where the bitmap and the values of a column are.
#[derive(Clone, Copy)]
pub struct OptionReader<R> {
    validity: *const u8,
    values: R,
}

/// A column with nulls. The bitmap exists from the first null on.
pub struct OptionBuilder<B> {
    validity: Option<Bitmap>,
    nulls: usize,
    room: usize,
    values: B,
}

impl<B: Builder> Builder for OptionBuilder<B> {
    fn with_room(room: usize) -> Self {
        OptionBuilder { validity: None, nulls: 0, room, values: B::with_room(room) }
    }

    fn grow(&mut self, rows: usize, room: usize) {
        if let Some(validity) = &mut self.validity {
            validity.grow(0xff, rows, room);
        }
        self.room = room;
        self.values.grow(rows, room);
    }

    fn write_nothing(&mut self, row: usize) {
        let room = self.room;
        self.validity.get_or_insert_with(|| Bitmap::filled(0xff, room)).clear(row);
        self.nulls += 1;
        self.values.write_nothing(row);
    }

    fn finish(self, rows: usize) -> &'static mut ArrowArray {
        let column = self.values.finish(rows);
        if let Some(validity) = self.validity {
            column.null_count = self.nulls as i64;
            // SAFETY: every array has a first buffer, its validity.
            unsafe { column.buffers.write(validity.address()) };
        }
        column
    }
}

// SAFETY: the bitmap is the first buffer of every array (docs/abi.md 6.4); a value is read only where it is set.
unsafe impl<'b, V: Value<'b> + NotNull> Value<'b> for Option<V> {
    type Reader = OptionReader<V::Reader>;
    type Builder = OptionBuilder<V::Builder>;

    fn describe() -> Type {
        Type { nullable: true, ..V::describe() }
    }

    unsafe fn bind(array: &ArrowArray) -> Self::Reader {
        OptionReader { validity: array.buffer(0), values: V::bind(array) }
    }

    #[inline(always)]
    unsafe fn read(reader: &Self::Reader, row: usize) -> Self {
        if reader.validity.is_null() || is_set(reader.validity, row) {
            Some(V::read(&reader.values, row))
        } else {
            None
        }
    }

    #[inline(always)]
    fn write(&self, builder: &mut Self::Builder, row: usize) {
        match self {
            Some(value) => value.write(&mut builder.values, row),
            None => builder.write_nothing(row),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(a), Some(b)) => a.is_same(b),
            (None, None) => true,
            _ => false,
        }
    }
}
