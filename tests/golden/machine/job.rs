//! A small state machine per key, and what it refused.

use lightflus::prelude::*;

#[derive(Record)]
struct Door<'a> {
    name: &'a str,
    state: &'a str,
    refused: u32,
}

fn next(state: &str, event: &str) -> Option<&'static str> {
    match (state, event) {
        ("closed", "open") => Some("opened"),
        ("opened", "close") => Some("closed"),
        ("opened", "break") => Some("broken"),
        _ => None,
    }
}

#[lightflus::job]
fn machine(job: &Job) {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("golden").build::<&str>())
        .map(|line| {
            let (name, state) = line.split_once(' ').expect("a line is name event");
            Door { name, state, refused: 0 }
        })
        .key_by_field(field!(name))
        .reduce(|a, b| {
            let before = if a.state == "open" { "opened" } else { a.state };
            match next(before, b.state) {
                Some(state) => Door { state, ..a },
                None => Door { state: before, refused: a.refused + 1, ..a },
            }
        })
        .sink(
            Redis::<Door>::new()
                .host("localhost")
                .key_field(field!(name))
                .value(|d| format!("{}, {} refused", d.state, d.refused)),
        );
}
