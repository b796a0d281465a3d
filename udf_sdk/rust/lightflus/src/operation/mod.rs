//! The loops around the user's functions: one struct per shape of call (docs/abi.md, section 4).
//!
//! Each is compiled once per pair of types and function, so that a loop reads, calls and writes without any dispatch.
//! Before row i, i is noted for the host. Answers live in the arena until the next reset.

mod context;
mod finish;
mod fold;
mod output;
mod process;
mod timers;

pub use context::Context;
pub(crate) use finish::{FinishListOperation, FinishOperation};
pub(crate) use fold::{AggregateOperation, Merge, MergeBy, NoMerge, Unread};
pub(crate) use process::{Handlers, Manner, OnRecord, OnTimer, ProcessOperation};

use std::cell::Cell;
use std::marker::PhantomData;
use std::panic::Location;

use crate::abi::{Answer, ArrowArray, Call, WANTED_OUTPUT};
use crate::arena;
use crate::host::{fail, fail_somewhere, start_row};
use crate::value::{array, bind_batch, Rows, Value};

/// What stands behind a function number.
pub(crate) trait Operation {
    /// `lf_apply`.
    ///
    /// # Safety
    /// The call is laid out as docs/abi.md says, and its arrays have the types of the graph.
    unsafe fn apply(&self, _call: &Call) -> &'static ArrowArray {
        fail_somewhere("lf_apply was called for a function that folds")
    }

    /// `lf_fold`: the output, if it is wanted, and the state.
    ///
    /// # Safety
    /// As for `apply`.
    unsafe fn fold(&self, _call: &Call) -> (Option<&'static ArrowArray>, &'static ArrowArray) {
        fail_somewhere("lf_fold was called for a function that does not fold")
    }

    /// `lf_merge`: the state.
    ///
    /// # Safety
    /// As for `apply`.
    unsafe fn merge(&self, _call: &Call) -> &'static ArrowArray {
        fail_somewhere("lf_merge was called for a function that is no aggregate")
    }

    /// `lf_finish`: the output.
    ///
    /// # Safety
    /// As for `apply`.
    unsafe fn finish(&self, _call: &Call) -> &'static ArrowArray {
        fail_somewhere("lf_finish was called for a function that finishes nothing")
    }

    /// `lf_process`.
    ///
    /// # Safety
    /// As for `apply`.
    unsafe fn process(&self, _call: &Call) -> Processed {
        fail_somewhere("lf_process was called for a function that is no process function")
    }
}

/// What a process function answers; a null address = nothing.
pub(crate) struct Processed {
    pub output: *const ArrowArray,
    pub state: &'static ArrowArray,
    pub ports: *const *const ArrowArray,
}

/// An answer with these parts.
pub(crate) fn answer(output: Option<&ArrowArray>, state: Option<&ArrowArray>) -> *const Answer {
    let address = |part: Option<&ArrowArray>| part.map_or(std::ptr::null(), std::ptr::from_ref);
    answer_with(address(output), address(state), std::ptr::null())
}

/// The same with the side outputs of a process function.
pub(crate) fn answer_with(
    output: *const ArrowArray,
    state: *const ArrowArray,
    ports: *const *const ArrowArray,
) -> *const Answer {
    let answer = arena::take_for::<Answer>(1);
    // SAFETY: the arena's memory is fresh, aligned and large enough.
    unsafe {
        answer.write(Answer { size: size_of::<Answer>() as u32, output, state, ports, unused: [0; 3] });
    }
    answer
}

/// The rows of a call: all of the batch, or those that a selection names.
#[derive(Clone, Copy)]
struct Selected {
    rows: usize,
    selection: *const u32,
}

impl Selected {
    fn of(call: &Call) -> Selected {
        Selected { rows: call.rows as usize, selection: call.selection }
    }

    /// The row of the batch that is row `i` of the call.
    #[inline(always)]
    unsafe fn row(self, i: usize) -> usize {
        if self.selection.is_null() {
            i
        } else {
            *self.selection.add(i) as usize
        }
    }
}

/// One value out per row in: map, filter (a bool), key, sink field.
pub(crate) struct MapOperation<'b, T, U, F> {
    function: F,
    types: PhantomData<fn(&'b T) -> U>,
}

impl<'b, T: Value<'b>, U: Value<'b>, F: Fn(T) -> U> MapOperation<'b, T, U, F> {
    pub fn new(function: F) -> Self {
        MapOperation { function, types: PhantomData }
    }
}

impl<'b, T: Value<'b>, U: Value<'b>, F: Fn(T) -> U> Operation for MapOperation<'b, T, U, F> {
    unsafe fn apply(&self, call: &Call) -> &'static ArrowArray {
        let reader = bind_batch::<T>(&*call.batch);
        let selected = Selected::of(call);
        let mut out = Rows::<U>::with_room(selected.rows);
        for i in 0..selected.rows {
            start_row(i);
            out.push(&(self.function)(T::read(&reader, selected.row(i))));
        }
        out.into_batch()
    }
}

/// Any number of values out per row in.
pub(crate) struct FlatMapOperation<'b, T, I, F> {
    function: F,
    /// Rows out per 16 rows in, as the last call had them.
    expected: Cell<usize>,
    types: PhantomData<fn(&'b T) -> I>,
}

impl<'b, T: Value<'b>, I: IntoIterator<Item: Value<'b>>, F: Fn(T) -> I> FlatMapOperation<'b, T, I, F> {
    pub fn new(function: F) -> Self {
        FlatMapOperation { function, expected: Cell::new(64), types: PhantomData }
    }
}

const MOST_EXPECTED_ROWS: usize = 1 << 17;

impl<'b, T: Value<'b>, I: IntoIterator<Item: Value<'b>>, F: Fn(T) -> I> Operation for FlatMapOperation<'b, T, I, F> {
    unsafe fn apply(&self, call: &Call) -> &'static ArrowArray {
        let reader = bind_batch::<T>(&*call.batch);
        let selected = Selected::of(call);
        let offsets = arena::take_for::<u32>(selected.rows + 1);
        offsets.write(0);
        let expected = (self.expected.get() * selected.rows / 16).min(MOST_EXPECTED_ROWS);
        let mut out = Rows::<I::Item>::with_room(expected);
        for i in 0..selected.rows {
            start_row(i);
            for value in (self.function)(T::read(&reader, selected.row(i))) {
                out.push(&value);
            }
            offsets.add(i + 1).write(out.count() as u32);
        }
        self.expected.set(out.count() * 18 / selected.rows.max(1) + 1);
        let buffers = [std::ptr::null(), offsets.cast::<u8>().cast_const()];
        array(selected.rows, &buffers, &[out.into_batch()])
    }
}

/// Whether a new state still has the key by which its stream is keyed.
pub(crate) trait KeyCheck<'b, T: 'b> {
    /// Whether there is anything to check.
    const IS_NEEDED: bool;

    /// Whether both have the same key.
    fn has_same_key(&self, before: &T, after: &T) -> bool;

    /// The field that is the key.
    fn field(&self) -> &'static [&'static str];
}

/// Folds rows into the state of their group. Accumulators are T itself, written out once per group at the end.
pub(crate) struct ReduceOperation<'b, T, F, C> {
    function: F,
    check: C,
    place: &'static Location<'static>,
    types: PhantomData<fn(&'b T) -> T>,
}

impl<'b, T: Value<'b>, F: Fn(T, T) -> T, C: KeyCheck<'b, T>> ReduceOperation<'b, T, F, C> {
    pub fn new(function: F, check: C, place: &'static Location<'static>) -> Self {
        ReduceOperation { function, check, place, types: PhantomData }
    }

    /// The states that the host knows.
    unsafe fn known_states(state: *const ArrowArray, groups: usize) -> Vec<Option<T>> {
        if state.is_null() {
            return (0..groups).map(|_| None).collect();
        }
        let validity = (*state).buffer(0);
        let reader = bind_batch::<T>(&*state);
        (0..groups).map(|g| is_known(validity, g).then(|| T::read(&reader, g))).collect()
    }

    /// Ends the call if a function changed the field by which its stream is keyed: once per group, not per row.
    unsafe fn check_keys(&self, call: &Call, states: &[Option<T>], first_rows: &[u32]) {
        let rows = bind_batch::<T>(&*call.batch);
        let known = call.state.as_ref().map(|state| (state.buffer(0), bind_batch::<T>(state)));
        for (g, after) in states.iter().enumerate() {
            let before = match &known {
                Some((validity, states)) if is_known(*validity, g) => T::read(states, g),
                _ => T::read(&rows, first_rows[g] as usize),
            };
            if after.as_ref().is_some_and(|after| !self.check.has_same_key(&before, after)) {
                fail_moved(self.check.field(), self.place);
            }
        }
    }
}

#[cold]
#[inline(never)]
fn fail_moved(field: &[&str], place: &Location<'_>) -> ! {
    let what = match field {
        [] => String::from("the record"),
        names => format!("the field `{}`", names.join(".")),
    };
    let way_out = "hand it on as it is, or key by a function: .key_by(|record| ...)";
    fail(&format!("this reduce changes {what}, by which its stream is keyed; {way_out}"), place)
}

/// Whether group `g` has a state: a null row has none.
#[inline(always)]
unsafe fn is_known(validity: *const u8, g: usize) -> bool {
    validity.is_null() || *validity.add(g >> 3) >> (g & 7) & 1 == 1
}

impl<'b, T: Value<'b>, F: Fn(T, T) -> T, C: KeyCheck<'b, T>> Operation for ReduceOperation<'b, T, F, C> {
    unsafe fn fold(&self, call: &Call) -> (Option<&'static ArrowArray>, &'static ArrowArray) {
        let reader = bind_batch::<T>(&*call.batch);
        let selected = Selected::of(call);
        let groups = call.group_count as usize;
        let mut states = Self::known_states(call.state, groups);
        let mut first_rows = vec![0_u32; if C::IS_NEEDED { groups } else { 0 }];
        let mut out = (call.wanted & WANTED_OUTPUT != 0).then(|| Rows::<T>::with_room(selected.rows));
        for i in 0..selected.rows {
            start_row(i);
            let row = selected.row(i);
            let g = *call.groups.add(i) as usize;
            let value = T::read(&reader, row);
            let slot = &mut states[g];
            let state = match slot.take() {
                Some(state) => (self.function)(state, value),
                None => {
                    if C::IS_NEEDED {
                        first_rows[g] = row as u32;
                    }
                    value
                }
            };
            if let Some(out) = &mut out {
                out.push(&state);
            }
            *slot = Some(state);
        }
        if C::IS_NEEDED {
            self.check_keys(call, &states, &first_rows);
        }
        let mut new = Rows::<T>::with_room(groups);
        for state in &states {
            match state {
                Some(state) => new.push(state),
                None => fail("lf_fold got a group without rows and without state", self.place),
            }
        }
        (out.map(|out| &*out.into_batch()), new.into_batch())
    }
}
