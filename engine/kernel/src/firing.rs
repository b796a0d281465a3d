//! Fixed and sliding windows that fire. What it owns: which windows have fired, which cells have changed since they were
//! given out, and giving both out group by group. What it leaves: the panes (`panes.rs`), the order within a window (`plan.rs`).
//!
//! Every call does a bounded part: it visits at most `STEP` cells, whatever is open. An answer without groups says so.

use crate::bits::Bits;
use crate::list::{Cursor, List};
use crate::panes::{Panes, tag};
use crate::plan::Plan;
use crate::store::Store;
use crate::windows::{NEVER, earlier};
use std::collections::BTreeMap;

/// Cells that a call visits.
const STEP: usize = 1 << 14;
/// Cells that a call gives out before it begins another group.
const MOST_CELLS: usize = 1 << 16;

/// Groups, which are keys with windows, and the cells of each.
#[derive(Default)]
pub struct Fired {
    pub cells: Vec<u32>,
    /// The group of each cell.
    pub groups: Vec<u32>,
    /// A slot for each group: that of its key.
    pub keys: Vec<u32>,
    pub starts: Vec<i64>,
    pub ends: Vec<i64>,
}

impl Fired {
    fn has_room(&self, most: usize) -> bool {
        self.keys.len() < most && self.cells.len() < MOST_CELLS
    }

    /// Adds a group of one cell.
    pub fn add_single(&mut self, cell: u32, key: u32, start: i64, end: i64) {
        self.cells.push(cell);
        self.groups.push(self.keys.len() as u32);
        self.keys.push(key);
        self.starts.push(start);
        self.ends.push(end);
    }

    /// Adds a group, unless it has no cells.
    fn add(&mut self, cells: impl Iterator<Item = u32>, start: i64, end: i64) {
        let before = self.cells.len();
        self.cells.extend(cells);
        if self.cells.len() > before {
            self.groups.resize(self.cells.len(), self.keys.len() as u32);
            self.keys.push(self.cells[before]);
            self.starts.push(start);
            self.ends.push(end);
        }
    }
}

/// A window whose cells are being collected, or given out.
struct Giving {
    plan: Plan,
    /// Lists of cells that are not in the plan yet, the next one last.
    left: Vec<Source>,
    cursor: Cursor,
}

enum Source {
    Pane(u32),
    Changed(List),
}

/// Cells that have changed, on their way out.
#[derive(Default)]
struct Changing {
    left: Vec<(Which, List, Cursor)>,
    windows: BTreeMap<i64, List>,
    giving: Option<Giving>,
}

#[derive(Clone, Copy, PartialEq)]
enum Which {
    Late,
    Early,
}

#[derive(Default)]
struct Changed {
    cells: List,
    has: Bits,
}

impl Changed {
    #[inline(always)]
    fn mark(&mut self, cell: u32) {
        if self.has.insert(cell) {
            self.cells.push(cell);
        }
    }
}

/// What has fired, and what has to.
pub struct Firing {
    /// How long after its end a window fires.
    hold_back: i64,
    fires_again: bool,
    fires_early: bool,
    /// Windows that start before it have fired.
    fired: i64,
    giving: Option<Giving>,
    /// Cells of windows that have fired, and of others.
    late: Changed,
    early: Changed,
    changing: Option<Changing>,
}

impl Firing {
    pub fn new(hold_back: i64, fires_again: bool, fires_early: bool) -> Firing {
        let (giving, late, early, changing) = Default::default();
        Firing { hold_back, fires_again, fires_early, fired: NEVER, giving, late, early, changing }
    }

    /// Notes that the state of cells was stored.
    pub fn mark(&mut self, cells: &[u32], panes: &Panes) {
        if !self.fires_again && !self.fires_early {
            return;
        }
        for &cell in cells {
            let pane = panes.pane(panes.home(cell));
            if self.fires_again && pane.first < self.fired {
                self.late.mark(cell);
            }
            if self.fires_early && pane.last >= self.fired {
                self.early.mark(cell);
            }
        }
    }

    /// What is due, first what has changed of what has fired; None when all of it is given, and what is over is dropped.
    pub fn fire(&mut self, panes: &mut Panes, store: &mut Store, most: usize) -> Option<Fired> {
        let (mut fired, mut left) = (Fired::default(), STEP);
        if (self.changing.is_some() || self.late.cells.len() > 0)
            && !self.give_changed(panes, store, most, false, &mut fired, &mut left)
        {
            return Some(fired);
        }
        let target = panes.windows.first_open(earlier(panes.watermark, self.hold_back));
        while left > 0 && fired.has_room(most) {
            let Some(mut giving) = self.giving.take().or_else(|| self.next_window(panes, target)) else { break };
            left -= 1;
            let start = giving.plan.start;
            if giving.step(panes, store, &mut left) && giving.give(panes, store, most, &mut fired) {
                self.fired = start + panes.windows.slide;
            } else {
                self.giving = Some(giving);
            }
        }
        if left == 0 || !fired.keys.is_empty() {
            return Some(fired);
        }
        self.fired = self.fired.max(target);
        let (late, early) = (&mut self.late, &mut self.early);
        let is_done = panes.drop_over(store, &mut left, |cell| {
            late.has.remove(cell);
            early.has.remove(cell);
        });
        (!is_done).then_some(fired)
    }

    /// What has changed of what has fired, and with `early` of what has not.
    pub fn fire_changed(&mut self, panes: &Panes, store: &Store, most: usize, early: bool) -> Option<Fired> {
        let (mut fired, mut left) = (Fired::default(), STEP);
        let is_done = self.give_changed(panes, store, most, early, &mut fired, &mut left);
        (!is_done || !fired.keys.is_empty()).then_some(fired)
    }

    /// Whether nothing is left.
    fn give_changed(
        &mut self,
        panes: &Panes,
        store: &Store,
        most: usize,
        early: bool,
        fired: &mut Fired,
        left: &mut usize,
    ) -> bool {
        let mut changing = self.changing.take().unwrap_or_else(|| self.begin_changing(early));
        let is_done = self.spread(&mut changing, panes, left) && changing.give(panes, store, most, fired, left);
        if !is_done {
            self.changing = Some(changing);
        }
        is_done
    }

    fn begin_changing(&mut self, early: bool) -> Changing {
        let mut changing = Changing::default();
        changing.left.push((Which::Late, std::mem::take(&mut self.late.cells), Cursor::default()));
        if early {
            changing.left.push((Which::Early, std::mem::take(&mut self.early.cells), Cursor::default()));
        }
        changing
    }

    /// Adds changed cells to the windows that they are in; whether all are there.
    fn spread(&mut self, changing: &mut Changing, panes: &Panes, left: &mut usize) -> bool {
        while let Some((which, cells, cursor)) = changing.left.last_mut() {
            if *left == 0 {
                return false;
            }
            let (which, portion) = (*which, cells.portion(cursor, *left));
            if portion.is_empty() {
                changing.left.pop();
                continue;
            }
            for &cell in portion {
                *left = left.saturating_sub(1);
                let has = if which == Which::Late { &mut self.late.has } else { &mut self.early.has };
                if !has.remove(cell) {
                    continue;
                }
                let pane = panes.pane(panes.home(cell));
                let (mut start, end) = match which {
                    Which::Late => (pane.first, self.fired.min(pane.last + panes.windows.slide)),
                    Which::Early => (self.fired.max(pane.first), pane.last + panes.windows.slide),
                };
                while start < end {
                    changing.windows.entry(start).or_default().push(cell);
                    *left = left.saturating_sub(1);
                    start += panes.windows.slide;
                }
            }
        }
        true
    }

    /// The next window that is due.
    fn next_window(&mut self, panes: &Panes, target: i64) -> Option<Giving> {
        let mut start = target;
        for &(pane, first) in panes.open.range((self.fired, NEVER)..).map(|(place, _)| place) {
            if panes.windows.first_of(pane).max(self.fired) >= start {
                break;
            }
            start = start.min(first.max(self.fired));
        }
        (start < target).then(|| {
            let mut left: Vec<u32> = panes.of_window(start).collect();
            let count = left.iter().map(|&pane| panes.pane(pane).cells.len()).sum();
            left.reverse();
            let left = left.into_iter().map(Source::Pane).collect();
            Giving { plan: Plan::new(start, count), left, cursor: Cursor::default() }
        })
    }
}

impl Changing {
    /// Gives out window by window; whether nothing is left.
    fn give(&mut self, panes: &Panes, store: &Store, most: usize, fired: &mut Fired, left: &mut usize) -> bool {
        while *left > 0 && fired.has_room(most) {
            let next = self.giving.take().or_else(|| {
                let (start, cells) = self.windows.pop_first()?;
                let plan = Plan::new(start, cells.len());
                Some(Giving { plan, left: vec![Source::Changed(cells)], cursor: Cursor::default() })
            });
            let Some(mut giving) = next else { return true };
            *left -= 1;
            if !giving.step(panes, store, left) || !giving.give_all(panes, store, most, fired, left) {
                self.giving = Some(giving);
            }
        }
        self.giving.is_none() && self.windows.is_empty()
    }
}

impl Giving {
    /// Collects cells; whether all are there.
    fn step(&mut self, panes: &Panes, store: &Store, left: &mut usize) -> bool {
        while let Some(source) = self.left.last() {
            if *left == 0 {
                return false;
            }
            let cells = match source {
                Source::Pane(pane) => &panes.pane(*pane).cells,
                Source::Changed(cells) => cells,
            };
            let portion = cells.portion(&mut self.cursor, *left);
            *left -= portion.len().max(1);
            for &cell in portion.iter().filter(|&&cell| store.rows.has(cell)) {
                self.plan.add(store.hash(cell), cell);
            }
            if portion.is_empty() {
                self.left.pop();
                self.cursor = Cursor::default();
            }
        }
        true
    }

    /// Gives groups out; whether none is left.
    fn give(&mut self, panes: &Panes, store: &Store, most: usize, fired: &mut Fired) -> bool {
        let (start, end) = (self.plan.start, self.plan.start + panes.windows.size);
        while fired.has_room(most) {
            let Some(group) = self.plan.next_group(&store.table) else { return true };
            fired.add(group.iter().map(|&(_, cell)| cell), start, end);
        }
        false
    }

    /// The same with changed cells, each of which stands for all of its key in the window.
    fn give_all(&mut self, panes: &Panes, store: &Store, most: usize, fired: &mut Fired, left: &mut usize) -> bool {
        let (start, end) = (self.plan.start, self.plan.start + panes.windows.size);
        let of_window: Vec<u32> = panes.of_window(start).collect();
        while *left > 0 && fired.has_room(most) {
            let Some(group) = self.plan.next_group(&store.table) else { return true };
            fired.add(all_of(group[0], &of_window, panes, store), start, end);
            *left = left.saturating_sub(of_window.len());
        }
        false
    }
}

/// All cells with state of a cell's key in panes.
fn all_of<'a>(
    (hash, cell): (u64, u32),
    of_window: &'a [u32],
    panes: &Panes,
    store: &'a Store,
) -> impl Iterator<Item = u32> + 'a {
    let home = panes.home(cell);
    let in_pane = move |&pane: &u32| match pane == home {
        true => Some(cell),
        false => store.table.find(tag(hash, pane), store.table.key(cell)),
    };
    of_window.iter().filter_map(in_pane).filter(|&cell| store.rows.has(cell))
}
