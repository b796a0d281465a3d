//! Write Lightflus jobs in Rust.
//!
//! A job is a function that builds a dataflow; the functions in it run as one sandboxed WebAssembly module.
//!
//! ```
//! use lightflus::prelude::*;
//!
//! #[derive(Record)]
//! struct Word<'a> {
//!     word: &'a str,
//!     count: u64,
//! }
//!
//! #[lightflus::job]
//! fn word_count(job: &Job) {
//!     let lines = Kafka::builder().brokers(["localhost:9092"]).topic("lines").group("word_count").build::<&str>();
//!     job.from(lines)
//!         .flat_map(|line| line.split(' ').map(|word| Word { word, count: 1 }))
//!         .key_by_field(field!(word))
//!         .reduce(|a, b| Word { word: a.word, count: a.count + b.count })
//!         .name("count")
//!         .sink(Redis::<Word>::new().host("localhost").key_field(field!(word)).value(|w| w.count.to_string()));
//! }
//! # fn main() {}
//! ```
//!
//! `lightflus run Cargo.toml` builds and runs it; `lightflus::testing` runs the same job in a plain `cargo test`.
//! docs/rust.md of the project is the guide.

#![warn(missing_docs)]

extern crate self as lightflus;

#[allow(missing_docs, dead_code)]
mod abi;
mod arena;
mod connectors;
mod exports;
mod field;
mod flow;
mod graph;
#[allow(missing_docs)]
mod host;
mod json;
mod operation;
mod processed;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod time;
mod timestamps;
#[allow(missing_docs)]
mod types;
mod value;
mod windowed;

pub use connectors::{
    BadRecords, Compression, Connector, ConnectorBuilder, ConnectorSink, ConnectorSource, Format, Header, Headers,
    Kafka, KafkaBuilder, KafkaSink, KafkaSource, Mysql, MysqlConnection, Redis, RedisStream, RedisStreamBuilder,
    RedisStreamSource, Sasl, Score, Secret, Sink, Source, StartFrom, TextOrBytes, Time, Tls,
};
pub use field::Field;
pub use flow::{End, Flow, Job, Keyed};
pub use host::Level;
pub use lightflus_macros::{job, Record};
pub use operation::Context;
pub use processed::{Broadcast, Connected, Keep, One, Plain, Process, Ruled, Two, WithRules};
pub use time::{
    days, hours, millis, minutes, seconds, FixedWindow, Kept, Ranked, SessionWindow, SideOutput, SlidingWindow, Window,
    WindowCount, Windows,
};
pub use timestamps::{Millis, Timestamps};
pub use value::{Binary, Date, Items, List, TimestampMs, TimestampUs, Value};
pub use windowed::{Running, WindowAggregate, Windowed};

/// What a job needs.
pub mod prelude {
    pub use crate::{days, hours, millis, minutes, seconds};
    pub use crate::{field, log};
    pub use crate::{BadRecords, Compression, Connector, Format, Header, Kafka, Sasl, Secret, StartFrom, Tls};
    pub use crate::{Binary, Date, Flow, Job, List, Record, TimestampMs, TimestampUs};
    pub use crate::{
        Context, FixedWindow, Keep, Ranked, SessionWindow, SideOutput, SlidingWindow, Window, WindowCount,
    };
    pub use crate::{Mysql, MysqlConnection, Redis, RedisStream};
}

/// Writes a line to the job's log: `log!("{} rows", n)`, `log!(Warn, "...")`; `Debug`, `Info`, `Warn` or `Error`.
#[macro_export]
macro_rules! log {
    ($level:ident, $($part:tt)+) => {
        $crate::__private::log($crate::Level::$level, ::core::format_args!($($part)+))
    };
    ($($part:tt)+) => {
        $crate::__private::log($crate::Level::Info, ::core::format_args!($($part)+))
    };
}

/// For generated code only; not part of the API.
#[doc(hidden)]
#[allow(missing_docs)]
pub mod __private {
    pub use crate::abi::{Answer, ArrowArray, Call, Description};
    pub use crate::exports::{allocate, apply, describe, finish, fold, merge, process, reset, row};
    pub use crate::field::{plain, Path};
    pub use crate::host::log;
    pub use crate::types::Type;
    pub use crate::value::{array, Builder, NotNull, Value};
}
