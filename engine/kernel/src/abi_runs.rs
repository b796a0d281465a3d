//! What the host calls for runs that lie elsewhere: to make one of several, and to look into them. In the form of `abi.rs`, whose
//! kernel this is.

use crate::abi::{Kernel, Part, kernel};
use crate::arrow::slice;
use crate::column::Built;
use crate::durable::Groups;
use crate::run::columns::{Columns, Shown};
use crate::run::merge::Merge;
use crate::run::over::Over;
use crate::schema::Kind;
use crate::windowed::Spec;

/// Of which kind runs are, with which windows; of whom they are told apart.
#[repr(C)]
pub struct RunSpec {
    windows: Spec,
    kind: u32,
    groups: u32,
    /// Of a merge: how many runs, how many rows they have, whether the oldest is among them.
    inputs: u32,
    rows: u32,
    is_whole: u32,
}

/// No run is asked for.
const NONE: u32 = u32::MAX;

impl Kernel {
    fn merge(&mut self) -> &mut Merge {
        self.merge.as_mut().expect("`open_merge` comes first")
    }

    fn hold_shown(&mut self, shown: Shown) -> *const u8 {
        let mut states = Built::new(&Kind::Struct(Vec::new()), shown.states.length);
        states.children.push(shown.states);
        let parts = [
            Part::of_batch(self.hold_batch(shown.keys)),
            Part::of_batch(self.hold_batch(states)),
            self.hold(shown.starts),
            self.hold(shown.ends),
        ];
        self.hold_parts(parts)
    }
}

/// Begins to make one run of several, by the facts of their subtask. 0: these are damaged.
///
/// # Safety
/// Addresses and lengths must be those of bytes in this memory. So for every export below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open_merge(facts: *const u8, fact_bytes: usize, spec: &RunSpec) -> u32 {
    let kernel = kernel();
    let made = Over::new(spec.kind, &spec.windows, unsafe { slice(facts, fact_bytes) });
    let made = made.map(|over| {
        let (inputs, rows) = (spec.inputs as usize, spec.rows as usize);
        kernel.merge = Some(Merge::new(over, inputs, rows, spec.is_whole != 0, spec.groups));
    });
    kernel.noted(made).is_some().into()
}

/// Adds the next blocks of a run, of which nothing is left behind the last. 0: they are damaged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn supply(blocks: *const u8, block_bytes: usize, input: usize, is_last: u32) -> u32 {
    let kernel = kernel();
    let done = kernel.merge().supply(input, unsafe { slice(blocks, block_bytes) }, is_last != 0);
    kernel.noted(done).is_some().into()
}

/// Two parts, as `sealed` gives them: the next piece; with a fourth word: the run whose blocks are asked for, or the largest
/// number. 0: the runs are damaged.
#[unsafe(no_mangle)]
pub extern "C" fn merged() -> *const u8 {
    let kernel = kernel();
    let next = kernel.merge().next();
    let Some((piece, wanted)) = kernel.noted(next) else { return core::ptr::null() };
    kernel.hold_piece(piece, wanted.map_or(NONE, |wanted| wanted as u32))
}

/// Sets the types of keys and states of the runs that are looked into, and the facts of their subtask. 0: these are damaged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open_rows(
    key: *const u8,
    key_bytes: usize,
    state: *const u8,
    state_bytes: usize,
    facts: *const u8,
    fact_bytes: usize,
    spec: &RunSpec,
) -> u32 {
    let kernel = kernel();
    let (key, state, facts) = unsafe { (slice(key, key_bytes), slice(state, state_bytes), slice(facts, fact_bytes)) };
    let made = Over::new(spec.kind, &spec.windows, facts);
    let made = made.map(|over| kernel.columns = Some(Columns::new(key, state, over)));
    kernel.noted(made).is_some().into()
}

/// Four parts: a batch of keys, a batch of one column of states, and starts and ends of windows, if they have some. 0: damaged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn read_rows(
    blocks: *const u8,
    block_bytes: usize,
    first: u32,
    last: u32,
    groups: u32,
) -> *const u8 {
    let kernel = kernel();
    let groups = Groups { wanted: first..last, all: groups };
    let columns = kernel.columns.as_mut().expect("`open_rows` comes first");
    let shown = unsafe { columns.read(slice(blocks, block_bytes), groups) };
    kernel.noted(shown).map_or(core::ptr::null(), |shown| kernel.hold_shown(shown))
}
