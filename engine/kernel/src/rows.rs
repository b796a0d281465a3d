//! State rows by slot. What it owns: rows of any schema, scattered from and gathered into Arrow columns, one column at a
//! time over all rows. Values under a null are kept as they came; nobody sees them.
//!
//! What a row looks like: `schema.rs`; its variable-length values: `cell.rs`.

use crate::bytes::{load, store};
use crate::cell::Cell;
use crate::chunks::Chunks;
use crate::column::{Buffer, Built, Column, bit};
use crate::schema::{Kind, Node};

/// The state rows of one operator. `schema` is a nullable struct: a slot without state is a null row.
pub struct Rows {
    schema: Node,
    records: Chunks,
    absent: Vec<u8>,
    present: usize,
}

impl Rows {
    /// No state yet.
    pub fn new(schema: Node) -> Rows {
        let records = Chunks::new(schema.size);
        let absent = vec![0; schema.size];
        Rows { schema, records, absent, present: 0 }
    }

    /// Number of slots with state.
    pub fn len(&self) -> usize {
        self.present
    }

    /// The rows of `slots` as one struct column.
    pub fn gather(&self, slots: &[u32]) -> Built {
        let absent = self.absent.as_ptr().cast_mut();
        let (exists, records) = (self.records.len(), self.records.places());
        let place = |&slot: &u32| match (slot as usize) < exists {
            // SAFETY: the record exists.
            true => unsafe { records.record(slot) },
            false => absent,
        };
        let places: Vec<*mut u8> = slots.iter().map(place).collect();
        gather(&self.schema, &places)
    }

    /// Replaces the rows of `slots`, which are distinct, by the rows of `columns`.
    pub fn scatter(&mut self, slots: &[u32], columns: &[Column]) {
        let Kind::Struct(fields) = &self.schema.kind else { unreachable!("a schema of columns is a struct") };
        assert!(fields.len() == columns.len(), "{} state columns instead of {}", columns.len(), fields.len());
        let rows = slots.len();
        assert!(columns.iter().all(|column| column.length >= rows), "a state column has fewer than {rows} rows");
        let highest = slots.iter().max().map_or(0, |&slot| slot as usize + 1);
        self.records.reserve(highest);
        let records = self.records.places();
        // SAFETY: the records exist.
        let places: Vec<*mut u8> = slots.iter().map(|&slot| unsafe { records.record(slot) }).collect();
        for &place in &places {
            // SAFETY: the first byte of a record says whether the slot has state.
            unsafe {
                self.present += usize::from(*place == 0);
                *place = 1;
            }
        }
        for (field, column) in fields.iter().zip(columns) {
            scatter(field, column, &places);
        }
    }
}

fn gather(node: &Node, places: &[*mut u8]) -> Built {
    let mut built = Built::new(&node.kind, places.len());
    if node.nullable {
        gather_validity(node, places, &mut built);
    }
    match &node.kind {
        Kind::Bool => built.data = gather_bits(node.at, places),
        Kind::Fixed(width) | Kind::Float(width) => built.data = gather_fixed(*width, node.at, places),
        Kind::Bytes => gather_bytes(node, places, &mut built),
        Kind::List(item) => gather_lists(node, item, places, &mut built),
        Kind::Struct(fields) => built.children = fields.iter().map(|field| gather(field, places)).collect(),
    }
    built
}

fn gather_validity(node: &Node, places: &[*mut u8], built: &mut Built) {
    let bits = gather_bits(node.at - 1, places);
    let valid: u32 = bits.as_slice().iter().map(|byte| byte.count_ones()).sum();
    built.null_count = places.len() - valid as usize;
    if built.null_count > 0 {
        built.validity = Some(bits.as_slice().to_vec());
    }
}

/// A bit per place: whether its byte at `at` is not zero.
fn gather_bits(at: usize, places: &[*mut u8]) -> Buffer {
    let mut bits = Buffer::zeroed(places.len().div_ceil(8));
    for (target, places) in bits.as_mut_slice().iter_mut().zip(places.chunks(8)) {
        for (shift, &place) in places.iter().enumerate() {
            // SAFETY: every place is a record of the schema that `at` comes from. So everywhere below.
            *target |= unsafe { *place.add(at) } << shift;
        }
    }
    bits
}

fn gather_fixed(width: usize, at: usize, places: &[*mut u8]) -> Buffer {
    match width {
        1 => gather_values::<u8>(at, places),
        2 => gather_values::<u16>(at, places),
        4 => gather_values::<u32>(at, places),
        _ => gather_values::<u64>(at, places),
    }
}

fn gather_values<T: Copy>(at: usize, places: &[*mut u8]) -> Buffer {
    let mut values = Buffer::zeroed(places.len() * size_of::<T>());
    let target = values.as_mut_ptr();
    for (row, &place) in places.iter().enumerate() {
        unsafe { store::<T>(target, row * size_of::<T>(), load(place, at)) };
    }
    values
}

fn gather_bytes(node: &Node, places: &[*mut u8], built: &mut Built) {
    let cell = |place: *mut u8| unsafe { Cell::at(place.add(node.at)) };
    built.offsets = offsets(places.iter().map(|&place| cell(place).len()));
    built.data = Buffer::with_slack(built.offsets[places.len()] as usize);
    let target = built.data.as_mut_ptr();
    for (&place, &offset) in places.iter().zip(&built.offsets) {
        // Strings come in ascending order, so what is written beyond one is written over by the next, the last in slack.
        unsafe { cell(place).copy_to(target.add(offset as usize)) };
    }
}

fn gather_lists(node: &Node, item: &Node, places: &[*mut u8], built: &mut Built) {
    let cell = |place: *mut u8| unsafe { Cell::at(place.add(node.at)) };
    built.offsets = offsets(places.iter().map(|&place| cell(place).len()));
    let mut items = Vec::with_capacity(built.offsets[places.len()] as usize);
    for &place in places {
        let (block, count) = (cell(place).block(), cell(place).len());
        items.extend((0..count).map(|index| unsafe { block.add(index * item.size) }));
    }
    built.children = vec![gather(item, &items)];
}

fn offsets(lengths: impl Iterator<Item = usize>) -> Vec<i32> {
    let mut total = 0usize;
    let mut offsets = vec![0];
    for length in lengths {
        total += length;
        offsets.push(total as i32);
    }
    assert!(i32::try_from(total).is_ok(), "state of one call has {total} bytes in one column");
    offsets
}

fn scatter(node: &Node, column: &Column, places: &[*mut u8]) {
    if node.nullable {
        for (row, &place) in places.iter().enumerate() {
            unsafe { *place.add(node.at - 1) = u8::from(column.is_valid(row)) };
        }
    }
    match &node.kind {
        Kind::Bool => {
            for (row, &place) in places.iter().enumerate() {
                unsafe { *place.add(node.at) = u8::from(bit(column.data, row)) };
            }
        }
        Kind::Fixed(width) | Kind::Float(width) => scatter_fixed(*width, node.at, column, places),
        Kind::Bytes => {
            for (row, &place) in places.iter().enumerate() {
                // SAFETY: what the host sends has slack behind it.
                unsafe { Cell::at(place.add(node.at)).set_bytes(column.bytes(row)) };
            }
        }
        Kind::List(item) => scatter_lists(node, item, column, places),
        Kind::Struct(fields) => {
            for (field, child) in fields.iter().zip(&column.children) {
                scatter(field, child, places);
            }
        }
    }
}

fn scatter_fixed(width: usize, at: usize, column: &Column, places: &[*mut u8]) {
    match width {
        1 => scatter_values::<u8>(at, column, places),
        2 => scatter_values::<u16>(at, column, places),
        4 => scatter_values::<u32>(at, column, places),
        _ => scatter_values::<u64>(at, column, places),
    }
}

fn scatter_values<T: Copy>(at: usize, column: &Column, places: &[*mut u8]) {
    let values = &column.data[..places.len() * size_of::<T>()];
    for (row, &place) in places.iter().enumerate() {
        unsafe { store::<T>(place, at, load(values.as_ptr(), row * size_of::<T>())) };
    }
}

fn scatter_lists(node: &Node, item: &Node, column: &Column, places: &[*mut u8]) {
    let mut items = Vec::new();
    for (row, &place) in places.iter().enumerate() {
        let count = (column.offsets[row + 1] - column.offsets[row]) as usize;
        let cell = unsafe { Cell::at(place.add(node.at)) };
        let block = cell.resize_list(count, item.size, &mut |place| let_go(item, place));
        items.extend((0..count).map(|index| unsafe { block.add(index * item.size) }));
    }
    scatter(item, &column.children[0], &items);
}

/// Frees the blocks that the value at `place` holds.
fn let_go(node: &Node, place: *mut u8) {
    match &node.kind {
        Kind::Bytes => unsafe { Cell::at(place.add(node.at)).clear_bytes() },
        Kind::List(item) => unsafe {
            Cell::at(place.add(node.at)).clear_list(item.size, &mut |place| let_go(item, place));
        },
        Kind::Struct(fields) => fields.iter().for_each(|field| let_go(field, place)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::SLACK;
    use crate::schema::parse;

    fn column<'a>(length: usize, offsets: &'a [i32], data: &'a [u8], children: Vec<Column<'a>>) -> Column<'a> {
        Column { length, validity: None, offsets, data, children }
    }

    #[test]
    fn a_slot_without_state_is_a_null_row() {
        let mut rows = Rows::new(parse(&[10, 1, 0, 3], true));
        rows.scatter(&[2], &[column(1, &[], &7u16.to_le_bytes(), vec![])]);
        let built = rows.gather(&[0, 2, 1_000_000]);
        assert_eq!(built.validity, Some(vec![0b010]));
        assert_eq!((built.null_count, rows.len()), (2, 1));
        assert_eq!(built.children[0].data.as_slice(), [0, 0, 7, 0, 0, 0]);
    }

    #[test]
    fn lists_of_strings_come_back() {
        let mut rows = Rows::new(parse(&[10, 1, 0, 9, 8], true));
        let long = "y".repeat(30);
        let text = format!("ab{long}c{}", " ".repeat(SLACK));
        let words = || column(3, &[0, 2, 32, 33], text.as_bytes(), vec![]);
        rows.scatter(&[0, 1], &[column(2, &[0, 2, 3], &[], vec![words()])]);
        rows.scatter(&[1, 0], &[column(2, &[0, 0, 3], &[], vec![words()])]);
        let built = rows.gather(&[0, 1]);
        assert_eq!(built.children[0].offsets, [0, 3, 3]);
        assert_eq!(built.children[0].children[0].data.as_slice(), &text.as_bytes()[..33]);
    }
}
