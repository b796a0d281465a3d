//! State by key and window as runs, and the facts beside it (docs/state-format.md). What it owns: that rows which are over by the
//! facts that they came with stay away. What it leaves: panes and sessions themselves.

use crate::durable::{Durable, Groups};
use crate::panes::{Panes, tag};
use crate::run::form::{Damaged, PANES, SESSIONS};
use crate::run::rows::Stretch;
use crate::run::seal::Whose;
use crate::run::writer::Piece;
use crate::sessions::Sessions;
use crate::store::Store;
use crate::windowed::{Kind, Windowed};
use crate::windows::{NEVER, THE_END};

const VERSION: u32 = 1;

/// What is not by key.
#[derive(Clone, Copy, PartialEq)]
pub struct Facts {
    pub watermark: i64,
    pub over: i64,
    pub fired_before: i64,
}

impl Facts {
    /// Reads those of that kind.
    pub fn read(kind: u32, bytes: &[u8]) -> Result<Facts, Damaged> {
        let words: [u8; 32] = bytes.try_into().map_err(|_| Damaged("facts are of another length"))?;
        let head = |at: usize| u32::from_le_bytes(words[at..at + 4].try_into().expect("four bytes"));
        let time = |at: usize| i64::from_le_bytes(words[at..at + 8].try_into().expect("eight bytes"));
        if head(0) != VERSION || head(4) != kind {
            return Err(Damaged("facts are of another version or kind"));
        }
        Ok(Facts { watermark: time(8), over: time(16), fired_before: time(24) })
    }

    fn write(&self, kind: u32) -> Vec<u8> {
        let mut bytes = [VERSION.to_le_bytes(), kind.to_le_bytes()].concat();
        [self.watermark, self.over, self.fired_before].iter().for_each(|time| bytes.extend(time.to_le_bytes()));
        bytes
    }

    /// Those of several subtasks together: they stand at the earliest.
    fn with(self, other: Facts) -> Facts {
        Facts {
            watermark: self.watermark.min(other.watermark),
            over: self.over.min(other.over),
            fired_before: self.fired_before.min(other.fired_before),
        }
    }
}

impl Durable for Windowed {
    fn seal(&mut self, is_whole: bool, groups: u32) -> bool {
        let is_quiet = match &self.kind {
            Kind::Panes(_, firing) => !firing.is_pending(),
            Kind::Sessions(sessions) => sessions.leaving.is_empty(),
        };
        assert!(is_quiet, "windows are firing: `fire` and `fire_changed` are called until nothing is left");
        self.store.seal.begin(is_whole, groups)
    }

    fn sealed(&mut self) -> Piece {
        match &self.kind {
            Kind::Panes(panes, _) => self.store.sealed(&**panes),
            Kind::Sessions(sessions) => self.store.sealed(&**sessions),
        }
    }

    unsafe fn restore(&mut self, blocks: &[u8], groups: Groups) -> Result<(), Damaged> {
        let Windowed { store, kind, resumed } = self;
        let over = resumed.map_or(NEVER, |(_, last)| last.over);
        match kind {
            Kind::Panes(panes, firing) => {
                let mut stretch = unsafe { store.read(blocks, PANES, groups) }?;
                if stretch.rows.iter().any(|row| row.state.is_none()) {
                    return Err(Damaged("a pane was removed"));
                }
                stretch.retain(|row| row.window.is_some_and(|window| panes.latest(window) >= over));
                let cells = restore_panes(panes, store, &stretch)?;
                firing.mark_restored(&cells, panes);
                Ok(())
            }
            Kind::Sessions(sessions) => {
                let [mut kept, gone] = unsafe { store.read(blocks, SESSIONS, groups) }?.parted();
                kept.retain(|row| row.window.is_some_and(|window| sessions.latest(window) > over));
                restore_sessions(sessions, store, &kept, &gone)
            }
        }
    }

    fn facts(&self) -> Vec<u8> {
        match &self.kind {
            Kind::Panes(panes, firing) => {
                Facts { watermark: panes.watermark, over: panes.over, fired_before: firing.fired_before }.write(PANES)
            }
            Kind::Sessions(sessions) => {
                Facts { watermark: sessions.watermark, over: sessions.over, fired_before: 0 }.write(SESSIONS)
            }
        }
    }

    fn restore_facts(&mut self, facts: &[u8]) -> Result<(), Damaged> {
        let kind = if matches!(self.kind, Kind::Panes(..)) { PANES } else { SESSIONS };
        let last = Facts::read(kind, facts)?;
        let all = self.resumed.map_or(last, |(all, _)| all.with(last));
        match &mut self.kind {
            Kind::Panes(panes, firing) => {
                let is_start = |time: i64| time == NEVER || time == THE_END || panes.windows.is_start(time);
                if !is_start(last.over) || !is_start(last.fired_before) {
                    return Err(Damaged("facts are of other windows"));
                }
                (panes.watermark, panes.over, firing.fired_before) = (all.watermark, all.over, all.fired_before);
            }
            Kind::Sessions(sessions) => (sessions.watermark, sessions.over) = (all.watermark, all.over),
        }
        self.resumed = Some((all, last));
        Ok(())
    }
}

fn restore_panes(panes: &mut Panes, store: &mut Store, stretch: &Stretch) -> Result<Vec<u32>, Damaged> {
    let of_rows = stretch.rows.iter().map(|row| panes.restore(row.window.expect("panes have windows")));
    let of_rows = of_rows.collect::<Result<Vec<u32>, Damaged>>()?;
    let tags: Vec<u64> = stretch.hashes.iter().zip(&of_rows).map(|(&hash, &pane)| tag(hash, pane).into()).collect();
    let found = store.slots_of(stretch, &tags);
    panes.admit(&found, &of_rows);
    panes.keep();
    let cells = found.by_row();
    for (&cell, row) in cells.iter().zip(&stretch.rows) {
        store.restore_row(cell, row.state.expect("it is no removal"))?;
    }
    Ok(cells)
}

fn restore_sessions(sessions: &mut Sessions, store: &mut Store, kept: &Stretch, gone: &Stretch) -> Result<(), Damaged> {
    let slots = store.slots_of(kept, &kept.hashes).by_row();
    for ((row, &hash), slot) in kept.rows.iter().zip(&kept.hashes).zip(slots) {
        let session = sessions.restore(slot, hash, row.window.expect("sessions have windows"))?;
        store.restore_row(session, row.state.expect("it is no removal"))?;
    }
    for (row, &hash) in gone.rows.iter().zip(&gone.hashes) {
        if let (Some(slot), Some([start, _])) = (store.table.find(hash as u32, row.key), row.window) {
            sessions.unrestore(slot, start, store);
        }
    }
    Ok(())
}
