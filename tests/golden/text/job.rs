//! Text beyond ASCII: letters, case, pieces.

use lightflus::prelude::*;

#[derive(Record)]
struct Read<'a> {
    line: &'a str,
    letters: u32,
    backwards: String,
    lower: String,
}

#[lightflus::job]
fn text(job: &Job) {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("golden").build::<&str>())
        .filter(|line| !line.trim().is_empty())
        .map(|line| Read {
            line,
            letters: line.chars().count() as u32,
            backwards: line.chars().rev().collect(),
            lower: line.to_lowercase(),
        })
        .sink(Redis::<Read>::new().host("localhost").key_field(field!(line)).value(|r| {
            format!("{}|{}|{}|{}", r.letters, r.backwards, r.lower, r.line.starts_with("Gr"))
        }));
}
