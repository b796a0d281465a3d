//! The user's own operators: the loop over records and timers of docs/abi.md, section 10.
//!
//! Owns which timer fires when, with which stamps, and when a key is forgotten. `timers.rs` has the sets, `output.rs` what
//! comes out, `context.rs` what a function sees of all this.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;

use super::context::Context;
use super::output::{with_columns, Sides, Stamps};
use super::timers::Timers;
use super::{is_known, Operation, Processed};
use crate::abi::{ArrowArray, Call, NO_MARK};
use crate::arena;
use crate::host::{fail, start_row};
use crate::value::{array, bind_batch, Builder, List, Rows, Value};

const MOST_FIRED: usize = 1_000_000;
const STATE_COLUMNS: usize = 3;
const NO_ROW: usize = u32::MAX as usize;

/// What handles a record of type V.
pub(crate) type OnRecord<'b, K, V, B, S, R> = Box<dyn Fn(&mut S, V, &B, &mut Context<'b, K, R>) + 'b>;
/// What handles a timer.
pub(crate) type OnTimer<'b, K, B, S, R> = Box<dyn Fn(&mut S, i64, &B, &mut Context<'b, K, R>) + 'b>;

/// The functions of an operator.
pub(crate) struct Handlers<'b, K, T, U, B, S, R: Value<'b>> {
    pub state: Box<dyn Fn() -> S + 'b>,
    pub rules: Box<dyn Fn() -> B + 'b>,
    pub first: OnRecord<'b, K, T, B, S, R>,
    pub second: Option<OnRecord<'b, K, U, B, S, R>>,
    pub timer: Option<OnTimer<'b, K, B, S, R>>,
    pub processing_timer: Option<OnTimer<'b, K, B, S, R>>,
}

/// What else an operator says.
pub(crate) struct Manner {
    pub in_order: bool,
    pub ttl: i64,
    /// Numbers of the side outputs that somebody reads, in the order of `Result.ports`.
    pub tags: Rc<RefCell<Vec<u32>>>,
    pub has_rules: bool,
    pub has_event_time: bool,
    pub place: &'static Location<'static>,
}

/// A PROCESS function.
pub(crate) struct ProcessOperation<'b, K, T, U, B, S, R: Value<'b>> {
    handlers: Handlers<'b, K, T, U, B, S, R>,
    manner: Manner,
    types: PhantomData<&'b ()>,
}

/// What an operator keeps of a key.
struct Entry<S> {
    state: Option<S>,
    last: i64,
    timers: Timers,
    processing: Timers,
    fired: usize,
}

impl<S> Entry<S> {
    fn unknown() -> Entry<S> {
        Entry { state: None, last: NO_MARK, timers: Timers::default(), processing: Timers::default(), fired: 0 }
    }

    fn forget(&mut self) {
        *self = Entry { fired: self.fired, ..Entry::unknown() };
    }
}

impl<'b, K, T, U, B, S, R> ProcessOperation<'b, K, T, U, B, S, R>
where
    K: Value<'b>,
    T: Value<'b>,
    U: Value<'b>,
    B: Value<'b>,
    S: Value<'b>,
    R: Value<'b>,
{
    pub fn new(handlers: Handlers<'b, K, T, U, B, S, R>, manner: Manner) -> Self {
        ProcessOperation { handlers, manner, types: PhantomData }
    }

    #[inline(never)]
    unsafe fn entries(call: &Call) -> Vec<Entry<S>> {
        let count = call.group_count as usize;
        let Some(batch) = call.state.as_ref() else { return (0..count).map(|_| Entry::unknown()).collect() };
        let own = batch.n_children as usize - STATE_COLUMNS;
        let states = bind_batch::<S>(batch);
        let timers = <List<i64>>::bind(batch.child(own));
        let processing = <List<i64>>::bind(batch.child(own + 1));
        let last = i64::bind(batch.child(own + 2));
        let entry = |g| {
            if !is_known(batch.buffer(0), g) {
                return Entry::unknown();
            }
            Entry {
                state: Some(S::read(&states, g)),
                last: i64::read(&last, g),
                timers: Timers::of(List::read(&timers, g)),
                processing: Timers::of(List::read(&processing, g)),
                fired: 0,
            }
        };
        (0..count).map(entry).collect()
    }

    unsafe fn rules(&self, call: &Call) -> B {
        match call.rules.as_ref() {
            Some(rules) if self.manner.has_rules && is_known(rules.buffer(0), 0) => B::read(&bind_batch::<B>(rules), 0),
            _ => (self.handlers.rules)(),
        }
    }

    /// Time from which on a key without further records is forgotten.
    fn end_of_life(&self, last: i64) -> i64 {
        if self.manner.ttl > 0 {
            last.saturating_add(self.manner.ttl)
        } else {
            i64::MAX
        }
    }
}

/// One call.
struct Run<'a, 'b, K, T, U, B, S, R: Value<'b>> {
    operation: &'a ProcessOperation<'b, K, T, U, B, S, R>,
    rules: B,
    context: Context<'b, K, R>,
    watermark: i64,
}

impl<'b, K, T, U, B, S, R> Run<'_, 'b, K, T, U, B, S, R>
where
    K: Value<'b>,
    T: Value<'b>,
    U: Value<'b>,
    B: Value<'b>,
    S: Value<'b>,
    R: Value<'b>,
{
    /// Calls a function of the user's, with the key's timers in the context meanwhile.
    fn call(&mut self, entry: &mut Entry<S>, function: impl FnOnce(&mut S, &B, &mut Context<'b, K, R>)) {
        let mut state = entry.state.take().unwrap_or_else(|| (self.operation.handlers.state)());
        std::mem::swap(&mut self.context.timers, &mut entry.timers);
        std::mem::swap(&mut self.context.processing_timers, &mut entry.processing);
        self.context.is_forgotten = false;
        function(&mut state, &self.rules, &mut self.context);
        std::mem::swap(&mut self.context.timers, &mut entry.timers);
        std::mem::swap(&mut self.context.processing_timers, &mut entry.processing);
        if self.context.is_forgotten {
            entry.forget();
            self.context.passed.clear();
        } else {
            entry.state = Some(state);
        }
    }

    fn count(&self, entry: &mut Entry<S>) {
        entry.fired += 1;
        if entry.fired > MOST_FIRED {
            fail(&format!("more than {MOST_FIRED} timers of one key fire in a call"), self.operation.manner.place);
        }
    }

    #[inline(never)]
    fn fire_event_timer(&mut self, entry: &mut Entry<S>, time: i64, stamps: Stamps) {
        self.count(entry);
        self.context.begin(time, time, self.context.processing_time, stamps);
        let operation = self.operation;
        self.call(entry, |state, rules, context| {
            if let Some(timer) = &operation.handlers.timer {
                timer(state, time, rules, context);
            }
        });
    }

    fn fire_processing_timer(&mut self, entry: &mut Entry<S>, time: i64, stamps: Stamps) {
        self.count(entry);
        self.context.begin(time, self.watermark, time, stamps);
        let operation = self.operation;
        self.call(entry, |state, rules, context| {
            if let Some(timer) = &operation.handlers.processing_timer {
                timer(state, time, rules, context);
            }
        });
    }

    /// What has been set for a time that was already over fires behind the function that set it, with its stamps.
    #[inline(never)]
    fn fire_passed(&mut self, entry: &mut Entry<S>, now: i64, stamps: Stamps) {
        loop {
            if let Some(time) = self.context.passed.take_due(i64::MAX) {
                self.fire_processing_timer(entry, time, stamps);
            } else if let Some(time) = entry.timers.take_due(now) {
                self.fire_event_timer(entry, time, stamps);
            } else {
                return;
            }
        }
    }

    /// Event timers at or below `limit` fire, in their order.
    fn fire_due(&mut self, entry: &mut Entry<S>, limit: i64) {
        while let Some(time) = entry.timers.take_due(limit) {
            let stamps = self.context.stamps(time, time - 1);
            self.fire_event_timer(entry, time, stamps);
            self.fire_passed(entry, time, stamps);
        }
    }

    #[inline(never)]
    fn fire_processing(&mut self, entry: &mut Entry<S>) {
        let now = self.context.processing_time;
        while let Some(time) = entry.processing.take_due(now) {
            let stamps = self.context.stamps_of_clock(self.watermark);
            self.fire_processing_timer(entry, time, stamps);
            self.fire_passed(entry, self.watermark, stamps);
        }
    }

    /// 10.4: what is due before a record with time `t` and mark `w`.
    #[inline(never)]
    fn fire_before(&mut self, entry: &mut Entry<S>, t: i64, w: i64, now: i64) {
        if entry.state.is_none() {
            return;
        }
        let end = self.operation.end_of_life(entry.last);
        let is_expired = self.operation.manner.ttl > 0 && t.max(w) >= end;
        let limit = if is_expired { end - 1 } else { now.min(end - 1) };
        self.fire_due(entry, limit);
        if is_expired {
            entry.forget();
        }
    }

    fn record(
        &mut self,
        entry: &mut Entry<S>,
        t: i64,
        w: i64,
        handle: impl FnOnce(&mut S, &B, &mut Context<'b, K, R>),
    ) {
        let now = if self.operation.manner.in_order { t - 1 } else { w };
        self.fire_before(entry, t, w, now);
        entry.last = entry.last.max(t);
        let stamps = self.context.stamps(t, w);
        self.context.begin(t, now, self.context.processing_time, stamps);
        self.call(entry, handle);
        self.fire_passed(entry, now, stamps);
    }

    /// 10.5: what is due behind all rows.
    #[inline(never)]
    fn end(&mut self, entry: &mut Entry<S>) {
        if entry.state.is_none() {
            return;
        }
        self.fire_due(entry, self.watermark.min(self.operation.end_of_life(entry.last) - 1));
        self.fire_processing(entry);
        let time = if self.context.has_event_time { self.watermark } else { self.context.processing_time };
        if entry.state.is_some() && self.operation.manner.ttl > 0 && time >= self.operation.end_of_life(entry.last) {
            entry.forget();
        }
    }
}

impl<'b, K, T, U, B, S, R> Operation for ProcessOperation<'b, K, T, U, B, S, R>
where
    K: Value<'b>,
    T: Value<'b>,
    U: Value<'b>,
    B: Value<'b>,
    S: Value<'b>,
    R: Value<'b>,
{
    unsafe fn process(&self, call: &Call) -> Processed {
        let mut entries = Self::entries(call);
        let tags = self.manner.tags.borrow();
        let mut run = Run {
            operation: self,
            rules: self.rules(call),
            context: Context::new(call, &tags, self.manner.has_event_time),
            watermark: call.watermark,
        };
        let keys = bind_batch::<K>(&*call.keys);
        let first = bind_batch::<T>(&*call.batch);
        let second = call.second.as_ref().map(|batch| bind_batch::<U>(batch));
        let mut next = [0_usize; 2];
        for i in 0..call.rows as usize {
            start_row(i);
            let g = *call.groups.add(i) as usize;
            let side = if call.sides.is_null() { 0 } else { (*call.sides.add(i) & 1) as usize };
            let row = next[side];
            next[side] += 1;
            let (t, w) = if call.times.is_null() {
                (call.processing_time, NO_MARK)
            } else {
                (*call.times.add(i), *call.marks.add(i))
            };
            run.context.set_key(K::read(&keys, g));
            let entry = &mut entries[g];
            match (side, &second, &self.handlers.second) {
                (1, Some(reader), Some(handle)) => {
                    let value = U::read(reader, row);
                    run.record(entry, t, w, |state, rules, context| handle(state, value, rules, context));
                }
                _ => {
                    let value = T::read(&first, row);
                    run.record(entry, t, w, |state, rules, context| {
                        (self.handlers.first)(state, value, rules, context)
                    });
                }
            }
        }
        start_row(NO_ROW);
        for (g, entry) in entries.iter_mut().enumerate() {
            run.context.set_key(K::read(&keys, g));
            run.end(entry);
        }
        let (output, sides) = run.context.into_outputs();
        Processed { output: output.into_batch(), state: written(&entries), ports: ports(sides) }
    }
}

fn ports(sides: Sides<'_>) -> *const *const ArrowArray {
    let batches = sides.into_batches();
    if batches.is_empty() {
        return std::ptr::null();
    }
    let start = arena::take_for::<*const ArrowArray>(batches.len());
    // SAFETY: the new piece of the arena has that size.
    unsafe { std::ptr::copy_nonoverlapping(batches.as_ptr(), start, batches.len()) };
    start
}

/// The states as the host keeps them; a null row = forgotten.
#[inline(never)]
fn written<'b, S: Value<'b>>(entries: &[Entry<S>]) -> &'static ArrowArray {
    let rows = entries.len();
    let mut states = S::Builder::with_room(rows.max(1));
    let mut timers = <Vec<i64> as Value>::Builder::with_room(rows.max(1));
    let mut processing = <Vec<i64> as Value>::Builder::with_room(rows.max(1));
    let mut last = Rows::<i64>::with_room(rows);
    let mut validity = Rows::<bool>::with_room(rows);
    for (g, entry) in entries.iter().enumerate() {
        match &entry.state {
            Some(state) => state.write(&mut states, g),
            None => states.write_nothing(g),
        }
        timers.push_list(g, entry.timers.iter());
        processing.push_list(g, entry.processing.iter());
        last.push(&entry.last);
        validity.push(&entry.state.is_some());
    }
    let states = states.finish(rows);
    let own = if S::IS_RECORD { states } else { array(rows, &[std::ptr::null()], &[states]) };
    let beside = [timers.finish(rows) as *const ArrowArray, processing.finish(rows), last.into_column()];
    let whole = with_columns(own, &beside);
    whole.null_count = entries.iter().filter(|entry| entry.state.is_none()).count() as i64;
    // SAFETY: the first buffer of a struct is its validity; the bits are those of a column of bools.
    unsafe { whole.buffers.write(validity.into_column().buffer(1)) };
    whole
}
