//! Windows, when all records are known: a result per key and window, of the records that are not late.
//!
//! Where windows overlap or grow, each record has a state of its own at first, and states are merged, as panes are.

use std::collections::HashMap;

use super::batch::{Batch, Stamp};
use super::cell::Cell;
use super::runner::{groups, write_rows, Runner, States};
use crate::abi::{ArrowArray, Call, NO_MARK, WANTED_STATE};
use crate::graph::{FunctionKind, WindowStep};
use crate::time::Windows;
use crate::types::Type;

/// A key and `[start, end)`.
type Place = (Cell, i64, i64);

impl Runner<'_> {
    pub(super) fn windows(&mut self, id: usize, step: &WindowStep) {
        let mut states = States::<Place>::default();
        let state_type = &self.graph.functions[step.function].output;
        let batches = self.read(id, 0);
        let sessions = self.sessions(id, step, &batches);
        for batch in &batches {
            let (keys, _) = self.keys(id, 0, batch);
            let windows: Vec<_> = (0..batch.rows)
                .map(|i| match &sessions {
                    Some(known) => session_of(known, &keys[i], batch.stamp(i), step.lateness),
                    None => windows_of(step, batch.stamp(i)),
                })
                .collect();
            if let Some(late) = &step.late {
                let rows: Vec<_> = (0..batch.rows).filter(|i| windows[*i].is_empty()).collect();
                self.give_to(id, late.name, batch.chosen(&rows));
            }
            let places = |i: usize| windows[i].iter().map(|(start, end)| (keys[i].clone(), *start, *end)).collect();
            let places: Vec<Vec<Place>> = (0..batch.rows).map(places).collect();
            self.fold_windows(step, batch, &places, &mut states, state_type);
        }
        let mut places = states.keys();
        places.sort_by_key(|(key, start, end)| (*end, *start, format!("{key:?}")));
        if !places.is_empty() {
            self.fire(id, step, &places, states.of(state_type, &places));
        }
    }

    fn fold_windows(
        &self,
        step: &WindowStep,
        batch: &Batch,
        places: &[Vec<Place>],
        states: &mut States<Place>,
        kind: &Type,
    ) {
        let rows: Vec<_> = places.iter().enumerate().flat_map(|(i, of)| of.iter().map(move |_| i)).collect();
        if rows.is_empty() {
            return;
        }
        let (all, distinct) = groups(&places.iter().flatten().cloned().collect::<Vec<_>>());
        let chosen = batch.chosen(&rows);
        let known = states.of(kind, &distinct);
        let is_reduce = matches!(self.graph.functions[step.function].kind, FunctionKind::Reduce);
        let new = if matches!(step.windows, Windows::Fixed(_)) || !(step.merges || is_reduce) {
            self.folded(step.function, &chosen, known, &all, distinct.len())
        } else {
            let single: Vec<_> = (0..chosen.rows as u32).collect();
            let none = write_rows(kind, &vec![None; chosen.rows]);
            let each = Batch::of(self.folded(step.function, &chosen, none, &single, chosen.rows));
            if is_reduce {
                self.folded(step.function, &each, known, &all, distinct.len())
            } else {
                let call = fold_call(step.function, &each, known, &all, distinct.len());
                // SAFETY: the rows are states, of the type that the graph says.
                unsafe { self.graph.operations[step.function].merge(&call) }
            }
        };
        states.keep(kind, distinct, new);
    }

    fn folded(
        &self,
        function: usize,
        batch: &Batch,
        state: &ArrowArray,
        groups: &[u32],
        count: usize,
    ) -> &'static ArrowArray {
        let times: Vec<_> = (0..batch.rows).map(|i| batch.stamp(i).0).collect();
        let call = Call { times: times.as_ptr(), ..fold_call(function, batch, state, groups, count) };
        // SAFETY: batch and state have the types that the graph says, and the call is whole.
        unsafe { self.graph.operations[function].fold(&call).1 }
    }

    fn fire(&mut self, id: usize, step: &WindowStep, places: &[Place], states: &'static ArrowArray) {
        let key_by = self.graph.nodes[id].inputs[0].node;
        let crate::graph::Step::KeyBy(_, kind) = &self.graph.nodes[key_by].step else { return };
        let keys: Vec<_> = places.iter().map(|(key, ..)| key.clone()).collect();
        let windows: Vec<_> = places.iter().map(|(_, start, end)| (*start, *end)).collect();
        let (array, sources) = match step.finish {
            Some(finish) => self.finished(finish, states, &keys, kind, &windows),
            None => (states, (0..places.len()).collect()),
        };
        let stamps = sources.iter().map(|row| (windows[*row].1 - 1, windows[*row].1 - 2)).collect();
        self.give(id, Batch { array, rows: sources.len(), selection: None, stamps: Some(stamps) });
    }

    /// The sessions of each key, ascending, of all records that are not late.
    fn sessions(&self, id: usize, step: &WindowStep, batches: &[Batch]) -> Option<HashMap<Cell, Vec<(i64, i64)>>> {
        let Windows::Session(window) = step.windows else { return None };
        let mut times: HashMap<Cell, Vec<i64>> = HashMap::new();
        for batch in batches {
            for (i, key) in self.keys(id, 0, batch).0.into_iter().enumerate() {
                if !is_over(batch.stamp(i).0, step.lateness, batch.stamp(i).1) {
                    times.entry(key).or_default().push(batch.stamp(i).0);
                }
            }
        }
        let sessions = times.into_iter().map(|(key, mut times)| {
            times.sort_unstable();
            let mut found: Vec<(i64, i64)> = Vec::new();
            for time in times {
                match found.last_mut() {
                    Some((_, end)) if time < *end => *end = time + window.gap,
                    _ => found.push((time, time + window.gap)),
                }
            }
            (key, found)
        });
        Some(sessions.collect())
    }
}

fn fold_call(function: usize, batch: &Batch, state: &ArrowArray, groups: &[u32], count: usize) -> Call {
    Call { wanted: WANTED_STATE, state, groups: groups.as_ptr(), group_count: count as u32, ..batch.call(function) }
}

/// Whether what is good until `time`, and `lateness` more, is over at a watermark.
pub(super) fn is_over(time: i64, lateness: i64, mark: i64) -> bool {
    mark != NO_MARK && time + lateness <= mark
}

fn session_of(
    known: &HashMap<Cell, Vec<(i64, i64)>>,
    key: &Cell,
    (time, mark): Stamp,
    lateness: i64,
) -> Vec<(i64, i64)> {
    if is_over(time, lateness, mark) {
        return Vec::new();
    }
    known[key].iter().filter(|(start, end)| (*start..*end).contains(&time)).copied().collect()
}

/// The fixed or sliding windows of a record for which it is not late.
fn windows_of(step: &WindowStep, (time, mark): Stamp) -> Vec<(i64, i64)> {
    let (size, slide, offset) = match step.windows {
        Windows::Fixed(window) => (window.size, window.size, window.offset),
        Windows::Sliding(window) => (window.size, window.slide, window.offset),
        Windows::Session(_) => return Vec::new(),
    };
    assert!(0 < slide && slide <= size, "a window's size and slide are positive, and it slides by its size or less");
    let last = (time - offset).div_euclid(slide) * slide + offset;
    let starts = (0..).map(|k| last - k * slide).take_while(|start| start + size > time);
    let windows = starts.map(|start| (start, start + size));
    windows.filter(|(_, end)| !is_over(end - 1, step.lateness, mark)).collect()
}
