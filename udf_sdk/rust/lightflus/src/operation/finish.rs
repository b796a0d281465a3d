//! Results of states: one of each, or any number.

use std::marker::PhantomData;

use super::{Operation, Selected};
use crate::abi::{ArrowArray, Call};
use crate::arena;
use crate::host::start_row;
use crate::time::Window;
use crate::value::{array, bind_batch, Rows, Value};

/// A FINISH: a result of a state, its key and its window.
pub(crate) struct FinishOperation<'b, K, A, R, F> {
    function: F,
    types: PhantomData<fn(&'b A, K) -> R>,
}

impl<'b, K: Value<'b>, A: Value<'b>, R: Value<'b>, F: Fn(A, Window<K>) -> R> FinishOperation<'b, K, A, R, F> {
    pub fn new(function: F) -> Self {
        FinishOperation { function, types: PhantomData }
    }
}

impl<'b, K: Value<'b>, A: Value<'b>, R: Value<'b>, F> Operation for FinishOperation<'b, K, A, R, F>
where
    F: Fn(A, Window<K>) -> R,
{
    unsafe fn finish(&self, call: &Call) -> &'static ArrowArray {
        let states = States::<K, A>::of(call);
        let mut out = Rows::<R>::with_room(states.selected.rows);
        for i in 0..states.selected.rows {
            start_row(i);
            let (state, window) = states.read(i);
            out.push(&(self.function)(state, window));
        }
        out.into_batch()
    }
}

/// A FINISH_LIST: any number of results.
pub(crate) struct FinishListOperation<'b, K, A, I, F> {
    function: F,
    types: PhantomData<fn(&'b A, K) -> I>,
}

impl<'b, K: Value<'b>, A: Value<'b>, I, F> FinishListOperation<'b, K, A, I, F>
where
    I: IntoIterator<Item: Value<'b>>,
    F: Fn(A, Window<K>) -> I,
{
    pub fn new(function: F) -> Self {
        FinishListOperation { function, types: PhantomData }
    }
}

impl<'b, K: Value<'b>, A: Value<'b>, I, F> Operation for FinishListOperation<'b, K, A, I, F>
where
    I: IntoIterator<Item: Value<'b>>,
    F: Fn(A, Window<K>) -> I,
{
    unsafe fn finish(&self, call: &Call) -> &'static ArrowArray {
        let states = States::<K, A>::of(call);
        let rows = states.selected.rows;
        let offsets = arena::take_for::<u32>(rows + 1);
        offsets.write(0);
        let mut out = Rows::<I::Item>::with_room(rows);
        for i in 0..rows {
            start_row(i);
            let (state, window) = states.read(i);
            for value in (self.function)(state, window) {
                out.push(&value);
            }
            offsets.add(i + 1).write(out.count() as u32);
        }
        let buffers = [std::ptr::null(), offsets.cast::<u8>().cast_const()];
        array(rows, &buffers, &[out.into_batch()])
    }
}

/// The states of a call with their keys and windows.
struct States<'b, K: Value<'b>, A: Value<'b>> {
    selected: Selected,
    states: A::Reader,
    keys: K::Reader,
    starts: *const i64,
    ends: *const i64,
}

impl<'b, K: Value<'b>, A: Value<'b>> States<'b, K, A> {
    unsafe fn of(call: &Call) -> Self {
        States {
            selected: Selected::of(call),
            states: bind_batch::<A>(&*call.batch),
            keys: bind_batch::<K>(&*call.keys),
            starts: call.window_start,
            ends: call.window_end,
        }
    }

    unsafe fn read(&self, i: usize) -> (A, Window<K>) {
        let bound = |times: *const i64| if times.is_null() { 0 } else { *times.add(i) };
        let window = Window { key: K::read(&self.keys, i), start: bound(self.starts), end: bound(self.ends) };
        (A::read(&self.states, self.selected.row(i)), window)
    }
}
