//! Arrow columns as values. What it owns: `Column`, a view of a column that came in, and `Built`, a column that goes
//! out. What it leaves: their form in linear memory (`arrow.rs`). Layout by type: docs/abi.md, 6.4.

use crate::bytes::SLACK;
use crate::schema::Kind;

/// A column that came in; `length` rows count, buffers may be longer.
pub struct Column<'a> {
    pub length: usize,
    /// A bit per row, 1 = valid; None = no nulls.
    pub validity: Option<&'a [u8]>,
    /// `length + 1` for utf8, binary and lists; else empty.
    pub offsets: &'a [i32],
    /// Values, bits of bools, bytes of strings; empty for lists and structs.
    pub data: &'a [u8],
    pub children: Vec<Column<'a>>,
}

impl<'a> Column<'a> {
    /// Whether `row` is not null.
    #[inline(always)]
    pub fn is_valid(&self, row: usize) -> bool {
        self.validity.is_none_or(|bits| bit(bits, row))
    }

    /// The bytes of a utf8 or binary value.
    #[inline(always)]
    pub fn bytes(&self, row: usize) -> &'a [u8] {
        &self.data[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }
}

/// Bit `index`, least significant first.
#[inline(always)]
pub fn bit(bits: &[u8], index: usize) -> bool {
    bits[index >> 3] >> (index & 7) & 1 != 0
}

/// A column that goes out. Words rather than bytes: values must be naturally aligned.
pub struct Built {
    pub length: usize,
    pub null_count: usize,
    pub validity: Option<Vec<u8>>,
    pub offsets: Vec<i32>,
    pub data: Buffer,
    pub children: Vec<Built>,
    /// Arrow's number of buffers for the type.
    pub buffers: usize,
}

impl Built {
    /// A column of `kind` without values yet.
    pub fn new(kind: &Kind, length: usize) -> Built {
        let buffers = match kind {
            Kind::Struct(_) => 1,
            Kind::Bytes => 3,
            _ => 2,
        };
        let (validity, offsets, data, children) = Default::default();
        Built { length, null_count: 0, validity, offsets, data, children, buffers }
    }
}

/// 8-byte aligned bytes.
#[derive(Default)]
pub struct Buffer {
    words: Vec<u64>,
    length: usize,
}

impl Buffer {
    /// `length` zero bytes.
    pub fn zeroed(length: usize) -> Buffer {
        Buffer { words: vec![0; length.div_ceil(8)], length }
    }

    /// `length` zero bytes, and room behind them for what a string that is written without asking its length may spill.
    pub fn with_slack(length: usize) -> Buffer {
        Buffer { words: vec![0; (length + SLACK).div_ceil(8)], length }
    }

    /// The first `length` bytes of some words.
    pub fn from_words(words: Vec<u64>, length: usize) -> Buffer {
        Buffer { words, length }
    }

    /// Its words; bytes beyond its length are zero.
    pub fn into_words(self) -> Vec<u64> {
        self.words
    }

    pub fn len(&self) -> usize {
        self.length
    }

    pub fn as_ptr(&self) -> *const u8 {
        self.words.as_ptr().cast()
    }

    pub fn as_mut_ptr(&mut self) -> *mut u8 {
        self.words.as_mut_ptr().cast()
    }

    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: the words hold at least `length` initialised bytes.
        unsafe { core::slice::from_raw_parts(self.as_ptr(), self.length) }
    }

    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        // SAFETY: as above.
        unsafe { core::slice::from_raw_parts_mut(self.as_mut_ptr(), self.length) }
    }
}
