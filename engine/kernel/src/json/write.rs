//! Rows as JSON. What it owns: the text of each type (docs/formats.md, "JSON"): numbers as JavaScript prints them, times in
//! ISO 8601 and UTC, `null` for what has no text.

use super::bytes::Bytes;
use super::calendar::date;
use super::digits::{float32, float64, padded, signed, unsigned};
use super::scan::{WIDTH, copy_written};
use super::shape::{Kind, Shape, parse};
use crate::arrow::{ArrowArray, columns};
use crate::bytes::load;
use crate::column::{Column, bit};
use crate::schema::Node;

/// Arrow has no text for years beyond it, in either direction; so nobody has.
const YEARS: i64 = 32_767;
const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// What is behind each row.
pub enum End {
    /// A line feed.
    Line,
    Nothing,
}

/// Writes rows of one type.
pub struct Writer {
    shape: Shape,
    node: Node,
}

impl Writer {
    /// `schema` is that of the columns; names stand there as JSON has them, quotes and all.
    pub fn new(schema: &[u8]) -> Writer {
        let shape = parse(schema);
        let node = shape.node();
        Writer { shape, node }
    }

    /// The text of the rows, and where that of each ends, behind a 0: an object, or the value of the only column.
    ///
    /// # Safety
    /// As for `arrow::columns`.
    pub unsafe fn write(&self, batch: &ArrowArray, rows: usize, is_object: bool, end: End) -> (Bytes, Vec<u32>) {
        let columns = unsafe { columns(batch, &self.node) };
        let mut out = Bytes::default();
        let mut ends = Vec::with_capacity(rows + 1);
        ends.push(0);
        for row in 0..rows {
            if is_object {
                members(&mut out, &self.shape, &columns, row);
            } else {
                value(&mut out, &self.shape.parts[0], &columns[0], row);
            }
            if matches!(end, End::Line) {
                out.push(b'\n');
            }
            ends.push(out.len() as u32);
        }
        (out, ends)
    }
}

fn members(out: &mut Bytes, shape: &Shape, columns: &[Column], row: usize) {
    out.push(b'{');
    for (i, (name, part)) in shape.names.iter().zip(&shape.parts).enumerate() {
        if i > 0 {
            out.push(b',');
        }
        out.extend(name);
        out.push(b':');
        value(out, part, &columns[i], row);
    }
    out.push(b'}');
}

fn value(out: &mut Bytes, shape: &Shape, column: &Column, row: usize) {
    if !column.is_valid(row) {
        return out.extend(b"null");
    }
    match shape.kind {
        Kind::Text => string(out, column.bytes(row)),
        Kind::Float64 => float64(out, at(column, row)),
        Kind::Float32 => float32(out, at(column, row)),
        Kind::Integer { bytes, is_signed } => integer(out, column, row, bytes, is_signed),
        Kind::Bool => out.extend(if bit(column.data, row) { b"true" } else { b"false" }),
        Kind::Date => moment(out, i64::from(at::<i32>(column, row)), None),
        Kind::Millis => clock(out, at(column, row), 1_000, 3),
        Kind::Micros => clock(out, at(column, row), 1_000_000, 6),
        Kind::Struct => members(out, shape, &column.children, row),
        Kind::List => {
            out.push(b'[');
            for item in column.offsets[row]..column.offsets[row + 1] {
                if item > column.offsets[row] {
                    out.push(b',');
                }
                value(out, &shape.parts[0], &column.children[0], item as usize);
            }
            out.push(b']');
        }
    }
}

/// The number in a row.
#[inline(always)]
fn at<T: Copy>(column: &Column, row: usize) -> T {
    assert!((row + 1) * size_of::<T>() <= column.data.len());
    // SAFETY: it lies inside.
    unsafe { load(column.data.as_ptr(), row * size_of::<T>()) }
}

#[inline(always)]
fn integer(out: &mut Bytes, column: &Column, row: usize, bytes: usize, is_signed: bool) {
    match (bytes, is_signed) {
        (1, true) => signed(out, at::<i8>(column, row).into()),
        (2, true) => signed(out, at::<i16>(column, row).into()),
        (4, true) => signed(out, at::<i32>(column, row).into()),
        (_, true) => signed(out, at(column, row)),
        (1, false) => unsigned(out, at::<u8>(column, row).into()),
        (2, false) => unsigned(out, at::<u16>(column, row).into()),
        (4, false) => unsigned(out, at::<u32>(column, row).into()),
        (_, false) => unsigned(out, at(column, row)),
    }
}

/// A time as a count of `unit`s to the second, which have so many digits.
fn clock(out: &mut Bytes, time: i64, unit: i64, digits: usize) {
    let day = 86_400 * unit;
    moment(out, time.div_euclid(day), Some((time.rem_euclid(day), unit, digits)));
}

/// A day, and what time it is.
fn moment(out: &mut Bytes, day: i64, time: Option<(i64, i64, usize)>) {
    let (year, month, of_month) = date(day);
    if !(-YEARS..=YEARS).contains(&year) {
        return out.extend(b"null");
    }
    out.extend(if year < 0 { b"\"-" } else { b"\"" });
    padded(out, year.unsigned_abs(), 4);
    for part in [month, of_month] {
        out.push(b'-');
        padded(out, part as u64, 2);
    }
    if let Some((time, unit, digits)) = time {
        let seconds = (time / unit) as u64;
        for (before, part) in [(b'T', seconds / 3_600), (b':', seconds / 60 % 60), (b':', seconds % 60)] {
            out.push(before);
            padded(out, part, 2);
        }
        out.push(b'.');
        padded(out, (time % unit) as u64, digits);
        out.push(b'Z');
    }
    out.push(b'"');
}

/// A string between quotes, sixteen bytes at a time.
fn string(out: &mut Bytes, bytes: &[u8]) {
    out.push(b'"');
    let (mut from, mut left) = (bytes.as_ptr(), bytes.len());
    while left > 0 {
        // SAFETY: there is slack behind the bytes of a column, and room.
        let stops = unsafe { copy_written(from, out.room(WIDTH)) };
        let plain = (stops.trailing_zeros() as usize).min(WIDTH).min(left);
        out.count(plain);
        // SAFETY: they are some of the bytes.
        from = unsafe { from.add(plain) };
        left -= plain;
        if plain < WIDTH && left > 0 {
            // SAFETY: one is left.
            unsafe {
                escape(out, *from);
                from = from.add(1);
            }
            left -= 1;
        }
    }
    out.push(b'"');
}

fn escape(out: &mut Bytes, byte: u8) {
    match byte {
        b'"' | b'\\' => out.extend(&[b'\\', byte]),
        b'\n' => out.extend(b"\\n"),
        b'\r' => out.extend(b"\\r"),
        b'\t' => out.extend(b"\\t"),
        _ => {
            out.extend(b"\\u00");
            out.push(HEXADECIMAL[usize::from(byte >> 4)]);
            out.push(HEXADECIMAL[usize::from(byte & 15)]);
        }
    }
}
