//! Cells that have changed since they were given out. What it owns: which they are, those of windows that have fired and those
//! of others, and giving the windows out that they are in. What it leaves: how a window is given out (`giving.rs`).

use crate::bits::Bits;
use crate::giving::{Fired, Giving};
use crate::list::{Cursor, List};
use crate::panes::Panes;
use crate::store::Store;
use std::collections::BTreeMap;

/// Which cells are noted, and which are on their way out.
#[derive(Default)]
pub struct Changes {
    /// Cells of windows that have fired, and of windows that have not.
    late: Noted,
    early: Noted,
    leaving: Option<Leaving>,
}

/// Cells in the order in which they changed; those that are gone are not in the set any more.
#[derive(Default)]
struct Noted {
    cells: List,
    has: Bits,
}

impl Noted {
    #[inline(always)]
    fn note(&mut self, cell: u32) {
        if self.has.insert(cell) {
            self.cells.push(cell);
        }
    }
}

/// Changed cells on their way into windows, these windows, and the one that is given out.
#[derive(Default)]
struct Leaving {
    late: (List, Cursor),
    early: (List, Cursor),
    windows: BTreeMap<i64, List>,
    giving: Option<Giving>,
}

impl Changes {
    /// Notes a cell of a window that has fired.
    #[inline(always)]
    pub fn note_late(&mut self, cell: u32) {
        self.late.note(cell);
    }

    /// Notes a cell of a window that has not.
    #[inline(always)]
    pub fn note_early(&mut self, cell: u32) {
        self.early.note(cell);
    }

    /// Says that a cell is gone.
    pub fn forget(&mut self, cell: u32) {
        self.late.has.remove(cell);
        self.early.has.remove(cell);
    }

    /// Whether there is something of windows that have fired, or on its way out.
    pub fn is_pending(&self) -> bool {
        self.leaving.is_some() || self.late.cells.len() > 0
    }

    /// Gives out what has changed of windows that start before `fired_before`, with `early` of the others, too, for up to `left`
    /// cells and `most` groups; whether nothing is left.
    pub fn give(
        &mut self,
        (panes, store): (&Panes, &Store),
        (fired_before, early): (i64, bool),
        most: usize,
        fired: &mut Fired,
        left: &mut usize,
    ) -> bool {
        let mut leaving = self.leaving.take().unwrap_or_else(|| self.begin(early));
        let of_late = |first: i64, last: i64| (first, last.saturating_add(panes.windows.slide).min(fired_before));
        let of_early = |first: i64, last: i64| (first.max(fired_before), last.saturating_add(panes.windows.slide));
        let Leaving { late, early, windows, .. } = &mut leaving;
        let is_done = spread(late, &mut self.late.has, panes, windows, of_late, left)
            && spread(early, &mut self.early.has, panes, windows, of_early, left)
            && leaving.give(panes, store, most, fired, left);
        if !is_done {
            self.leaving = Some(leaving);
        }
        is_done
    }

    fn begin(&mut self, early: bool) -> Leaving {
        let mut leaving = Leaving::default();
        leaving.late.0 = std::mem::take(&mut self.late.cells);
        if early {
            leaving.early.0 = std::mem::take(&mut self.early.cells);
        }
        leaving
    }
}

impl Leaving {
    fn give(&mut self, panes: &Panes, store: &Store, most: usize, fired: &mut Fired, left: &mut usize) -> bool {
        while *left > 0 && fired.has_room(most) {
            let next = || self.windows.pop_first().map(|(start, cells)| Giving::changed(start, cells));
            let Some(mut giving) = self.giving.take().or_else(next) else { return true };
            *left -= 1;
            if !giving.give(panes, store, most, fired, left) {
                self.giving = Some(giving);
            }
        }
        self.giving.is_none() && self.windows.is_empty()
    }
}

/// Adds cells to the windows that they are in, from the first to before the last that `range` says; whether all are there.
fn spread(
    (cells, cursor): &mut (List, Cursor),
    has: &mut Bits,
    panes: &Panes,
    windows: &mut BTreeMap<i64, List>,
    range: impl Fn(i64, i64) -> (i64, i64),
    left: &mut usize,
) -> bool {
    let of_each = (panes.windows.size / panes.windows.slide) as usize;
    while *left > 0 {
        let portion = cells.portion(cursor, (*left / of_each).max(1));
        if portion.is_empty() {
            return true;
        }
        *left = left.saturating_sub(portion.len() * of_each);
        for &cell in portion {
            if has.remove(cell) {
                let pane = panes.pane(panes.home(cell));
                let (mut start, end) = range(pane.first, pane.last);
                while start < end {
                    windows.entry(start).or_default().push(cell);
                    start += panes.windows.slide;
                }
            }
        }
    }
    false
}
