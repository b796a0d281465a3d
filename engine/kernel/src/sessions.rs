//! Sessions by key: which there are, and which have become one. What it owns: the session of every row, taking a batch back,
//! and letting go what has ended. A session's number is its cell. What it leaves: keys and rows (`store.rs`).
//!
//! A session is `[first time, last time + gap)`; those that overlap are one. So each is at least as long as a gap, and a record
//! touches two at most. Nearly all records belong to the newest of their key, so that one stands in a record of the key;
//! only older ones are in a tree.

use crate::chunks::Chunks;
use crate::due::Due;
use crate::pool::Pool;
use crate::store::Store;
use crate::windows::{NEVER, THE_END, earlier};
use std::collections::BTreeMap;

mod runs;

const NONE: u32 = 0;
/// Sessions that a call gives out: each is looked for in several places, and let go in as many.
const MOST: usize = 1 << 12;

#[repr(C)]
#[derive(Clone, Copy)]
struct Session {
    start: i64,
    end: i64,
    /// Under which end it stands in `due`: its own, or an earlier one.
    indexed: i64,
    /// The slot of its key, and the upper half of the key's hash.
    key: u32,
    half: u32,
    /// What it has become a part of.
    into: u32,
    /// The batches that touched it last and that made it, and its group in the first.
    batch: u32,
    made: u32,
    group: u32,
}

/// The session and the group of each row, the session of each group; sessions that went into others, and into which group.
#[derive(Debug, Default, PartialEq)]
pub struct Joined {
    pub groups: Vec<u32>,
    pub cells: Vec<u32>,
    pub merged: Vec<u32>,
    pub into: Vec<u32>,
}

/// The sessions of an operator.
pub struct Sessions {
    gap: i64,
    lateness: i64,
    pub watermark: i64,
    /// Sessions that end at it or before have been let go.
    pub over: i64,
    sessions: Pool,
    /// The newest session of each slot, and the others by slot and start.
    newest: Chunks,
    older: BTreeMap<(u32, i64), u32>,
    due: Due,
    batch: u32,
    /// What the last batch touched, as it was before: None: it was not there.
    journal: Vec<(u32, Option<Session>)>,
    merged: Vec<u32>,
    /// Those that were given out.
    pub leaving: Vec<u32>,
}

impl Sessions {
    /// None yet.
    pub fn new(gap: i64, lateness: i64) -> Sessions {
        assert!(gap > 0, "a gap of {gap} ms");
        Sessions {
            gap,
            lateness,
            watermark: NEVER,
            over: NEVER,
            sessions: Pool::new(size_of::<Session>()),
            newest: Chunks::new(size_of::<u32>()),
            older: BTreeMap::new(),
            due: Due::default(),
            batch: 0,
            journal: Vec::new(),
            merged: Vec::new(),
            leaving: Vec::new(),
        }
    }

    /// Whether a record of that time is late at a watermark.
    #[inline(always)]
    pub fn is_late(&self, time: i64, watermark: i64) -> bool {
        watermark != NEVER && time <= earlier(watermark, self.lateness)
    }

    /// Puts every row into a session of its key, whose slot and hash are given.
    pub fn join(&mut self, slots: impl Iterator<Item = u32>, hashes: &[u64], times: &[i64]) -> Joined {
        self.batch = self.batch.wrapping_add(1);
        let halves = hashes.iter().map(|hash| (hash >> 32) as u32);
        let touched: Vec<u32> =
            slots.zip(halves).zip(times).map(|((slot, half), &time)| self.join_one(slot, half, time)).collect();
        self.index_made();
        let mut joined = Joined { groups: touched, ..Joined::default() };
        for group in &mut joined.groups {
            let number = self.last_of(*group);
            let session = self.session(number);
            if session.group == NONE {
                joined.cells.push(number);
                session.group = joined.cells.len() as u32;
            }
            *group = session.group - 1;
        }
        let mut merged: Vec<(u32, i64, u32)> = Vec::new();
        for &(number, before) in &self.journal {
            if let (Some(before), true) = (before, self.session(number).into != NONE) {
                merged.push((self.session(self.last_of(number)).group - 1, before.start, number));
            }
        }
        merged.sort_unstable();
        (joined.into, joined.merged) = merged.into_iter().map(|(group, _, number)| (group, number)).unzip();
        joined
    }

    /// Has the sessions that the batch made stand in `due`, under the end with which they were made.
    fn index_made(&mut self) {
        let Sessions { due, journal, sessions, .. } = self;
        let made = journal.iter().filter(|(_, before)| before.is_none()).map(|&(number, _)| {
            // SAFETY: a number in use is that of a session.
            let session = unsafe { &*sessions.place(number).cast::<Session>() };
            (session.indexed, session.half, number)
        });
        due.insert(made);
    }

    /// The session of a row, which may have become a part of another since.
    fn join_one(&mut self, key: u32, half: u32, time: i64) -> u32 {
        let until = time + self.gap;
        let (left, right) = self.neighbours(key, time);
        let left = left.filter(|&number| time < self.session(number).end);
        let right = right.filter(|&number| self.session(number).start < until);
        match (left, right) {
            (Some(left), None) => {
                self.touch(left);
                let session = self.session(left);
                session.end = session.end.max(until);
                left
            }
            (None, Some(right)) => {
                self.touch(right);
                self.detach(right);
                self.session(right).start = time;
                self.attach(right);
                right
            }
            (Some(left), Some(right)) => self.merge(left, right),
            (None, None) => self.make(key, half, time, until),
        }
    }

    fn make(&mut self, key: u32, half: u32, start: i64, end: i64) -> u32 {
        let (number, batch) = (self.sessions.take(), self.batch);
        let session = Session { start, end, indexed: end, key, half, into: NONE, batch, made: batch, group: NONE };
        *self.session(number) = session;
        self.journal.push((number, None));
        self.attach(number);
        number
    }

    /// Makes one session of two neighbours. One that has state stays, if there is one, so that less has to be merged.
    fn merge(&mut self, left: u32, right: u32) -> u32 {
        self.touch(left);
        self.touch(right);
        let (start, end) = (self.session(left).start, self.session(right).end);
        let is_new = |number: u32| self.session(number).made == self.batch;
        let (stays, goes) = if is_new(left) && !is_new(right) { (right, left) } else { (left, right) };
        self.detach(left);
        self.detach(right);
        self.session(goes).into = stays;
        let session = self.session(stays);
        (session.start, session.end) = (start, end);
        self.attach(stays);
        self.merged.push(goes);
        stays
    }

    /// The sessions of a key that start at a time or before it, and behind it.
    #[inline(always)]
    fn neighbours(&self, key: u32, time: i64) -> (Option<u32>, Option<u32>) {
        let newest = self.newest(key);
        if newest == NONE || self.session(newest).start <= time {
            return ((newest != NONE).then_some(newest), None);
        }
        let older = |found: Option<(&(u32, i64), &u32)>| found.map(|(_, &number)| number);
        let left = older(self.older.range((key, i64::MIN)..=(key, time)).next_back());
        let right = older(self.older.range((key, time + 1)..=(key, i64::MAX)).next());
        (left, right.or(Some(newest)))
    }

    /// Notes a session as it is, the first time that a batch comes to it.
    #[inline(always)]
    fn touch(&mut self, number: u32) {
        let batch = self.batch;
        let session = self.session(number);
        if session.batch != batch {
            let before = *session;
            (session.batch, session.group) = (batch, NONE);
            self.journal.push((number, Some(before)));
        }
    }

    /// Puts a session among those of its key.
    fn attach(&mut self, number: u32) {
        let Session { key, start, .. } = *self.session(number);
        let newest = self.newest(key);
        if newest == NONE {
            self.set_newest(key, number);
        } else if self.session(newest).start < start {
            self.older.insert((key, self.session(newest).start), newest);
            self.set_newest(key, number);
        } else {
            self.older.insert((key, start), number);
        }
    }

    /// Takes a session out of those of its key.
    fn detach(&mut self, number: u32) {
        let Session { key, start, .. } = *self.session(number);
        if self.newest(key) != number {
            self.older.remove(&(key, start));
            return;
        }
        let next =
            self.older.range((key, i64::MIN)..=(key, i64::MAX)).next_back().map(|(&place, &number)| (place, number));
        if let Some((place, _)) = next {
            self.older.remove(&place);
        }
        self.set_newest(key, next.map_or(NONE, |(_, number)| number));
    }

    /// Takes the last batch back.
    pub fn undo(&mut self, store: &mut Store) {
        let journal = std::mem::take(&mut self.journal);
        for &(number, _) in &journal {
            if self.session(number).into == NONE {
                self.detach(number);
            }
        }
        for &(number, before) in &journal {
            match before {
                Some(before) => *self.session(number) = before,
                None => self.give_back(number),
            }
        }
        journal.iter().filter(|(_, before)| before.is_some()).for_each(|&(number, _)| self.attach(number));
        for &(number, before) in &journal {
            // A number that was given back keeps what it held but for its first bytes.
            let key = self.session(number).key;
            if before.is_none() && self.newest(key) == NONE && store.table.has(key) {
                store.table.remove(key);
            }
        }
        self.merged.clear();
    }

    /// From here on the last batch stands: lets go what it merged, and what was given out.
    pub fn settle(&mut self, store: &mut Store) {
        for (number, before) in std::mem::take(&mut self.journal) {
            let (start, is_merged) = (self.session(number).start, self.session(number).into != NONE);
            if let Some(before) = before.filter(|before| is_merged || before.start != start) {
                store.forget_row(number, Some([before.start, 0]), self);
            }
        }
        for number in std::mem::take(&mut self.merged) {
            store.drop_row(number, self);
            self.give_back(number);
        }
        for number in std::mem::take(&mut self.leaving) {
            let key = self.session(number).key;
            store.drop_row(number, self);
            self.detach(number);
            self.sessions.give_back(number);
            if self.newest(key) == NONE {
                store.table.remove(key);
            }
        }
    }

    /// Gives a number back that stands in `due`.
    fn give_back(&mut self, number: u32) {
        let Session { indexed, half, .. } = *self.session(number);
        self.due.remove(indexed, half, number);
        self.sessions.give_back(number);
    }

    /// Up to `most` sessions that are over, by end, then by hash: the key, start and end of each. None: no more.
    pub fn take_over(&mut self, store: &mut Store, most: usize) -> Option<Vec<(u32, u32, i64, i64)>> {
        let until = match earlier(self.watermark, self.lateness) {
            NEVER => return None,
            THE_END => THE_END,
            watermark => watermark + 1,
        };
        let sessions = &self.sessions;
        let at = |number: u32| unsafe { &mut *sessions.place(number).cast::<Session>() };
        let settle = |number: u32| {
            let session = at(number);
            session.indexed = session.end;
            session.end
        };
        let Some(taken) = self.due.take(until, most.min(MOST), |number| store.hash(at(number).key), settle) else {
            self.over = self.over.max(until);
            return None;
        };
        self.leaving.extend(taken.iter().map(|&(_, number)| number));
        let with_state = taken.into_iter().filter(|&(_, number)| store.rows.has(number));
        Some(with_state.map(|(end, number)| (number, at(number).key, at(number).start, end)).collect())
    }

    /// The session that a session has become.
    #[inline(always)]
    fn last_of(&self, mut number: u32) -> u32 {
        while self.session(number).into != NONE {
            number = self.session(number).into;
        }
        number
    }

    #[inline(always)]
    fn newest(&self, slot: u32) -> u32 {
        // SAFETY: the record exists.
        if (slot as usize) < self.newest.len() { unsafe { *self.newest.places().item(slot) } } else { NONE }
    }

    fn set_newest(&mut self, slot: u32, number: u32) {
        self.newest.reserve(slot as usize + 1);
        // SAFETY: the record exists.
        unsafe { *self.newest.places().item(slot) = number };
    }

    #[inline(always)]
    #[expect(clippy::mut_from_ref, reason = "sessions are distinct, and none is held while another method runs")]
    fn session(&self, number: u32) -> &mut Session {
        // SAFETY: a number in use is that of a session.
        unsafe { &mut *self.sessions.place(number).cast() }
    }
}
