//! Lowest, highest, sum and number of values per key.

use lightflus::prelude::*;

#[derive(Record)]
struct Range<'a> {
    name: &'a str,
    low: f64,
    high: f64,
    sum: f64,
    count: u32,
}

fn parse(line: &str) -> Range<'_> {
    let (name, value) = line.split_once(';').expect("a line is name;value");
    let value = value.parse().expect("a value is a number");
    Range { name, low: value, high: value, sum: value, count: 1 }
}

#[lightflus::job]
fn aggregates(job: &Job) {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("golden").build::<&str>())
        .map(parse)
        .key_by_field(field!(name))
        .reduce(|a, b| Range {
            name: a.name,
            low: a.low.min(b.low),
            high: a.high.max(b.high),
            sum: a.sum + b.sum,
            count: a.count + b.count,
        })
        .sink(Redis::<Range>::new().host("localhost").key_field(field!(name)).value(|r| {
            format!("{} {} {} {} {:.3}", r.low, r.high, r.sum, r.count, r.sum / f64::from(r.count))
        }));
}
