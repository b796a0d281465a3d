//! Keys as bytes: two keys are equal exactly when their bytes are (docs/row-encoding.md). What it owns: the encoding, and
//! the views that avoid it where a column's own bytes already are the encoding.

use crate::bytes::{SLACK, copy, load, store};
use crate::column::{Column, bit};
use crate::schema::{Kind, Node};
use std::borrow::Cow;

/// Bytes of the length before a string.
const PREFIX: usize = 4;

/// Something that has bytes per row.
///
/// # Safety
/// `SLACK` bytes must be readable from the start of every row.
pub unsafe trait RowBytes {
    /// The encoded key of `row`.
    fn row(&self, row: usize) -> &[u8];
}

/// Encoded keys of a batch.
pub enum Keys<'a> {
    /// One utf8 or binary column without nulls: its bytes are the encoding.
    Borrowed(Variable<'a>),
    /// One column of 4 or 8 bytes without nulls: so are its values.
    Four(Fixed<'a, 4>),
    Eight(Fixed<'a, 8>),
    /// Everything else, written out.
    Owned(Encoded),
}

/// Does the same with keys of every kind: each gets code of its own, without a branch per row.
macro_rules! with_rows {
    ($keys:expr, |$rows:ident| $work:expr) => {
        match $keys {
            $crate::encode::Keys::Borrowed($rows) => $work,
            $crate::encode::Keys::Four($rows) => $work,
            $crate::encode::Keys::Eight($rows) => $work,
            $crate::encode::Keys::Owned($rows) => $work,
        }
    };
}
pub(crate) use with_rows;

/// The bytes of a utf8 or binary column.
pub struct Variable<'a> {
    offsets: &'a [i32],
    bytes: &'a [u8],
}

// SAFETY: the column lies in scratch memory.
unsafe impl RowBytes for Variable<'_> {
    #[inline(always)]
    fn row(&self, row: usize) -> &[u8] {
        &self.bytes[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }
}

/// The values of a fixed-width column.
pub struct Fixed<'a, const WIDTH: usize>(&'a [u8]);

// SAFETY: the column lies in scratch memory.
unsafe impl<const WIDTH: usize> RowBytes for Fixed<'_, WIDTH> {
    #[inline(always)]
    fn row(&self, row: usize) -> &[u8] {
        &self.0[row * WIDTH..(row + 1) * WIDTH]
    }
}

/// Some rows of others.
pub struct Selected<'a, K> {
    pub keys: &'a K,
    pub rows: &'a [u32],
}

// SAFETY: they are rows that have the slack.
unsafe impl<K: RowBytes> RowBytes for Selected<'_, K> {
    #[inline(always)]
    fn row(&self, row: usize) -> &[u8] {
        self.keys.row(self.rows[row] as usize)
    }
}

/// Rows written out one after another.
pub struct Encoded {
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

// SAFETY: `encode` leaves the slack.
unsafe impl RowBytes for Encoded {
    #[inline(always)]
    fn row(&self, row: usize) -> &[u8] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.bytes[start..self.ends[row]]
    }
}

/// The encoded keys of `columns`, whose types are the fields of `schema`.
pub fn keys<'a>(schema: &Node, columns: &[Column<'a>], rows: usize) -> Keys<'a> {
    let Kind::Struct(fields) = &schema.kind else { unreachable!("a schema of columns is a struct") };
    assert!(fields.len() == columns.len(), "{} key columns instead of {}", columns.len(), fields.len());
    assert!(columns.iter().all(|column| column.length >= rows), "a key column has fewer than {rows} rows");
    if let ([field], [column]) = (&fields[..], columns)
        && !field.nullable
    {
        match field.kind {
            Kind::Bytes => {
                return Keys::Borrowed(Variable { offsets: column.offsets, bytes: column.data });
            }
            Kind::Fixed(4) => return Keys::Four(Fixed(column.data)),
            Kind::Fixed(8) => return Keys::Eight(Fixed(column.data)),
            _ => {}
        }
    }
    Keys::Owned(encode(fields, columns, rows))
}

/// Writes keys out, one column at a time over all rows: first how long each row becomes, then the bytes.
fn encode(fields: &[Node], columns: &[Column], rows: usize) -> Encoded {
    let all: Vec<u32> = (0..rows as u32).collect();
    let mut lengths = vec![0; rows];
    for (field, column) in fields.iter().zip(columns) {
        measure(field, column, &all, &mut lengths);
    }
    let mut total = 0;
    let ends: Vec<usize> = lengths
        .iter()
        .map(|&length| {
            total += length;
            total
        })
        .collect();
    let mut bytes = vec![0; total + SLACK];
    let start = bytes.as_mut_ptr();
    // SAFETY: a row's place is inside, and `fill` moves it on by what was measured.
    let mut places: Vec<*mut u8> = ends.iter().zip(&lengths).map(|(&end, &n)| unsafe { start.add(end - n) }).collect();
    for (field, column) in fields.iter().zip(columns) {
        unsafe { fill(field, column, &all, &mut places) };
    }
    Encoded { ends, bytes }
}

fn measure(node: &Node, column: &Column, rows: &[u32], lengths: &mut [usize]) {
    let mut add = |rows: &[u32], bytes: usize| rows.iter().for_each(|&row| lengths[row as usize] += bytes);
    if node.nullable {
        add(rows, 1);
    }
    let rows = &valid_rows(node, column, rows)[..];
    match &node.kind {
        Kind::Bool => add(rows, 1),
        Kind::Fixed(width) | Kind::Float(width) => add(rows, *width),
        Kind::Bytes => {
            let prefix = if node.ends_row { 0 } else { PREFIX };
            rows.iter().for_each(|&row| lengths[row as usize] += prefix + column.bytes(row as usize).len());
        }
        Kind::Struct(fields) => {
            for (field, child) in fields.iter().zip(&column.children) {
                measure(field, child, rows, lengths);
            }
        }
        Kind::List(_) => unreachable!("a key has no lists"),
    }
}

unsafe fn fill(node: &Node, column: &Column, rows: &[u32], places: &mut [*mut u8]) {
    unsafe {
        if node.nullable {
            put(rows, places, |row| u8::from(column.is_valid(row)));
        }
        let rows = &valid_rows(node, column, rows)[..];
        match &node.kind {
            Kind::Bool => put(rows, places, |row| u8::from(bit(column.data, row))),
            Kind::Fixed(1) => put(rows, places, |row| value::<u8>(column, row)),
            Kind::Fixed(2) => put(rows, places, |row| value::<u16>(column, row)),
            Kind::Fixed(4) => put(rows, places, |row| value::<u32>(column, row)),
            Kind::Fixed(_) => put(rows, places, |row| value::<u64>(column, row)),
            Kind::Float(4) => put(rows, places, |row| canonical32(value(column, row))),
            Kind::Float(_) => put(rows, places, |row| canonical64(value(column, row))),
            Kind::Bytes => fill_bytes(node, column, rows, places),
            Kind::Struct(fields) => {
                for (field, child) in fields.iter().zip(&column.children) {
                    fill(field, child, rows, places);
                }
            }
            Kind::List(_) => unreachable!("a key has no lists"),
        }
    }
}

unsafe fn fill_bytes(node: &Node, column: &Column, rows: &[u32], places: &mut [*mut u8]) {
    unsafe {
        if !node.ends_row {
            put(rows, places, |row| column.bytes(row).len() as u32);
        }
        for &row in rows {
            let (bytes, place) = (column.bytes(row as usize), &mut places[row as usize]);
            copy(bytes, *place);
            *place = place.add(bytes.len());
        }
    }
}

/// Writes a value per row and moves the rows' places on.
#[inline(always)]
unsafe fn put<T: Copy>(rows: &[u32], places: &mut [*mut u8], value: impl Fn(usize) -> T) {
    for &row in rows {
        let place = &mut places[row as usize];
        unsafe {
            store(*place, 0, value(row as usize));
            *place = place.add(size_of::<T>());
        }
    }
}

/// Those of `rows` that have a value.
fn valid_rows<'a>(node: &Node, column: &Column, rows: &'a [u32]) -> Cow<'a, [u32]> {
    if node.nullable && column.validity.is_some() {
        rows.iter().copied().filter(|&row| column.is_valid(row as usize)).collect()
    } else {
        Cow::Borrowed(rows)
    }
}

/// The value of a fixed-width column.
#[inline(always)]
fn value<T: Copy>(column: &Column, row: usize) -> T {
    let bytes = &column.data[row * size_of::<T>()..(row + 1) * size_of::<T>()];
    // SAFETY: these are the bytes of one value.
    unsafe { load(bytes.as_ptr(), 0) }
}

/// The bits of a float64 with one NaN and one zero.
#[inline(always)]
pub fn canonical64(bits: u64) -> u64 {
    match bits & !(1 << 63) {
        0 => 0,
        magnitude if magnitude > 0x7ff0_0000_0000_0000 => 0x7ff8_0000_0000_0000,
        _ => bits,
    }
}

/// The bits of a float32 with one NaN and one zero.
#[inline(always)]
pub fn canonical32(bits: u32) -> u32 {
    match bits & !(1 << 31) {
        0 => 0,
        magnitude if magnitude > 0x7f80_0000 => 0x7fc0_0000,
        _ => bits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::parse;

    impl Encoded {
        /// Keys from anywhere, for tests.
        pub fn from_rows(rows: impl Iterator<Item = Vec<u8>>) -> Encoded {
            let mut encoded = Encoded { ends: Vec::new(), bytes: Vec::new() };
            for row in rows {
                encoded.bytes.extend(row);
                encoded.ends.push(encoded.bytes.len());
            }
            encoded.bytes.extend([0xEE; SLACK]);
            encoded
        }

        pub fn len(&self) -> usize {
            self.ends.len()
        }
    }

    fn column<'a>(length: usize, offsets: &'a [i32], data: &'a [u8]) -> Column<'a> {
        Column { length, validity: None, offsets, data, children: vec![] }
    }

    fn rows(keys: &Keys, count: usize) -> Vec<Vec<u8>> {
        (0..count).map(|row| with_rows!(keys, |keys| keys.row(row).to_vec())).collect()
    }

    #[test]
    fn a_string_key_is_its_bytes() {
        let schema = parse(&[10, 1, 0, 8], false);
        let columns = [column(2, &[0, 2, 5], b"abcde")];
        assert_eq!(rows(&keys(&schema, &columns, 2), 2), [b"ab".to_vec(), b"cde".to_vec()]);
    }

    #[test]
    fn a_null_is_a_zero_byte_and_differs_from_the_empty_string() {
        let schema = parse(&[10, 1, 0, 0x88], false);
        let mut columns = [column(2, &[0, 0, 0], b"")];
        columns[0].validity = Some(&[0b10]);
        assert_eq!(rows(&keys(&schema, &columns, 2), 2), [vec![0], vec![1]]);
    }

    #[test]
    fn only_a_string_that_does_not_end_the_row_has_its_length() {
        let schema = parse(&[10, 2, 0, 8, 8], false);
        let columns = [column(1, &[0, 1], b"a"), column(1, &[0, 2], b"bc")];
        assert_eq!(rows(&keys(&schema, &columns, 1), 1), [b"\x01\0\0\0abc".to_vec()]);
    }

    #[test]
    fn floats_are_canonical() {
        assert_eq!(canonical64((-0.0f64).to_bits()), 0);
        assert_eq!(canonical64(0xfff0_0000_0000_0001), f64::NAN.to_bits());
        assert_eq!(canonical64(f64::NEG_INFINITY.to_bits()), f64::NEG_INFINITY.to_bits());
        assert_eq!(canonical64((-1.5f64).to_bits()), (-1.5f64).to_bits());
        assert_eq!(canonical32((-0.0f32).to_bits()), 0);
        assert_eq!(canonical32(0x7fff_ffff), f32::NAN.to_bits());
        assert_eq!(canonical32(f32::INFINITY.to_bits()), f32::INFINITY.to_bits());
    }
}
