//! What the host calls for state with timers. In the form of `abi.rs`, whose kernel this is. Clock 0 is event time, 1 processing
//! time.

use crate::abi::{Kernel, kernel};
use crate::arrow::{ArrowArray, slice};
use crate::column::Built;
use crate::process::{Process, Spec};
use crate::schema::Kind;

impl Kernel {
    fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("`open_process` comes first")
    }
}

/// Sets the types of keys and rows, and what holds of them, once.
///
/// # Safety
/// Addresses and lengths must be those of bytes in this memory. So for every export below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open_process(
    key: *const u8,
    key_bytes: usize,
    state: *const u8,
    state_bytes: usize,
    spec: &Spec,
) {
    let (key, state) = unsafe { (slice(key, key_bytes), slice(state, state_bytes)) };
    kernel().process = Some(Process::new(key, state, spec));
}

/// Two parts: the group of each row, and the slot of each group. Address 0 stands for hashes that are not known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lookup_process(batch: &ArrowArray, hashes: *const u64, rows: usize) -> *const u8 {
    let kernel = kernel();
    let hashes = (!hashes.is_null()).then(|| unsafe { slice(hashes, rows) });
    let found = unsafe { kernel.process().lookup(batch, hashes, rows) };
    let parts = [kernel.hold(found.groups), kernel.hold(found.slots)];
    kernel.hold_parts(parts)
}

/// A batch with one column: the rows of the slots, null where a slot has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gather_process(slots: *const u32, count: usize) -> *const ArrowArray {
    let kernel = kernel();
    let mut batch = Built::new(&Kind::Struct(Vec::new()), count);
    batch.children.push(kernel.process().store.gather(unsafe { slice(slots, count) }));
    kernel.hold_batch(batch)
}

/// A batch of key columns: the keys of the slots.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn decode_process(slots: *const u32, count: usize) -> *const ArrowArray {
    let kernel = kernel();
    let batch = kernel.process().store.decode(unsafe { slice(slots, count) });
    kernel.hold_batch(batch)
}

/// Replaces the rows of the slots, which are distinct: `count`. Or the first row that is impossible: then nothing has happened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn store_process(slots: *const u32, count: usize, batch: &ArrowArray) -> usize {
    unsafe { kernel().process().store(slice(slots, count), batch) }.err().unwrap_or(count)
}

/// Removes the keys of the slots, which are distinct, with their rows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn remove_process(slots: *const u32, count: usize) {
    kernel().process().remove(unsafe { slice(slots, count) });
}

/// One part: up to `most` slots that wake at or before `until`. 0: no more.
#[unsafe(no_mangle)]
pub extern "C" fn take_due(clock: usize, until: i64, most: usize) -> *const u8 {
    let kernel = kernel();
    let Some(due) = kernel.process().take_due(clock, until, most) else { return core::ptr::null() };
    let parts = [kernel.hold(due)];
    kernel.hold_parts(parts)
}

/// When the next slot wakes, or earlier; the largest i64 if none does.
#[unsafe(no_mangle)]
pub extern "C" fn next_due(clock: usize) -> i64 {
    kernel().process().next_due(clock).unwrap_or(i64::MAX)
}

/// Number of timers.
#[unsafe(no_mangle)]
pub extern "C" fn timer_count(clock: usize) -> usize {
    kernel().process().timers(clock)
}

/// Number of slots with a row.
#[unsafe(no_mangle)]
pub extern "C" fn process_count() -> usize {
    kernel().process().store.rows.len()
}
