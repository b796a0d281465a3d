//! A window whose groups are given out. What it owns: collecting its cells, in portions, and what a call gives out. What it
//! leaves: the order of groups (`plan.rs`), which windows (`firing.rs`, `changes.rs`).

use crate::list::{Cursor, List};
use crate::panes::{Panes, tag};
use crate::plan::Plan;
use crate::store::Store;

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
    /// Whether another group may come.
    pub fn has_room(&self, most: usize) -> bool {
        self.keys.len() < most && self.cells.len() < MOST_CELLS
    }

    /// Adds a group, unless it has no cells.
    pub fn add(&mut self, key: u32, cells: impl Iterator<Item = u32>, start: i64, end: i64) {
        let before = self.cells.len();
        self.cells.extend(cells);
        if self.cells.len() > before {
            self.groups.resize(self.cells.len(), self.keys.len() as u32);
            self.keys.push(key);
            self.starts.push(start);
            self.ends.push(end);
        }
    }
}

/// A window whose cells are being collected, or given out.
pub struct Giving {
    pub start: i64,
    plan: Plan,
    /// Lists of cells that are not in the plan yet, the next one last.
    left: Vec<Source>,
    cursor: Cursor,
    is_changed: bool,
}

enum Source {
    Pane(u32),
    Changed(List),
}

impl Giving {
    /// All cells of a window.
    pub fn whole(start: i64, panes: &Panes) -> Giving {
        let mut of_window: Vec<u32> = panes.of_window(start).collect();
        let count = of_window.iter().map(|&pane| panes.pane(pane).cells.len()).sum();
        of_window.reverse();
        let left = of_window.into_iter().map(Source::Pane).collect();
        Giving { start, plan: Plan::new(count), left, cursor: Cursor::default(), is_changed: false }
    }

    /// The keys of changed cells: each cell stands for all that its key has in the window.
    pub fn changed(start: i64, cells: List) -> Giving {
        let plan = Plan::new(cells.len());
        Giving { start, plan, left: vec![Source::Changed(cells)], cursor: Cursor::default(), is_changed: true }
    }

    /// Goes on, for up to `left` cells and `most` groups; whether all has been given.
    pub fn give(&mut self, panes: &Panes, store: &Store, most: usize, fired: &mut Fired, left: &mut usize) -> bool {
        self.collect(panes, store, left) && self.give_groups(panes, store, most, fired, left)
    }

    fn collect(&mut self, panes: &Panes, store: &Store, left: &mut usize) -> bool {
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

    fn give_groups(&mut self, panes: &Panes, store: &Store, most: usize, fired: &mut Fired, left: &mut usize) -> bool {
        let (start, end) = (self.start, self.start + panes.windows.size);
        let of_window: Vec<u32> = if self.is_changed { panes.of_window(start).collect() } else { Vec::new() };
        while *left > 0 && fired.has_room(most) {
            let Some(group) = self.plan.next_group(&store.table) else { return true };
            let key = group[0].1;
            if self.is_changed {
                fired.add(key, all_of(group[0], &of_window, panes, store), start, end);
                *left = left.saturating_sub(of_window.len());
            } else {
                fired.add(key, group.iter().map(|&(_, cell)| cell), start, end);
            }
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
