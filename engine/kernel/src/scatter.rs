//! Arrow columns into rows, one column at a time over all rows. What it owns: copying values into rows wherever they lie, and
//! letting go what they hold outside. What it leaves: which rows (`rows.rs`), and the way back (`gather.rs`).

use crate::bytes::{load, store};
use crate::cell::Cell;
use crate::column::{Column, bit};
use crate::schema::{Kind, Node};

/// Replaces the values of `node` in the rows at `places`, which are of its schema.
pub fn scatter(node: &Node, column: &Column, places: &[*mut u8]) {
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
pub fn let_go(node: &Node, place: *mut u8) {
    match &node.kind {
        Kind::Bytes => unsafe { Cell::at(place.add(node.at)).clear_bytes() },
        Kind::List(item) => unsafe {
            Cell::at(place.add(node.at)).clear_list(item.size, &mut |place| let_go(item, place));
        },
        Kind::Struct(fields) => fields.iter().for_each(|field| let_go(field, place)),
        _ => {}
    }
}
