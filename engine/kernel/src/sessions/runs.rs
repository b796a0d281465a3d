//! Sessions that leave as rows of runs, and come back. What it owns: finding and making sessions that runs speak of.

use super::{NONE, Session, Sessions};
use crate::run::form::{Damaged, Window};
use crate::run::seal::Whose;
use crate::store::Store;

impl Sessions {
    /// The session of a row that comes out of a run, of the key with that slot and hash.
    pub fn restore(&mut self, key: u32, hash: u64, [start, end]: Window) -> Result<u32, Damaged> {
        let is_time = |time: i64| time.unsigned_abs() < 1 << 60;
        if !is_time(start) || !is_time(end) || end - start < self.gap {
            return Err(Damaged("a session is not one of these windows"));
        }
        if let Some(number) = self.find(key, start) {
            let session = self.session(number);
            if end < session.end {
                return Err(Damaged("a session has become shorter"));
            }
            session.end = end;
            return Ok(number);
        }
        let (number, batch, half) = (self.sessions.take(), self.batch, (hash >> 32) as u32);
        let session = Session { start, end, indexed: end, key, half, into: NONE, batch, made: batch, group: NONE };
        *self.session(number) = session;
        self.attach(number);
        self.due.insert([(end, half, number)].into_iter());
        Ok(number)
    }

    /// Lets a session go that a run has removed.
    pub fn unrestore(&mut self, key: u32, start: i64, store: &mut Store) {
        if let Some(number) = self.find(key, start) {
            store.unrestore_row(number);
            self.detach(number);
            self.give_back(number);
            if self.newest(key) == NONE {
                store.table.remove(key);
            }
        }
    }

    /// The session of a key that starts at a time.
    fn find(&self, key: u32, start: i64) -> Option<u32> {
        self.neighbours(key, start).0.filter(|&number| self.session(number).start == start)
    }

    /// Has the run that is being made save the sessions that the last batch touched, as they were before.
    pub fn save_touched(&self, store: &mut Store) {
        for &(number, before) in &self.journal {
            if let Some(Session { start, end, .. }) = before {
                store.save_row(number, Some([start, end]), self);
            }
        }
    }
}

impl Whose for Sessions {
    fn slot(&self, cell: u32) -> u32 {
        self.session(cell).key
    }

    fn window(&self, cell: u32) -> Option<Window> {
        let Session { start, end, .. } = *self.session(cell);
        Some([start, end])
    }

    fn latest(&self, [_, end]: Window) -> i64 {
        end
    }
}
