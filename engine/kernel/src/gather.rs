//! Rows to Arrow columns, one column at a time over all rows. What it owns: copying values out of rows wherever they lie.
//! What it leaves: which rows (`rows.rs`), and the way back (`scatter.rs`).

use crate::bytes::{load, store};
use crate::cell::Cell;
use crate::column::{Buffer, Built};
use crate::schema::{Kind, Node};

/// The values of `node` in the rows at `places`, which are of its schema.
pub fn gather(node: &Node, places: &[*mut u8]) -> Built {
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
