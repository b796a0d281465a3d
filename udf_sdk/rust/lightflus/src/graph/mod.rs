//! The job graph that main builds up, and its JSON (docs/abi.md, section 5; job.proto).
//!
//! Owns the operators and the function table. `flow.rs` and `connectors.rs` add to it; `exports.rs` asks for its text and
//! looks functions up; the test runner walks it. Runs in main only.

mod timed;

pub(crate) use timed::{Port, ProcessStep, TimedStep, TimestampsStep, WindowStep};

use std::panic::Location;

use crate::connectors::{BadRecords, Column, Format, Options};
use crate::flow::End;
use crate::json::{list, object, quote, Object};
use crate::operation::Operation;
use crate::types::Type;

const SDK_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Place of an operator or function in the user's source.
pub(crate) type Place = &'static Location<'static>;

/// An external system.
#[derive(Clone)]
pub(crate) struct Connector {
    pub kind: String,
    pub options: Options,
}

/// What a source says: its format is empty where the type decides; bad records are `None` where the engine decides.
#[derive(Clone)]
pub(crate) struct Source {
    pub connector: Connector,
    pub format: &'static str,
    pub bad_records: Option<BadRecords>,
    pub envelope: bool,
}

/// A source of bare records.
#[inline(never)]
pub(crate) fn source(
    kind: &str,
    mut options: Options,
    format: Option<Format>,
    bad_records: Option<BadRecords>,
) -> Source {
    if let Some(format) = &format {
        options.set_all(&format.options);
    }
    let connector = Connector { kind: kind.to_owned(), options };
    Source { connector, format: format.map_or("", |format| format.name), bad_records, envelope: false }
}

/// A sink of these columns. With keys the last row of a key stands, else every record is a new row.
#[inline(never)]
pub(crate) fn sink<'b>(
    kind: &str,
    options: Options,
    columns: Vec<Column<'b>>,
    key_fields: Vec<String>,
    end: &End<'b>,
) -> Step {
    let fields = columns.into_iter().map(|column| column.attach(end)).collect();
    Step::Sink { connector: Connector { kind: kind.to_owned(), options }, fields, key_fields }
}

/// A value taken from a record.
#[derive(Clone)]
pub(crate) enum Extractor {
    Field(&'static [&'static str]),
    Function(usize),
}

/// One column that a sink writes.
#[derive(Clone)]
pub(crate) struct SinkField {
    pub name: String,
    pub value: Extractor,
    pub kind: Type,
}

/// What an operator does.
pub(crate) enum Step {
    Source(Source),
    Map(usize),
    Filter(usize),
    FlatMap(usize),
    KeyBy(Extractor, Type),
    Reduce(usize),
    Sink {
        connector: Connector,
        fields: Vec<SinkField>,
        key_fields: Vec<String>,
    },
    /// One of event time, and what writes it: a module has that code only if its job has such an operator.
    Timed(TimedStep, fn(&TimedStep) -> (&'static str, String)),
}

/// The node that an operator reads from, and which of its outputs; none = the main one.
#[derive(Clone)]
pub(crate) struct Edge {
    pub node: usize,
    pub port: &'static str,
}

/// A node of the dataflow; its id is its index.
pub(crate) struct Node {
    pub step: Step,
    pub inputs: Vec<Edge>,
    pub output: Option<Type>,
    pub place: Place,
    pub name: String,
    pub parallelism: u32,
}

/// Which kind of call a function is for.
#[derive(Clone, Copy)]
pub(crate) enum FunctionKind {
    Map,
    Filter,
    FlatMap,
    Key,
    Reduce,
    Field,
    Timestamp,
    Aggregate,
    Process,
    Finish,
    FinishList,
}

impl FunctionKind {
    fn name(self) -> &'static str {
        match self {
            FunctionKind::Map => "FUNCTION_KIND_MAP",
            FunctionKind::Filter => "FUNCTION_KIND_FILTER",
            FunctionKind::FlatMap => "FUNCTION_KIND_FLAT_MAP",
            FunctionKind::Key => "FUNCTION_KIND_KEY",
            FunctionKind::Reduce => "FUNCTION_KIND_REDUCE",
            FunctionKind::Field => "FUNCTION_KIND_FIELD",
            FunctionKind::Timestamp => "FUNCTION_KIND_TIMESTAMP",
            FunctionKind::Aggregate => "FUNCTION_KIND_AGGREGATE",
            FunctionKind::Process => "FUNCTION_KIND_PROCESS",
            FunctionKind::Finish => "FUNCTION_KIND_FINISH",
            FunctionKind::FinishList => "FUNCTION_KIND_FINISH_LIST",
        }
    }
}

/// What the graph says about a function.
pub(crate) struct Function {
    pub kind: FunctionKind,
    pub input: Type,
    pub output: Type,
    pub keeps: Option<&'static str>,
    /// Whether it reads no column of a record.
    pub reads_nothing: bool,
    /// Whether it needs the times of its rows.
    pub times: bool,
    pub place: Place,
}

/// A job under construction.
#[derive(Default)]
pub(crate) struct Graph<'b> {
    pub nodes: Vec<Node>,
    pub functions: Vec<Function>,
    pub operations: Vec<Box<dyn Operation + 'b>>,
}

impl<'b> Graph<'b> {
    #[inline(never)]
    pub fn add_node(&mut self, step: Step, inputs: Vec<Edge>, output: Option<Type>, place: Place) -> usize {
        self.nodes.push(Node { step, inputs, output, place, name: String::new(), parallelism: 0 });
        self.nodes.len() - 1
    }

    /// Whether the records of a node have an event time: behind timestamps on every path from a source.
    pub fn is_timed(&self, node: usize) -> bool {
        let node = &self.nodes[node];
        let is_behind = !node.inputs.is_empty() && node.inputs.iter().all(|edge| self.is_timed(edge.node));
        matches!(node.step, Step::Timed(TimedStep::Timestamps(_), _)) || is_behind
    }

    /// The minor version of the ABI that the job needs (docs/abi.md, section 9).
    fn abi_minor(&self) -> u32 {
        let is_timed = |node: &Node| matches!(node.step, Step::Timed(..));
        if self.nodes.iter().any(is_timed) {
            2
        } else {
            0
        }
    }

    /// Adds a function; answers its number.
    pub fn add_function(&mut self, function: Function, operation: impl Operation + 'b) -> usize {
        self.functions.push(function);
        self.operations.push(Box::new(operation));
        self.functions.len() - 1
    }

    /// The whole graph as JSON.
    #[inline(never)]
    pub fn to_json(&self, job: &str, namespace: &str) -> String {
        let mut out = object().with("version", "1");
        if self.abi_minor() > 0 {
            out = out.with("abiMinor", self.abi_minor().to_string());
        }
        out.with("job", quote(job))
            .with("namespace", quote(namespace))
            .with("operators", list(self.nodes.iter().enumerate().map(|(id, node)| node.to_json(id))))
            .with("functions", list(self.functions.iter().map(Function::to_json)))
            .with("sdk", object().with("language", quote("rust")).with("version", quote(SDK_VERSION)).end())
            .end()
    }
}

impl Node {
    #[inline(never)]
    fn to_json(&self, id: usize) -> String {
        let mut out = object().with("id", id.to_string());
        if !self.name.is_empty() {
            out = out.with("name", quote(&self.name));
        }
        if !self.inputs.is_empty() {
            out = out.with("inputs", list(self.inputs.iter().map(Edge::to_json)));
        }
        if let Some(output) = &self.output {
            out = out.with("output", output.to_json());
        }
        if self.parallelism > 0 {
            out = out.with("parallelism", self.parallelism.to_string());
        }
        let (kind, value) = self.step.to_json();
        out.with("position", position(self.place)).with(kind, value).end()
    }
}

impl Step {
    #[inline(never)]
    fn to_json(&self) -> (&'static str, String) {
        let calls = |number: &usize| object().with("function", number.to_string()).end();
        match self {
            Step::Source(source) => ("source", source.to_json()),
            Step::Map(number) => ("map", calls(number)),
            Step::Filter(number) => ("filter", calls(number)),
            Step::FlatMap(number) => ("flatMap", calls(number)),
            Step::KeyBy(key, kind) => {
                ("keyBy", object().with("key", key.to_json()).with("keyType", kind.to_json()).end())
            }
            Step::Reduce(number) => ("reduce", calls(number)),
            Step::Sink { connector, fields, key_fields } => {
                let sink = object()
                    .with("connector", connector.to_json())
                    .with("fields", list(fields.iter().map(SinkField::to_json)));
                let keys = list(key_fields.iter().map(|name| quote(name)));
                let upsert = |sink: Object| sink.with("delivery", quote("DELIVERY_UPSERT")).with("keyFields", keys);
                ("sink", if key_fields.is_empty() { sink } else { upsert(sink) }.end())
            }
            Step::Timed(step, to_json) => to_json(step),
        }
    }
}

impl Edge {
    fn to_json(&self) -> String {
        let out = object().with("operator", self.node.to_string());
        if self.port.is_empty() { out } else { out.with("port", quote(self.port)) }.end()
    }
}

impl Source {
    #[inline(never)]
    fn to_json(&self) -> String {
        let mut out = object().with("connector", self.connector.to_json());
        if !self.format.is_empty() {
            out = out.with("format", quote(self.format));
        }
        if let Some(policy) = self.bad_records {
            let name = policy.name().to_ascii_uppercase().replace('-', "_");
            out = out.with("badRecords", quote(&format!("BAD_RECORDS_{name}")));
        }
        if self.envelope {
            out = out.with("envelope", "true");
        }
        out.end()
    }
}

impl Connector {
    #[inline(never)]
    fn to_json(&self) -> String {
        let options = self.options.pairs().fold(object(), |out, (name, value)| out.with(name, quote(value)));
        object().with("kind", quote(&self.kind)).with("options", options.end()).end()
    }
}

impl Extractor {
    #[inline(never)]
    fn to_json(&self) -> String {
        match self {
            Extractor::Field(names) => {
                let names = list(names.iter().map(|name| quote(name)));
                object().with("field", object().with("names", names).end()).end()
            }
            Extractor::Function(number) => object().with("function", number.to_string()).end(),
        }
    }
}

impl SinkField {
    #[inline(never)]
    fn to_json(&self) -> String {
        object()
            .with("name", quote(&self.name))
            .with("value", self.value.to_json())
            .with("type", self.kind.to_json())
            .end()
    }
}

impl Function {
    #[inline(never)]
    fn to_json(&self) -> String {
        let mut out = object()
            .with("kind", quote(self.kind.name()))
            .with("input", self.input.to_json())
            .with("output", self.output.to_json())
            .with("position", position(self.place));
        if self.reads_nothing {
            out = out.with("reads", object().end());
        }
        if self.times {
            out = out.with("times", "true");
        }
        match self.keeps {
            Some(column) => out.with("keeps", list([quote(column)])).end(),
            None => out.end(),
        }
    }
}

#[inline(never)]
fn position(place: Place) -> String {
    object()
        .with("file", quote(place.file()))
        .with("line", place.line().to_string())
        .with("column", place.column().to_string())
        .end()
}
