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
//! overwrites. Each source is one split. A window gives its result once, when the input has ended; the clock stands at 0 until
//! then. Where two flows meet, the one whose watermark is lower comes next.

mod batch;
mod cell;
mod names;
mod process;
mod results;
mod runner;
mod windows;

pub use results::{Results, Row};

use crate::abi::ArrowArray;
use crate::arena;
use crate::exports::Main;
use crate::flow::Job;
use crate::graph::Step;
use crate::types::Type;
use crate::value::{Rows, Value};
use batch::Batch;
use names::known_names;
use runner::Runner;

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
        let mut runner = Runner::new(&graph, &names, self.rows_per_batch, results);
        for (source, array) in &self.inputs {
            runner.give(*source, Batch::of(array));
        }
        Results::new(runner.finish())
    }
}
