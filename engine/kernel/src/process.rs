//! State with timers by key. What it owns: that a key stands in the index of what is due, once for each clock, as long as its
//! row says so; and checking rows before they are stored. What it leaves: what a timer means (the guest), the index (`due.rs`).
//!
//! The last three columns of a row are its timers of event time, those of processing time, and the largest time of its records
//! (docs/abi.md, 10.2). A key also wakes when it expires: `last + ttl`. Keys are put off far more often than they are due: then
//! their entry stays where it is, earlier than they wake, and its time is noted.

use crate::arrow::{ArrowArray, columns};
use crate::bits::Bits;
use crate::bytes::load;
use crate::cell::Cell;
use crate::chunks::Chunks;
use crate::column::Column;
use crate::due::Due;
use crate::encode::{keys, with_rows};
use crate::run::form::{Damaged, TIMED};
use crate::run::rows::Stretch;
use crate::run::seal::ByKey;
use crate::schema::Kind;
use crate::store::Store;
use crate::table::Lookup;

/// How the host opens it. Without a ttl it is negative.
#[repr(C)]
pub struct Spec {
    ttl: i64,
    has_event_time: u32,
    /// Bounds of what a row may say.
    most_timers: u32,
    most_time: i64,
}

/// `last` of a key without records.
const NEVER: i64 = i64::MIN;

/// What is due by one clock.
struct Clock {
    due: Due,
    /// The slots that stand in `due`: under the time at which they wake, or, those that were put off, under the one noted here.
    has: Bits,
    put_off: Bits,
    times: Chunks,
    /// Where the list of timers is in a row.
    at: usize,
    /// The ttl, if keys expire by this clock.
    ttl: Option<i64>,
    /// Where `last` is in a row.
    last_at: usize,
    timers: usize,
}

/// Keys and their rows.
pub struct Process {
    pub store: Store,
    clocks: [Clock; 2],
    most_timers: u32,
    most_time: i64,
    /// Slots without a row that the last `lookup` found: their keys go at the next one, unless they have got one.
    fresh: Vec<u32>,
}

impl Process {
    /// Nothing yet. Types are in the form of `schema.rs`.
    pub fn new(key: &[u8], state: &[u8], spec: &Spec) -> Process {
        let store = Store::new(key, state, TIMED);
        let Kind::Struct(fields) = &store.rows.schema().kind else { unreachable!("a schema of columns is a struct") };
        let [.., event, processing, last] = &fields[..] else { panic!("a row has no timers") };
        let is_list = |kind: &Kind| matches!(kind, Kind::List(item) if item.kind == Kind::Fixed(8) && !item.nullable);
        assert!(
            is_list(&event.kind) && is_list(&processing.kind) && last.kind == Kind::Fixed(8),
            "a row has no timers"
        );
        let (lists_at, last_at) = ([event.at, processing.at], last.at);
        let expires_by = usize::from(spec.has_event_time == 0);
        let clock = |number: usize| Clock {
            due: Due::default(),
            has: Bits::default(),
            put_off: Bits::default(),
            times: Chunks::new(size_of::<i64>()),
            at: lists_at[number],
            ttl: (spec.ttl >= 0 && number == expires_by).then_some(spec.ttl),
            last_at,
            timers: 0,
        };
        let (clocks, most_timers, most_time) = ([clock(0), clock(1)], spec.most_timers, spec.most_time);
        Process { store, clocks, most_timers, most_time, fresh: Vec::new() }
    }

    /// Finds or makes the slot of every key.
    ///
    /// # Safety
    /// `batch` must be laid out for keys. So for the state of `store`.
    pub unsafe fn lookup(&mut self, batch: &ArrowArray, hashes: Option<&[u64]>, rows: usize) -> Lookup {
        let store = &mut self.store;
        for slot in self.fresh.drain(..) {
            if !store.rows.has(slot) && store.table.has(slot) {
                store.table.remove(slot);
            }
        }
        let columns = unsafe { columns(batch, &store.key) };
        let found = with_rows!(keys(&store.key, &columns, rows), |keys| store.table.lookup(&keys, rows, hashes));
        self.fresh.extend(found.slots.iter().filter(|&&slot| !store.rows.has(slot)));
        found
    }

    /// Replaces the rows of slots, which are distinct; or the first row that says something impossible, and nothing happens.
    pub unsafe fn store(&mut self, slots: &[u32], batch: &ArrowArray) -> Result<(), usize> {
        let columns = unsafe { columns(batch, &self.store.columns) };
        let [.., event, processing, _] = &columns[..] else { unreachable!("`new` has seen the timers") };
        let is_wrong = |row: usize| !self.is_right(&timers(event, row)) || !self.is_right(&timers(processing, row));
        if let Some(row) = (0..slots.len()).find(|&row| is_wrong(row)) {
            return Err(row);
        }
        assert!(slots.iter().all(|&slot| self.store.table.has(slot)), "a slot is not in the table");
        let held = self.begin_change(slots);
        unsafe { self.store.scatter(slots, batch, &ByKey, |_, note| note) };
        self.end_change(slots, held);
        Ok(())
    }

    /// Removes keys, which are distinct, with their rows.
    pub fn remove(&mut self, slots: &[u32]) {
        for &slot in slots {
            assert!(self.store.table.has(slot), "a slot is not in the table");
            self.unset(slot);
            self.store.remove_row(slot, &ByKey);
            self.store.table.remove(slot);
        }
    }

    /// Puts the rows of keys back, which are distinct, and when they wake; removals take keys away.
    pub fn restore(&mut self, kept: &Stretch, gone: &Stretch) -> Result<(), Damaged> {
        let slots = self.store.slots_of(kept, &kept.hashes).by_row();
        let held = self.begin_change(&slots);
        for (&slot, row) in slots.iter().zip(&kept.rows) {
            self.store.restore_row(slot, row.state.expect("it is no removal"))?;
            if !self.clocks.iter().all(|clock| self.is_right(&clock.list(slot, &self.store))) {
                return Err(Damaged("timers are not as they must be"));
            }
        }
        self.end_change(&slots, held);
        for (row, &hash) in gone.rows.iter().zip(&gone.hashes) {
            if let Some(slot) = self.store.table.find(hash as u32, row.key) {
                self.unset(slot);
                self.store.unrestore_row(slot);
                self.store.table.remove(slot);
            }
        }
        Ok(())
    }

    /// Takes the timers of a slot, whose row is about to go, out of what is due.
    fn unset(&mut self, slot: u32) {
        self.count(slot, usize::wrapping_sub);
        for clock in &mut self.clocks {
            let held = clock.held(slot, &self.store);
            clock.forget(slot, held, &self.store);
        }
    }

    /// Says that the rows of slots are about to be replaced: under which times they stand in what is due.
    fn begin_change(&mut self, slots: &[u32]) -> [Vec<Option<i64>>; 2] {
        slots.iter().for_each(|&slot| self.count(slot, usize::wrapping_sub));
        self.clocks.each_ref().map(|clock| slots.iter().map(|&slot| clock.held(slot, &self.store)).collect())
    }

    fn end_change(&mut self, slots: &[u32], held: [Vec<Option<i64>>; 2]) {
        slots.iter().for_each(|&slot| self.count(slot, usize::wrapping_add));
        let update = |(clock, held): (&mut Clock, Vec<Option<i64>>)| clock.index(slots, &held, &self.store);
        self.clocks.iter_mut().zip(held).for_each(update);
    }

    /// Up to `most` slots that wake at or before `until`, by time, then by hash. None: no more; an answer may be empty before.
    pub fn take_due(&mut self, clock: usize, until: i64, most: usize) -> Option<Vec<u32>> {
        self.clocks[clock].take(until, most, &self.store)
    }

    /// When the next key wakes, or earlier.
    pub fn next_due(&self, clock: usize) -> Option<i64> {
        self.clocks[clock].due.next()
    }

    /// Timers that are set.
    pub fn timers(&self, clock: usize) -> usize {
        self.clocks[clock].timers
    }

    /// Whether the timers of a row ascend, and are within bounds.
    #[inline(always)]
    fn is_right(&self, timers: &Timers) -> bool {
        let &Timers { start, count } = timers;
        let time = |at: usize| unsafe { load::<i64>(start, 8 * at) };
        count == 0
            || count <= self.most_timers as usize
                && time(0) >= -self.most_time
                && time(count - 1) <= self.most_time
                && (1..count).all(|at| time(at - 1) < time(at))
    }

    /// Counts the timers of a slot in or out.
    fn count(&mut self, slot: u32, change: impl Fn(usize, usize) -> usize) {
        if let Some(row) = self.store.rows.row(slot) {
            for clock in &mut self.clocks {
                // SAFETY: there is a list in every row.
                clock.timers = change(clock.timers, unsafe { Cell::at(row.add(clock.at).cast_mut()) }.len());
            }
        }
    }
}

/// The timers of a row, wherever they lie.
struct Timers {
    start: *const u8,
    count: usize,
}

fn timers(column: &Column, row: usize) -> Timers {
    let (start, end) = (column.offsets[row] as usize, column.offsets[row + 1] as usize);
    Timers { start: column.children[0].data.as_ptr().wrapping_add(8 * start), count: end - start }
}

impl Clock {
    /// The timers of a slot that has a row.
    fn list(&self, slot: u32, store: &Store) -> Timers {
        let row = store.rows.row(slot).expect("it has a row");
        // SAFETY: there is a list in every row.
        let cell = unsafe { Cell::at(row.add(self.at).cast_mut()) };
        Timers { start: cell.block(), count: cell.len() }
    }

    /// When a slot wakes.
    fn wake(&self, slot: u32, store: &Store) -> Option<i64> {
        let row = store.rows.row(slot)?;
        // SAFETY: every row has both.
        let (timers, last) = unsafe { (Cell::at(row.add(self.at).cast_mut()), load::<i64>(row, self.last_at)) };
        let first = (timers.len() > 0).then(|| unsafe { load::<i64>(timers.block(), 0) });
        let expiry = self.ttl.filter(|_| last != NEVER).map(|ttl| last.saturating_add(ttl));
        match (first, expiry) {
            (Some(first), Some(expiry)) => Some(first.min(expiry)),
            (first, expiry) => first.or(expiry),
        }
    }

    /// Under which time a slot, whose row is as it was when that was last looked at, stands in `due`.
    #[inline(always)]
    fn held(&self, slot: u32, store: &Store) -> Option<i64> {
        match self.has.has(slot) {
            false => None,
            // SAFETY: a slot that was put off has a record.
            true if self.put_off.has(slot) => Some(unsafe { *self.times.places().item(slot) }),
            true => self.wake(slot, store),
        }
    }

    /// Has slots, whose rows have changed, stand in `due` as early as they wake.
    fn index(&mut self, slots: &[u32], held: &[Option<i64>], store: &Store) {
        let mut added = Vec::new();
        for (&slot, &held) in slots.iter().zip(held) {
            match (self.wake(slot, store), held) {
                (Some(time), Some(held)) if held < time => self.put_off(slot, held),
                (time, held) if held == time => _ = self.put_off.remove(slot),
                (time, _) => {
                    self.forget(slot, held, store);
                    if let Some(time) = time {
                        self.has.insert(slot);
                        added.push((time, half(slot, store), slot));
                    }
                }
            }
        }
        self.due.insert(added.into_iter());
    }

    fn put_off(&mut self, slot: u32, held: i64) {
        self.put_off.insert(slot);
        self.times.reserve(slot as usize + 1);
        // SAFETY: the record exists.
        unsafe { *self.times.places().item(slot) = held };
    }

    /// Takes a slot out of `due`, if it stands there.
    fn forget(&mut self, slot: u32, held: Option<i64>, store: &Store) {
        if let Some(held) = held {
            self.has.remove(slot);
            self.put_off.remove(slot);
            self.due.remove(held, half(slot, store), slot);
        }
    }

    fn take(&mut self, until: i64, most: usize, store: &Store) -> Option<Vec<u32>> {
        let mut due = std::mem::take(&mut self.due);
        let settle = |slot: u32| {
            self.put_off.remove(slot);
            self.wake(slot, store).expect("what is due has a time")
        };
        let taken = due.take(until, most, |slot| store.hash(slot), settle);
        self.due = due;
        let taken: Vec<u32> = taken?.into_iter().map(|(_, slot)| slot).collect();
        taken.iter().for_each(|&slot| _ = self.has.remove(slot));
        Some(taken)
    }
}

fn half(slot: u32, store: &Store) -> u32 {
    (store.hash(slot) >> 32) as u32
}
