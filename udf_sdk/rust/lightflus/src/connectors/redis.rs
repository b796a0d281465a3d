//! What a Redis sink writes: a value per key, fields of a hash, members of a sorted set, entries of a stream, messages.
//! What says an option is in `generated.rs`.

use std::marker::PhantomData;

use super::columns::{Column, Columns, Describe};
use super::options::Options;
use super::{sealed, wrong, Sink};
use crate::flow::End;
use crate::graph::{self, Place, Step};
use crate::value::Value;

/// Upserts a value per key into Redis, or what `hash`, `sorted_set`, `stream` or `channel` say.
pub struct Redis<'b, T> {
    pub(super) options: Options,
    pub(super) columns: Columns<'b>,
    records: PhantomData<fn(T)>,
}

impl<'b, T: Value<'b>> Redis<'b, T> {
    /// A sink of records of type T; it needs a host, a key and a value.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let mut options = Options::default();
        options.set("host", "");
        options.set("port", "6379");
        Redis { options, columns: Columns::default(), records: PhantomData }
    }

    pub(super) fn writes_with(&mut self, command: &str, option: &str, name: &str, place: Place) {
        write_with(&mut self.options, command, option, name, place);
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
        Self::check(&self.options, place);
        attach(self.options, self.columns, T::describe, end, place)
    }
}

#[inline(never)]
fn attach<'b>(options: Options, mut columns: Columns<'b>, describe: Describe, end: &End<'b>, place: Place) -> Step {
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
