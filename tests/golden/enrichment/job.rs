//! Looks codes up in a table that main made.

use std::borrow::Cow;
use std::collections::HashMap;

use lightflus::prelude::*;

#[derive(Record)]
struct Visits<'a> {
    country: Cow<'a, str>,
    visits: u32,
}

#[lightflus::job]
fn enrichment(job: &Job) {
    let names: HashMap<&str, &str> = [("CH", "Schweiz"), ("DE", "Deutschland"), ("FR", "France")].into();
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("golden").build::<&str>())
        .map(move |line| {
            let (code, visits) = line.split_once(',').expect("a line is code,visits");
            let country = match names.get(code) {
                Some(name) => Cow::Borrowed(*name),
                None => Cow::Owned(format!("unknown {code}")),
            };
            Visits { country, visits: visits.parse().expect("visits are a number") }
        })
        .key_by_field(field!(country))
        .reduce(|a, b| Visits { country: a.country, visits: a.visits + b.visits })
        .sink(Redis::<Visits>::new().host("localhost").key_field(field!(country)).value(|v| v.visits.to_string()));
}
