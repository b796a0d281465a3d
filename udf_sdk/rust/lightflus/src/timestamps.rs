//! Giving records their event time: `flow.with_timestamps(...)`, or `flow.timestamps()` with settings.

use std::panic::Location;

use crate::field::Field;
use crate::flow::Flow;
use crate::graph::{Extractor, FunctionKind, Place, TimedStep, TimestampsStep};
use crate::value::Value;

/// Numbers that a time can be: whole milliseconds since 1970.
pub trait Millis<'b>: Value<'b> {
    #[doc(hidden)]
    type Column: Value<'b>;

    #[doc(hidden)]
    fn column(self) -> Self::Column;
}

macro_rules! millis {
    ($($type:ty as $column:ty: $to:expr;)*) => {$(
        impl<'b> Millis<'b> for $type {
            type Column = $column;

            #[inline(always)]
            fn column(self) -> $column {
                $to(self)
            }
        }
    )*};
}

millis! {
    i64 as i64: std::convert::identity;
    i32 as i64: i64::from;
    u32 as i64: i64::from;
    f64 as f64: std::convert::identity;
    crate::value::TimestampMs as i64: |time: crate::value::TimestampMs| time.0;
}

/// Settings of event time, before it is said where it comes from.
#[must_use = "say where the times come from: .by(...), .by_field(...) or .of_source()"]
pub struct Timestamps<'b, T> {
    flow: Flow<'b, T>,
    step: TimestampsStep,
}

impl<'b, T: Value<'b>> Flow<'b, T> {
    /// Gives each record its event time, in milliseconds since 1970.
    #[track_caller]
    pub fn with_timestamps<N, F>(self, time: F) -> Flow<'b, T>
    where
        N: Millis<'b>,
        F: Fn(&T) -> N + Sync + 'static,
    {
        self.timestamps().by(time)
    }

    /// The same with settings: `timestamps().out_of_order(seconds(5)).by(|ride| ride.time)`.
    pub fn timestamps(self) -> Timestamps<'b, T> {
        Timestamps { flow: self, step: TimestampsStep::default() }
    }
}

impl<'b, T: Value<'b>> Timestamps<'b, T> {
    /// How far a record may be behind the latest one of its split without being late.
    pub fn out_of_order(mut self, span: i64) -> Self {
        self.step.out_of_order = span;
        self
    }

    /// A split that brings nothing for so long does not hold the others back.
    pub fn idle_after(mut self, span: i64) -> Self {
        self.step.idle_after = span;
        self
    }

    /// How far ahead of the slowest split of its source another one is read.
    pub fn max_drift(mut self, span: i64) -> Self {
        self.step.max_drift = span;
        self
    }

    /// The time is what a function makes of a record.
    #[track_caller]
    #[inline(never)]
    pub fn by<N, F>(self, time: F) -> Flow<'b, T>
    where
        N: Millis<'b>,
        F: Fn(&T) -> N + Sync + 'static,
    {
        let place = Location::caller();
        let column = move |record: T| time(&record).column();
        let number = self.flow.end.map_function(FunctionKind::Timestamp, place, column);
        self.add(Some(Extractor::Function(number)), place)
    }

    /// The time is a field: no function is called.
    #[track_caller]
    #[inline(never)]
    pub fn by_field<N, G>(self, field: Field<G>) -> Flow<'b, T>
    where
        N: Millis<'b>,
        G: Fn(&T) -> &N + Sync + 'static,
    {
        self.add(Some(Extractor::Field(field.0 .0)), Location::caller())
    }

    /// The time is the one that the source has for a record: Kafka's timestamp, the id of a Redis stream's entry.
    #[track_caller]
    pub fn of_source(self) -> Flow<'b, T> {
        self.add(None, Location::caller())
    }

    fn add(self, time: Option<Extractor>, place: Place) -> Flow<'b, T> {
        self.flow.end.add(TimedStep::Timestamps(TimestampsStep { time, ..self.step }).into(), place)
    }
}
