//! Counts the words of a stream of lines.

use lightflus::prelude::*;

/// A word, and how often it has been seen.
#[derive(Record)]
struct Count<'a> {
    word: &'a str,
    count: u64,
}

#[lightflus::job(id = "{{name}}")]
fn job(job: &Job) {
    // In production the lines come from this topic; on your machine, --bind lines=file:data/lines.txt takes its place.
    let lines = Kafka::builder()
        .brokers(["localhost:9092"])
        .topic("lines")
        .group("{{name}}")
        .build::<&str>();
    let counts = Redis::<Count>::new()
        .host("localhost")
        .key_field(field!(word))
        .value(|c| c.count.to_string());

    job.from(lines)
        .flat_map(|line| line.split_whitespace().map(|word| Count { word, count: 1 }))
        .key_by_field(field!(word))
        .reduce(|a, b| Count {
            word: a.word,
            count: a.count + b.count,
        })
        .name("count")
        .sink(counts);
}

#[cfg(test)]
mod tests {
    use lightflus::testing::run;

    #[test]
    fn words_are_counted_over_all_lines() {
        let results = run(super::job)
            .input("lines", ["to be or", "not to be"])
            .finish();
        assert_eq!(results.last("redis")["to"], "2");
    }
}
