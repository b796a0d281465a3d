//! Counts the words of a stream of lines: the Rust twin of examples/word_count.

use lightflus::prelude::*;

/// A word, and how often it has been seen.
#[derive(Record)]
struct Word<'a> {
    word: &'a str,
    count: u64,
}

#[lightflus::job(id = "wordCount")]
fn word_count(job: &Job) {
    let lines = Kafka::builder().brokers(["localhost:9092"]).topic("topic").group("word_count").build::<&str>();
    let counts = Redis::<Word>::new().host("localhost").key_field(field!(word)).value(|w| w.count.to_string());

    job.from(lines)
        .flat_map(|line| line.split(' ').map(|word| Word { word, count: 1 }))
        .key_by_field(field!(word))
        .reduce(|a, b| Word { word: a.word, count: a.count + b.count })
        .name("count")
        .sink(counts);
}

#[cfg(test)]
mod tests {
    use lightflus::testing::run;

    #[test]
    fn words_are_counted_over_all_lines() {
        let results = run(super::word_count).input("topic", ["hello hello world", "world hello"]).finish();
        assert_eq!(results.last("redis").into_iter().collect::<Vec<_>>(), [("hello", "3"), ("world", "2")]);
    }
}
