//! gcd.h's loop with the Rust SDK: what a user writes.
use lightflus::prelude::*;

#[derive(Record)]
struct Pair {
    a: i64,
    b: i64,
}

fn gcd(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[lightflus::job]
fn gcd_all(job: &Job) {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("pairs").group("gcd").build::<Pair>())
        .map(|pair| gcd(pair.a, pair.b))
        .sink(Redis::<i64>::new().host("localhost").key(|found| found.to_string()).value(|found| found.to_string()));
}
