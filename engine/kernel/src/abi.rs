//! What the host calls (the one caller is `engine/lightflus/kernel`). What it owns: the one kernel of this instance, and the form
//! in which arguments and results cross. A chain of calls is `reset`, `allocate`*, a call, copy out; what a call returns
//! stays until the next `reset`. A contract that the host breaks is a panic, which it reads in the failure report.

use crate::arrow::{ArrowArray, Laid, columns, slice};
use crate::column::Built;
use crate::encode::{keys, with_rows};
use crate::failure;
use crate::hash::{TooLong, hash_rows};
use crate::json::lines::Reader;
use crate::json::write::Writer;
use crate::operator::Operator;
use crate::partition::partition;
use crate::process::Process;
use crate::run::columns::Columns;
use crate::run::form::Damaged;
use crate::run::merge::Merge;
use crate::schema::{Kind, Node, parse};
use crate::scratch::Scratch;
use crate::windowed::Windowed;
use std::any::Any;
use std::cell::UnsafeCell;

/// Raised when an export changes; the Python side refuses another number.
const VERSION: u32 = 5;

/// Address of a vector of a result, and how many words of four bytes it has.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Part {
    address: *const u32,
    words: u32,
}

impl Part {
    /// A batch among the parts.
    pub fn of_batch(batch: *const ArrowArray) -> Part {
        Part { address: batch.cast(), words: 0 }
    }
}

#[derive(Default)]
pub struct Kernel {
    scratch: Scratch,
    /// Results, which stay valid until the next reset.
    held: Vec<Box<dyn Any>>,
    /// Of keys that are only hashed.
    keys: Option<Node>,
    pub operator: Option<Operator>,
    pub windowed: Option<Windowed>,
    pub process: Option<Process>,
    pub merge: Option<Merge>,
    pub columns: Option<Columns>,
    pub damaged: Option<Damaged>,
    pub reader: Option<Reader>,
    pub writer: Option<Writer>,
}

struct Place(UnsafeCell<Option<Kernel>>);

// SAFETY: the kernel has one thread.
unsafe impl Sync for Place {}

static KERNEL: Place = Place(UnsafeCell::new(None));

pub fn kernel() -> &'static mut Kernel {
    // SAFETY: one thread; no export calls another, so there is one reference at a time.
    unsafe { (*KERNEL.0.get()).get_or_insert_with(Kernel::default) }
}

impl Kernel {
    fn operator(&mut self) -> &mut Operator {
        self.operator.as_mut().expect("`open` comes first")
    }

    pub fn reader(&mut self) -> &mut Reader {
        self.reader.as_mut().expect("`open_reader` comes first")
    }

    /// Keeps bytes until the next reset: their part counts bytes.
    pub fn hold_bytes(&mut self, bytes: Vec<u8>) -> Part {
        let part = Part { address: bytes.as_ptr().cast(), words: bytes.len() as u32 };
        self.held.push(Box::new(bytes));
        part
    }

    /// Keeps a vector until the next reset.
    pub fn hold<T: 'static>(&mut self, items: Vec<T>) -> Part {
        let words = items.len() * size_of::<T>() / size_of::<u32>();
        let part = Part { address: items.as_ptr().cast(), words: words as u32 };
        self.held.push(Box::new(items));
        part
    }

    pub fn hold_parts<const COUNT: usize>(&mut self, parts: [Part; COUNT]) -> *const u8 {
        let parts = Box::new(parts);
        let address = parts.as_ptr();
        self.held.push(parts);
        address.cast()
    }

    pub fn hold_batch(&mut self, batch: Built) -> *const ArrowArray {
        let laid = Laid::new(batch);
        let address = laid.address();
        self.held.push(Box::new(laid));
        address
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

/// Sets the type of keys that are hashed (`schema.rs`), once.
///
/// # Safety
/// Addresses and lengths must be those of bytes in this memory. So for every export below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open_keys(key: *const u8, key_bytes: usize) {
    kernel().keys = Some(parse(unsafe { slice(key, key_bytes) }, false));
}

/// Sets the types of keys and state, once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(key: *const u8, key_bytes: usize, state: *const u8, state_bytes: usize) {
    let kernel = kernel();
    assert!(kernel.operator.is_none(), "`open` comes once");
    kernel.operator = Some(unsafe { Operator::new(slice(key, key_bytes), slice(state, state_bytes)) });
}

/// Three parts: where the rows of each partition end, the rows, and the hash (u64) of each of these. Or 0 if a key has more
/// than `most` bytes: then its row and its size are written to `at`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hash_and_distribute(
    batch: &ArrowArray,
    rows: usize,
    most: usize,
    at: &mut [u32; 2],
    partitions: u32,
    groups: u32,
) -> *const u8 {
    let kernel = kernel();
    let key = kernel.keys.as_ref().expect("`open_keys` comes first");
    let columns = unsafe { columns(batch, key) };
    match with_rows!(keys(key, &columns, rows), |keys| hash_rows(&keys, rows, most)) {
        Ok(hashes) => {
            let done = partition(&hashes, partitions, groups);
            let hashes: Vec<u64> = done.rows.iter().map(|&row| hashes[row as usize]).collect();
            let parts = [kernel.hold(done.ends), kernel.hold(done.rows), kernel.hold(hashes)];
            kernel.hold_parts(parts)
        }
        Err(TooLong { row, bytes }) => {
            *at = [row as u32, bytes as u32];
            core::ptr::null()
        }
    }
}

/// Two parts: the group of each row, and the slot of each group. Address 0 stands for hashes that are not known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lookup(batch: &ArrowArray, hashes: *const u64, rows: usize) -> *const u8 {
    let kernel = kernel();
    let hashes = (!hashes.is_null()).then(|| unsafe { slice(hashes, rows) });
    let found = unsafe { kernel.operator().lookup(batch, hashes, rows) };
    let parts = [kernel.hold(found.groups), kernel.hold(found.slots)];
    kernel.hold_parts(parts)
}

/// A batch with one column: the state rows of the slots, null where a slot has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gather(slots: *const u32, count: usize) -> *const ArrowArray {
    let kernel = kernel();
    let mut batch = Built::new(&Kind::Struct(Vec::new()), count);
    batch.children.push(kernel.operator().gather(unsafe { slice(slots, count) }));
    kernel.hold_batch(batch)
}

/// A batch of key columns: the keys of the slots.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn decode(slots: *const u32, count: usize) -> *const ArrowArray {
    let kernel = kernel();
    let batch = kernel.operator().decode(unsafe { slice(slots, count) });
    kernel.hold_batch(batch)
}

/// Replaces the state rows of the slots, which are distinct, and marks them dirty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scatter(slots: *const u32, count: usize, batch: &ArrowArray) {
    unsafe { kernel().operator().scatter(slice(slots, count), batch) }
}

/// Removes the keys of the slots, which are distinct, with their state rows. The slots go to other keys.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn remove(slots: *const u32, count: usize) {
    kernel().operator().remove(unsafe { slice(slots, count) });
}

/// The first row whose columns differ from the key of its slot; `count` if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn first_moved_key(slots: *const u32, count: usize, batch: &ArrowArray) -> usize {
    unsafe { kernel().operator().first_moved(slice(slots, count), batch) }.unwrap_or(count)
}

/// One part: up to `most` slots that changed since they were last taken, the first changed first. A slot without a state
/// row is that of a removed key, which the next call that changes anything lets go.
#[unsafe(no_mangle)]
pub extern "C" fn take_dirty(most: usize) -> *const u8 {
    let kernel = kernel();
    let taken = kernel.operator().take_dirty(most);
    let parts = [kernel.hold(taken)];
    kernel.hold_parts(parts)
}

/// Has every slot with state wait to be taken.
#[unsafe(no_mangle)]
pub extern "C" fn mark_all() {
    kernel().operator().mark_all();
}

/// Number of slots with state.
#[unsafe(no_mangle)]
pub extern "C" fn state_count() -> usize {
    kernel().operator().len()
}
