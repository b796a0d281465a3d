//! Values whose type is known only when a test runs: keys and states between calls. Native only.

use crate::abi::ArrowArray;
use crate::json::{list, object, quote, Object};
use crate::types::{Kind, Scalar, Type};
use crate::value::array;

/// One value of any type. Equal floats are equal bits, so that a key can be looked up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Cell {
    Null,
    Bits(bool),
    /// A value of a fixed size, as its bytes.
    Fixed(Vec<u8>),
    Bytes(Vec<u8>),
    /// Items of a list, or fields of a record.
    Many(Vec<Cell>),
}

impl Cell {
    /// As a test sees it: text as it is, anything else as JSON.
    pub fn shown(&self, kind: &Type) -> String {
        match (self, &kind.kind) {
            (Cell::Bytes(bytes), Kind::Scalar(_)) => String::from_utf8_lossy(bytes).into_owned(),
            _ => self.to_json(kind),
        }
    }

    fn to_json(&self, kind: &Type) -> String {
        match (self, &kind.kind) {
            (Cell::Null, _) => "null".to_owned(),
            (Cell::Bits(is_one), _) => is_one.to_string(),
            (Cell::Bytes(bytes), _) => quote(&String::from_utf8_lossy(bytes)),
            (Cell::Many(items), Kind::List(item)) => list(items.iter().map(|cell| cell.to_json(item))),
            (Cell::Many(parts), Kind::Struct(fields)) => {
                let with =
                    |out: Object, (part, (name, kind)): (&Cell, &(&str, Type))| out.with(name, part.to_json(kind));
                parts.iter().zip(fields).fold(object(), with).end()
            }
            (Cell::Fixed(bytes), Kind::Scalar(scalar)) => number(bytes, *scalar),
            (other, kind) => panic!("{other:?} is no {kind:?}"),
        }
    }

    /// The part of a record at a path.
    pub fn at(&self, kind: &Type, path: &[&str]) -> Cell {
        let ([name, rest @ ..], Kind::Struct(fields)) = (path, &kind.kind) else { return self.clone() };
        let Cell::Many(parts) = self else { return Cell::Null };
        let k = fields.iter().position(|(field, _)| field == name).expect("the record has the field");
        parts[k].at(&fields[k].1, rest)
    }
}

/// A number, date or time as text.
fn number(bytes: &[u8], scalar: Scalar) -> String {
    macro_rules! read {
        ($type:ty) => {
            <$type>::from_ne_bytes(bytes.try_into().expect("a value has the size of its type")).to_string()
        };
    }
    match scalar {
        Scalar::Int8 => read!(i8),
        Scalar::Int16 => read!(i16),
        Scalar::Int32 | Scalar::Date32 => read!(i32),
        Scalar::Uint8 => read!(u8),
        Scalar::Uint16 => read!(u16),
        Scalar::Uint32 => read!(u32),
        Scalar::Uint64 => read!(u64),
        Scalar::Float32 => read!(f32),
        Scalar::Float64 => read!(f64),
        _ => read!(i64),
    }
}

/// The records of a batch (docs/abi.md 6.2).
pub(super) unsafe fn read_batch(batch: &ArrowArray, kind: &Type, row: usize) -> Cell {
    if is_record(kind) {
        read(batch, kind, row)
    } else {
        read(batch.child(0), kind, row)
    }
}

/// A batch of records.
pub(super) fn write_batch(kind: &Type, records: &[Cell]) -> &'static mut ArrowArray {
    let column = write(kind, records);
    if is_record(kind) {
        column
    } else {
        array(records.len(), &[std::ptr::null()], &[column])
    }
}

fn is_record(kind: &Type) -> bool {
    !kind.nullable && matches!(kind.kind, Kind::Struct(_))
}

unsafe fn read(column: &ArrowArray, kind: &Type, row: usize) -> Cell {
    let validity = column.buffer(0);
    if !validity.is_null() && !is_set(validity, row) {
        return Cell::Null;
    }
    match &kind.kind {
        Kind::Struct(fields) => {
            Cell::Many(fields.iter().enumerate().map(|(k, (_, kind))| read(column.child(k), kind, row)).collect())
        }
        Kind::List(item) => {
            let offsets = column.buffer(1).cast::<u32>();
            let range = *offsets.add(row)..*offsets.add(row + 1);
            Cell::Many(range.map(|k| read(column.child(0), item, k as usize)).collect())
        }
        Kind::Scalar(Scalar::Bool) => Cell::Bits(is_set(column.buffer(1), row)),
        Kind::Scalar(Scalar::Utf8 | Scalar::Binary) => {
            let offsets = column.buffer(1).cast::<u32>();
            let (start, end) = (*offsets.add(row) as usize, *offsets.add(row + 1) as usize);
            Cell::Bytes(std::slice::from_raw_parts(column.buffer(2).add(start), end - start).to_vec())
        }
        Kind::Scalar(scalar) => {
            let size = size_of_scalar(*scalar);
            Cell::Fixed(std::slice::from_raw_parts(column.buffer(1).add(row * size), size).to_vec())
        }
    }
}

unsafe fn is_set(bits: *const u8, row: usize) -> bool {
    *bits.add(row >> 3) >> (row & 7) & 1 == 1
}

fn size_of_scalar(scalar: Scalar) -> usize {
    match scalar {
        Scalar::Int8 | Scalar::Uint8 => 1,
        Scalar::Int16 | Scalar::Uint16 => 2,
        Scalar::Int32 | Scalar::Uint32 | Scalar::Float32 | Scalar::Date32 => 4,
        _ => 8,
    }
}

fn write(kind: &Type, cells: &[Cell]) -> &'static mut ArrowArray {
    let bits = |is_one: &dyn Fn(&Cell) -> bool| {
        let mut bytes = vec![0_u8; cells.len().div_ceil(8)];
        cells.iter().enumerate().filter(|(_, cell)| is_one(cell)).for_each(|(k, _)| bytes[k >> 3] |= 1 << (k & 7));
        kept(bytes)
    };
    let has_null = cells.contains(&Cell::Null);
    let validity = if has_null { bits(&|cell| *cell != Cell::Null) } else { std::ptr::null() };
    let column = match &kind.kind {
        Kind::Struct(fields) => {
            let part =
                |k: usize| move |cell: &Cell| if let Cell::Many(parts) = cell { parts[k].clone() } else { Cell::Null };
            let columns = fields
                .iter()
                .enumerate()
                .map(|(k, (_, kind))| write(kind, &cells.iter().map(part(k)).collect::<Vec<_>>()) as *const ArrowArray);
            array(cells.len(), &[validity], &columns.collect::<Vec<_>>())
        }
        Kind::List(item) => {
            let lists = cells.iter().map(|cell| if let Cell::Many(items) = cell { &items[..] } else { &[] });
            let offsets = offsets(lists.clone().map(<[Cell]>::len));
            let items = lists.flatten().cloned().collect::<Vec<_>>();
            array(cells.len(), &[validity, offsets], &[write(item, &items)])
        }
        Kind::Scalar(Scalar::Bool) => array(cells.len(), &[validity, bits(&|cell| *cell == Cell::Bits(true))], &[]),
        Kind::Scalar(Scalar::Utf8 | Scalar::Binary) => {
            let texts = cells.iter().map(|cell| if let Cell::Bytes(bytes) = cell { &bytes[..] } else { &[] });
            let offsets = offsets(texts.clone().map(<[u8]>::len));
            array(cells.len(), &[validity, offsets, kept(texts.flatten().copied().collect())], &[])
        }
        Kind::Scalar(scalar) => {
            let nothing = vec![0; size_of_scalar(*scalar)];
            let values = cells.iter().flat_map(|cell| if let Cell::Fixed(bytes) = cell { bytes } else { &nothing });
            array(cells.len(), &[validity, kept(values.copied().collect())], &[])
        }
    };
    column.null_count = cells.iter().filter(|cell| **cell == Cell::Null).count() as i64;
    column
}

fn offsets(lengths: impl Iterator<Item = usize>) -> *const u8 {
    let ends = lengths.scan(0_u32, |end, length| {
        *end += length as u32;
        Some(*end)
    });
    kept(std::iter::once(0).chain(ends).flat_map(u32::to_ne_bytes).collect())
}

/// Bytes that stay until the arena is cleared.
fn kept(bytes: Vec<u8>) -> *const u8 {
    let start = crate::arena::take(bytes.len());
    // SAFETY: the new piece of the arena has that size.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len()) };
    start
}
