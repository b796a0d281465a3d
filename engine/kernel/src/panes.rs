//! Panes of fixed and sliding windows: which there are, and which cells lie in each. What it owns: the pane of a row, whether
//! it is late, and letting go what is over. A cell is a slot of the table, where a key stands once for each of its panes:
//! its tag is the hash's exclusive-or a number of the pane, so equal bytes with equal tags are of one pane.
//!
//! A pane is known by its start and by the first window that its records are in time for: a window merges those whose first
//! window is not behind it. What it leaves: firing (`firing.rs`).

use crate::chunks::Chunks;
use crate::list::List;
use crate::run::form::{Damaged, Window};
use crate::run::seal::Whose;
use crate::store::Store;
use crate::table::Lookup;
use crate::windows::{NEVER, Windows, earlier};
use std::collections::BTreeMap;

/// Panes whose place a call remembers.
const REMEMBERED: usize = 64;
/// The pane of a record that is late for all of its windows.
const NOWHERE: u32 = 0;

/// One pane.
#[derive(Default)]
pub struct Pane {
    pub start: i64,
    /// The first and the last window that it is merged into.
    pub first: i64,
    pub last: i64,
    pub cells: List,
}

/// Where the rows of a batch go.
#[derive(Default)]
pub struct Assigned {
    /// The pane of every row that is in time.
    pub panes: Vec<u32>,
    pub late: Vec<u32>,
    pub late_in_part: u32,
    pub late_after_idle: u32,
}

/// What a call remembers of a pane: whose it is, for rows with that watermark.
#[derive(Clone, Copy)]
struct Guess {
    number: i64,
    start: i64,
    watermark: i64,
    pane: u32,
    is_in_part: bool,
}

/// All panes of one operator.
pub struct Panes {
    pub windows: Windows,
    pub lateness: i64,
    pub watermark: i64,
    /// Panes whose last window starts before it have been dropped.
    pub over: i64,
    /// By start and first window.
    pub open: BTreeMap<(i64, i64), u32>,
    panes: Vec<Pane>,
    free: Vec<u32>,
    /// The pane of each cell.
    homes: Chunks,
    /// Cells that the last call of `admit` made.
    made: Vec<u32>,
    dropping: Option<u32>,
}

impl Panes {
    /// None yet.
    pub fn new(windows: Windows, lateness: i64) -> Panes {
        Panes {
            windows,
            lateness,
            watermark: NEVER,
            over: NEVER,
            open: BTreeMap::new(),
            panes: vec![Pane::default()],
            free: Vec::new(),
            homes: Chunks::new(size_of::<u32>()),
            made: Vec::new(),
            dropping: None,
        }
    }

    /// The pane of every row by its time, its split's watermark just before it, and that of the operator.
    pub fn assign(&mut self, times: &[i64], marks: Option<&[i64]>) -> Assigned {
        let mut assigned = Assigned { panes: Vec::with_capacity(times.len()), ..Assigned::default() };
        let nothing = Guess { number: 0, start: 0, watermark: NEVER, pane: NOWHERE, is_in_part: false };
        let mut remembered = [nothing; REMEMBERED];
        let (mut last, mut is_known) = (nothing, false);
        for (row, &time) in times.iter().enumerate() {
            let own = marks.map_or(NEVER, |marks| marks[row]);
            let watermark = own.max(self.watermark);
            let is_same = is_known && (time.wrapping_sub(last.start) as u64) < self.windows.pane as u64;
            if !is_same || watermark != last.watermark {
                let number = self.windows.pane_number(time);
                let place = &mut remembered[number as usize % REMEMBERED];
                if place.pane == NOWHERE || place.number != number || place.watermark != watermark {
                    *place = self.find_or_open(number, watermark);
                }
                (last, is_known) = (*place, true);
            }
            if last.pane == NOWHERE {
                assigned.late.push(row as u32);
                assigned.late_after_idle += u32::from(self.first_open(own) <= self.windows.last_of(last.start));
            } else {
                assigned.panes.push(last.pane);
                assigned.late_in_part += u32::from(last.is_in_part);
            }
        }
        assigned
    }

    /// The first window that takes records at a watermark.
    pub fn first_open(&self, watermark: i64) -> i64 {
        self.windows.first_open(earlier(watermark, self.lateness))
    }

    fn find_or_open(&mut self, number: i64, watermark: i64) -> Guess {
        let start = self.windows.pane_start(number);
        let (whole, last) = (self.windows.first_of(start), self.windows.last_of(start));
        let first = whole.max(self.first_open(watermark));
        let mut guess = Guess { number, start, watermark, pane: NOWHERE, is_in_part: first > whole };
        if first <= last {
            guess.pane = match self.open.get(&(start, first)) {
                Some(&pane) => pane,
                None => self.add(Pane { start, first, last, cells: List::default() }),
            };
        }
        guess
    }

    /// The pane of a row that comes out of a run.
    pub fn restore(&mut self, [start, first]: Window) -> Result<u32, Damaged> {
        let Windows { slide, offset, .. } = self.windows;
        let is_time = |time: i64| time.unsigned_abs() < 1 << 60;
        let is_pane = is_time(start)
            && is_time(first)
            && self.windows.pane_start(self.windows.pane_number(start)) == start
            && (self.windows.first_of(start)..=self.windows.last_of(start)).contains(&first)
            && (first - offset).rem_euclid(slide) == 0;
        if !is_pane {
            return Err(Damaged("a pane is not one of these windows"));
        }
        let last = self.windows.last_of(start);
        let place = self.open.get(&(start, first)).copied();
        Ok(place.unwrap_or_else(|| self.add(Pane { start, first, last, cells: List::default() })))
    }

    fn add(&mut self, pane: Pane) -> u32 {
        let number = self.free.pop().unwrap_or(self.panes.len() as u32);
        self.open.insert((pane.start, pane.first), number);
        match self.panes.get_mut(number as usize) {
            Some(place) => *place = pane,
            None => self.panes.push(pane),
        }
        number
    }

    /// Notes the new ones of the cells that were found for rows of these panes.
    pub fn admit(&mut self, found: &Lookup, panes: &[u32]) {
        self.made.clear();
        self.homes.reserve(found.slots.iter().max().map_or(0, |&slot| slot as usize + 1));
        let mut seen = 0;
        for (&group, &pane) in found.groups.iter().zip(panes) {
            if group == seen {
                seen += 1;
                let cell = found.slots[group as usize];
                if self.home(cell) == NOWHERE {
                    self.set_home(cell, pane);
                    self.panes[pane as usize].cells.push(cell);
                    self.made.push(cell);
                }
            }
        }
    }

    /// From here on the last `admit` stands.
    pub fn keep(&mut self) {
        self.made.clear();
    }

    /// Takes the last `admit` back.
    pub fn undo(&mut self, store: &mut Store) {
        while let Some(cell) = self.made.pop() {
            let number = self.home(cell);
            let pane = &mut self.panes[number as usize];
            assert!(pane.cells.pop() == Some(cell), "cells are taken back in the order in which they came");
            let (place, is_empty) = ((pane.start, pane.first), pane.cells.len() == 0);
            self.let_go(cell, store);
            if is_empty {
                self.open.remove(&place);
                self.free.push(number);
            }
        }
    }

    /// Drops up to `left` cells of panes all of whose windows are over; whether there are none any more.
    pub fn drop_over(&mut self, store: &mut Store, left: &mut usize, mut gone: impl FnMut(u32)) -> bool {
        let open = self.first_open(self.watermark);
        while *left > 0 {
            let Some(number) = self.dropping.or_else(|| self.take_over(open)) else {
                self.over = self.over.max(open);
                return true;
            };
            self.dropping = Some(number);
            *left -= 1;
            match self.panes[number as usize].cells.pop() {
                Some(cell) => {
                    gone(cell);
                    self.let_go(cell, store);
                }
                None => {
                    self.free.push(number);
                    self.dropping = None;
                }
            }
        }
        false
    }

    /// The first pane, no window of which starts at `open` or later.
    fn take_over(&mut self, open: i64) -> Option<u32> {
        let first = self.open.first_entry()?;
        (self.panes[*first.get() as usize].last < open).then(|| first.remove())
    }

    fn let_go(&mut self, cell: u32, store: &mut Store) {
        store.drop_row(cell, self);
        self.set_home(cell, NOWHERE);
        store.table.remove(cell);
    }

    /// The panes of a window, in the order in which they merge.
    pub fn of_window(&self, start: i64) -> impl Iterator<Item = u32> {
        let panes = self.open.range((start, NEVER)..(start + self.windows.size, NEVER));
        panes.filter(move |&(&(_, first), _)| first <= start).map(|(_, &pane)| pane)
    }

    pub fn pane(&self, number: u32) -> &Pane {
        &self.panes[number as usize]
    }

    /// The pane of a cell.
    #[inline(always)]
    pub fn home(&self, cell: u32) -> u32 {
        debug_assert!((cell as usize) < self.homes.len());
        // SAFETY: whoever has a cell has had it admitted.
        unsafe { *self.homes.places().item(cell) }
    }

    #[inline(always)]
    fn set_home(&mut self, cell: u32, pane: u32) {
        // SAFETY: as above.
        unsafe { *self.homes.places().item(cell) = pane }
    }
}

impl Whose for Panes {
    fn slot(&self, cell: u32) -> u32 {
        cell
    }

    fn window(&self, cell: u32) -> Option<Window> {
        let pane = self.pane(self.home(cell));
        Some([pane.start, pane.first])
    }

    fn latest(&self, [start, _]: Window) -> i64 {
        self.windows.last_of(start)
    }
}

/// The tag of a key in a pane, of its hash: a bijection of the pane's number changes it.
#[inline(always)]
pub fn tag(hash: u64, pane: u32) -> u32 {
    hash as u32 ^ pane.wrapping_mul(0x9e37_79b1)
}
