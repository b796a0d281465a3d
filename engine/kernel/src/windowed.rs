//! State by key and window. What it owns: a batch's way to its cells, and that rows, keys and windows come and go together.
//! What it leaves: panes and sessions themselves (`panes.rs`, `firing.rs`, `sessions.rs`), the form of calls (`abi_windows.rs`).

use crate::arrow::{ArrowArray, columns};
use crate::encode::{RowBytes, Selected, keys, with_rows};
use crate::firing::Firing;
use crate::giving::Fired;
use crate::hash::hash_rows;
use crate::panes::{Panes, tag};
use crate::run::form::{PANES, SESSIONS};
use crate::sessions::{Joined, Sessions};
use crate::store::Store;
use crate::table::Lookup;
use crate::windowed_durable::Facts;
use crate::windows::{NEVER, Windows};
use std::borrow::Cow;

/// What the host says of windows: those that slide have a size, sessions a gap.
#[repr(C)]
pub struct Spec {
    pub size: i64,
    pub slide: i64,
    pub offset: i64,
    gap: i64,
    lateness: i64,
    fires_once: u32,
    fires_early: u32,
}

/// Where the rows of a batch are. With `late` rows, `rows` are the others; else it is empty.
#[derive(Default)]
pub struct Placed {
    pub rows: Vec<u32>,
    pub late: Vec<u32>,
    pub late_in_part: u32,
    pub late_after_idle: u32,
    pub joined: Joined,
}

/// Which windows they are.
pub enum Kind {
    Panes(Box<Panes>, Box<Firing>),
    Sessions(Box<Sessions>),
}

/// Keys, windows and their state.
pub struct Windowed {
    pub store: Store,
    pub kind: Kind,
    /// The facts that were restored: all together, and the last ones.
    pub resumed: Option<(Facts, Facts)>,
}

impl Windowed {
    /// Nothing yet. Types are in the form of `schema.rs`.
    pub fn new(key: &[u8], state: &[u8], spec: &Spec) -> Windowed {
        let kind = if spec.gap > 0 {
            Kind::Sessions(Box::new(Sessions::new(spec.gap, spec.lateness)))
        } else {
            let is_once = spec.fires_once != 0;
            let firing = Box::new(Firing::new(
                if is_once { spec.lateness } else { 0 },
                !is_once && spec.lateness > 0,
                spec.fires_early != 0,
            ));
            let windows = Windows::new(spec.size, spec.slide, spec.offset);
            Kind::Panes(Box::new(Panes::new(windows, spec.lateness)), firing)
        };
        Windowed { store: Store::new(key, state, if spec.gap > 0 { SESSIONS } else { PANES }), kind, resumed: None }
    }

    /// Finds or makes the cell of every row that is in time.
    ///
    /// # Safety
    /// `batch` must be laid out for keys.
    pub unsafe fn place(
        &mut self,
        batch: &ArrowArray,
        hashes: Option<&[u64]>,
        times: &[i64],
        marks: Option<&[i64]>,
    ) -> Placed {
        let Windowed { store, kind, .. } = self;
        let columns = unsafe { columns(batch, &store.key) };
        let rows = times.len();
        with_rows!(keys(&store.key, &columns, rows), |keys| {
            let computed = hashes.is_none().then(|| hash_rows(&keys, rows, usize::MAX).expect("no key is too long"));
            let hashes = hashes.or(computed.as_deref()).expect("one of them is there");
            match kind {
                Kind::Panes(panes, firing) => {
                    assert!(
                        !firing.is_firing(),
                        "windows are firing: `fire` is called until it says that nothing is left"
                    );
                    place_in_panes(panes, store, &keys, hashes, times, marks)
                }
                Kind::Sessions(sessions) => place_in_sessions(sessions, store, &keys, hashes, times, marks),
            }
        })
    }

    /// Takes the last `place` back, behind which nothing was stored.
    pub fn undo(&mut self) {
        match &mut self.kind {
            Kind::Panes(panes, _) => panes.undo(&mut self.store),
            Kind::Sessions(sessions) => sessions.undo(&mut self.store),
        }
    }

    /// Replaces the rows of cells, which are distinct.
    ///
    /// # Safety
    /// `batch` must be laid out for state.
    pub unsafe fn scatter(&mut self, cells: &[u32], batch: &ArrowArray) {
        match &mut self.kind {
            Kind::Panes(panes, firing) => {
                unsafe { self.store.scatter(cells, batch, &**panes, |_, note| note) };
                panes.keep();
                firing.mark(cells, panes);
            }
            Kind::Sessions(sessions) => {
                unsafe { self.store.scatter(cells, batch, &**sessions, |_, note| note) };
                sessions.settle(&mut self.store);
            }
        }
    }

    /// Sets the operator's watermark.
    pub fn advance(&mut self, watermark: i64) {
        match &mut self.kind {
            Kind::Panes(panes, _) => {
                panes.keep();
                panes.watermark = panes.watermark.max(watermark);
            }
            Kind::Sessions(sessions) => {
                sessions.settle(&mut self.store);
                sessions.watermark = sessions.watermark.max(watermark);
            }
        }
    }

    /// Up to `most` groups that are due; None: no more.
    pub fn fire(&mut self, most: usize) -> Option<Fired> {
        match &mut self.kind {
            Kind::Panes(panes, firing) => firing.fire(panes, &mut self.store, most),
            Kind::Sessions(sessions) => {
                sessions.settle(&mut self.store);
                let over = sessions.take_over(&mut self.store, most)?;
                let mut fired = Fired::default();
                over.iter().for_each(|&(cell, key, start, end)| fired.add(key, [cell].into_iter(), start, end));
                Some(fired)
            }
        }
    }

    /// Up to `most` groups that have changed since they were given out; None: no more.
    pub fn fire_changed(&mut self, most: usize, early: bool) -> Option<Fired> {
        match &mut self.kind {
            Kind::Panes(panes, firing) => firing.fire_changed(panes, &self.store, most, early),
            Kind::Sessions(_) => None,
        }
    }

    /// Panes, or sessions, that are open.
    pub fn windows(&self) -> usize {
        match &self.kind {
            Kind::Panes(panes, _) => panes.open.len(),
            Kind::Sessions(_) => self.store.rows.len(),
        }
    }
}

fn place_in_panes(
    panes: &mut Panes,
    store: &mut Store,
    keys: &impl RowBytes,
    hashes: &[u64],
    times: &[i64],
    marks: Option<&[i64]>,
) -> Placed {
    let assigned = panes.assign(times, marks);
    let rows = others(times.len(), &assigned.late);
    let tags: Vec<u64> = match rows.is_empty() {
        // All, or none.
        true => hashes.iter().zip(&assigned.panes).map(|(&hash, &pane)| tag(hash, pane).into()).collect(),
        false => rows.iter().zip(&assigned.panes).map(|(&row, &pane)| tag(hashes[row as usize], pane).into()).collect(),
    };
    let found = look_up(store, keys, &rows, &tags);
    panes.admit(&found, &assigned.panes);
    let joined = Joined { groups: found.groups, cells: found.slots, ..Joined::default() };
    let (late_in_part, late_after_idle) = (assigned.late_in_part, assigned.late_after_idle);
    Placed { rows, late: assigned.late, late_in_part, late_after_idle, joined }
}

fn place_in_sessions(
    sessions: &mut Sessions,
    store: &mut Store,
    keys: &impl RowBytes,
    hashes: &[u64],
    times: &[i64],
    marks: Option<&[i64]>,
) -> Placed {
    sessions.settle(store);
    let (mut late, mut late_after_idle) = (Vec::new(), 0);
    for (row, &time) in times.iter().enumerate() {
        let own = marks.map_or(NEVER, |marks| marks[row]);
        if sessions.is_late(time, own.max(sessions.watermark)) {
            late.push(row as u32);
            late_after_idle += u32::from(!sessions.is_late(time, own));
        }
    }
    let rows = others(times.len(), &late);
    let (hashes, times) = match late.is_empty() {
        true => (Cow::Borrowed(hashes), Cow::Borrowed(times)),
        false => (pick(hashes, &rows), pick(times, &rows)),
    };
    let found = look_up(store, keys, &rows, &hashes);
    let slots = found.groups.iter().map(|&group| found.slots[group as usize]);
    let joined = sessions.join(slots, &hashes, &times);
    sessions.save_touched(store);
    Placed { rows, late, late_in_part: 0, late_after_idle, joined }
}

fn pick<'a, T: Copy>(items: &[T], rows: &[u32]) -> Cow<'a, [T]> {
    rows.iter().map(|&row| items[row as usize]).collect()
}

/// The slots of keys: of `rows` of them, or of all if there are no `rows`.
fn look_up(store: &mut Store, keys: &impl RowBytes, rows: &[u32], hashes: &[u64]) -> Lookup {
    match rows.is_empty() {
        true => store.table.lookup(keys, hashes.len(), Some(hashes)),
        false => store.table.lookup(&Selected { keys, rows }, rows.len(), Some(hashes)),
    }
}

/// The rows that are not `late`, if some are; empty also if all are late.
fn others(rows: usize, late: &[u32]) -> Vec<u32> {
    if late.is_empty() {
        return Vec::new();
    }
    let mut next = late.iter().copied().peekable();
    (0..rows as u32).filter(|row| next.next_if_eq(row).is_none()).collect()
}
