//! Kafka topics: where reading starts, whole messages, and what a message is written of. What says an option is in
//! `generated.rs`.

use std::fmt::Display;
use std::marker::PhantomData;

use super::columns::{Column, Columns, Describe};
use super::generated::{Kafka, KafkaBuilder, KafkaSource, StartFrom};
use super::options::Options;
use super::{sealed, wrong, Described, Format, Sink};
use crate::flow::End;
use crate::graph::{self, Place, Step};
use crate::value::{List, Value};
use crate::Record;

impl Kafka {
    /// A sink of records of type T; it needs a topic.
    ///
    /// Without a value the whole record is the message's value, as JSON; text and binary as they are.
    pub fn sink<'b, T: Value<'b>>() -> KafkaSink<'b, T> {
        KafkaSink { options: Options::default(), columns: Columns::default(), records: PhantomData }
    }
}

impl KafkaBuilder {
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
        let source = self.described(std::panic::Location::caller());
        Described::new(graph::Source { envelope: true, ..source })
    }

    pub(super) fn starts_from(&mut self, position: StartFrom) {
        self.start(position.name(), "");
    }

    pub(super) fn starts_at(&mut self, time: impl Display, place: Place) {
        let time = time.to_string();
        if time.is_empty() {
            wrong(place, "start_at takes milliseconds since 1970 or ISO 8601 text: \"2026-01-31T12:00:00Z\"");
        }
        self.start("timestamp", &time);
    }

    pub(super) fn starts_at_offsets(&mut self, offsets: impl IntoIterator<Item = (u32, u64)>, place: Place) {
        let offsets: Vec<_> = offsets.into_iter().map(|(partition, offset)| format!("{partition}:{offset}")).collect();
        if offsets.is_empty() {
            let text = "start_at_offsets needs an offset for at least one partition: start_at_offsets([(0, 12)])";
            wrong(place, text);
        }
        self.start("offsets", &offsets.join(","));
    }

    /// What was said last stands.
    fn start(&mut self, position: &str, detail: &str) {
        self.options.remove("start.timestamp");
        self.options.remove("start.offsets");
        self.options.set("start", position);
        if !detail.is_empty() {
            self.options.set(&format!("start.{position}"), detail);
        }
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
    pub(super) options: Options,
    pub(super) columns: Columns<'b>,
    records: PhantomData<fn(T)>,
}

const COLUMNS: [&str; 4] = ["key", "value", "timestamp", "headers"];

impl<T> KafkaSink<'_, T> {
    pub(super) fn encode_as(&mut self, format: Format) {
        self.options.set("format", format.name);
        self.options.set_all(&format.options);
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
        Self::check(&self.options, place);
        attach(self.options, self.columns, T::describe, end)
    }
}

#[inline(never)]
fn attach<'b>(options: Options, mut columns: Columns<'b>, describe: Describe, end: &End<'b>) -> Step {
    let column = |name: &str| match columns.take(name) {
        None if name == "value" => Some(Column::whole(describe)),
        found => found,
    };
    let written = COLUMNS.into_iter().filter_map(column).collect();
    graph::sink("kafka", options, written, Vec::new(), end)
}
