//! The systems that a job reads from and writes to, as the user names them; the engine does the reading and writing.
//!
//! Owns the seam to flows: what a source or a sink adds to the graph. What says an option is made from proto/connectors
//! (`generated.rs`); what has logic of its own has a file per system; `options.rs` and `columns.rs` are what they share.
//! Runs in main only: what is wrong there panics at the user's line.

use std::marker::PhantomData;

mod columns;
mod custom;
mod format;
#[rustfmt::skip]
mod generated;
mod kafka;
mod mysql;
mod options;
mod redis;
mod sql;

pub use columns::{Score, TextOrBytes, Time};
pub use custom::{Connector, ConnectorSink};
pub use format::Format;
pub use generated::{
    BadRecords, Compression, ConnectorBuilder, ConnectorSource, Kafka, KafkaBuilder, KafkaSource, RedisStream,
    RedisStreamBuilder, RedisStreamSource, Sasl, StartFrom, Tls,
};
pub use kafka::{Header, Headers, KafkaSink};
pub use mysql::{Mysql, MysqlConnection};
pub use options::Secret;
pub use redis::Redis;

pub(crate) use columns::Column;
pub(crate) use options::Options;

use crate::flow::End;
use crate::graph::{self, Place, Step};

/// Where records of type T come from.
#[allow(private_interfaces)]
pub trait Source<T>: sealed::Sealed {
    #[doc(hidden)]
    fn into_source(self) -> graph::Source;
}

/// A source of records of type T, described and ready to be read from.
pub struct Described<T> {
    source: graph::Source,
    records: PhantomData<fn() -> T>,
}

impl<T> Described<T> {
    pub(crate) fn new(source: graph::Source) -> Described<T> {
        Described { source, records: PhantomData }
    }
}

impl<T> sealed::Sealed for Described<T> {}

#[allow(private_interfaces)]
impl<T> Source<T> for Described<T> {
    fn into_source(self) -> graph::Source {
        self.source
    }
}

/// Where records of type T go.
#[allow(private_interfaces)]
pub trait Sink<'b, T>: sealed::Sealed {
    #[doc(hidden)]
    fn attach(self, end: &End<'b>, place: Place) -> Step;
}

mod sealed {
    pub trait Sealed {}
}

/// Ends main if one of these options has not been said.
fn need(options: &Options, what: &str, names: &[&str], place: Place) {
    if let Some(name) = names.iter().find(|name| options.get(name).is_empty()) {
        wrong(place, &format!("this {what} has no {name}: add .{name}(name) to it"));
    }
}

/// Ends main with what is wrong with a sink, at the line where the sink was given to a flow.
#[cold]
pub(crate) fn wrong(place: Place, text: &str) -> ! {
    crate::host::fail(text, place)
}
