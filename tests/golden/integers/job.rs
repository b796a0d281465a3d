//! 64-bit integers beyond 2^53.

use lightflus::prelude::*;

#[derive(Record)]
struct Booking<'a> {
    account: &'a str,
    amount: i64,
}

#[lightflus::job]
fn integers(job: &Job) {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("golden").build::<Booking>())
        .key_by_field(field!(account))
        .reduce(|a, b| Booking { account: a.account, amount: a.amount + b.amount })
        .sink(
            Redis::<Booking>::new()
                .host("localhost")
                .key_field(field!(account))
                .value(|b| format!("{} {}", b.amount, b.amount % 1_000)),
        );
}
