//! What the host calls (the one caller is `engine/lightflus/kernel`). What it owns: the one kernel of this instance, and the form
//! in which arguments and results cross. A chain of calls is `reset`, `allocate`*, a call, copy out; what a call returns
//! stays until the next `reset`. A contract that the host breaks is a panic, which it reads in the failure report.

use crate::arrow::{ArrowArray, Laid, columns, slice};
use crate::column::Built;
use crate::dirty::Dirty;
use crate::encode::{Keys, keys};
use crate::failure;
use crate::hash::{TooLong, hash_rows};
use crate::partition::partition;
use crate::rows::Rows;
use crate::schema::{Kind, Node, parse};
use crate::scratch::Scratch;
use crate::table::Table;
use std::any::Any;
use std::cell::UnsafeCell;

/// Raised when an export changes; the Python side refuses another number.
const VERSION: u32 = 1;

/// Address and number of items of each vector of a result; unused ones are empty.
#[repr(C)]
#[derive(Clone, Copy)]
struct Part {
    address: *const u32,
    count: u32,
}

struct Operator {
    key: Node,
    state: Option<Rows>,
    /// The state's columns as they come in: not nullable as a whole.
    columns: Option<Node>,
    table: Table,
    dirty: Dirty,
}

#[derive(Default)]
struct Kernel {
    scratch: Scratch,
    /// Results, which stay valid until the next reset.
    held: Vec<Box<dyn Any>>,
    operator: Option<Operator>,
}

struct Place(UnsafeCell<Option<Kernel>>);

// SAFETY: the kernel has one thread.
unsafe impl Sync for Place {}

static KERNEL: Place = Place(UnsafeCell::new(None));

fn kernel() -> &'static mut Kernel {
    // SAFETY: one thread; no export calls another, so there is one reference at a time.
    unsafe { (*KERNEL.0.get()).get_or_insert_with(Kernel::default) }
}

impl Kernel {
    fn operator(&mut self) -> &mut Operator {
        self.operator.as_mut().expect("`open` comes first")
    }

    fn hold_words(&mut self, words: Vec<u32>) -> Part {
        let part = Part { address: words.as_ptr(), count: words.len() as u32 };
        self.held.push(Box::new(words));
        part
    }

    fn hold_parts(&mut self, first: Vec<u32>, second: Vec<u32>) -> *const u8 {
        let parts = Box::new([self.hold_words(first), self.hold_words(second)]);
        let address = parts.as_ptr();
        self.held.push(parts);
        address.cast()
    }
}

/// The version of these exports.
#[unsafe(no_mangle)]
pub extern "C" fn version() -> u32 {
    VERSION
}

/// Where `length u32` and the text of a failure stand after a trap; asked once, at the start.
#[unsafe(no_mangle)]
pub extern "C" fn report() -> *const u8 {
    failure::catch_panics();
    failure::report_address()
}

/// Starts a chain: frees what the last one left.
#[unsafe(no_mangle)]
pub extern "C" fn reset() {
    let kernel = kernel();
    kernel.held.clear();
    kernel.scratch.reset();
}

/// 16-byte aligned memory for the host.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(bytes: usize) -> *mut u8 {
    kernel().scratch.allocate(bytes)
}

/// Sets the types of keys and state (`schema.rs`), once. Without a state schema only keys are handled.
///
/// # Safety
/// Addresses and lengths must be those of bytes in this memory. So for every export below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(key: *const u8, key_bytes: usize, state: *const u8, state_bytes: usize) {
    let kernel = kernel();
    assert!(kernel.operator.is_none(), "`open` comes once");
    let (key, state) = unsafe { (slice(key, key_bytes), slice(state, state_bytes)) };
    kernel.operator = Some(Operator {
        key: parse(key, false),
        state: (!state.is_empty()).then(|| Rows::new(parse(state, true))),
        columns: (!state.is_empty()).then(|| parse(state, false)),
        table: Table::new(),
        dirty: Dirty::default(),
    });
}

/// u64 per row; or 0 if a key has more than `most` bytes: then the parts at `at` are its row and its size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hash(batch: &ArrowArray, rows: usize, most: usize, at: &mut [u32; 2]) -> *const u64 {
    let kernel = kernel();
    let schema = &kernel.operator().key;
    let columns = unsafe { columns(batch, schema) };
    let hashes = match keys(schema, &columns, rows) {
        Keys::Borrowed(keys) => hash_rows(&keys, rows, most),
        Keys::Four(keys) => hash_rows(&keys, rows, most),
        Keys::Eight(keys) => hash_rows(&keys, rows, most),
        Keys::Owned(keys) => hash_rows(&keys, rows, most),
    };
    match hashes {
        Ok(hashes) => {
            let address = hashes.as_ptr();
            kernel.held.push(Box::new(hashes));
            address
        }
        Err(TooLong { row, bytes }) => {
            *at = [row as u32, bytes as u32];
            core::ptr::null()
        }
    }
}

/// Two parts: where the rows of each partition end, and the rows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn distribute(hashes: *const u64, rows: usize, partitions: u32, groups: u32) -> *const u8 {
    let done = partition(unsafe { slice(hashes, rows) }, partitions, groups);
    kernel().hold_parts(done.ends, done.rows)
}

/// Two parts: the group of each row, and the slot of each group. Address 0 stands for hashes that are not known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lookup(batch: &ArrowArray, hashes: *const u64, rows: usize) -> *const u8 {
    let kernel = kernel();
    let Operator { key: schema, table, .. } = kernel.operator();
    let columns = unsafe { columns(batch, schema) };
    let hashes = (!hashes.is_null()).then(|| unsafe { slice(hashes, rows) });
    let found = match keys(schema, &columns, rows) {
        Keys::Borrowed(keys) => table.lookup(&keys, rows, hashes),
        Keys::Four(keys) => table.lookup(&keys, rows, hashes),
        Keys::Eight(keys) => table.lookup(&keys, rows, hashes),
        Keys::Owned(keys) => table.lookup(&keys, rows, hashes),
    };
    kernel.hold_parts(found.groups, found.slots)
}

/// A batch with one column: the state rows of the slots, null where a slot has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gather(slots: *const u32, count: usize) -> *const ArrowArray {
    let kernel = kernel();
    let rows = kernel.operator().state.as_ref().expect("`open` had a state schema");
    let mut batch = Built::new(&Kind::Struct(Vec::new()), count);
    batch.children.push(rows.gather(unsafe { slice(slots, count) }));
    let laid = Laid::new(batch);
    let address = laid.address();
    kernel.held.push(Box::new(laid));
    address
}

/// Replaces the state rows of the slots, which are distinct, and marks them dirty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scatter(slots: *const u32, count: usize, batch: &ArrowArray) {
    let Operator { state, columns: schema, dirty, table, .. } = kernel().operator();
    let slots = unsafe { slice(slots, count) };
    assert!(slots.iter().all(|&slot| (slot as usize) < table.len()), "a slot is not in the table");
    let (rows, schema) = state.as_mut().zip(schema.as_ref()).expect("`open` had a state schema");
    rows.scatter(slots, &unsafe { columns(batch, schema) });
    slots.iter().for_each(|&slot| dirty.mark(slot));
}

/// The first row whose columns differ from the key of its slot; `count` if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn first_moved_key(slots: *const u32, count: usize, batch: &ArrowArray) -> usize {
    let Operator { key: schema, table, .. } = kernel().operator();
    let slots = unsafe { slice(slots, count) };
    let columns = unsafe { columns(batch, schema) };
    let moved = match keys(schema, &columns, count) {
        Keys::Borrowed(keys) => table.first_moved(&keys, slots),
        Keys::Four(keys) => table.first_moved(&keys, slots),
        Keys::Eight(keys) => table.first_moved(&keys, slots),
        Keys::Owned(keys) => table.first_moved(&keys, slots),
    };
    moved.unwrap_or(count)
}

/// Two parts: up to `most` dirty slots, ascending, which are clean from now on; and nothing.
#[unsafe(no_mangle)]
pub extern "C" fn take_dirty(most: usize) -> *const u8 {
    let kernel = kernel();
    let taken = kernel.operator().dirty.take(most);
    kernel.hold_parts(taken, Vec::new())
}

/// Number of slots with state.
#[unsafe(no_mangle)]
pub extern "C" fn state_count() -> usize {
    kernel().operator().state.as_ref().map_or(0, Rows::len)
}
