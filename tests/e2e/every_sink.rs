//! The twin of everySink.ts in Rust. NAMES in capitals are filled in by the test.

use lightflus::prelude::*;

#[derive(Record)]
struct Score<'a> {
    player: &'a str,
    points: f64,
    note: Option<&'a str>,
}

#[derive(Record)]
struct Message<'a> {
    key: Option<&'a str>,
    value: Score<'a>,
    timestamp: TimestampMs,
    partition: i32,
    offset: i64,
    headers: List<'a, Header<'a>>,
}

#[derive(Record)]
struct Line<'a> {
    player: &'a str,
    points: f64,
    place: String,
    trace: Option<&'a str>,
}

fn line(m: Message<'_>) -> Line<'_> {
    Line {
        player: m.value.player,
        points: m.value.points,
        place: format!("{} {} {} {}", m.key.unwrap_or("none"), m.partition, m.offset, m.timestamp.0),
        trace: m.headers.iter().find(|h| h.name == "trace").and_then(|h| h.value),
    }
}

fn redis<'b>() -> Redis<'b, Line<'b>> {
    Redis::new().host("127.0.0.1").port(REDIS_PORT)
}

#[lightflus::job(id = "everySink")]
fn every_sink(job: &Job) {
    let brokers = ["KAFKA"];
    let database = MysqlConnection::new("127.0.0.1")
        .port(MYSQL_PORT)
        .user("MYSQL_USER")
        .password(Secret::env("EVERY_SINK_PASSWORD"))
        .database("MYSQL_DATABASE");
    let messages = Kafka::builder()
        .brokers(brokers)
        .topic("SCORES")
        .start_from(StartFrom::Earliest)
        .bounded()
        .bad_records(BadRecords::Drop)
        .property("fetch.wait.max.ms", 50)
        .build_messages::<Message>();
    let messages = job.from(messages);
    let lines = messages.clone().map(line);

    let points = redis().hash("PREFIX:points").key_field(field!(player)).value_field(field!(points));
    lines.clone().sink(points).name("hash");
    let ranking = redis().sorted_set("PREFIX:ranking").key_field(field!(player)).score_field(field!(points));
    lines.clone().sink(ranking).name("ranking");
    lines.clone().sink(redis().stream("PREFIX:log"));
    let keys = redis().ttl(1_000).key(|l| format!("PREFIX:{}", l.player)).value_field(field!(trace));
    lines.clone().sink(keys).name("keys");

    let copies = Kafka::sink::<Line>()
        .brokers(brokers)
        .topic("COPIES")
        .key_field(field!(player))
        .timestamp(|l| TimestampMs((l.points * 1_000.0) as i64))
        .headers(|l| vec![Header { name: "trace", value: l.trace }, Header { name: "by", value: Some("job") }]);
    lines.clone().sink(copies);

    let scores = Mysql::<Score>::new()
        .connection(database.clone())
        .statement(
            "insert into scores (player, points, note) values (?, ?, ?) \
             on duplicate key update points = values(points), note = values(note)",
        )
        .param_field(field!(player))
        .param_field(field!(points))
        .param_field(field!(note));
    messages.map(|m| m.value).sink(scores);

    let places = Mysql::<Line>::new().connection(database).table("places").columns(["player", "place"]);
    lines.sink(places.keys(["player"]));

    let stream = RedisStream::builder()
        .host("127.0.0.1")
        .port(REDIS_PORT)
        .stream("PREFIX:in")
        .start_from(StartFrom::Earliest)
        .bounded()
        .build::<Score>();
    let read = Redis::<Score>::new().host("127.0.0.1").port(REDIS_PORT).hash("PREFIX:read").key_field(field!(player));
    let read = read.value(|s| format!("{} {}", s.points * 2.0, s.note.unwrap_or("-")));
    job.from(stream).sink(read).name("read");
}
