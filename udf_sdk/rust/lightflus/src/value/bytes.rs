//! Text and binary: columns of offsets and bytes. Borrowed forms point into the batch.

use std::borrow::Cow;

use super::{array, grown, Builder, Value};
use crate::abi::ArrowArray;
use crate::arena;
use crate::types::{Scalar, Type};

const EXPECTED_BYTES: usize = 8;
const MOST_BYTES: usize = i32::MAX as usize;

/// Where the offsets and the bytes of a column are.
#[derive(Clone, Copy)]
pub struct BytesReader {
    offsets: *const u32,
    bytes: *const u8,
}

impl BytesReader {
    unsafe fn bind(array: &ArrowArray) -> BytesReader {
        let bytes = array.buffer(2);
        let bytes = if bytes.is_null() { std::ptr::NonNull::dangling().as_ptr() } else { bytes };
        BytesReader { offsets: array.buffer(1).cast(), bytes }
    }

    #[inline(always)]
    unsafe fn get<'b>(&self, row: usize) -> &'b [u8] {
        let start = *self.offsets.add(row) as usize;
        let end = *self.offsets.add(row + 1) as usize;
        std::slice::from_raw_parts(self.bytes.add(start), end - start)
    }

    #[inline(always)]
    unsafe fn get_text<'b>(&self, row: usize) -> &'b str {
        std::str::from_utf8_unchecked(self.get(row))
    }
}

/// A column of texts or of binary values.
pub struct BytesBuilder {
    offsets: *mut u32,
    bytes: *mut u8,
    used: usize,
    room: usize,
}

impl Builder for BytesBuilder {
    #[inline(never)]
    fn with_room(room: usize) -> Self {
        let bytes = room * EXPECTED_BYTES + 64;
        let offsets = arena::take_for::<u32>(room + 1);
        // SAFETY: there is room for at least one offset.
        unsafe { offsets.write(0) };
        BytesBuilder { offsets, bytes: arena::take(bytes), used: 0, room: bytes }
    }

    #[inline(never)]
    fn grow(&mut self, rows: usize, room: usize) {
        self.offsets = grown(self.offsets, rows + 1, room + 1);
    }

    fn write_nothing(&mut self, row: usize) {
        self.put(row, &[]);
    }

    #[inline(never)]
    fn finish(self, rows: usize) -> &'static mut ArrowArray {
        array(rows, &[std::ptr::null(), self.offsets.cast::<u8>().cast_const(), self.bytes], &[])
    }
}

impl BytesBuilder {
    #[inline(always)]
    fn put(&mut self, row: usize, value: &[u8]) {
        if value.len() > self.room - self.used {
            self.grow_bytes(value.len());
        }
        // SAFETY: there is room for the bytes, and for the offset (`Value::write`).
        unsafe {
            copy_short(value, self.bytes.add(self.used));
            self.used += value.len();
            self.offsets.add(row + 1).write(self.used as u32);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow_bytes(&mut self, more: usize) {
        let least = self.used + more;
        if least > MOST_BYTES {
            crate::host::fail_somewhere("the text of one column of one batch exceeds 2 GiB");
        }
        let room = least.max(self.room * 2);
        self.bytes = grown(self.bytes, self.used, room);
        self.room = room;
    }
}

/// Copies bytes: a call of the wide copy costs more than a word.
#[inline(always)]
unsafe fn copy_short(from: &[u8], to: *mut u8) {
    let size = from.len();
    let start = from.as_ptr();
    if size > 16 {
        std::ptr::copy_nonoverlapping(start, to, size);
    } else if size >= 8 {
        copy_ends::<u64>(start, to, size);
    } else if size >= 4 {
        copy_ends::<u32>(start, to, size);
    } else if size >= 2 {
        copy_ends::<u16>(start, to, size);
    } else if size == 1 {
        *to = *start;
    }
}

/// Copies the first and the last bytes, which may overlap.
#[inline(always)]
unsafe fn copy_ends<Unit: Copy>(from: *const u8, to: *mut u8, size: usize) {
    let last = size - size_of::<Unit>();
    let head = from.cast::<Unit>().read_unaligned();
    let tail = from.add(last).cast::<Unit>().read_unaligned();
    to.cast::<Unit>().write_unaligned(head);
    to.add(last).cast::<Unit>().write_unaligned(tail);
}

/// Borrowed bytes that are handed on stay where they are, so that most comparisons end at their address.
#[inline(always)]
fn are_same_bytes(a: &[u8], b: &[u8]) -> bool {
    std::ptr::eq(a, b) || a == b
}

macro_rules! text {
    ($($type:ty: $read:expr;)*) => {$(
        // SAFETY: offsets and bytes of UTF-8, as docs/abi.md 6.4 says; the host sends valid UTF-8.
        unsafe impl<'b> Value<'b> for $type {
            type Reader = BytesReader;
            type Builder = BytesBuilder;

            fn describe() -> Type {
                Scalar::Utf8.into()
            }

            unsafe fn bind(array: &ArrowArray) -> Self::Reader {
                BytesReader::bind(array)
            }

            #[inline(always)]
            unsafe fn read(reader: &Self::Reader, row: usize) -> Self {
                $read(reader.get_text(row))
            }

            #[inline(always)]
            fn write(&self, builder: &mut Self::Builder, row: usize) {
                builder.put(row, self.as_bytes());
            }

            #[inline(always)]
            fn is_same(&self, other: &Self) -> bool {
                are_same_bytes(self.as_bytes(), other.as_bytes())
            }
        }

        impl<'b> super::NotNull for $type {}
        impl<'b> Text<'b> for $type {}
    )*};
}

/// Values whose column is text: `&str`, `String`, `Cow<str>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not text",
    note = "a key of Redis is text: .key(|r| r.id.to_string()), or format!(...) of several fields"
)]
pub trait Text<'b>: Value<'b> {}

text! {
    &'b str: std::convert::identity;
    String: String::from;
    Cow<'b, str>: Cow::Borrowed;
}

macro_rules! binary {
    ($($type:ty: $read:expr;)*) => {$(
        // SAFETY: offsets and bytes, as docs/abi.md 6.4 says.
        unsafe impl<'b> Value<'b> for $type {
            type Reader = BytesReader;
            type Builder = BytesBuilder;

            fn describe() -> Type {
                Scalar::Binary.into()
            }

            unsafe fn bind(array: &ArrowArray) -> Self::Reader {
                BytesReader::bind(array)
            }

            #[inline(always)]
            unsafe fn read(reader: &Self::Reader, row: usize) -> Self {
                $read(reader.get(row))
            }

            #[inline(always)]
            fn write(&self, builder: &mut Self::Builder, row: usize) {
                builder.put(row, self.as_ref());
            }

            #[inline(always)]
            fn is_same(&self, other: &Self) -> bool {
                are_same_bytes(self.as_ref(), other.as_ref())
            }
        }

        impl<'b> super::NotNull for $type {}
    )*};
}

/// Binary data of its own; `&[u8]` is binary data of the batch. (`Vec<u8>` is a list of numbers.)
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Binary(pub Vec<u8>);

impl AsRef<[u8]> for Binary {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

binary! {
    &'b [u8]: std::convert::identity;
    Binary: |bytes: &[u8]| Binary(bytes.to_vec());
}
