//! Every type and every pattern of nulls: read from JSON, through a map and a reduce, and shown.

use lightflus::prelude::*;

#[derive(Record, Debug)]
struct Every<'a> {
    id: &'a str,
    flag: bool,
    i8: i8,
    i16: i16,
    i32: i32,
    i64: i64,
    u8: u8,
    u16: u16,
    u32: u32,
    u64: u64,
    f32: f32,
    f64: f64,
    text: String,
    words: Vec<String>,
    view: List<'a, Option<&'a str>>,
    inner: Inner<'a>,
    no_flag: Option<bool>,
    no_number: Option<i32>,
    no_text: Option<&'a str>,
    no_list: Option<Vec<Option<u16>>>,
    no_inner: Option<Inner<'a>>,
}

#[derive(Record, Debug)]
struct Inner<'a> {
    name: &'a str,
    deeper: Vec<Deep>,
}

#[derive(Record, Debug)]
struct Deep {
    x: Option<f64>,
}

#[lightflus::job]
fn every_type(job: &Job) {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("test").build::<Every>())
        .map(|record| record)
        .filter(|record| record.id != "left out")
        .key_by_field(field!(id))
        .reduce(|old, new| Every { id: old.id, ..new })
        .sink(Redis::<Every>::new().host("localhost").key_field(field!(id)).value(|record| format!("{record:?}")));
}
