use lightflus::prelude::*;

#[derive(Record)]
struct Order<'a> {
    id: f64,
    customer: &'a str,
    lines: List<'a, &'a str>,
}

#[derive(Record)]
struct Message<'a> {
    key: Option<&'a str>,
    value: Order<'a>,
    timestamp: f64,
    partition: f64,
    offset: i64,
    topic: &'a str,
    headers: List<'a, Header<'a>>,
}

#[lightflus::job]
fn kafka(job: &Job) {
    let brokers = ["a:9092", "b:9092"];
    let orders = Kafka::builder()
        .brokers(brokers)
        .topic("orders")
        .group("copy")
        .start_from(StartFrom::Earliest)
        .bounded()
        .tls(Tls::new().ca("ca.pem").cert("cert.pem").key("key.pem"))
        .sasl(Sasl::ScramSha512, "app", Secret::env("KAFKA_PASSWORD"))
        .bad_records(BadRecords::Drop)
        .property("fetch.min.bytes", 65_536)
        .build_messages::<Message>();
    let copies = Kafka::sink::<Message>()
        .brokers(brokers)
        .topic("copies")
        .compression(Compression::Zstd)
        .key_field(field!(key))
        .value_field(field!(value))
        .timestamp_field(field!(timestamp))
        .headers(|m| vec![Header { name: "from", value: Some(m.topic) }]);
    job.from(orders).sink(copies);

    let trades = Kafka::builder().brokers(brokers).topic("trades").start_at_offsets([(0, 12), (1, 40)]);
    job.from(trades.format(Format::json()).build::<Order>())
        .sink(Kafka::sink::<Order>().brokers(brokers).topic("paid").option("retry", 5));

    let lines = Kafka::builder().brokers(brokers).topic("lines").start_at("2026-01-31T12:00:00Z");
    let registry = Format::avro().registry("http://r").registry_user("u");
    job.from(lines.format(Format::raw()).build::<&str>())
        .sink(Kafka::sink::<&str>().brokers(brokers).topic("copied").format(registry));
}
