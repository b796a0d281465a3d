//! The user's own operators, as main says them: state, settings, and the functions for records and timers.
//!
//! One builder serves one input, two keyed ones, and one with rules; which functions it takes says its type. The loop
//! behind it is `operation/process.rs`.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;

use crate::flow::{End, Flow, Keyed};
use crate::graph::{Edge, FunctionKind, Place, Port, ProcessStep, TimedStep};
use crate::host::fail;
use crate::operation::{
    AggregateOperation, Context, Handlers, Manner, NoMerge, OnRecord, OnTimer, ProcessOperation, Unread,
};
use crate::time::SideOutput;
use crate::value::Value;

/// An operator without rules, whose inputs are I.
pub struct Plain<I>(PhantomData<fn() -> I>);

/// One input.
pub struct One;

/// Two keyed inputs, the second of records of type U.
pub struct Two<U>(PhantomData<fn() -> U>);

/// An operator with rules of type B, which a broadcast of records of type U makes.
pub struct Ruled<U, B>(PhantomData<fn() -> (U, B)>);

/// Records that all subtasks of their reader see.
#[must_use = "a broadcast does nothing until a keyed flow reads it"]
pub struct Broadcast<'b, U>(Flow<'b, U>);

impl<'b, T: Value<'b>> Flow<'b, T> {
    /// Hands every record to all subtasks of the keyed flow that reads it: `keyed.rules(rules.broadcast(), ...)`.
    #[track_caller]
    pub fn broadcast(self) -> Broadcast<'b, T> {
        Broadcast(self.end.add(TimedStep::Broadcast.into(), Location::caller()))
    }
}

/// Two keyed flows that an operator reads together.
#[must_use = "connected flows do nothing until .process(...)"]
pub struct Connected<'b, T, K, U> {
    end: End<'b>,
    second: Edge,
    place: Place,
    types: PhantomData<fn(T, U) -> K>,
}

/// A keyed flow beside the rules that a broadcast makes.
#[must_use = "a flow with rules does nothing until .process(...)"]
pub struct WithRules<'b, T, K, U, B> {
    end: End<'b>,
    second: Edge,
    rules: usize,
    create: Rc<dyn Fn() -> B + 'b>,
    place: Place,
    types: PhantomData<fn(T, U) -> K>,
}

impl<'b, T: Value<'b>, K: Value<'b>, C> Keyed<'b, T, K, C> {
    /// An operator with state by key: `state` says with what a new key begins.
    #[track_caller]
    #[inline(never)]
    pub fn process<S, N, R>(self, state: N) -> Process<'b, T, K, Plain<One>, Unread, S, R>
    where
        R: Value<'b>,
        S: Value<'b>,
        N: Fn() -> S + Sync + 'b,
    {
        Process::new(
            self.flow.end,
            Inputs { second: None, rules: None },
            Box::new(|| Unread),
            Box::new(state),
            Location::caller(),
        )
    }

    /// Reads another flow of the same keys, too.
    #[track_caller]
    pub fn connect<U, D>(self, other: Keyed<'b, U, K, D>) -> Connected<'b, T, K, U>
    where
        U: Value<'b>,
    {
        let second = other.flow.end.edge();
        Connected { end: self.flow.end, second, place: Location::caller(), types: PhantomData }
    }

    /// Reads a broadcast, too: `create` begins the rules, `on_rule` takes each of its records into them.
    #[track_caller]
    pub fn rules<U, B, N, F>(self, other: Broadcast<'b, U>, create: N, on_rule: F) -> WithRules<'b, T, K, U, B>
    where
        U: Value<'b>,
        B: Value<'b>,
        N: Fn() -> B + Sync + 'b,
        F: Fn(&mut B, U) + Sync + 'static,
    {
        let place = Location::caller();
        let create: Rc<dyn Fn() -> B + 'b> = Rc::new(create);
        let begin = create.clone();
        let add = move |rules: &mut B, record: U, _| on_rule(rules, record);
        let operation = AggregateOperation::<U, B, _, _, _>::new(move || begin(), add, NoMerge);
        let rules = self.flow.end.function::<U, B>(FunctionKind::Aggregate, place, operation);
        WithRules { end: self.flow.end, second: other.0.end.edge(), rules, create, place, types: PhantomData }
    }
}

impl<'b, T: Value<'b>, K: Value<'b>, U: Value<'b>> Connected<'b, T, K, U> {
    /// An operator with state by key: `state` says with what a new key begins.
    #[inline(never)]
    pub fn process<S, N, R>(self, state: N) -> Process<'b, T, K, Plain<Two<U>>, Unread, S, R>
    where
        R: Value<'b>,
        S: Value<'b>,
        N: Fn() -> S + Sync + 'b,
    {
        let inputs = Inputs { second: Some(self.second), rules: None };
        Process::new(self.end, inputs, Box::new(|| Unread), Box::new(state), self.place)
    }
}

impl<'b, T: Value<'b>, K: Value<'b>, U: Value<'b>, B: Value<'b>> WithRules<'b, T, K, U, B> {
    /// An operator with state by key: `state` says with what a new key begins.
    #[inline(never)]
    pub fn process<S, N, R>(self, state: N) -> Process<'b, T, K, Ruled<U, B>, B, S, R>
    where
        R: Value<'b>,
        S: Value<'b>,
        N: Fn() -> S + Sync + 'b,
    {
        let inputs = Inputs { second: Some(self.second), rules: Some(self.rules) };
        let create = self.create;
        Process::new(self.end, inputs, Box::new(move || create()), Box::new(state), self.place)
    }
}

struct Inputs {
    second: Option<Edge>,
    rules: Option<usize>,
}

/// An operator under construction: settings and functions for timers, and at last the functions for records.
#[must_use = "an operator does nothing until it is told what to do with records"]
pub struct Process<'b, T, K, I, B, S, R: Value<'b>> {
    end: End<'b>,
    inputs: Inputs,
    rules: Box<dyn Fn() -> B + 'b>,
    state: Box<dyn Fn() -> S + 'b>,
    timer: Option<OnTimer<'b, K, B, S, R>>,
    processing_timer: Option<OnTimer<'b, K, B, S, R>>,
    in_order: bool,
    ttl: i64,
    lateness: i64,
    late: Option<Port>,
    place: Place,
    types: PhantomData<fn(T) -> I>,
}

impl<'b, T, K, I, B, S, R> Process<'b, T, K, I, B, S, R>
where
    T: Value<'b>,
    K: Value<'b>,
    B: Value<'b>,
    S: Value<'b>,
    R: Value<'b>,
{
    fn new(
        end: End<'b>,
        inputs: Inputs,
        rules: Box<dyn Fn() -> B + 'b>,
        state: Box<dyn Fn() -> S + 'b>,
        place: Place,
    ) -> Self {
        Process {
            end,
            inputs,
            rules,
            state,
            timer: None,
            processing_timer: None,
            in_order: false,
            ttl: 0,
            lateness: 0,
            late: None,
            place,
            types: PhantomData,
        }
    }

    /// Records come by event time, behind the watermark.
    pub fn in_order(self) -> Self {
        Process { in_order: true, ..self }
    }

    /// How long records may be late, in order.
    pub fn allowed_lateness(self, span: i64) -> Self {
        Process { lateness: span, ..self }
    }

    /// Where records go that are late, in order: read it with `.side_output(&tag)` behind the operator.
    pub fn late_to(self, output: &SideOutput<T>) -> Self {
        Process { late: Some(Port { name: output.name, kind: T::describe() }), ..self }
    }

    /// A key that brings nothing for so long is forgotten.
    pub fn ttl(self, span: i64) -> Self {
        Process { ttl: span, ..self }
    }

    /// The flow behind the operator.
    fn add<U: Value<'b>>(
        self,
        first: OnRecord<'b, K, T, B, S, R>,
        second: Option<OnRecord<'b, K, U, B, S, R>>,
    ) -> Flow<'b, R> {
        let mut edges = vec![self.end.edge()];
        edges.extend(self.inputs.second);
        let has_event_time = {
            let graph = self.end.graph.borrow();
            edges.iter().all(|edge| graph.is_timed(edge.node))
        };
        let tags = Rc::new(RefCell::new(Vec::new()));
        let manner = Manner {
            in_order: self.in_order,
            ttl: self.ttl,
            tags: tags.clone(),
            has_rules: self.inputs.rules.is_some(),
            has_event_time,
            place: self.place,
        };
        let mut step = ProcessStep {
            function: 0,
            state: S::describe(),
            ports: Vec::new(),
            tags,
            in_order: self.in_order,
            ttl: self.ttl,
            lateness: self.lateness,
            late: self.late,
            rules: self.inputs.rules,
            sets_timers: self.timer.is_some(),
            sets_processing_timers: self.processing_timer.is_some(),
        };
        let Process { rules, state, timer, processing_timer, .. } = self;
        let handlers = Handlers { state, rules, first, second, timer, processing_timer };
        step.function =
            self.end.function::<T, R>(FunctionKind::Process, self.place, ProcessOperation::new(handlers, manner));
        self.end.add_behind(edges, TimedStep::Process(step).into(), self.place)
    }
}

/// Functions that see no rules.
impl<'b, T, K, I, S, R> Process<'b, T, K, Plain<I>, Unread, S, R>
where
    T: Value<'b>,
    K: Value<'b>,
    S: Value<'b>,
    R: Value<'b>,
{
    /// What happens when event time has reached a timer.
    pub fn on_timer<F>(self, function: F) -> Self
    where
        F: Fn(&mut S, i64, &mut Context<'b, K, R>) + Sync + 'static,
    {
        Process { timer: Some(Box::new(move |state, time, _, context| function(state, time, context))), ..self }
    }

    /// What happens when the clock has reached a timer of processing time.
    pub fn on_processing_timer<F>(self, function: F) -> Self
    where
        F: Fn(&mut S, i64, &mut Context<'b, K, R>) + Sync + 'static,
    {
        let timer: OnTimer<'b, K, Unread, S, R> =
            Box::new(move |state, time, _, context| function(state, time, context));
        Process { processing_timer: Some(timer), ..self }
    }
}

impl<'b, T, K, S, R> Process<'b, T, K, Plain<One>, Unread, S, R>
where
    T: Value<'b>,
    K: Value<'b>,
    S: Value<'b>,
    R: Value<'b>,
{
    /// What happens with a record.
    #[inline(never)]
    pub fn on_record<F>(self, function: F) -> Flow<'b, R>
    where
        F: Fn(&mut S, T, &mut Context<'b, K, R>) + Sync + 'static,
    {
        self.add::<Unread>(Box::new(move |state, record, _, context| function(state, record, context)), None)
    }
}

impl<'b, T, K, U, S, R> Process<'b, T, K, Plain<Two<U>>, Unread, S, R>
where
    T: Value<'b>,
    K: Value<'b>,
    U: Value<'b>,
    S: Value<'b>,
    R: Value<'b>,
{
    /// What happens with a record of the first flow, and with one of the second.
    pub fn on_records<F, G>(self, first: F, second: G) -> Flow<'b, R>
    where
        F: Fn(&mut S, T, &mut Context<'b, K, R>) + Sync + 'static,
        G: Fn(&mut S, U, &mut Context<'b, K, R>) + Sync + 'static,
    {
        self.add::<U>(
            Box::new(move |state, record, _, context| first(state, record, context)),
            Some(Box::new(move |state, record, _, context| second(state, record, context))),
        )
    }
}

impl<'b, T, K, U, B, S, R> Process<'b, T, K, Ruled<U, B>, B, S, R>
where
    T: Value<'b>,
    K: Value<'b>,
    U: Value<'b>,
    B: Value<'b>,
    S: Value<'b>,
    R: Value<'b>,
{
    /// What happens when event time has reached a timer.
    pub fn on_timer<F>(self, function: F) -> Self
    where
        F: Fn(&mut S, i64, &B, &mut Context<'b, K, R>) + Sync + 'static,
    {
        Process { timer: Some(Box::new(function)), ..self }
    }

    /// What happens when the clock has reached a timer of processing time.
    pub fn on_processing_timer<F>(self, function: F) -> Self
    where
        F: Fn(&mut S, i64, &B, &mut Context<'b, K, R>) + Sync + 'static,
    {
        Process { processing_timer: Some(Box::new(function)), ..self }
    }

    /// What happens with a record.
    #[inline(never)]
    pub fn on_record<F>(self, function: F) -> Flow<'b, R>
    where
        F: Fn(&mut S, T, &B, &mut Context<'b, K, R>) + Sync + 'static,
    {
        self.add::<Unread>(Box::new(function), None)
    }
}

/// Which of the records with one key is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The first one; the others are dropped.
    First,
    /// Every one that is not older than the one before it.
    Last,
}

impl<'b, T: Value<'b>, K: Value<'b>, C> Keyed<'b, T, K, C> {
    /// One record of each key: the first, or the latest. A key that brings nothing for `ttl` milliseconds is new again;
    /// `None` = never.
    #[track_caller]
    #[inline(never)]
    pub fn deduplicate(self, keep: Keep, ttl: Option<i64>) -> Flow<'b, T> {
        let place = Location::caller();
        if ttl.is_some_and(|ttl| ttl <= 0) {
            fail("the ttl of this deduplicate is not positive: it is a span of milliseconds, or None", place);
        }
        let process = self.process(|| i64::MIN);
        Process { place, ..process }.ttl(ttl.unwrap_or(0)).on_record(move |latest: &mut i64, record, context| {
            let is_first = *latest == i64::MIN;
            if is_first || (keep == Keep::Last && context.time() >= *latest) {
                *latest = context.time();
                context.emit(record);
            }
        })
    }
}
