//! A state row in memory to its encoding (docs/row-encoding.md). What it owns: writing the values of one row, wherever they
//! lie. What it leaves: the way back (`unpack.rs`), keys (`encode.rs`).

use crate::bytes::{append, load};
use crate::cell::Cell;
use crate::schema::{Kind, Node};

/// Adds the encoding of the row at `row` to `out`.
///
/// # Safety
/// It must be a row of `schema`, which is not null.
pub unsafe fn pack(schema: &Node, row: *const u8, out: &mut Vec<u8>) {
    let Kind::Struct(fields) = &schema.kind else { unreachable!("a schema of columns is a struct") };
    fields.iter().for_each(|field| unsafe { value(field, row, out) });
}

unsafe fn value(node: &Node, row: *const u8, out: &mut Vec<u8>) {
    // SAFETY: every place that is read lies in a row of the schema. So everywhere below.
    unsafe {
        if node.nullable {
            let is_valid = *row.add(node.at - 1);
            out.push(is_valid);
            if is_valid == 0 {
                return;
            }
        }
        match &node.kind {
            Kind::Bool | Kind::Fixed(1) => out.push(*row.add(node.at)),
            Kind::Fixed(2) => append(out, &load::<[u8; 2]>(row, node.at)),
            Kind::Fixed(4) => append(out, &load::<[u8; 4]>(row, node.at)),
            Kind::Fixed(_) => append(out, &load::<[u8; 8]>(row, node.at)),
            Kind::Float(4) => append(out, &one_nan32(load(row, node.at)).to_le_bytes()),
            Kind::Float(_) => append(out, &one_nan64(load(row, node.at)).to_le_bytes()),
            Kind::Bytes => {
                let bytes = Cell::at(row.add(node.at).cast_mut()).bytes();
                if !node.ends_row {
                    append(out, &(bytes.len() as u32).to_le_bytes());
                }
                append(out, bytes);
            }
            Kind::List(item) => {
                let cell = Cell::at(row.add(node.at).cast_mut());
                let (count, block) = (cell.len(), cell.block());
                append(out, &(count as u32).to_le_bytes());
                (0..count).for_each(|index| value(item, block.add(index * item.size), out));
            }
            Kind::Struct(fields) => fields.iter().for_each(|field| value(field, row, out)),
        }
    }
}

/// The bits of a float32 with one NaN.
pub fn one_nan32(bits: u32) -> u32 {
    if bits & !(1 << 31) > 0x7f80_0000 { 0x7fc0_0000 } else { bits }
}

/// The bits of a float64 with one NaN.
pub fn one_nan64(bits: u64) -> u64 {
    if bits & !(1 << 63) > 0x7ff0_0000_0000_0000 { 0x7ff8_0000_0000_0000 } else { bits }
}
