//! Numbers, dates and timestamps: columns of values of one size.

use super::{array, grown, Builder, Value};
use crate::abi::ArrowArray;
use crate::arena;
use crate::types::{Scalar, Type};

/// A column of values of one size.
pub struct FixedBuilder<N>(*mut N);

impl<N: Copy + Default> Builder for FixedBuilder<N> {
    fn with_room(room: usize) -> Self {
        FixedBuilder(arena::take_for(room))
    }

    fn grow(&mut self, rows: usize, room: usize) {
        self.0 = grown(self.0, rows, room);
    }

    fn write_nothing(&mut self, row: usize) {
        self.put(row, N::default());
    }

    fn finish(self, rows: usize) -> &'static mut ArrowArray {
        array(rows, &[std::ptr::null(), self.0.cast::<u8>().cast_const()], &[])
    }
}

impl<N> FixedBuilder<N> {
    #[inline(always)]
    fn put(&mut self, row: usize, value: N) {
        // SAFETY: there is room for the row (`Value::write`).
        unsafe { self.0.add(row).write(value) };
    }
}

macro_rules! fixed {
    ($($type:ty as $number:ty: $scalar:ident, $wrap:expr, $unwrap:expr;)*) => {$(
        // SAFETY: one buffer of values of this size, as docs/abi.md 6.4 says.
        unsafe impl<'b> Value<'b> for $type {
            type Reader = *const $number;
            type Builder = FixedBuilder<$number>;

            fn describe() -> Type {
                Scalar::$scalar.into()
            }

            unsafe fn bind(array: &ArrowArray) -> Self::Reader {
                array.buffer(1).cast()
            }

            #[inline(always)]
            unsafe fn read(reader: &Self::Reader, row: usize) -> Self {
                $wrap(*reader.add(row))
            }

            #[inline(always)]
            fn write(&self, builder: &mut Self::Builder, row: usize) {
                builder.put(row, $unwrap(self));
            }

            #[inline(always)]
            #[allow(clippy::eq_op)]
            fn is_same(&self, other: &Self) -> bool {
                self == other || (self != self && other != other)
            }
        }

        impl super::NotNull for $type {}
    )*};
}

/// A day: days since 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);

/// A point in time: milliseconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimestampMs(pub i64);

/// A point in time: microseconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimestampUs(pub i64);

fixed! {
    i8 as i8: Int8, std::convert::identity, Clone::clone;
    i16 as i16: Int16, std::convert::identity, Clone::clone;
    i32 as i32: Int32, std::convert::identity, Clone::clone;
    i64 as i64: Int64, std::convert::identity, Clone::clone;
    u8 as u8: Uint8, std::convert::identity, Clone::clone;
    u16 as u16: Uint16, std::convert::identity, Clone::clone;
    u32 as u32: Uint32, std::convert::identity, Clone::clone;
    u64 as u64: Uint64, std::convert::identity, Clone::clone;
    f32 as f32: Float32, std::convert::identity, Clone::clone;
    f64 as f64: Float64, std::convert::identity, Clone::clone;
    Date as i32: Date32, Date, |day: &Date| day.0;
    TimestampMs as i64: TimestampMs, TimestampMs, |time: &TimestampMs| time.0;
    TimestampUs as i64: TimestampUs, TimestampUs, |time: &TimestampUs| time.0;
}
