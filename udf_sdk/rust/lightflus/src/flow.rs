//! Streams as main sees them: each operator adds a node to the graph and answers the stream behind it. Nothing runs here.
//!
//! A function is `Fn + Sync + 'static`: it cannot change what it captured (no `Cell`, no `RefCell`, no `&mut`), and it
//! cannot keep anything of a batch, because main is generic in the batch's lifetime `'b`. What the type system does not
//! see are locks, atomics and statics; docs/rust.md asks to leave them alone.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;

use crate::connectors::{Sink, Source};
use crate::field::{ByField, ByFunction, Field};
use crate::graph::{Edge, Extractor, Function, FunctionKind, Graph, Place, Port, Step, TimedStep};
use crate::host::fail;
use crate::operation::{FlatMapOperation, KeyCheck, MapOperation, Operation, ReduceOperation};
use crate::time::SideOutput;
use crate::value::Value;

/// A job under construction: what a `#[lightflus::job]` function gets.
///
/// `'b` is the lifetime of the batches that its functions will see. They must not keep anything of them, nor count:
///
/// ```compile_fail,E0277
/// # use lightflus::prelude::*;
/// # fn lines<'b>(job: &Job<'b>) -> Flow<'b, &'b str> { job.from(Kafka::builder().build::<&str>()) }
/// fn counts(job: &Job) {
///     let seen = std::cell::Cell::new(0);
///     let _ = lines(job).map(move |line| { seen.set(seen.get() + 1); line });
/// }
/// ```
///
/// ```compile_fail,E0594
/// # use lightflus::prelude::*;
/// # fn lines<'b>(job: &Job<'b>) -> Flow<'b, &'b str> { job.from(Kafka::builder().build::<&str>()) }
/// fn counts(job: &Job) {
///     let mut seen = 0;
///     let _ = lines(job).map(move |line| { seen += 1; line });
/// }
/// ```
///
/// ```compile_fail,E0521
/// # use lightflus::prelude::*;
/// # use std::sync::Mutex;
/// # fn lines<'b>(job: &Job<'b>) -> Flow<'b, &'b str> { job.from(Kafka::builder().build::<&str>()) }
/// fn keeps(job: &Job) {
///     static SEEN: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
///     let _ = lines(job).map(|line| { SEEN.lock().unwrap().push(line); line });
/// }
/// ```
///
/// ```compile_fail
/// # use lightflus::prelude::*;
/// fn one_lifetime_for_all(job: &Job<'static>) {}
/// lightflus::testing::run(one_lifetime_for_all);
/// ```
pub struct Job<'b> {
    pub(crate) graph: Rc<RefCell<Graph<'b>>>,
    brand: PhantomData<Cell<&'b ()>>,
}

impl<'b> Job<'b> {
    pub(crate) fn new() -> Job<'b> {
        Job { graph: Rc::default(), brand: PhantomData }
    }

    /// The records of a source.
    #[track_caller]
    pub fn from<T: Value<'b>, S: Source<T>>(&self, source: S) -> Flow<'b, T> {
        let step = Step::Source(source.into_source());
        let id = self.graph.borrow_mut().add_node(step, Vec::new(), Some(T::describe()), Location::caller());
        Flow { end: End { graph: self.graph.clone(), id, port: "" }, records: PhantomData }
    }
}

/// An operator that was added last: it can be named and told its parallelism.
#[derive(Clone)]
pub struct End<'b> {
    pub(crate) graph: Rc<RefCell<Graph<'b>>>,
    pub(crate) id: usize,
    port: &'static str,
}

const MOST_PARALLELISM: u32 = 32_767;

impl<'b> End<'b> {
    /// Names the operator. State belongs to a name: give one to every keyed operator.
    pub fn name(self, name: &str) -> Self {
        self.graph.borrow_mut().nodes[self.id].name = name.to_owned();
        self
    }

    /// Sets how many subtasks the operator has.
    #[track_caller]
    pub fn parallelism(self, n: u32) -> Self {
        assert!((1..=MOST_PARALLELISM).contains(&n), "parallelism(n) takes a number from 1 to {MOST_PARALLELISM}");
        self.graph.borrow_mut().nodes[self.id].parallelism = n;
        self
    }

    pub(crate) fn edge(&self) -> Edge {
        Edge { node: self.id, port: self.port }
    }

    pub(crate) fn add<U: Value<'b>>(&self, step: Step, place: Place) -> Flow<'b, U> {
        self.add_behind(vec![self.edge()], step, place)
    }

    /// Adds an operator that reads these outputs.
    pub(crate) fn add_behind<U: Value<'b>>(&self, inputs: Vec<Edge>, step: Step, place: Place) -> Flow<'b, U> {
        let id = self.graph.borrow_mut().add_node(step, inputs, Some(U::describe()), place);
        Flow { end: End { graph: self.graph.clone(), id, port: "" }, records: PhantomData }
    }

    pub(crate) fn function<T: Value<'b>, U: Value<'b>>(
        &self,
        kind: FunctionKind,
        place: Place,
        operation: impl Operation + 'b,
    ) -> usize {
        self.add_function(declared::<T, U>(kind, place), operation)
    }

    pub(crate) fn add_function(&self, function: Function, operation: impl Operation + 'b) -> usize {
        self.graph.borrow_mut().add_function(function, operation)
    }

    /// Adds a function of one value per row.
    pub(crate) fn map_function<T: Value<'b>, U: Value<'b>>(
        &self,
        kind: FunctionKind,
        place: Place,
        function: impl Fn(T) -> U + 'static,
    ) -> usize {
        self.function::<T, U>(kind, place, MapOperation::<T, U, _>::new(function))
    }
}

/// What the graph says of a function that is like most.
pub(crate) fn declared<'b, T: Value<'b>, U: Value<'b>>(kind: FunctionKind, place: Place) -> Function {
    let (input, output) = (T::describe(), U::describe());
    Function { kind, input, output, keeps: None, reads_nothing: false, times: false, place }
}

/// Records of type T.
#[must_use = "a flow does nothing until it ends in a sink"]
pub struct Flow<'b, T> {
    pub(crate) end: End<'b>,
    records: PhantomData<fn() -> T>,
}

impl<T> Clone for Flow<'_, T> {
    fn clone(&self) -> Self {
        Flow { end: self.end.clone(), records: PhantomData }
    }
}

impl<'b, T: Value<'b>> Flow<'b, T> {
    /// Names the operator that was added last.
    pub fn name(self, name: &str) -> Self {
        Flow { end: self.end.name(name), ..self }
    }

    /// Sets how many subtasks the operator that was added last has.
    #[track_caller]
    pub fn parallelism(self, n: u32) -> Self {
        Flow { end: self.end.parallelism(n), ..self }
    }

    /// One record out per record in.
    #[track_caller]
    #[inline(never)]
    pub fn map<U, F>(self, function: F) -> Flow<'b, U>
    where
        U: Value<'b>,
        F: Fn(T) -> U + Sync + 'static,
    {
        let place = Location::caller();
        let number = self.end.map_function(FunctionKind::Map, place, function);
        self.end.add(Step::Map(number), place)
    }

    /// Only the records for which the function says true.
    #[track_caller]
    #[inline(never)]
    pub fn filter<F>(self, function: F) -> Flow<'b, T>
    where
        F: Fn(&T) -> bool + Sync + 'static,
    {
        let place = Location::caller();
        let number = self.end.map_function(FunctionKind::Filter, place, move |record: T| function(&record));
        self.end.add(Step::Filter(number), place)
    }

    /// Any number of records out per record in: whatever can be iterated, without being collected first.
    #[track_caller]
    #[inline(never)]
    pub fn flat_map<I, F>(self, function: F) -> Flow<'b, I::Item>
    where
        I: IntoIterator<Item: Value<'b>> + 'b,
        F: Fn(T) -> I + Sync + 'static,
    {
        let place = Location::caller();
        let operation = FlatMapOperation::<T, I, F>::new(function);
        let number = self.end.function::<T, I::Item>(FunctionKind::FlatMap, place, operation);
        self.end.add(Step::FlatMap(number), place)
    }

    /// Brings the records of one key together; the key is what a function makes of a record.
    ///
    /// Where the key is a plain field, `key_by_field` is faster, and lets the engine leave out updates that nobody sees.
    #[track_caller]
    #[inline(never)]
    pub fn key_by<K, F>(self, function: F) -> Keyed<'b, T, K, ByFunction>
    where
        K: Value<'b>,
        F: Fn(T) -> K + Sync + 'static,
    {
        let place = Location::caller();
        let number = self.end.map_function(FunctionKind::Key, place, function);
        let step = Step::KeyBy(Extractor::Function(number), K::describe());
        Keyed { flow: self.end.add(step, place), check: ByFunction, key: PhantomData }
    }

    /// Brings the records of one key together; the key is a field: `key_by_field(field!(word))`.
    #[track_caller]
    #[inline(never)]
    pub fn key_by_field<K, G>(self, field: Field<G>) -> Keyed<'b, T, K, ByField<G>>
    where
        K: Value<'b>,
        G: Fn(&T) -> &K + Sync + 'static,
    {
        let (path, get) = field;
        let step = Step::KeyBy(Extractor::Field(path.0), K::describe());
        Keyed { flow: self.end.add(step, Location::caller()), check: ByField { path, get }, key: PhantomData }
    }

    /// The records of this flow and of others of the same type.
    #[track_caller]
    pub fn union(self, others: impl IntoIterator<Item = Flow<'b, T>>) -> Flow<'b, T> {
        let inputs = std::iter::once(self.end.edge()).chain(others.into_iter().map(|other| other.end.edge()));
        self.end.add_behind(inputs.collect(), TimedStep::Union.into(), Location::caller())
    }

    /// A side output of the operator that was added last.
    #[track_caller]
    pub fn side_output<U: Value<'b>>(&self, output: &SideOutput<U>) -> Flow<'b, U> {
        let port = Port { name: output.name, kind: U::describe() };
        if let Err(problem) = self.end.graph.borrow_mut().nodes[self.end.id].open(port, output.number) {
            fail(&problem, Location::caller());
        }
        Flow { end: End { port: output.name, ..self.end.clone() }, records: PhantomData }
    }

    /// Ends the flow in a sink.
    #[track_caller]
    #[inline(never)]
    pub fn sink<S: Sink<'b, T>>(self, sink: S) -> End<'b> {
        let place = Location::caller();
        let step = sink.attach(&self.end, place);
        let id = self.end.graph.borrow_mut().add_node(step, vec![self.end.edge()], None, place);
        End { graph: self.end.graph, id, port: "" }
    }
}

/// Records of type T, those of one key together.
#[must_use = "a keyed flow does nothing until it is reduced"]
pub struct Keyed<'b, T, K, C> {
    pub(crate) flow: Flow<'b, T>,
    check: C,
    key: PhantomData<fn() -> K>,
}

impl<T, K, C: Clone> Clone for Keyed<'_, T, K, C> {
    fn clone(&self) -> Self {
        Keyed { flow: self.flow.clone(), check: self.check.clone(), key: PhantomData }
    }
}

impl<'b, T: Value<'b>, K: Value<'b>, C> Keyed<'b, T, K, C> {
    /// Names the operator that was added last.
    pub fn name(self, name: &str) -> Self {
        Keyed { flow: self.flow.name(name), ..self }
    }

    /// Sets how many subtasks the operator that was added last has.
    #[track_caller]
    pub fn parallelism(self, n: u32) -> Self {
        Keyed { flow: self.flow.parallelism(n), ..self }
    }

    /// Folds the records of a key: the first one is the state, every other one gives `state = f(state, record)`.
    /// Every update goes out. A stream that is keyed by a field needs a function that hands that field on.
    #[track_caller]
    #[allow(private_bounds)]
    #[inline(never)]
    pub fn reduce<F>(self, function: F) -> Flow<'b, T>
    where
        C: KeyCheck<'b, T> + 'static,
        F: Fn(T, T) -> T + Sync + 'static,
    {
        let place = Location::caller();
        let keeps = if C::IS_NEEDED { Some(self.check.field().first().copied().unwrap_or("value")) } else { None };
        let operation = ReduceOperation::<T, F, C>::new(function, self.check, place);
        let end = &self.flow.end;
        let number = end.add_function(Function { keeps, ..declared::<T, T>(FunctionKind::Reduce, place) }, operation);
        end.add(Step::Reduce(number), place)
    }
}
