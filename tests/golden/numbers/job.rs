//! Numbers as text: the shortest form, and with fixed places.

use lightflus::prelude::*;

#[derive(Record)]
struct Number<'a> {
    line: &'a str,
    value: f64,
}

#[lightflus::job]
fn numbers(job: &Job) {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("golden").build::<&str>())
        .map(|line| Number { line, value: line.parse().expect("a line is a number") })
        .sink(Redis::<Number>::new().host("localhost").key_field(field!(line)).value(|r| {
            let value = r.value;
            format!("{value} {} {} {} {value:.4} {}", value * 3.0, value / 7.0, value + 0.2, value.floor())
        }));
}
