//! Folds that merge and finish, and a process function, to be called one by one.

use lightflus::prelude::*;

#[derive(Record)]
struct Ride<'a> {
    car: &'a str,
    fare: i64,
    at: i64,
}

#[lightflus::job]
fn times(job: &Job) {
    let rides = job
        .from(Kafka::builder().brokers(["localhost:9092"]).topic("rides").group("g").build::<Ride>())
        .timestamps()
        .out_of_order(seconds(1))
        .by_field(field!(at));
    let cars = || rides.clone().key_by_field(field!(car));

    cars().window(SlidingWindow::of(20, 10)).count().sink(Connector::sink("file").option("path", "counts")).name("counts");

    cars()
        .window(FixedWindow::of(10))
        .top(2, |ride| ride.fare as f64)
        .map(|top| (top.key, top.start, top.rank, top.value.fare))
        .sink(Connector::sink("file").option("path", "top"))
        .name("top");

    let odd = SideOutput::of("odd");
    let sums = cars()
        .process(|| 0_i64)
        .on_timer(|sum, time, ctx| {
            ctx.emit((time, *sum));
            ctx.forget();
        })
        .on_record(move |sum, ride, ctx| {
            *sum += ride.fare;
            ctx.set_timer(ride.at + 10);
            if ride.fare % 2 == 1 {
                ctx.emit_to(&odd, ride.fare);
            }
        });
    sums.clone().sink(Connector::sink("file").option("path", "sums")).name("sums");
    sums.side_output(&odd).sink(Connector::sink("file").option("path", "odd")).name("odd");
}
