//! Columns of bits: booleans, and which rows are null.

use super::{array, Builder, Value};
use crate::abi::ArrowArray;
use crate::arena;
use crate::types::{Scalar, Type};

/// Whether bit `row` is set.
///
/// # Safety
/// The bitmap has that bit.
#[inline(always)]
pub(super) unsafe fn is_set(bits: *const u8, row: usize) -> bool {
    *bits.add(row >> 3) >> (row & 7) & 1 == 1
}

/// Bits, least significant first.
pub(super) struct Bitmap(*mut u8);

impl Bitmap {
    /// `room` bits, all like those of `fill` (0 or 0xff).
    #[inline(never)]
    pub fn filled(fill: u8, room: usize) -> Bitmap {
        let size = room.div_ceil(8);
        let start = arena::take(size);
        // SAFETY: the memory has that size.
        unsafe { start.write_bytes(fill, size) };
        Bitmap(start)
    }

    /// The same bits and more, the further ones like those of `fill`.
    #[inline(never)]
    pub fn grow(&mut self, fill: u8, rows: usize, room: usize) {
        let larger = Bitmap::filled(fill, room);
        // SAFETY: both have the bytes of `rows` bits; a new piece of the arena overlaps nothing.
        unsafe { std::ptr::copy_nonoverlapping(self.0, larger.0, rows.div_ceil(8)) };
        *self = larger;
    }

    /// Sets bit `row` if `value`.
    #[inline(always)]
    pub fn set_if(&mut self, row: usize, value: bool) {
        // SAFETY: there is room for the row (`Value::write`).
        unsafe { *self.0.add(row >> 3) |= u8::from(value) << (row & 7) };
    }

    pub fn clear(&mut self, row: usize) {
        // SAFETY: there is room for the row (`Value::write`).
        unsafe { *self.0.add(row >> 3) &= !(1 << (row & 7)) };
    }

    pub fn address(&self) -> *const u8 {
        self.0
    }
}

/// A column of booleans.
pub struct BoolBuilder(Bitmap);

impl Builder for BoolBuilder {
    fn with_room(room: usize) -> Self {
        BoolBuilder(Bitmap::filled(0, room))
    }

    fn grow(&mut self, rows: usize, room: usize) {
        self.0.grow(0, rows, room);
    }

    fn write_nothing(&mut self, _row: usize) {}

    fn finish(self, rows: usize) -> &'static mut ArrowArray {
        array(rows, &[std::ptr::null(), self.0.address()], &[])
    }
}

// SAFETY: one buffer of bits, as docs/abi.md 6.4 says.
unsafe impl<'b> Value<'b> for bool {
    type Reader = *const u8;
    type Builder = BoolBuilder;

    fn describe() -> Type {
        Scalar::Bool.into()
    }

    unsafe fn bind(array: &ArrowArray) -> Self::Reader {
        array.buffer(1)
    }

    #[inline(always)]
    unsafe fn read(reader: &Self::Reader, row: usize) -> Self {
        is_set(*reader, row)
    }

    #[inline(always)]
    fn write(&self, builder: &mut Self::Builder, row: usize) {
        builder.0.set_if(row, *self);
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

impl super::NotNull for bool {}
