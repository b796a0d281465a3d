//! One job with every operator that the benchmark times; the benchmark drives each of them by itself.

use lightflus::prelude::*;

#[derive(Clone, Record)]
struct Event {
    key: i64,
    value: i64,
    at: i64,
}

#[derive(Clone, Record)]
struct Alarm {
    key: i64,
}

#[lightflus::job(id = "time")]
fn time(job: &Job) {
    let events = job
        .from(Kafka::builder().brokers(["localhost:9092"]).topic("events").group("time").build::<Event>())
        .timestamps()
        .out_of_order(1_000)
        .by_field(field!(at))
        .key_by_field(field!(key));
    let sum = |a: Event, b: Event| Event { key: a.key, value: a.value + b.value, at: b.at };
    events.clone().reduce(sum).name("reduce").sink(sink("reduce"));
    events.clone().window(FixedWindow::of(10_000)).count().name("fixed").sink(sink("fixed"));
    events.clone().window(SlidingWindow::of(10_000, 2_000)).count().name("sliding").sink(sink("sliding"));
    events.clone().window(SessionWindow::of(500)).count().name("session").sink(sink("session"));
    events
        .process(|| 0_i64)
        .on_timer(|_, _, ctx| ctx.emit(Alarm { key: *ctx.key() }))
        .on_record(|state, event, ctx| {
            *state += event.value;
            ctx.set_timer(event.at + 1_000_000_000);
        })
        .name("timers")
        .sink(sink("timers"));
}

fn sink<'b, T: lightflus::Value<'b>>(name: &str) -> lightflus::ConnectorSink<'b, T> {
    Connector::sink("file").option("path", name)
}
