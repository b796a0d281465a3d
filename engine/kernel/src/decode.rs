//! Encoded keys back to columns (docs/row-encoding.md). What it owns: reading what `encode.rs` wrote, one column at a time
//! over all rows. A value under a null is zero or empty.

use crate::column::{Buffer, Built};
use crate::schema::{Kind, Node};
use std::borrow::Cow;

/// The columns of `keys`, whose types are the fields of `schema`.
pub fn decode(schema: &Node, keys: Vec<&[u8]>) -> Built {
    let all: Vec<u32> = (0..keys.len() as u32).collect();
    let mut rest = keys;
    let built = column(schema, &mut rest, &all);
    assert!(rest.iter().all(|bytes| bytes.is_empty()), "a key has more bytes than columns");
    built
}

/// Reads a value of each of `rows` off the start of what is left of them.
fn column(node: &Node, rest: &mut [&[u8]], rows: &[u32]) -> Built {
    let mut built = Built::new(&node.kind, rest.len());
    let rows = if node.nullable { Cow::Owned(valid_rows(rest, rows, &mut built)) } else { Cow::Borrowed(rows) };
    match &node.kind {
        Kind::Bool => {
            built.data = Buffer::zeroed(rest.len().div_ceil(8));
            let set = rows.iter().filter(|&&row| take(rest, row, 1)[0] != 0);
            set.for_each(|&row| set_bit(built.data.as_mut_slice(), row));
        }
        Kind::Fixed(width) | Kind::Float(width) => {
            built.data = Buffer::zeroed(rest.len() * width);
            for &row in &*rows {
                let at = row as usize * width;
                built.data.as_mut_slice()[at..at + width].copy_from_slice(take(rest, row, *width));
            }
        }
        Kind::Bytes => strings(node, rest, &rows, &mut built),
        Kind::Struct(fields) => built.children = fields.iter().map(|field| column(field, rest, &rows)).collect(),
        Kind::List(_) => unreachable!("a key has no lists"),
    }
    built
}

/// Those of `rows` that have a value.
fn valid_rows(rest: &mut [&[u8]], rows: &[u32], built: &mut Built) -> Vec<u32> {
    let valid: Vec<u32> = rows.iter().copied().filter(|&row| take(rest, row, 1)[0] != 0).collect();
    built.null_count = rest.len() - valid.len();
    if built.null_count > 0 {
        let mut bits = vec![0; rest.len().div_ceil(8)];
        valid.iter().for_each(|&row| set_bit(&mut bits, row));
        built.validity = Some(bits);
    }
    valid
}

fn strings(node: &Node, rest: &mut [&[u8]], rows: &[u32], built: &mut Built) {
    let mut values: Vec<&[u8]> = vec![&[]; rest.len()];
    for &row in rows {
        let length = if node.ends_row {
            rest[row as usize].len()
        } else {
            let prefix = take(rest, row, size_of::<u32>());
            u32::from_le_bytes(prefix.try_into().expect("four bytes")) as usize
        };
        values[row as usize] = take(rest, row, length);
    }
    let total: usize = values.iter().map(|value| value.len()).sum();
    assert!(i32::try_from(total).is_ok(), "keys of one call have {total} bytes in one column");
    built.data = Buffer::zeroed(total);
    built.offsets = vec![0];
    let mut end = 0;
    for value in values {
        built.data.as_mut_slice()[end..end + value.len()].copy_from_slice(value);
        end += value.len();
        built.offsets.push(end as i32);
    }
}

/// The next `count` bytes of a row.
fn take<'a>(rest: &mut [&'a [u8]], row: u32, count: usize) -> &'a [u8] {
    let (taken, left) = rest[row as usize].split_at(count);
    rest[row as usize] = left;
    taken
}

fn set_bit(bits: &mut [u8], index: u32) {
    bits[index as usize / 8] |= 1 << (index % 8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::parse;

    #[test]
    fn values_nulls_and_strings_come_back() {
        let schema = parse(&[10, 3, 0, 0x88, 3, 8], false);
        let built = decode(&schema, vec![b"\x01\x02\0\0\0ab\x07\0cd", b"\0\x08\0"]);
        let [text, number, end] = &built.children[..] else { panic!() };
        assert_eq!((text.null_count, &text.validity, &text.offsets[..]), (1, &Some(vec![1]), &[0, 2, 2][..]));
        assert_eq!((number.data.as_slice(), end.data.as_slice()), (&[7, 0, 8, 0][..], &b"cd"[..]));
    }

    #[test]
    fn nothing_is_read_under_a_null() {
        let schema = parse(&[10, 2, 0, 0x8a, 2, 0, 1, 0x85, 4], false);
        let built = decode(&schema, vec![b"\0\x05\0\0\0", b"\x01\x01\0\x06\0\0\0"]);
        let [inner, number] = &built.children[..] else { panic!() };
        assert_eq!((inner.null_count, inner.children[1].null_count), (1, 2));
        assert_eq!(
            (inner.children[0].data.as_slice()[0], number.data.as_slice()),
            (0b10, &[5, 0, 0, 0, 6, 0, 0, 0][..])
        );
    }
}
