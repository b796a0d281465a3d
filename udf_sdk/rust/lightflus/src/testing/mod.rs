//! Runs a job natively, in a plain `cargo test`: the same operators over the same columns, without an engine.
//!
//! ```
//! # use lightflus::prelude::*;
//! # #[lightflus::job]
//! # fn shout(job: &Job) {
//! #     job.from(Kafka::builder().brokers(["localhost:9092"]).topic("lines").group("g").build::<&str>())
//! #         .map(|line| line.to_uppercase())
//! #         .sink(Redis::<String>::new().host("localhost").key_field(field!()).value_field(field!()));
//! # }
//! let results = lightflus::testing::run(shout).input("lines", ["hello", "world"]).finish();
//! assert_eq!(results.updates("redis"), [("HELLO".into(), "HELLO".into()), ("WORLD".into(), "WORLD".into())]);
//! ```
//!
//! Sources and sinks go by the name that `.name(...)` gave them; else by their topic, stream or table, or the kind of system
//! (`redis`), with `-2` at a second one. Every update of a key is seen here; the engine may leave out those that a later one
//! overwrites.

mod cell;
mod names;
mod results;

pub use results::{Results, Row};

use std::collections::{BTreeMap, HashMap};

use crate::abi::{ArrowArray, Call, WANTED_OUTPUT, WANTED_STATE};
use crate::arena;
use crate::exports::Main;
use crate::flow::Job;
use crate::graph::{Extractor, Graph, Step};
use crate::types::Type;
use crate::value::{Rows, Value};
use cell::{read_batch, write_batch, Cell};
use names::known_names;

const ROWS_PER_BATCH: usize = 1_000;

/// Prepares a run of a job.
pub fn run(main: Main) -> Run {
    arena::clear();
    let job = Job::new();
    main(&job);
    Run { job, rows_per_batch: ROWS_PER_BATCH, inputs: Vec::new() }
}

/// What a job says about itself, as JSON: its operators, functions and types, and the systems that it names.
pub fn graph(main: Main) -> String {
    let job = Job::new();
    main(&job);
    let graph = job.graph.borrow();
    graph.to_json("test", "default")
}

/// A job with its inputs.
pub struct Run {
    job: Job<'static>,
    rows_per_batch: usize,
    inputs: Vec<(usize, &'static ArrowArray)>,
}

impl Run {
    /// Cuts the inputs that follow into batches of `rows` rows. The results must not depend on it.
    pub fn rows_per_batch(mut self, rows: usize) -> Run {
        assert!(rows > 0, "a batch has at least one row");
        self.rows_per_batch = rows;
        self
    }

    /// Gives a source its records.
    ///
    /// # Panics
    /// If the job has no source of that name, or one of another record type.
    pub fn input<'x, T: Value<'x>>(mut self, source: &str, records: impl IntoIterator<Item = T>) -> Run {
        let number = self.source(source, T::describe());
        let mut records = records.into_iter().peekable();
        while records.peek().is_some() {
            let mut rows = Rows::<T>::with_room(self.rows_per_batch);
            records.by_ref().take(self.rows_per_batch).for_each(|record| rows.push(&record));
            self.inputs.push((number, rows.into_batch()));
        }
        self
    }

    fn source(&self, name: &str, kind: Type) -> usize {
        let graph = self.job.graph.borrow();
        let names = known_names(&graph);
        let is_source = |id: &usize| matches!(graph.nodes[*id].step, Step::Source(_));
        let sources: Vec<_> = (0..graph.nodes.len()).filter(is_source).map(|id| (id, &names[id])).collect();
        let found = sources.iter().find(|(_, known)| *known == name);
        let known = || sources.iter().map(|(_, known)| format!("`{known}`")).collect::<Vec<_>>().join(", ");
        let Some((id, _)) = found else { panic!("the job has no source `{name}`; it has {}", known()) };
        let expected = graph.nodes[*id].output.as_ref();
        assert!(expected == Some(&kind), "the source `{name}` has records of {expected:?}, not of {kind:?}");
        *id
    }

    /// Runs the job until its inputs end.
    pub fn finish(self) -> Results {
        let graph = self.job.graph.borrow();
        let names = known_names(&graph);
        let sinks = graph.nodes.iter().zip(&names).filter(|(node, _)| matches!(node.step, Step::Sink { .. }));
        let results = sinks.map(|(_, name)| (name.clone(), Vec::new())).collect();
        let mut runner = Runner { graph: &graph, names: &names, states: HashMap::new(), results };
        for (source, array) in &self.inputs {
            runner.pass_on(*source, &Batch { array, rows: array.length as usize, selection: None });
        }
        Results::new(runner.results)
    }
}

/// Rows of an array: all, or those of a selection.
struct Batch<'a> {
    array: &'a ArrowArray,
    rows: usize,
    selection: Option<Vec<u32>>,
}

impl Batch<'_> {
    fn call(&self, function: usize) -> Call {
        let none = std::ptr::null();
        Call {
            size: size_of::<Call>() as u32,
            function: function as u32,
            batch: self.array,
            rows: self.rows as u32,
            selection: self.selection.as_ref().map_or(none, |rows| rows.as_ptr()),
            wanted: WANTED_OUTPUT,
            state: std::ptr::null(),
            groups: none,
            group_count: 0,
            keys: std::ptr::null(),
            times: std::ptr::null(),
            window_start: std::ptr::null(),
            window_end: std::ptr::null(),
            unused: 0,
            watermark: 0,
            unused_tail: [0; 2],
        }
    }

    fn row(&self, i: usize) -> usize {
        self.selection.as_ref().map_or(i, |rows| rows[i] as usize)
    }
}

struct Runner<'g> {
    graph: &'g Graph<'static>,
    names: &'g [String],
    states: HashMap<usize, HashMap<Cell, Cell>>,
    results: BTreeMap<String, Vec<Row>>,
}

impl Runner<'_> {
    fn pass_on(&mut self, from: usize, batch: &Batch<'_>) {
        for id in 0..self.graph.nodes.len() {
            if self.graph.nodes[id].input == Some(from) {
                self.step(id, batch);
            }
        }
    }

    fn step(&mut self, id: usize, batch: &Batch<'_>) {
        match &self.graph.nodes[id].step {
            Step::Source(_) => {}
            Step::Map(function) => {
                let array = self.apply(*function, batch);
                self.pass_on(id, &Batch { array, rows: batch.rows, selection: None });
            }
            Step::Filter(function) => {
                let mask = self.apply(*function, batch);
                let kind = bool::describe();
                // SAFETY: a filter answers one bool per row.
                let is_kept = |i: &usize| unsafe { read_batch(mask, &kind, *i) } == Cell::Bits(true);
                let rows: Vec<_> = (0..batch.rows).filter(is_kept).map(|i| batch.row(i) as u32).collect();
                self.pass_on(id, &Batch { array: batch.array, rows: rows.len(), selection: Some(rows) });
            }
            Step::FlatMap(function) => {
                let list = self.apply(*function, batch);
                // SAFETY: a flat_map answers a list per row; the last offset is the number of its items.
                let (array, rows) = unsafe { (list.child(0), *list.buffer(1).cast::<u32>().add(batch.rows)) };
                self.pass_on(id, &Batch { array, rows: rows as usize, selection: None });
            }
            Step::KeyBy(..) => self.pass_on(id, batch),
            Step::Reduce(function) => self.reduce(id, *function, batch),
            Step::Sink { fields, .. } => {
                let columns: Vec<_> = fields.iter().map(|f| self.extract(id, &f.value, &f.kind, batch)).collect();
                let text = |k: usize, i: usize| columns[k][i].shown(&fields[k].kind);
                let row = |i| Row::new((0..fields.len()).map(|k| (fields[k].name.clone(), text(k, i))).collect());
                let rows: Vec<_> = (0..batch.rows).map(row).collect();
                self.results.entry(self.names[id].clone()).or_default().extend(rows);
            }
        }
    }

    fn apply(&self, function: usize, batch: &Batch<'_>) -> &'static ArrowArray {
        // SAFETY: the batch has the type that the graph says, and the call is whole.
        unsafe { self.graph.operations[function].apply(&batch.call(function)) }
    }

    /// A value of each record, for an operator that reads them.
    fn extract(&self, id: usize, value: &Extractor, kind: &Type, batch: &Batch<'_>) -> Vec<Cell> {
        let input = self.graph.nodes[id].input.expect("it has an input");
        let record = self.graph.nodes[input].output.as_ref().expect("its input has records");
        match value {
            Extractor::Function(function) => {
                let array = self.apply(*function, batch);
                // SAFETY: the function answers one value of this type per row.
                (0..batch.rows).map(|i| unsafe { read_batch(array, kind, i) }).collect()
            }
            Extractor::Field(path) => {
                // SAFETY: the batch has the type that the graph says.
                let whole = |i| unsafe { read_batch(batch.array, record, batch.row(i)) };
                (0..batch.rows).map(|i| whole(i).at(record, path)).collect()
            }
        }
    }

    fn reduce(&mut self, id: usize, function: usize, batch: &Batch<'_>) {
        let key_by = self.graph.nodes[id].input.expect("a reduce reads a key_by");
        let Step::KeyBy(key, kind) = &self.graph.nodes[key_by].step else { panic!("a reduce reads a key_by") };
        let keys = self.extract(key_by, key, kind, batch);
        let mut numbers = HashMap::new();
        let mut distinct = Vec::new();
        let mut number_of = |key: &Cell| {
            *numbers.entry(key.clone()).or_insert_with(|| {
                distinct.push(key.clone());
                distinct.len() as u32 - 1
            })
        };
        let groups: Vec<_> = keys.iter().map(&mut number_of).collect();
        let states = self.states.entry(id).or_default();
        let known: Vec<_> = distinct.iter().map(|key| states.get(key).cloned()).collect();
        let record = self.graph.nodes[id].output.as_ref().expect("a reduce has records");
        let state = write_state(record, &known);
        let call = Call {
            wanted: WANTED_OUTPUT | WANTED_STATE,
            state,
            groups: groups.as_ptr(),
            group_count: distinct.len() as u32,
            ..batch.call(function)
        };
        // SAFETY: the batch and the state have the type that the graph says, and the call is whole.
        let (output, state) = unsafe { self.graph.operations[function].fold(&call) };
        for (g, key) in distinct.into_iter().enumerate() {
            // SAFETY: a fold answers a state per group.
            states.insert(key, unsafe { read_batch(state, record, g) });
        }
        let array = output.expect("the output was wanted");
        self.pass_on(id, &Batch { array, rows: batch.rows, selection: None });
    }
}

/// States as a fold takes them: a null row has none.
fn write_state(record: &Type, states: &[Option<Cell>]) -> &'static ArrowArray {
    let batch =
        write_batch(record, &states.iter().map(|state| state.clone().unwrap_or(Cell::Null)).collect::<Vec<_>>());
    if states.contains(&None) {
        let known: Vec<_> = states.iter().map(|state| Cell::Bits(state.is_some())).collect();
        let bits = write_batch(&bool::describe(), &known);
        // SAFETY: the first buffer of a struct is its validity; the bits are those of a column of bools.
        unsafe { batch.buffers.write(bits.child(0).buffer(1)) };
    }
    batch
}
