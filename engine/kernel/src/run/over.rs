//! What windows of a run are over, for whoever has no state but runs. What it owns: the last window that a row is about, and
//! whether it is over by the facts of its subtask (docs/state-format.md).

use crate::run::form::{Damaged, KEYED, PANES, Row, SESSIONS, TIMED, Window};
use crate::windowed::Spec;
use crate::windowed_durable::Facts;
use crate::windows::{NEVER, Windows};
use std::cmp::Ordering;

/// The windows of rows of one kind.
pub struct Over {
    /// Those that slide.
    windows: Option<Windows>,
    pub kind: u32,
    over: i64,
}

impl Over {
    /// Of a kind, with these windows if it has some, by these facts if there are some.
    pub fn new(kind: u32, spec: &Spec, facts: &[u8]) -> Result<Over, Damaged> {
        let over = if facts.is_empty() { NEVER } else { Facts::read(kind, facts)?.over };
        let windows = match kind {
            KEYED | TIMED | SESSIONS => None,
            PANES => Some(Windows::new(spec.size, spec.slide, spec.offset)),
            _ => return Err(Damaged("there is no such kind of run")),
        };
        Ok(Over { windows, kind, over })
    }

    /// The last window that a row is about.
    pub fn latest(&self, row: &Row) -> i64 {
        match (row.window, &self.windows) {
            (None, _) => i64::MIN,
            (Some([start, _]), Some(windows)) => windows.last_of(start),
            (Some([_, end]), None) => end,
        }
    }

    /// Whether a row, which is no removal, is over.
    pub fn has(&self, row: &Row) -> bool {
        match &self.windows {
            Some(_) => self.latest(row) < self.over,
            None => row.window.is_some() && self.latest(row) <= self.over,
        }
    }

    /// The order of two rows; equal are those of one identity: sessions of a key are told apart by their starts.
    pub fn compare(&self, row: &Row, hash: u64, other: &Row, others: u64) -> Ordering {
        let is_same = |row: &Row, other: &Row| match (row.window, other.window) {
            (Some([start, _]), Some([other, _])) => self.kind == SESSIONS && start == other,
            _ => false,
        };
        match row.compare(hash, other, others) {
            _ if hash == others && row.key == other.key && is_same(row, other) => Ordering::Equal,
            order => order,
        }
    }

    /// `[start, end)` of a window of a run.
    pub fn span(&self, [start, other]: Window) -> Window {
        [start, self.windows.map_or(other, |windows| start.saturating_add(windows.pane))]
    }
}
