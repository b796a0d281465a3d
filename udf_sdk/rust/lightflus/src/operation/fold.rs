//! Folds of `create` and `add`, and where their states meet.
//!
//! A state is a value of the user's, read at the first row of its group and written once, at the end of the call.

use std::marker::PhantomData;

use super::{is_known, Operation, Selected};
use crate::abi::{ArrowArray, Call, WANTED_OUTPUT};
use crate::host::{fail_somewhere, start_row};
use crate::types::Type;
use crate::value::{array, bind_batch, Builder, Rows, Value};

/// An AGGREGATE: V is what it reads of a record, A its state.
pub(crate) struct AggregateOperation<'b, V, A, C, F, M> {
    create: C,
    add: F,
    merge: M,
    types: PhantomData<fn(&'b V) -> A>,
}

/// How two states become one; `NoMerge` where they cannot.
pub(crate) trait Merge<A> {
    const IS_POSSIBLE: bool;

    fn merge(&self, state: &mut A, other: A);
}

/// An aggregate whose states never meet.
pub struct NoMerge;

impl<A> Merge<A> for NoMerge {
    const IS_POSSIBLE: bool = false;

    fn merge(&self, _state: &mut A, _other: A) {
        fail_somewhere("lf_merge was called for an aggregate without merge")
    }
}

/// A function that merges.
pub struct MergeBy<F>(pub F);

impl<A, F: Fn(&mut A, A)> Merge<A> for MergeBy<F> {
    const IS_POSSIBLE: bool = true;

    #[inline(always)]
    fn merge(&self, state: &mut A, other: A) {
        (self.0)(state, other);
    }
}

impl<'b, V: Value<'b>, A: Value<'b>, C, F, M> AggregateOperation<'b, V, A, C, F, M>
where
    C: Fn() -> A,
    F: Fn(&mut A, V, i64),
    M: Merge<A>,
{
    pub fn new(create: C, add: F, merge: M) -> Self {
        AggregateOperation { create, add, merge, types: PhantomData }
    }
}

impl<'b, V: Value<'b>, A: Value<'b>, C, F, M> Operation for AggregateOperation<'b, V, A, C, F, M>
where
    C: Fn() -> A,
    F: Fn(&mut A, V, i64),
    M: Merge<A>,
{
    unsafe fn fold(&self, call: &Call) -> (Option<&'static ArrowArray>, &'static ArrowArray) {
        let reader = bind_batch::<V>(&*call.batch);
        let selected = Selected::of(call);
        let mut states = Known::<A>::of(call);
        let mut out = (call.wanted & WANTED_OUTPUT != 0).then(|| Rows::<A>::with_room(selected.rows));
        for i in 0..selected.rows {
            start_row(i);
            let value = V::read(&reader, selected.row(i));
            let time = if call.times.is_null() { 0 } else { *call.times.add(i) };
            let state = states.of_row(i).get_or_insert_with(&self.create);
            (self.add)(state, value, time);
            if let Some(out) = &mut out {
                out.push(state);
            }
        }
        (out.map(|out| &*out.into_batch()), states.into_batch())
    }

    unsafe fn merge(&self, call: &Call) -> &'static ArrowArray {
        let reader = bind_batch::<A>(&*call.batch);
        let selected = Selected::of(call);
        let mut states = Known::<A>::of(call);
        for i in 0..selected.rows {
            start_row(i);
            let other = A::read(&reader, selected.row(i));
            match states.of_row(i) {
                Some(state) => self.merge.merge(state, other),
                none => *none = Some(other),
            }
        }
        states.into_batch()
    }
}

/// The states of a call's groups.
struct Known<A> {
    states: Vec<Option<A>>,
    groups: *const u32,
}

impl<'b, A: Value<'b>> Known<A> {
    unsafe fn of(call: &Call) -> Self {
        let count = call.group_count as usize;
        let states = match call.state.as_ref() {
            None => (0..count).map(|_| None).collect(),
            Some(state) => {
                let (validity, reader) = (state.buffer(0), bind_batch::<A>(state));
                (0..count).map(|g| is_known(validity, g).then(|| A::read(&reader, g))).collect()
            }
        };
        Known { states, groups: call.groups }
    }

    #[inline(always)]
    unsafe fn of_row(&mut self, row: usize) -> &mut Option<A> {
        let group = *self.groups.add(row) as usize;
        &mut self.states[group]
    }

    fn into_batch(self) -> &'static ArrowArray {
        let mut new = Rows::<A>::with_room(self.states.len());
        for state in &self.states {
            match state {
                Some(state) => new.push(state),
                None => fail_somewhere("a fold got a group without rows and without state"),
            }
        }
        new.into_batch()
    }
}

/// A record of which nothing is read: what a count reads.
pub struct Unread;

/// No columns.
pub struct NoColumns;

impl Builder for NoColumns {
    fn with_room(_room: usize) -> Self {
        NoColumns
    }

    fn grow(&mut self, _rows: usize, _room: usize) {}

    fn write_nothing(&mut self, _row: usize) {}

    fn finish(self, rows: usize) -> &'static mut ArrowArray {
        array(rows, &[std::ptr::null()], &[])
    }
}

// SAFETY: a struct without columns.
unsafe impl<'b> Value<'b> for Unread {
    const IS_RECORD: bool = true;
    type Reader = ();
    type Builder = NoColumns;

    fn describe() -> Type {
        Type::record(Vec::new())
    }

    unsafe fn bind(_array: &ArrowArray) -> Self::Reader {}

    #[inline(always)]
    unsafe fn read(_reader: &Self::Reader, _row: usize) -> Self {
        Unread
    }

    fn write(&self, _builder: &mut Self::Builder, _row: usize) {}

    fn is_same(&self, _other: &Self) -> bool {
        true
    }
}
