//! The best per key that a function makes; lines without a name are left out.

use lightflus::prelude::*;

#[derive(Record)]
struct Entry<'a> {
    sport: &'a str,
    who: &'a str,
    result: f64,
}

fn parse(line: &str) -> Option<Entry<'_>> {
    let mut parts = line.split(',');
    let (sport, who, result) = (parts.next()?, parts.next()?, parts.next()?);
    (!who.is_empty()).then(|| Entry { sport, who, result: result.parse().expect("a result is a number") })
}

#[lightflus::job]
fn best(job: &Job) {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("golden").build::<&str>())
        .flat_map(parse)
        .key_by(|e| e.sport.to_uppercase())
        .reduce(|a, b| if b.result > a.result { b } else { a })
        .name("best")
        .map(|e| (format!("best {}", e.sport), format!("{} {}", e.who, e.result)))
        .sink(Redis::<(String, String)>::new().host("localhost").key_field(field!(0)).value_field(field!(1)));
}
