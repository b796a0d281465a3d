//! What a process function sees beside its state and record: key and times, what it may emit, its timers.

use std::panic::Location;

use super::output::{Output, Sides, Stamps};
use super::timers::Timers;
use crate::abi::{Call, MOST_TIME, NO_MARK};
use crate::time::SideOutput;
use crate::value::Value;

/// The surroundings of a record or timer: its key and time, and what can be done about it.
pub struct Context<'b, K, R: Value<'b>> {
    key: Option<K>,
    time: i64,
    watermark: i64,
    pub(crate) processing_time: i64,
    pub(crate) has_event_time: bool,
    stamps: Stamps,
    /// Up to where a timer of processing time is over already.
    over: i64,
    output: Output<'b, R>,
    sides: Sides<'b>,
    pub(crate) timers: Timers,
    pub(crate) processing_timers: Timers,
    /// Timers of processing time that were set when they were over.
    pub(crate) passed: Timers,
    pub(crate) is_forgotten: bool,
}

impl<'b, K, R: Value<'b>> Context<'b, K, R> {
    pub(crate) fn new(call: &Call, tags: &[u32], has_event_time: bool) -> Self {
        Context {
            key: None,
            time: 0,
            watermark: NO_MARK,
            processing_time: call.processing_time,
            has_event_time,
            stamps: Stamps { time: 0, mark: 0 },
            over: NO_MARK,
            output: Output::new(),
            sides: Sides::of(tags),
            timers: Timers::default(),
            processing_timers: Timers::default(),
            passed: Timers::default(),
            is_forgotten: false,
        }
    }

    pub(crate) fn set_key(&mut self, key: K) {
        self.key = Some(key);
    }

    /// Before a function is called.
    pub(crate) fn begin(&mut self, time: i64, watermark: i64, over: i64, stamps: Stamps) {
        self.time = time;
        self.watermark = watermark;
        self.over = over;
        self.stamps = stamps;
        self.is_forgotten = false;
    }

    /// Stamps within the range of times; both are 0 without event time.
    pub(crate) fn stamps(&self, time: i64, mark: i64) -> Stamps {
        if !self.has_event_time {
            return Stamps { time: 0, mark: 0 };
        }
        let mark = if mark == NO_MARK { mark } else { mark.clamp(-MOST_TIME, MOST_TIME) };
        Stamps { time: time.clamp(-MOST_TIME, MOST_TIME), mark }
    }

    /// Stamps of what a timer of the clock makes: just behind the watermark, and late nowhere, also at the very end.
    pub(crate) fn stamps_of_clock(&self, watermark: i64) -> Stamps {
        let time = watermark.saturating_add(1).clamp(-MOST_TIME, MOST_TIME);
        self.stamps(time, if watermark == NO_MARK { NO_MARK } else { time - 1 })
    }

    pub(crate) fn into_outputs(self) -> (Output<'b, R>, Sides<'b>) {
        (self.output, self.sides)
    }

    /// The key.
    pub fn key(&self) -> &K {
        self.key.as_ref().expect("a function is called for a key")
    }

    /// The time of the record or timer; without event time that of processing.
    pub fn time(&self) -> i64 {
        self.time
    }

    /// How far event time has come: the watermark of the record's split just before it; in order `time() - 1`; in a timer
    /// its time. -8.64e15 where there is none yet.
    pub fn watermark(&self) -> i64 {
        self.watermark.clamp(-MOST_TIME, MOST_TIME)
    }

    /// The clock of the machine, in steps that a replay repeats.
    pub fn processing_time(&self) -> i64 {
        self.processing_time.clamp(-MOST_TIME, MOST_TIME)
    }

    /// Hands a record on.
    pub fn emit(&mut self, record: R) {
        self.output.push(&record, self.stamps);
    }

    /// Hands a record to a side output.
    pub fn emit_to<U: Value<'b>>(&mut self, output: &SideOutput<U>, record: U) {
        self.sides.push(output.number, &record, self.stamps);
    }

    /// Asks to be called when event time has reached `time`.
    #[track_caller]
    pub fn set_timer(&mut self, time: i64) {
        self.timers.set(time, Location::caller());
    }

    /// Takes a timer back; nothing happens where there is none.
    pub fn delete_timer(&mut self, time: i64) {
        self.timers.delete(time);
    }

    /// Asks to be called when the clock has reached `time`.
    #[track_caller]
    pub fn set_processing_timer(&mut self, time: i64) {
        let is_over = time <= self.over && !self.processing_timers.has(time);
        let timers = if is_over { &mut self.passed } else { &mut self.processing_timers };
        timers.set(time, Location::caller());
    }

    /// Takes such a timer back.
    pub fn delete_processing_timer(&mut self, time: i64) {
        self.passed.delete(time);
        self.processing_timers.delete(time);
    }

    /// Forgets the key, with its state and timers, when the function returns.
    pub fn forget(&mut self) {
        self.is_forgotten = true;
    }
}
