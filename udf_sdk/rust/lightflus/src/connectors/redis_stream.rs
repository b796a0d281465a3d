//! Entries of a Redis stream, read.

use std::marker::PhantomData;
use std::panic::Location;

use super::options::{option_methods, BadRecords, Options, StartFrom};
use super::{sealed, wrong, Format, Source};
use crate::graph::{self, Place};

/// Redis streams.
pub struct RedisStream;

impl RedisStream {
    /// Says where a stream is.
    pub fn builder() -> RedisStreamBuilder {
        RedisStreamBuilder::default()
    }
}

/// A stream that is being described.
#[derive(Clone, Default)]
pub struct RedisStreamBuilder {
    options: Options,
    format: Option<Format>,
    bad_records: Option<BadRecords>,
}

impl RedisStreamBuilder {
    option_methods!(redis);

    /// The stream; also the name by which `--bind` gives the job another source.
    pub fn stream(mut self, name: &str) -> Self {
        self.options.set("stream", name);
        self
    }

    /// The consumer group.
    pub fn group(mut self, name: &str) -> Self {
        self.options.set("group", name);
        self
    }

    /// The job's name within the group.
    pub fn consumer(mut self, name: &str) -> Self {
        self.options.set("consumer", name);
        self
    }

    /// Where reading starts.
    pub fn start_from(mut self, start: StartFrom) -> Self {
        self.options.set("start", start.name());
        self
    }

    /// Ends when everything has been read that was there at the start.
    pub fn bounded(mut self) -> Self {
        self.options.set("end", "latest");
        self
    }

    /// What becomes of an entry that cannot be read as a record; unless told, it is a dead letter.
    pub fn bad_records(mut self, policy: BadRecords) -> Self {
        self.bad_records = Some(policy);
        self
    }

    /// How entries are decoded, where the type does not say it.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// The source of records of type T.
    #[track_caller]
    pub fn build<T>(self) -> RedisStreamSource<T> {
        RedisStreamSource { source: self.described(Location::caller()), records: PhantomData }
    }

    #[inline(never)]
    fn described(self, place: Place) -> graph::Source {
        for name in ["host", "stream"] {
            if self.options.get(name).is_empty() {
                wrong(place, &format!("this Redis source has no {name}: add .{name}(name) to it"));
            }
        }
        graph::source("redis-stream", self.options, self.format, self.bad_records)
    }
}

/// A stream as a source of records of type T.
pub struct RedisStreamSource<T> {
    source: graph::Source,
    records: PhantomData<fn() -> T>,
}

impl<T> sealed::Sealed for RedisStreamSource<T> {}

#[allow(private_interfaces)]
impl<T> Source<T> for RedisStreamSource<T> {
    fn into_source(self) -> graph::Source {
        self.source
    }
}
