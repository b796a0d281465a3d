use lightflus::prelude::*;
use lightflus::Connector;

#[derive(Record)]
struct Reading<'a> {
    sensor: &'a str,
    value: f64,
}

#[lightflus::job]
fn connector(job: &Job) {
    let source = Connector::source("mqtt").option("host", "localhost").option("topic", "sensors").option("qos", 1);
    let source = source.format(Format::csv().delimiter(";").header(true)).bad_records(BadRecords::Fail);
    let readings = job.from(source.build::<Reading>());

    let clickhouse = Connector::sink("clickhouse").option("host", "localhost").option("port", 9_000).option("secure", true);
    readings.clone().sink(clickhouse);
    let influx = Connector::sink::<Reading>("influx").key_field(field!(sensor)).field_of("reading", field!(value));
    readings.clone().sink(influx);
    readings.map(|r| r.value).sink(Connector::sink("numbers"));
}
