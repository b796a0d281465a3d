//! What a Redis sink writes: a value per key, fields of a hash, members of a sorted set, entries of a stream, messages.

use std::marker::PhantomData;
use std::panic::Location;

use super::columns::{column_methods, Column, Columns, Describe, Score};
use super::options::{option_methods, Options};
use super::{sealed, wrong, Sink};
use crate::field::Field;
use crate::flow::End;
use crate::graph::{self, Place, Step};
use crate::value::{Text, Value};

/// Upserts a value per key into Redis, or what `hash`, `sorted_set`, `stream` or `channel` say.
pub struct Redis<'b, T> {
    options: Options,
    columns: Columns<'b>,
    records: PhantomData<fn(T)>,
}

const PORT: u64 = 6379;

impl<'b, T: Value<'b>> Redis<'b, T> {
    /// A sink of records of type T; it needs a host, a key and a value.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let mut options = Options::default();
        options.set("host", "");
        options.set_number("port", PORT);
        Redis { options, columns: Columns::default(), records: PhantomData }
    }

    option_methods!(redis);

    /// Keys end after this many seconds.
    #[track_caller]
    pub fn ttl(mut self, seconds: u64) -> Self {
        if seconds == 0 {
            wrong(Location::caller(), "ttl(seconds) takes a number of seconds, 1 or more");
        }
        self.options.set_number("ttl", seconds);
        self
    }

    /// Writes fields of this hash: the key is the field.
    #[track_caller]
    pub fn hash(self, name: &str) -> Self {
        self.writes("hset", "hash", name, Location::caller())
    }

    /// Writes members of this sorted set: the key is the member, `score` its score.
    #[track_caller]
    pub fn sorted_set(self, name: &str) -> Self {
        self.writes("zadd", "set", name, Location::caller())
    }

    /// Adds an entry to this stream for each record, with the record's fields; or with key and value, if they are told.
    #[track_caller]
    pub fn stream(self, name: &str) -> Self {
        self.writes("xadd", "stream", name, Location::caller())
    }

    /// Publishes to this channel: the value, or the whole record as JSON.
    #[track_caller]
    pub fn channel(self, name: &str) -> Self {
        self.writes("publish", "channel", name, Location::caller())
    }

    /// Keeps about this many entries in the stream.
    #[track_caller]
    pub fn max_length(mut self, entries: u64) -> Self {
        if entries == 0 {
            wrong(Location::caller(), "max_length(entries) takes a number of entries, 1 or more");
        }
        self.options.set_number("maxlen", entries);
        self
    }

    column_methods! {
        /// The key under which a record is stored.
        key, key_field, "key", Text
    }

    column_methods! {
        /// What is stored: text and binary as they are, numbers as text, lists and records as JSON; `None` deletes.
        value, value_field, "value", Value
    }

    column_methods! {
        /// The number by which a sorted set is sorted; `None` removes the member.
        score, score_field, "score", Score
    }

    fn writes(mut self, command: &str, option: &str, name: &str, place: Place) -> Self {
        write_with(&mut self.options, command, option, name, place);
        self
    }
}

#[inline(never)]
fn write_with(options: &mut Options, command: &str, option: &str, name: &str, place: Place) {
    if !options.get("command").is_empty() {
        let among = "a sink has one of hash, sorted_set, stream and channel";
        wrong(place, &format!("this Redis sink writes something else already: {among}"));
    }
    if name.is_empty() {
        wrong(place, "the name is empty");
    }
    options.set("command", command);
    options.set(option, name);
}

impl<T> sealed::Sealed for Redis<'_, T> {}

#[allow(private_interfaces)]
impl<'b, T: Value<'b>> Sink<'b, T> for Redis<'b, T> {
    fn attach(self, end: &End<'b>, place: Place) -> Step {
        attach(self.options, self.columns, T::describe, end, place)
    }
}

#[inline(never)]
fn attach<'b>(options: Options, mut columns: Columns<'b>, describe: Describe, end: &End<'b>, place: Place) -> Step {
    if options.get("host").is_empty() {
        wrong(place, "this Redis sink has no host: add .host(name) to it");
    }
    let command = options.get("command").to_owned();
    let is_meant = |said: &str, is_said: bool, by: &str, method: &str| {
        if is_said && command != by {
            wrong(place, &format!("{said} is for a {method}: add .{method}(name), or leave it out"));
        }
    };
    is_meant("score", columns.has("score"), "zadd", "sorted_set");
    is_meant("max_length", !options.get("maxlen").is_empty(), "xadd", "stream");
    let (columns, keys) = written(&command, &mut columns, describe, place);
    graph::sink("redis", options, columns, keys, end)
}

/// The columns in order, and which of them is the key of an upsert.
fn written<'b>(
    command: &str,
    columns: &mut Columns<'b>,
    describe: Describe,
    place: Place,
) -> (Vec<Column<'b>>, Vec<String>) {
    match command {
        "publish" => (vec![columns.take("value").unwrap_or_else(|| Column::whole(describe))], Vec::new()),
        "xadd" if columns.is_empty() => (Column::of_record(describe), Vec::new()),
        "xadd" => (columns.rest(), Vec::new()),
        "zadd" => (
            vec![need(columns, "key", place).named("member"), need(columns, "score", place)],
            vec!["member".to_owned()],
        ),
        _ => (vec![need(columns, "key", place), need(columns, "value", place)], vec!["key".to_owned()]),
    }
}

fn need<'b>(columns: &mut Columns<'b>, name: &str, place: Place) -> Column<'b> {
    columns.take(name).unwrap_or_else(|| {
        let ways = format!("add .{name}(|record| ...) or .{name}_field(field!(...)) to it");
        wrong(place, &format!("this Redis sink has no {name}: {ways}"))
    })
}
