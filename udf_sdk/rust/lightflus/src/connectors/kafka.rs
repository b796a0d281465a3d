//! Kafka topics, read and written.

use std::fmt::Display;
use std::marker::PhantomData;
use std::panic::Location;

use super::columns::{column_methods, Column, Columns, Describe, TextOrBytes, Time};
use super::options::{option_methods, BadRecords, Options, StartFrom};
use super::{sealed, wrong, Format, Sink, Source};
use crate::field::Field;
use crate::flow::End;
use crate::graph::{self, Place, Step};
use crate::value::{List, Value};
use crate::Record;

/// Kafka.
pub struct Kafka;

impl Kafka {
    /// Says where a topic is that is read.
    pub fn builder() -> KafkaBuilder {
        KafkaBuilder::default()
    }

    /// A sink of records of type T; it needs a topic.
    ///
    /// Without a value the whole record is the message's value, as JSON; text and binary as they are.
    pub fn sink<'b, T: Value<'b>>() -> KafkaSink<'b, T> {
        KafkaSink { options: Options::default(), columns: Columns::default(), records: PhantomData }
    }
}

/// How the job signs in to the brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sasl {
    /// `PLAIN`
    Plain,
    /// `SCRAM-SHA-256`
    ScramSha256,
    /// `SCRAM-SHA-512`
    ScramSha512,
}

impl Sasl {
    fn name(self) -> &'static str {
        match self {
            Sasl::Plain => "PLAIN",
            Sasl::ScramSha256 => "SCRAM-SHA-256",
            Sasl::ScramSha512 => "SCRAM-SHA-512",
        }
    }
}

/// How batches of messages are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// `gzip`
    Gzip,
    /// `snappy`
    Snappy,
    /// `lz4`
    Lz4,
    /// `zstd`
    Zstd,
}

impl Compression {
    fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Snappy => "snappy",
            Compression::Lz4 => "lz4",
            Compression::Zstd => "zstd",
        }
    }
}

macro_rules! broker_methods {
    () => {
        /// Addresses of the cluster: `["localhost:9092"]`.
        pub fn brokers<A: Into<String>>(mut self, addresses: impl IntoIterator<Item = A>) -> Self {
            self.options.set_list("brokers", addresses);
            self
        }

        /// The topic; also the name by which `--bind` puts something else in its place.
        pub fn topic(mut self, name: &str) -> Self {
            self.options.set("topic", name);
            self
        }

        /// Signs in with a user and a password: `Secret::env("KAFKA_PASSWORD")`, since one written here stands in the
        /// module for everyone to read.
        pub fn sasl(mut self, mechanism: Sasl, user: &str, password: impl Into<String>) -> Self {
            self.options.set("sasl.mechanism", mechanism.name());
            self.options.set("sasl.user", user);
            self.options.set("sasl.password", &password.into());
            self
        }

        /// A setting of librdkafka, such as `("fetch.min.bytes", 65_536)`, that this crate has no word for.
        pub fn property(mut self, name: &str, value: impl Display) -> Self {
            self.options.set(&format!("librdkafka.{name}"), &value.to_string());
            self
        }

        option_methods!(tls);
        option_methods!();
    };
}

/// A topic that is being described, to be read.
#[derive(Clone, Default)]
pub struct KafkaBuilder {
    options: Options,
    format: Option<Format>,
    bad_records: Option<BadRecords>,
}

impl KafkaBuilder {
    broker_methods!();

    /// The consumer group: how far the job has read is committed under this name.
    pub fn group(mut self, name: &str) -> Self {
        self.options.set("group", name);
        self
    }

    /// Where reading starts. Unless told, a job without keyed state goes on where the group left off, and one with
    /// keyed state reads from the beginning.
    pub fn start_from(mut self, start: StartFrom) -> Self {
        self.options.set("start", start.name());
        self
    }

    /// Starts at the first message of this time or later: ISO 8601 text, or milliseconds since 1970.
    #[track_caller]
    pub fn start_at(mut self, time: impl Display) -> Self {
        let time = time.to_string();
        if time.is_empty() {
            wrong(
                Location::caller(),
                "start_at takes milliseconds since 1970 or ISO 8601 text: \"2026-01-31T12:00:00Z\"",
            );
        }
        self.options.set("start", "timestamp");
        self.options.set("start.timestamp", &time);
        self
    }

    /// Starts at these offsets, by partition: `[(0, 12), (1, 40)]`; other partitions start at their beginning.
    #[track_caller]
    pub fn start_at_offsets(mut self, offsets: impl IntoIterator<Item = (u32, u64)>) -> Self {
        let offsets: Vec<_> = offsets.into_iter().map(|(partition, offset)| format!("{partition}:{offset}")).collect();
        if offsets.is_empty() {
            let text = "start_at_offsets needs an offset for at least one partition: start_at_offsets([(0, 12)])";
            wrong(Location::caller(), text);
        }
        self.options.set("start", "offsets");
        self.options.set_list("start.offsets", offsets);
        self
    }

    /// Ends when everything has been read that was there at the start.
    pub fn bounded(mut self) -> Self {
        self.options.set("end", "latest");
        self
    }

    /// What becomes of a message that cannot be read as a record; unless told, it is a dead letter.
    pub fn bad_records(mut self, policy: BadRecords) -> Self {
        self.bad_records = Some(policy);
        self
    }

    /// How messages are decoded, where the type does not say it.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// The source. Records of a struct type are read as JSON, text as it is: `build::<&str>()`.
    #[track_caller]
    pub fn build<T>(self) -> KafkaSource<T> {
        self.source(Location::caller(), false)
    }

    /// The source of whole messages: a record with any of the fields `key`, `value`, `timestamp`, `partition`,
    /// `offset`, `topic` and `headers`; `value` has the type that the format decodes.
    ///
    /// ```
    /// # use lightflus::prelude::*;
    /// #[derive(Record)]
    /// struct Message<'a> {
    ///     key: Option<&'a str>,
    ///     value: &'a str,
    ///     timestamp: TimestampMs,
    ///     partition: i32,
    ///     offset: i64,
    ///     headers: List<'a, Header<'a>>,
    /// }
    /// let source = Kafka::builder().brokers(["localhost:9092"]).topic("lines").build_messages::<Message>();
    /// ```
    #[track_caller]
    pub fn build_messages<M>(self) -> KafkaSource<M> {
        self.source(Location::caller(), true)
    }

    fn source<T>(self, place: Place, envelope: bool) -> KafkaSource<T> {
        KafkaSource { source: self.described(place, envelope), records: PhantomData }
    }

    #[inline(never)]
    fn described(self, place: Place, envelope: bool) -> graph::Source {
        need_topic(&self.options, "source", place);
        graph::Source { envelope, ..graph::source("kafka", self.options, self.format, self.bad_records) }
    }
}

fn need_topic(options: &Options, what: &str, place: Place) {
    if options.get("topic").is_empty() {
        wrong(place, &format!("this Kafka {what} has no topic: add .topic(name) to it"));
    }
}

/// A topic as a source of records of type T.
pub struct KafkaSource<T> {
    source: graph::Source,
    records: PhantomData<fn() -> T>,
}

impl<T> sealed::Sealed for KafkaSource<T> {}

#[allow(private_interfaces)]
impl<T> Source<T> for KafkaSource<T> {
    fn into_source(self) -> graph::Source {
        self.source
    }
}

/// A header of a message: a record, to read and to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Record)]
pub struct Header<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value, if it has one.
    pub value: Option<&'a str>,
}

/// Writes a message for each record into a topic: `Kafka::sink::<Order>()`.
pub struct KafkaSink<'b, T> {
    options: Options,
    columns: Columns<'b>,
    records: PhantomData<fn(T)>,
}

const COLUMNS: [&str; 4] = ["key", "value", "timestamp", "headers"];

impl<'b, T: Value<'b>> KafkaSink<'b, T> {
    broker_methods!();

    /// How batches of messages are compressed.
    pub fn compression(mut self, codec: Compression) -> Self {
        self.options.set("compression", codec.name());
        self
    }

    /// How values are encoded; unless told, text and binary as they are and everything else as JSON.
    pub fn format(mut self, format: Format) -> Self {
        self.options.set("format", format.name);
        self.options.set_all(&format.options);
        self
    }

    column_methods! {
        /// The message's key, text or binary: messages of one key go to one partition. Without it, or null, they are
        /// spread.
        key, key_field, "key", TextOrBytes
    }

    column_methods! {
        /// The message's value: text and binary are written as they are, anything else in the sink's format.
        value, value_field, "value", Value
    }

    column_methods! {
        /// The message's time: `TimestampMs`, or milliseconds since 1970; the time of writing unless told.
        timestamp, timestamp_field, "timestamp", Time
    }

    column_methods! {
        /// The message's headers: a `Vec` or `List` of `Header`.
        headers, headers_field, "headers", Headers
    }
}

/// Headers of a message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the headers of a message",
    note = "headers are a Vec or List of Header: vec![Header {{ name: \"from\", value: Some(r.id) }}]"
)]
pub trait Headers<'b>: Value<'b> {}

impl<'b> Headers<'b> for Vec<Header<'b>> {}
impl<'b> Headers<'b> for List<'b, Header<'b>> {}

impl<T> sealed::Sealed for KafkaSink<'_, T> {}

#[allow(private_interfaces)]
impl<'b, T: Value<'b>> Sink<'b, T> for KafkaSink<'b, T> {
    fn attach(self, end: &End<'b>, place: Place) -> Step {
        attach(self.options, self.columns, T::describe, end, place)
    }
}

#[inline(never)]
fn attach<'b>(options: Options, mut columns: Columns<'b>, describe: Describe, end: &End<'b>, place: Place) -> Step {
    need_topic(&options, "sink", place);
    let column = |name: &str| match columns.take(name) {
        None if name == "value" => Some(Column::whole(describe)),
        found => found,
    };
    let written = COLUMNS.into_iter().filter_map(column).collect();
    graph::sink("kafka", options, written, Vec::new(), end)
}
