//! Counts words.

use lightflus::prelude::*;

#[derive(Record)]
struct Word<'a> {
    word: &'a str,
    count: u64,
}

#[lightflus::job]
fn word_count(job: &Job) {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("golden").build::<&str>())
        .flat_map(|line| line.split(' ').map(|word| Word { word, count: 1 }))
        .filter(|w| !w.word.is_empty())
        .key_by_field(field!(word))
        .reduce(|a, b| Word { word: a.word, count: a.count + b.count })
        .sink(Redis::<Word>::new().host("localhost").key_field(field!(word)).value(|w| w.count.to_string()));
}
