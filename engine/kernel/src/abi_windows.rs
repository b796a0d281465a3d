//! What the host calls for state by key and window. In the form of `abi.rs`, whose kernel this is.

use crate::abi::{Kernel, Part, kernel};
use crate::arrow::{ArrowArray, slice};
use crate::column::Built;
use crate::giving::Fired;
use crate::schema::Kind;
use crate::windowed::{Spec, Windowed};

impl Kernel {
    fn windowed(&mut self) -> &mut Windowed {
        self.windowed.as_mut().expect("`open_windows` comes first")
    }

    /// Keeps what `fire` answers.
    fn hold_fired(&mut self, fired: Option<Fired>) -> *const u8 {
        let Some(fired) = fired else { return core::ptr::null() };
        let keys = self.windowed().store.decode(&fired.keys);
        let keys = Part::of_batch(self.hold_batch(keys));
        let (cells, groups) = (self.hold(fired.cells), self.hold(fired.groups));
        let parts = [cells, groups, self.hold(fired.starts), self.hold(fired.ends), keys];
        self.hold_parts(parts)
    }
}

/// Sets the types of keys and state, and the windows, once.
///
/// # Safety
/// Addresses and lengths must be those of bytes in this memory. So for every export below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open_windows(
    key: *const u8,
    key_bytes: usize,
    state: *const u8,
    state_bytes: usize,
    spec: &Spec,
) {
    let (key, state) = unsafe { (slice(key, key_bytes), slice(state, state_bytes)) };
    kernel().windowed = Some(Windowed::new(key, state, spec));
}

/// Seven parts: the rows that are in time (none if all are), the late ones, how many are late in part and how many after
/// idleness (two words), the group of each row in time, the cell of each group; cells that went into others, and into the
/// cells of which group. Address 0 stands for hashes that are not known, and for no marks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn place(
    batch: &ArrowArray,
    hashes: *const u64,
    times: *const i64,
    marks: *const i64,
    rows: usize,
) -> *const u8 {
    let kernel = kernel();
    let placed = unsafe {
        let hashes = (!hashes.is_null()).then(|| slice(hashes, rows));
        let marks = (!marks.is_null()).then(|| slice(marks, rows));
        kernel.windowed().place(batch, hashes, slice(times, rows), marks)
    };
    let parts = [
        kernel.hold(placed.rows),
        kernel.hold(placed.late),
        kernel.hold(vec![placed.late_in_part, placed.late_after_idle]),
        kernel.hold(placed.joined.groups),
        kernel.hold(placed.joined.cells),
        kernel.hold(placed.joined.merged),
        kernel.hold(placed.joined.into),
    ];
    kernel.hold_parts(parts)
}

/// Takes the last `place` back.
#[unsafe(no_mangle)]
pub extern "C" fn undo_place() {
    kernel().windowed().undo();
}

/// A batch with one column: the state rows of cells, null where there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gather_cells(cells: *const u32, count: usize) -> *const ArrowArray {
    let kernel = kernel();
    let mut batch = Built::new(&Kind::Struct(Vec::new()), count);
    batch.children.push(kernel.windowed().store.gather(unsafe { slice(cells, count) }));
    kernel.hold_batch(batch)
}

/// Replaces the state rows of cells, which are distinct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scatter_cells(cells: *const u32, count: usize, batch: &ArrowArray) {
    unsafe { kernel().windowed().scatter(slice(cells, count), batch) }
}

/// Sets the operator's watermark.
#[unsafe(no_mangle)]
pub extern "C" fn advance(watermark: i64) {
    kernel().windowed().advance(watermark);
}

/// Five parts: cells, the group of each; for each group its start and its end (i64); a batch of its keys. 0: nothing is left.
#[unsafe(no_mangle)]
pub extern "C" fn fire(most: usize) -> *const u8 {
    let kernel = kernel();
    let fired = kernel.windowed().fire(most);
    kernel.hold_fired(fired)
}

/// The same of what has changed.
#[unsafe(no_mangle)]
pub extern "C" fn fire_changed(most: usize, early: u32) -> *const u8 {
    let kernel = kernel();
    let fired = kernel.windowed().fire_changed(most, early != 0);
    kernel.hold_fired(fired)
}

/// Number of panes or sessions.
#[unsafe(no_mangle)]
pub extern "C" fn window_count() -> usize {
    kernel().windowed().windows()
}

/// Number of cells with state.
#[unsafe(no_mangle)]
pub extern "C" fn cell_count() -> usize {
    kernel().windowed().store.rows.len()
}
