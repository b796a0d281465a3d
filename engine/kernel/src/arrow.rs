//! The C Data Interface in our own memory (docs/abi.md, 6.1). What it owns: reading an array that the host wrote into
//! `Column`s, and laying out `Built` columns for the host to read. What the host sends is trusted: it is the engine, and
//! an address that lies ends in the sandbox.

use crate::bytes::SLACK;
use crate::column::{Built, Column};
use crate::schema::{Kind, Node};
use core::ptr::null;
use core::slice::from_raw_parts;

/// An Arrow array. With 4-byte pointers it has 64 bytes.
#[repr(C)]
pub struct ArrowArray {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *const *const u8,
    children: *const *const ArrowArray,
    dictionary: *const ArrowArray,
    release: *const u8,
    private_data: *const u8,
}

/// Views the columns of a struct array.
///
/// # Safety
/// `array` must be a batch of `schema`'s fields as the codec writes it, untouched while the columns are used.
pub unsafe fn columns<'a>(array: &'a ArrowArray, schema: &Node) -> Vec<Column<'a>> {
    unsafe { column(array, schema) }.children
}

unsafe fn column<'a>(array: &'a ArrowArray, node: &Node) -> Column<'a> {
    assert!(array.offset == 0, "an array begins at row {} of its buffers instead of 0", array.offset);
    let length = array.length as usize;
    let buffers = unsafe { slice(array.buffers, array.n_buffers as usize) };
    let validity =
        (array.null_count != 0 && !buffers[0].is_null()).then(|| unsafe { slice(buffers[0], length.div_ceil(8)) });
    let mut view = Column { length, validity, offsets: &[], data: &[], children: Vec::new() };
    // SAFETY: buffers are as long as the type and length say.
    unsafe {
        match &node.kind {
            Kind::Bool => view.data = slice(buffers[1], length.div_ceil(8)),
            Kind::Fixed(width) | Kind::Float(width) => view.data = slice(buffers[1], length * width),
            Kind::Bytes => {
                view.offsets = offsets(buffers[1], length);
                view.data = text(buffers[2], view.offsets[length] as usize);
            }
            Kind::List(item) => {
                view.offsets = offsets(buffers[1], length);
                view.children = children(array, core::slice::from_ref(&**item));
            }
            Kind::Struct(fields) => view.children = children(array, fields),
        }
    }
    view
}

unsafe fn children<'a>(array: &'a ArrowArray, nodes: &[Node]) -> Vec<Column<'a>> {
    let children = unsafe { slice(array.children, array.n_children as usize) };
    assert!(children.len() == nodes.len(), "{} columns instead of {}", children.len(), nodes.len());
    children.iter().zip(nodes).map(|(&child, node)| unsafe { column(&*child, node) }).collect()
}

/// Offsets of `length` values; no buffer at all stands for no rows.
unsafe fn offsets<'a>(buffer: *const u8, length: usize) -> &'a [i32] {
    if length == 0 { &[0] } else { unsafe { slice(buffer.cast(), length + 1) } }
}

/// The bytes of strings, which have slack behind them even if there are none.
unsafe fn text<'a>(start: *const u8, count: usize) -> &'a [u8] {
    static NOTHING: [u8; SLACK] = [0; SLACK];
    if count == 0 { &NOTHING[..0] } else { unsafe { from_raw_parts(start, count) } }
}

/// A slice whose address may be 0 when it is empty.
pub unsafe fn slice<'a, T>(start: *const T, count: usize) -> &'a [T] {
    if count == 0 { &[] } else { unsafe { from_raw_parts(start, count) } }
}

/// A built column with its header, buffers and children, at addresses that stay while it is held.
pub struct Laid {
    header: Box<ArrowArray>,
    _built: Built,
    _buffers: Box<[*const u8]>,
    _children: Vec<Laid>,
    _child_headers: Box<[*const ArrowArray]>,
}

impl Laid {
    /// Lays out a column.
    pub fn new(mut built: Built) -> Laid {
        let children: Vec<Laid> = core::mem::take(&mut built.children).into_iter().map(Laid::new).collect();
        let child_headers: Box<[*const ArrowArray]> = children.iter().map(Laid::address).collect();
        let validity = built.validity.as_ref().map_or(null(), |bits| bits.as_ptr());
        let buffers: Box<[*const u8]> = match (built.buffers, built.offsets.is_empty()) {
            (1, _) => [validity].into(),
            (3, _) => [validity, built.offsets.as_ptr().cast(), built.data.as_ptr()].into(),
            (_, false) => [validity, built.offsets.as_ptr().cast()].into(),
            (_, true) => [validity, built.data.as_ptr()].into(),
        };
        let header = Box::new(ArrowArray {
            length: built.length as i64,
            null_count: built.null_count as i64,
            offset: 0,
            n_buffers: buffers.len() as i64,
            n_children: children.len() as i64,
            buffers: buffers.as_ptr(),
            children: child_headers.as_ptr(),
            dictionary: null(),
            release: null(),
            private_data: null(),
        });
        Laid { header, _built: built, _buffers: buffers, _children: children, _child_headers: child_headers }
    }

    /// The address of the header.
    pub fn address(&self) -> *const ArrowArray {
        &*self.header
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Rows;
    use crate::schema::parse;

    #[test]
    fn what_is_laid_out_reads_back() {
        let schema = [10, 2, 0, 0x88, 9, 5];
        let (state, plain) = (parse(&schema, true), parse(&schema, false));
        let mut rows = Rows::new(state);
        let built = rows.gather(&[0, 1]);
        assert_eq!(built.null_count, 2);
        let laid = Laid::new(built);
        let columns = unsafe { columns(&*laid.address(), &plain) };
        assert!(!columns[0].is_valid(0) && columns[0].bytes(1).is_empty());
        rows.scatter(&[1, 0], &columns, |_, note| note);
        assert_eq!(rows.len(), 2);
    }
}
