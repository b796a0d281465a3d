//! Process functions, when all records are known: calls over rows in their order, and one more at the end.

use super::batch::{Batch, Stamp};
use super::cell::{write_batch, Cell};
use super::runner::{groups, write_rows, Runner, States};
use super::windows::is_over;
use crate::abi::{ArrowArray, Call, NO_MARK, WANTED_OUTPUT, WANTED_STATE};
use crate::graph::ProcessStep;
use crate::operation::Processed;
use crate::types::{Kind, Scalar, Type};

/// A record on its way into an operator.
struct Row {
    side: usize,
    stamp: Stamp,
    key: Cell,
    record: Cell,
}

/// What calls of one operator have in common.
struct Operator<'g> {
    id: usize,
    step: &'g ProcessStep,
    state: Type,
    key: &'g Type,
    records: [&'g Type; 2],
    rules: Option<(usize, &'g Type)>,
    is_timed: bool,
}

impl<'g> Runner<'g> {
    pub(super) fn process(&mut self, id: usize, step: &'g ProcessStep) {
        let graph = self.graph;
        let inputs = graph.nodes[id].inputs.len();
        let is_timed = graph.nodes[id].inputs.iter().all(|edge| graph.is_timed(edge.node));
        let (first, key) = self.rows(id, step, 0, true);
        let (second, _) = if inputs > 1 { self.rows(id, step, 1, step.rules.is_none()) } else { (Vec::new(), None) };
        let Some(key) = key else { return };
        let mut rows = merged(first, second);
        if step.in_order {
            rows.sort_by_key(|row| (row.stamp.0, row.side));
        }
        let records = [self.record(id, 0), self.record(id, inputs - 1)];
        let rules = step.rules.map(|function| (function, &graph.functions[function].output));
        let operator = Operator { id, step, state: with_timers(&step.state), key, records, rules, is_timed };
        let mut states = States::<Cell>::default();
        let mut known: Option<Cell> = None;
        let mut waiting: Vec<Row> = Vec::new();
        for row in rows {
            if row.side == 1 && operator.rules.is_some() {
                self.call(&operator, &mut states, std::mem::take(&mut waiting), known.as_ref());
                known = Some(self.ruled(&operator, known, row.record));
                continue;
            }
            waiting.push(row);
            if waiting.len() == self.rows_per_batch {
                self.call(&operator, &mut states, std::mem::take(&mut waiting), known.as_ref());
            }
        }
        self.call(&operator, &mut states, waiting, known.as_ref());
        let mut keys = states.keys();
        keys.sort_by_key(|key| format!("{key:?}"));
        let rules = operator.rules_row(known.as_ref());
        let end = Call { rules, watermark: i64::MAX, processing_time: i64::MAX, ..operator.empty() };
        self.answer(&operator, &mut states, keys, end);
    }

    /// The records of a side; late ones go their own way.
    fn rows(&mut self, id: usize, step: &ProcessStep, side: usize, is_keyed: bool) -> (Vec<Row>, Option<&'g Type>) {
        let record = self.record(id, side);
        let mut rows = Vec::new();
        let mut kind = None;
        for batch in self.read(id, side) {
            let keys = if is_keyed {
                let (keys, found) = self.keys(id, side, &batch);
                kind = Some(found);
                keys
            } else {
                vec![Cell::Null; batch.rows]
            };
            let is_late = |i: &usize| {
                let (time, mark) = batch.stamp(*i);
                step.in_order && is_keyed && is_over(time, step.lateness, mark)
            };
            let (late, good): (Vec<_>, Vec<_>) = (0..batch.rows).partition(is_late);
            if let (Some(port), 0) = (&step.late, side) {
                self.give_to(id, port.name, batch.chosen(&late));
            }
            rows.extend(good.into_iter().map(|i| Row {
                side,
                stamp: batch.stamp(i),
                key: keys[i].clone(),
                record: batch.record(record, i),
            }));
        }
        (rows, kind)
    }

    fn ruled(&self, operator: &Operator<'_>, known: Option<Cell>, rule: Cell) -> Cell {
        let (function, kind) = operator.rules.expect("the operator has rules");
        let batch = Batch::of(write_batch(operator.records[1], &[rule]));
        let groups = [0_u32];
        let state = write_rows(kind, &[known]);
        let call =
            Call { wanted: WANTED_STATE, state, groups: groups.as_ptr(), group_count: 1, ..batch.call(function) };
        // SAFETY: the record and the rules have the types that the graph says.
        let state = unsafe { self.graph.operations[function].fold(&call).1 };
        Batch::of(state).record(kind, 0)
    }

    fn call(&mut self, operator: &Operator<'_>, states: &mut States<Cell>, rows: Vec<Row>, known: Option<&Cell>) {
        if rows.is_empty() {
            return;
        }
        let of_side = |side| rows.iter().filter(move |row| row.side == side).map(|row| row.record.clone());
        let first = write_batch(operator.records[0], &of_side(0).collect::<Vec<_>>());
        let second = write_batch(operator.records[1], &of_side(1).collect::<Vec<_>>());
        let (groups, keys) = groups(&rows.iter().map(|row| row.key.clone()).collect::<Vec<_>>());
        let sides: Vec<_> = rows.iter().map(|row| row.side as u32).collect();
        let (times, marks): (Vec<_>, Vec<_>) = rows.iter().map(|row| row.stamp).unzip();
        let stamps = |values: &Vec<i64>| if operator.is_timed { values.as_ptr() } else { std::ptr::null() };
        let call = Call {
            batch: first,
            second,
            sides: sides.as_ptr(),
            rows: rows.len() as u32,
            groups: groups.as_ptr(),
            times: stamps(&times),
            marks: stamps(&marks),
            rules: operator.rules_row(known),
            ..operator.empty()
        };
        self.answer(operator, states, keys, call);
    }

    fn answer(&mut self, operator: &Operator<'_>, states: &mut States<Cell>, keys: Vec<Cell>, call: Call) {
        let call = Call {
            state: states.of(&operator.state, &keys),
            keys: write_batch(operator.key, &keys),
            group_count: keys.len() as u32,
            ..call
        };
        // SAFETY: rows, keys, states and rules have the types that the graph says, and the call is whole.
        let Processed { output, state, ports } =
            unsafe { self.graph.operations[operator.step.function].process(&call) };
        states.keep(&operator.state, keys, state);
        self.take(operator, "", output);
        for (k, port) in operator.step.ports.iter().enumerate() {
            // SAFETY: the answer has an address per side output.
            self.take(operator, port.name, unsafe { *ports.add(k) });
        }
    }

    /// Takes the records of an output, whose last two columns are times and marks.
    fn take(&mut self, operator: &Operator<'_>, port: &'static str, output: *const ArrowArray) {
        // SAFETY: an address in an answer is null or that of a batch.
        let Some(array) = (unsafe { output.as_ref() }) else { return };
        let own = array.n_children as usize - 2;
        let time = |column: usize, row: usize| unsafe { *array.child(own + column).buffer(1).cast::<i64>().add(row) };
        let stamps = (0..array.length as usize).map(|row| (time(0, row), time(1, row))).collect();
        let stamps = operator.is_timed.then_some(stamps);
        self.give_to(operator.id, port, Batch { stamps, ..Batch::of(array) });
    }
}

impl Operator<'_> {
    /// A call without rows.
    fn empty(&self) -> Call {
        let none = Batch::of(write_batch(self.records[0], &[]));
        Call { wanted: WANTED_OUTPUT | WANTED_STATE, watermark: NO_MARK, ..none.call(self.step.function) }
    }

    fn rules_row(&self, known: Option<&Cell>) -> *const ArrowArray {
        self.rules.map_or(std::ptr::null(), |(_, kind)| write_rows(kind, &[known.cloned()]))
    }
}

/// Two flows as one: the one whose watermark is lower comes next, then the one whose record is earlier.
fn merged(first: Vec<Row>, second: Vec<Row>) -> Vec<Row> {
    let (mut first, mut second) = (first.into_iter().peekable(), second.into_iter().peekable());
    let mut rows = Vec::new();
    loop {
        let is_second = match (first.peek(), second.peek()) {
            (Some(a), Some(b)) => (b.stamp.1, b.stamp.0) < (a.stamp.1, a.stamp.0),
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (None, None) => return rows,
        };
        rows.extend(if is_second { second.next() } else { first.next() });
    }
}

/// The columns of a state with those of its timers (docs/abi.md 10.2).
fn with_timers(state: &Type) -> Type {
    let own = match &state.kind {
        Kind::Struct(fields) if !state.nullable => fields.clone(),
        _ => vec![("value", state.clone())],
    };
    let time = || Type::from(Scalar::Int64);
    let more = [("timers", Type::list(time())), ("processing_timers", Type::list(time())), ("last", time())];
    Type::record(own.into_iter().chain(more).collect())
}
