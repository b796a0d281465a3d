//! Fields that may be missing; the last known value of each stays.

use lightflus::prelude::*;

#[derive(Record)]
struct Person<'a> {
    id: &'a str,
    name: Option<&'a str>,
    age: Option<f64>,
    active: Option<bool>,
}

#[lightflus::job]
fn nullable(job: &Job) {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("golden").build::<Person>())
        .key_by_field(field!(id))
        .reduce(|a, b| Person {
            id: a.id,
            name: b.name.or(a.name),
            age: b.age.or(a.age),
            active: b.active.or(a.active),
        })
        .sink(Redis::<Person>::new().host("localhost").key_field(field!(id)).value(|p| {
            format!("{} {} {}", p.name.unwrap_or("?"), p.age.unwrap_or(-1.0), p.active.unwrap_or(false))
        }));
}
