//! Runs a graph, operator by operator, each over all that it reads: inputs end, and an operator reads earlier ones only.
//!
//! Owns operators without windows and timers; those are `windows.rs` and `process.rs`.

use std::collections::{BTreeMap, HashMap};

use super::batch::{Batch, Stamp};
use super::cell::{read_batch, write_batch, Cell};
use super::results::Row;
use crate::abi::{ArrowArray, Call, NO_MARK, WANTED_OUTPUT, WANTED_STATE};
use crate::graph::{Edge, Extractor, Graph, Step, TimedStep, TimestampsStep};
use crate::types::{Kind, Scalar, Type};
use crate::value::Value;

pub(super) struct Runner<'g> {
    pub graph: &'g Graph<'static>,
    pub rows_per_batch: usize,
    names: &'g [String],
    /// What came out of each operator, by side output; "" is the main one.
    outputs: Vec<HashMap<&'static str, Vec<Batch>>>,
    results: BTreeMap<String, Vec<Row>>,
}

impl<'g> Runner<'g> {
    pub fn new(
        graph: &'g Graph<'static>,
        names: &'g [String],
        rows_per_batch: usize,
        results: BTreeMap<String, Vec<Row>>,
    ) -> Self {
        let outputs = graph.nodes.iter().map(|_| HashMap::new()).collect();
        Runner { graph, rows_per_batch, names, outputs, results }
    }

    /// Adds a batch to what comes out of an operator.
    pub fn give(&mut self, id: usize, batch: Batch) {
        self.give_to(id, "", batch);
    }

    /// Adds a batch to a side output.
    pub fn give_to(&mut self, id: usize, port: &'static str, batch: Batch) {
        if batch.rows > 0 {
            self.outputs[id].entry(port).or_default().push(batch);
        }
    }

    /// Runs all operators: what the sinks got.
    pub fn finish(mut self) -> BTreeMap<String, Vec<Row>> {
        for id in 0..self.graph.nodes.len() {
            self.run(id);
        }
        self.results
    }

    /// What an operator reads on a side.
    pub fn read(&self, id: usize, side: usize) -> Vec<Batch> {
        let edge = &self.graph.nodes[id].inputs[side];
        self.outputs[edge.node].get(edge.port).cloned().unwrap_or_default()
    }

    /// The type of what leaves an operator through an output.
    pub fn record_of(&self, edge: &Edge) -> &'g Type {
        let node = &self.graph.nodes[edge.node];
        let (ports, late) = match &node.step {
            Step::Timed(TimedStep::Window(step), _) => (&[][..], &step.late),
            Step::Timed(TimedStep::Process(step), _) => (&step.ports[..], &step.late),
            _ => (&[][..], &None),
        };
        let port = ports.iter().chain(late).find(|port| !edge.port.is_empty() && port.name == edge.port);
        port.map_or_else(|| node.output.as_ref().expect("only a sink has no records"), |port| &port.kind)
    }

    /// The type of what an operator reads on a side.
    pub fn record(&self, id: usize, side: usize) -> &'g Type {
        self.record_of(&self.graph.nodes[id].inputs[side])
    }

    fn run(&mut self, id: usize) {
        match &self.graph.nodes[id].step {
            Step::Timed(step, _) => self.run_timed(id, step),
            Step::KeyBy(..) => self.pass_on(id, 0),
            Step::Source(_) => {}
            Step::Reduce(function) => self.fold(id, *function, None),
            Step::Map(_) | Step::Filter(_) | Step::FlatMap(_) | Step::Sink { .. } => {
                self.read(id, 0).iter().for_each(|batch| self.step(id, batch));
            }
        }
    }

    fn run_timed(&mut self, id: usize, step: &'g TimedStep) {
        match step {
            TimedStep::Timestamps(step) => self.timestamps(id, step),
            TimedStep::Window(step) => self.windows(id, step),
            TimedStep::Aggregate { function, finish } => self.fold(id, *function, Some(*finish)),
            TimedStep::Process(step) => self.process(id, step),
            TimedStep::Union => (0..self.graph.nodes[id].inputs.len()).for_each(|side| self.pass_on(id, side)),
            TimedStep::Broadcast => self.pass_on(id, 0),
        }
    }

    fn pass_on(&mut self, id: usize, side: usize) {
        self.read(id, side).into_iter().for_each(|batch| self.give(id, batch));
    }

    fn step(&mut self, id: usize, batch: &Batch) {
        match &self.graph.nodes[id].step {
            Step::Map(function) => {
                let array = self.apply(*function, batch);
                self.give(id, Batch { array, rows: batch.rows, selection: None, stamps: batch.stamps.clone() });
            }
            Step::Filter(function) => {
                let mask = self.apply(*function, batch);
                let kind = bool::describe();
                // SAFETY: a filter answers one bool per row.
                let is_kept = |i: &usize| unsafe { read_batch(mask, &kind, *i) } == Cell::Bits(true);
                let rows: Vec<_> = (0..batch.rows).filter(is_kept).collect();
                self.give(id, batch.chosen(&rows));
            }
            Step::FlatMap(function) => {
                let list = self.apply(*function, batch);
                let (array, sources) = items_of(list, batch.rows);
                let stamps = batch.stamps.as_ref().map(|stamps| sources.iter().map(|row| stamps[*row]).collect());
                self.give(id, Batch { array, rows: sources.len(), selection: None, stamps });
            }
            Step::Sink { fields, .. } => {
                let columns: Vec<_> = fields.iter().map(|f| self.extract(id, &f.value, &f.kind, batch)).collect();
                let text = |k: usize, i: usize| columns[k][i].shown(&fields[k].kind);
                let row = |i| Row::new((0..fields.len()).map(|k| (fields[k].name.clone(), text(k, i))).collect());
                let rows: Vec<_> = (0..batch.rows).map(row).collect();
                self.results.entry(self.names[id].clone()).or_default().extend(rows);
            }
            _ => {}
        }
    }

    fn apply(&self, function: usize, batch: &Batch) -> &'static ArrowArray {
        // SAFETY: the batch has the type that the graph says, and the call is whole.
        unsafe { self.graph.operations[function].apply(&batch.call(function)) }
    }

    /// A value of each record, for an operator that reads them.
    fn extract(&self, id: usize, value: &Extractor, kind: &Type, batch: &Batch) -> Vec<Cell> {
        match value {
            Extractor::Function(function) => {
                let array = self.apply(*function, batch);
                // SAFETY: the function answers one value of this type per row.
                (0..batch.rows).map(|i| unsafe { read_batch(array, kind, i) }).collect()
            }
            Extractor::Field(path) => {
                let record = self.record(id, 0);
                (0..batch.rows).map(|i| batch.record(record, i).at(record, path)).collect()
            }
        }
    }

    /// The key of each record of a batch that a keyed operator reads on a side, and the keys' type.
    pub fn keys(&self, id: usize, side: usize, batch: &Batch) -> (Vec<Cell>, &'g Type) {
        let key_by = self.graph.nodes[id].inputs[side].node;
        let Step::KeyBy(key, kind) = &self.graph.nodes[key_by].step else { panic!("a keyed operator reads a key_by") };
        (self.extract(key_by, key, kind, batch), kind)
    }

    fn timestamps(&mut self, id: usize, step: &TimestampsStep) {
        let Some(time) = &step.time else {
            panic!("a test gives records, not messages: it knows no times of the source; say .by(...) in it");
        };
        let record = self.record(id, 0);
        let kind = match time {
            Extractor::Function(function) => self.graph.functions[*function].output.clone(),
            Extractor::Field(path) => field_type(record, path).clone(),
        };
        let mut mark = NO_MARK;
        for batch in self.read(id, 0) {
            let mut stamp = |cell: Cell| -> Stamp {
                let time = millis(&cell, &kind);
                let before = mark;
                mark = mark.max(time - step.out_of_order - 1);
                (time, before)
            };
            let stamps = self.extract(id, time, &kind, &batch).into_iter().map(&mut stamp).collect();
            self.give(id, Batch { stamps: Some(stamps), ..batch });
        }
    }

    fn fold(&mut self, id: usize, function: usize, finish: Option<usize>) {
        let mut states = States::default();
        let state_type = &self.graph.functions[function].output;
        for batch in self.read(id, 0) {
            let (keys, kind) = self.keys(id, 0, &batch);
            let (groups, distinct) = groups(&keys);
            let known = states.of(state_type, &distinct);
            let call = Call {
                wanted: WANTED_OUTPUT | WANTED_STATE,
                state: known,
                groups: groups.as_ptr(),
                group_count: distinct.len() as u32,
                ..batch.call(function)
            };
            // SAFETY: the batch and the state have the type that the graph says, and the call is whole.
            let (output, state) = unsafe { self.graph.operations[function].fold(&call) };
            states.keep(state_type, distinct, state);
            let mut array = output.expect("the output was wanted");
            if let Some(finish) = finish {
                array = self.finished(finish, array, &keys, kind, &[]).0;
            }
            self.give(id, Batch { array, rows: batch.rows, selection: None, stamps: batch.stamps.clone() });
        }
    }

    /// Calls a FINISH or FINISH_LIST: results, and the state that each was made from.
    pub fn finished(
        &self,
        function: usize,
        states: &'static ArrowArray,
        keys: &[Cell],
        kind: &Type,
        windows: &[(i64, i64)],
    ) -> (&'static ArrowArray, Vec<usize>) {
        let (starts, ends): (Vec<_>, Vec<_>) = windows.iter().copied().unzip();
        let bound = |times: &Vec<i64>| if times.is_empty() { std::ptr::null() } else { times.as_ptr() };
        let call = Call {
            keys: write_batch(kind, keys),
            window_start: bound(&starts),
            window_end: bound(&ends),
            ..Batch::of(states).call(function)
        };
        // SAFETY: states, keys and windows have a row each, and the types that the graph says.
        let output = unsafe { self.graph.operations[function].finish(&call) };
        if matches!(self.graph.functions[function].kind, crate::graph::FunctionKind::FinishList) {
            items_of(output, keys.len())
        } else {
            (output, (0..keys.len()).collect())
        }
    }
}

/// The items of lists, and the list that each is of.
fn items_of(list: &'static ArrowArray, rows: usize) -> (&'static ArrowArray, Vec<usize>) {
    // SAFETY: a list array has an offset more than rows, and a child.
    let (array, offsets) =
        unsafe { (list.child(0), std::slice::from_raw_parts(list.buffer(1).cast::<u32>(), rows + 1)) };
    let sources = (0..rows).flat_map(|row| std::iter::repeat_n(row, (offsets[row + 1] - offsets[row]) as usize));
    (array, sources.collect())
}

/// The group of each key, and the keys of the groups.
pub(super) fn groups<K: Clone + Eq + std::hash::Hash>(keys: &[K]) -> (Vec<u32>, Vec<K>) {
    let mut numbers = HashMap::new();
    let mut distinct = Vec::new();
    let mut number_of = |key: &K| {
        *numbers.entry(key.clone()).or_insert_with(|| {
            distinct.push(key.clone());
            distinct.len() as u32 - 1
        })
    };
    let groups = keys.iter().map(&mut number_of).collect();
    (groups, distinct)
}

/// The state of each key.
pub(super) struct States<K>(HashMap<K, Cell>);

impl<K> Default for States<K> {
    fn default() -> Self {
        States(HashMap::new())
    }
}

impl<K: Clone + Eq + std::hash::Hash> States<K> {
    /// Those of some keys, as a call takes them: a null row has none.
    pub fn of(&self, kind: &Type, keys: &[K]) -> &'static ArrowArray {
        write_rows(kind, &keys.iter().map(|key| self.0.get(key).cloned()).collect::<Vec<_>>())
    }

    /// Takes them back: a null row has been forgotten.
    pub fn keep(&mut self, kind: &Type, keys: Vec<K>, states: &ArrowArray) {
        // SAFETY: every array has a validity, or a null address where all rows are there.
        let validity = unsafe { states.buffer(0) };
        for (g, key) in keys.into_iter().enumerate() {
            // SAFETY: the answer has a state per key.
            let is_known = validity.is_null() || unsafe { *validity.add(g >> 3) } >> (g & 7) & 1 == 1;
            if is_known {
                // SAFETY: the same.
                self.0.insert(key, unsafe { read_batch(states, kind, g) });
            } else {
                self.0.remove(&key);
            }
        }
    }

    pub fn keys(&self) -> Vec<K> {
        self.0.keys().cloned().collect()
    }
}

/// A batch whose rows may be missing.
pub(super) fn write_rows(record: &Type, rows: &[Option<Cell>]) -> &'static ArrowArray {
    let batch = write_batch(record, &rows.iter().map(|row| row.clone().unwrap_or(Cell::Null)).collect::<Vec<_>>());
    if rows.contains(&None) {
        let known: Vec<_> = rows.iter().map(|row| Cell::Bits(row.is_some())).collect();
        let bits = write_batch(&bool::describe(), &known);
        // SAFETY: the first buffer of a struct is its validity; the bits are those of a column of bools.
        unsafe { batch.buffers.write(bits.child(0).buffer(1)) };
    }
    batch
}

fn field_type<'t>(record: &'t Type, path: &[&str]) -> &'t Type {
    let ([name, rest @ ..], Kind::Struct(fields)) = (path, &record.kind) else { return record };
    let (_, kind) = fields.iter().find(|(field, _)| field == name).expect("the record has the field");
    field_type(kind, rest)
}

/// A time, which is a number of one of the types that times have.
fn millis(cell: &Cell, kind: &Type) -> i64 {
    let Cell::Fixed(bytes) = cell else { panic!("a time is a number, not {cell:?}") };
    let eight = || bytes[..].try_into().expect("a value has the size of its type");
    let four = || bytes[..].try_into().expect("a value has the size of its type");
    match &kind.kind {
        Kind::Scalar(Scalar::Int32) => i64::from(i32::from_ne_bytes(four())),
        Kind::Scalar(Scalar::Uint32) => i64::from(u32::from_ne_bytes(four())),
        Kind::Scalar(Scalar::Float64) => f64::from_ne_bytes(eight()) as i64,
        _ => i64::from_ne_bytes(eight()),
    }
}
