//! The systems that a job reads from and writes to, as the user names them; the engine does the reading and writing.
//!
//! Owns the seam to flows: what a source or a sink adds to the graph. Each system has a file; `options.rs` and
//! `columns.rs` are what they share. Runs in main only: what is wrong there panics at the user's line.

mod columns;
mod custom;
mod format;
mod kafka;
mod mysql;
mod options;
mod redis;
mod redis_stream;
mod sql;

pub use columns::{Score, TextOrBytes, Time};
pub use custom::{Connector, ConnectorBuilder, ConnectorSink, ConnectorSource};
pub use format::Format;
pub use kafka::{Compression, Header, Headers, Kafka, KafkaBuilder, KafkaSink, KafkaSource, Sasl};
pub use mysql::{Mysql, MysqlConnection};
pub use options::{BadRecords, Secret, StartFrom, Tls};
pub use redis::Redis;
pub use redis_stream::{RedisStream, RedisStreamBuilder, RedisStreamSource};

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

/// Where records of type T go.
#[allow(private_interfaces)]
pub trait Sink<'b, T>: sealed::Sealed {
    #[doc(hidden)]
    fn attach(self, end: &End<'b>, place: Place) -> Step;
}

mod sealed {
    pub trait Sealed {}
}

/// Ends main with what is wrong with a sink, at the line where the sink was given to a flow.
#[cold]
pub(crate) fn wrong(place: Place, text: &str) -> ! {
    crate::host::fail(text, place)
}
