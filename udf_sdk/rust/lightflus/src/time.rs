//! Event time as users name it: spans, windows, side outputs, and the records that windows make.
//!
//! Owns values of main only, but for `Window`, which functions get, and the records. What they mean is docs/time.md's.

use std::cell::Cell;
use std::marker::PhantomData;

use crate::abi::ArrowArray;
use crate::types::Type;
use crate::value::Value;

/// A span of `n` milliseconds.
pub const fn millis(n: i64) -> i64 {
    n
}

/// A span of `n` seconds, in milliseconds.
pub const fn seconds(n: i64) -> i64 {
    n * 1_000
}

/// A span of `n` minutes, in milliseconds.
pub const fn minutes(n: i64) -> i64 {
    seconds(60 * n)
}

/// A span of `n` hours, in milliseconds.
pub const fn hours(n: i64) -> i64 {
    minutes(60 * n)
}

/// A span of `n` days, in milliseconds.
pub const fn days(n: i64) -> i64 {
    hours(24 * n)
}

/// Windows of one size that follow each other: `[start, start + size)`, starts at the multiples of `size`.
#[derive(Clone, Copy, Debug)]
pub struct FixedWindow {
    pub(crate) size: i64,
    pub(crate) offset: i64,
}

impl FixedWindow {
    /// Windows of `size` milliseconds: `FixedWindow::of(minutes(1))`.
    pub fn of(size: i64) -> FixedWindow {
        FixedWindow { size, offset: 0 }
    }

    /// Moves all starts by so many milliseconds.
    pub fn offset(self, offset: i64) -> FixedWindow {
        FixedWindow { offset, ..self }
    }
}

/// Windows of one size that begin every `slide` milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct SlidingWindow {
    pub(crate) size: i64,
    pub(crate) slide: i64,
    pub(crate) offset: i64,
}

impl SlidingWindow {
    /// Windows of `size` milliseconds, one every `slide`.
    pub fn of(size: i64, slide: i64) -> SlidingWindow {
        SlidingWindow { size, slide, offset: 0 }
    }

    /// Moves all starts by so many milliseconds.
    pub fn offset(self, offset: i64) -> SlidingWindow {
        SlidingWindow { offset, ..self }
    }
}

/// Windows of records that are less than `gap` apart: from the first one's time to the last one's plus `gap`.
#[derive(Clone, Copy, Debug)]
pub struct SessionWindow {
    pub(crate) gap: i64,
}

impl SessionWindow {
    /// Sessions that end when a key brings nothing for `gap` milliseconds.
    pub fn of(gap: i64) -> SessionWindow {
        SessionWindow { gap }
    }
}

/// Any kind of window.
#[derive(Clone, Copy, Debug)]
pub enum Windows {
    /// One after the other.
    Fixed(FixedWindow),
    /// Overlapping.
    Sliding(SlidingWindow),
    /// By gaps.
    Session(SessionWindow),
}

impl From<FixedWindow> for Windows {
    fn from(window: FixedWindow) -> Windows {
        Windows::Fixed(window)
    }
}

impl From<SlidingWindow> for Windows {
    fn from(window: SlidingWindow) -> Windows {
        Windows::Sliding(window)
    }
}

impl From<SessionWindow> for Windows {
    fn from(window: SessionWindow) -> Windows {
        Windows::Session(window)
    }
}

/// The window of a result: its key, and `[start, end)` in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window<K> {
    /// The key of its records.
    pub key: K,
    /// The first millisecond that is in it.
    pub start: i64,
    /// The first one that is not in it any more.
    pub end: i64,
}

/// An output of an operator beside its main one: records that are late, or what `ctx.emit_to` is given.
pub struct SideOutput<T> {
    pub(crate) name: &'static str,
    /// Clones have the same number, and so the same type; no two others have.
    pub(crate) number: u32,
    records: PhantomData<fn() -> T>,
}

impl<T> SideOutput<T> {
    /// A side output of that name.
    pub fn of(name: &'static str) -> SideOutput<T> {
        thread_local! {
            static NEXT: Cell<u32> = const { Cell::new(0) };
        }
        let number = NEXT.with(|next| next.replace(next.get() + 1));
        SideOutput { name, number, records: PhantomData }
    }
}

impl<T> Clone for SideOutput<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for SideOutput<T> {}

/// Makes a struct with a type parameter a record: `#[derive(Record)]` has no such.
macro_rules! record_of {
    ($(#[$about:meta])* $name:ident<$($part:ident),*> {
        $($(#[$field_about:meta])* $field:ident: $type:ty = $column:literal $index:tt),* $(,)?
    }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name<$($part),*> { $($(#[$field_about])* pub $field: $type),* }

        // SAFETY: the columns are those of a tuple of the same fields, which has them in this order.
        unsafe impl<'b, $($part: Value<'b>),*> Value<'b> for $name<$($part),*> {
            const IS_RECORD: bool = true;
            type Reader = <($($type,)*) as Value<'b>>::Reader;
            type Builder = <($($type,)*) as Value<'b>>::Builder;

            fn describe() -> Type {
                Type::record(vec![$(($column, <$type as Value<'b>>::describe())),*])
            }

            unsafe fn bind(array: &ArrowArray) -> Self::Reader {
                <($($type,)*) as Value<'b>>::bind(array)
            }

            #[inline(always)]
            unsafe fn read(reader: &Self::Reader, row: usize) -> Self {
                $name { $($field: <$type as Value<'b>>::read(&reader.$index, row)),* }
            }

            #[inline(always)]
            fn write(&self, builder: &mut Self::Builder, row: usize) {
                $(self.$field.write(&mut builder.$index, row);)*
            }

            fn is_same(&self, other: &Self) -> bool {
                true $(&& self.$field.is_same(&other.$field))*
            }
        }

        impl<$($part),*> crate::value::NotNull for $name<$($part),*> {}
    };
}

record_of! {
    /// How many records a window has: what `count()` gives.
    WindowCount<K> {
        /// The key of the window.
        key: K = "key" 0,
        /// Its start.
        start: i64 = "start" 1,
        /// Its end.
        end: i64 = "end" 2,
        /// Its records.
        count: u64 = "count" 3,
    }
}

record_of! {
    /// One of the best records of a window: what `top(n, score)` gives.
    Ranked<K, T> {
        /// The key of the window.
        key: K = "key" 0,
        /// Its start.
        start: i64 = "start" 1,
        /// Its end.
        end: i64 = "end" 2,
        /// From 1, the best, on.
        rank: u32 = "rank" 3,
        /// The record.
        value: T = "value" 4,
    }
}

record_of! {
    /// A record that a window keeps, with its time: part of the state of `process` and `top`.
    Kept<T> {
        /// What it is compared by.
        score: f64 = "score" 0,
        /// Its time.
        time: i64 = "time" 1,
        /// The record.
        value: T = "value" 2,
    }
}
