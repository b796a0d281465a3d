//! Fixed and sliding windows that fire. What it owns: which windows have fired, and which is next. What it leaves: the panes
//! (`panes.rs`), giving a window out (`giving.rs`), what has changed since (`changes.rs`).
//!
//! Every call does a bounded part: it visits about `STEP` cells, whatever is open. An answer without groups says so.

use crate::changes::Changes;
use crate::giving::{Fired, Giving};
use crate::panes::Panes;
use crate::store::Store;
use crate::windows::{NEVER, earlier};

/// Cells that a call visits.
const STEP: usize = 1 << 14;

/// What has fired, and what has to.
pub struct Firing {
    /// How long after its end a window fires.
    hold_back: i64,
    fires_again: bool,
    fires_early: bool,
    /// Windows that start before it have fired.
    pub fired_before: i64,
    giving: Option<Giving>,
    changes: Changes,
}

impl Firing {
    /// Nothing has fired.
    pub fn new(hold_back: i64, fires_again: bool, fires_early: bool) -> Firing {
        let (giving, changes) = Default::default();
        Firing { hold_back, fires_again, fires_early, fired_before: NEVER, giving, changes }
    }

    /// Whether a window has given out a part.
    pub fn is_firing(&self) -> bool {
        self.giving.is_some()
    }

    /// Whether something of windows that have fired is still to be given out.
    pub fn is_pending(&self) -> bool {
        self.is_firing() || self.changes.is_pending()
    }

    /// Notes cells that were restored: nobody knows which of them were given out early.
    pub fn mark_restored(&mut self, cells: &[u32], panes: &Panes) {
        if self.fires_early {
            let is_open = |&&cell: &&u32| panes.pane(panes.home(cell)).last >= self.fired_before;
            cells.iter().filter(is_open).for_each(|&cell| self.changes.note_early(cell));
        }
    }

    /// Notes that the state of cells was stored.
    pub fn mark(&mut self, cells: &[u32], panes: &Panes) {
        if !self.fires_again && !self.fires_early {
            return;
        }
        for &cell in cells {
            let pane = panes.pane(panes.home(cell));
            if self.fires_again && pane.first < self.fired_before {
                self.changes.note_late(cell);
            }
            if self.fires_early && pane.last >= self.fired_before {
                self.changes.note_early(cell);
            }
        }
    }

    /// What is due, first what has changed of what has fired; None when all of it is given, and what is over is dropped.
    pub fn fire(&mut self, panes: &mut Panes, store: &mut Store, most: usize) -> Option<Fired> {
        let (mut fired, mut left) = (Fired::default(), STEP);
        let how = (self.fired_before, false);
        if self.changes.is_pending() && !self.changes.give((panes, store), how, most, &mut fired, &mut left) {
            return Some(fired);
        }
        let target = panes.windows.first_open(earlier(panes.watermark, self.hold_back));
        while left > 0 && fired.has_room(most) {
            let Some(mut giving) = self.giving.take().or_else(|| self.next_window(panes, target)) else { break };
            left -= 1;
            if giving.give(panes, store, most, &mut fired, &mut left) {
                self.fired_before = giving.start + panes.windows.slide;
            } else {
                self.giving = Some(giving);
            }
        }
        if left == 0 || !fired.keys.is_empty() {
            return Some(fired);
        }
        self.fired_before = self.fired_before.max(target);
        let is_done = panes.drop_over(store, &mut left, |cell| self.changes.forget(cell));
        (!is_done).then_some(fired)
    }

    /// What has changed of what has fired, and with `early` of what has not; None: no more.
    pub fn fire_changed(&mut self, panes: &Panes, store: &Store, most: usize, early: bool) -> Option<Fired> {
        let (mut fired, mut left) = (Fired::default(), STEP);
        let is_done = self.changes.give((panes, store), (self.fired_before, early), most, &mut fired, &mut left);
        (!is_done || !fired.keys.is_empty()).then_some(fired)
    }

    /// The next window that is due.
    fn next_window(&self, panes: &Panes, target: i64) -> Option<Giving> {
        let mut start = target;
        for &(pane, first) in panes.open.range((self.fired_before, NEVER)..).map(|(place, _)| place) {
            if panes.windows.first_of(pane).max(self.fired_before) >= start {
                break;
            }
            start = start.min(first.max(self.fired_before));
        }
        (start < target).then(|| Giving::whole(start, panes))
    }
}
