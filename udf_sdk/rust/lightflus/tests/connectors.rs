//! What sources and sinks say in the graph, and what sinks get.

use std::panic::{catch_unwind, UnwindSafe};

use lightflus::prelude::*;
use lightflus::testing::{graph, run};
use lightflus::Connector;

#[derive(Record, Clone)]
struct Order<'a> {
    id: i64,
    customer: &'a str,
    price: f64,
    note: Option<&'a str>,
}

fn order(id: i64, customer: &str) -> Order<'_> {
    Order { id, customer, price: id as f64 / 2.0, note: (id > 1).then_some("n") }
}

fn orders<'b>(job: &Job<'b>) -> Flow<'b, Order<'b>> {
    job.from(Kafka::builder().brokers(["h:9092"]).topic("orders").group("g").build::<Order>())
}

/// Whether the graph says all of this, white space aside.
#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
}

/// The message of a main that panics, and the line that it names.
fn complaint(main: impl FnOnce() + UnwindSafe) -> String {
    let payload = catch_unwind(main).expect_err("main does not panic");
    payload.downcast_ref::<String>().expect("a panic with a message").clone()
}

#[test]
fn a_kafka_source_says_where_it_starts_and_ends_and_who_it_is() {
    fn job(job: &Job) {
        let kafka = || Kafka::builder().brokers(["a:1", "b:2"]).topic("t");
        let tls = Tls::new().ca("ca.pem").cert("c.pem").key("k.pem");
        let sasl = |builder: lightflus::KafkaBuilder| builder.sasl(Sasl::ScramSha512, "me", Secret::env("PASSWORD"));
        let sink = || Redis::<&str>::new().host("h").key_field(field!()).value_field(field!());
        job.from(sasl(kafka()).tls(tls).start_from(StartFrom::Group).bounded().build::<&str>()).sink(sink());
        job.from(kafka().start_at_offsets([(0, 12), (1, 40)]).build::<&str>()).sink(sink());
        job.from(kafka().start_at("2026-01-31T12:00:00Z").property("fetch.min.bytes", 65_536).build::<&str>())
            .sink(sink());
        job.from(kafka().bad_records(BadRecords::Drop).option("retry", 5).build::<&str>()).sink(sink());
    }
    let text = graph(job);
    says(
        &text,
        &[
            r#""brokers":"a:1,b:2","topic":"t","sasl.mechanism":"SCRAM-SHA-512","sasl.user":"me","sasl.password":"env:PASSWORD""#,
            r#""tls":"true","tls.ca":"ca.pem","tls.cert":"c.pem","tls.key":"k.pem","start":"group","end":"latest""#,
            r#""start":"offsets","start.offsets":"0:12,1:40""#,
            r#""start":"timestamp","start.timestamp":"2026-01-31T12:00:00Z","librdkafka.fetch.min.bytes":"65536""#,
            r#""retry":"5"}},"badRecords":"BAD_RECORDS_DROP"}"#,
        ],
    );
}

#[test]
fn a_format_and_its_options_are_said() {
    fn job(job: &Job) {
        let source = Kafka::builder().topic("t").format(Format::csv().delimiter(";").header(true)).build::<Order>();
        let registry = Format::avro().registry("http://r").registry_user("u").registry_password(Secret::file("/p"));
        job.from(source).sink(Kafka::sink::<Order>().topic("out").format(registry).compression(Compression::Zstd));
    }
    says(
        &graph(job),
        &[
            r#""options":{"topic":"t","format.delimiter":";","format.header":"true"}},"format":"csv"}"#,
            r#""topic":"out","format":"avro","format.registry":"http://r","format.registry.user":"u","format.registry.password":"file:/p","compression":"zstd""#,
        ],
    );
}

#[derive(Record, Clone)]
struct Message<'a> {
    key: Option<&'a str>,
    value: Order<'a>,
    timestamp: TimestampMs,
    partition: i32,
    offset: i64,
    headers: List<'a, Header<'a>>,
}

/// As a test gives it: a list of its own.
#[derive(Record)]
struct Given<'a> {
    key: Option<&'a str>,
    value: Order<'a>,
    timestamp: TimestampMs,
    partition: i32,
    offset: i64,
    headers: Vec<Header<'a>>,
}

#[test]
fn messages_come_and_go_with_key_time_and_headers() {
    fn job(job: &Job) {
        let source = Kafka::builder().topic("orders").build_messages::<Message>();
        let sink = Kafka::sink::<Message>()
            .topic("copies")
            .headers_field(field!(headers))
            .timestamp_field(field!(timestamp))
            .value(|m| format!("{}@{}/{}", m.value.id, m.partition, m.offset))
            .key_field(field!(key));
        job.from(source).filter(|m| m.headers.iter().any(|h| h.name == "trace")).sink(sink);
    }
    says(&graph(job), &[r#""envelope":true"#, r#""kind":"kafka","options":{"topic":"copies"}"#]);
    let given = |key, name| Given {
        key,
        value: order(7, "ada"),
        timestamp: TimestampMs(5),
        partition: 2,
        offset: 9,
        headers: vec![Header { name, value: Some("v") }, Header { name: "none", value: None }],
    };
    let results =
        run(job).input("orders", [given(Some("k"), "trace"), given(None, "trace"), given(None, "x")]).finish();
    let headers = r#"[{"name":"trace","value":"v"},{"name":"none","value":null}]"#;
    let row = |key| vec![("key", key), ("value", "7@2/9"), ("timestamp", "5"), ("headers", headers)];
    let rows: Vec<Vec<_>> = results.rows("copies").iter().map(|row| row.columns().collect()).collect();
    assert_eq!(rows, [row("k"), row("null")]);
}

#[test]
fn a_kafka_sink_without_a_value_writes_the_record() {
    fn job(job: &Job) {
        orders(job).sink(Kafka::sink::<Order>().topic("out").key(|o| o.customer));
    }
    let results = run(job).input("orders", [order(2, "ada")]).finish();
    assert_eq!(results.rows("out")[0]["key"], "ada");
    assert_eq!(results.rows("out")[0]["value"], r#"{"id":2,"customer":"ada","price":1,"note":"n"}"#);
}

#[test]
fn redis_writes_what_its_command_says() {
    fn redis<'b>() -> Redis<'b, Order<'b>> {
        Redis::new().host("h").user("u").password(Secret::env("P")).tls(Tls::new()).database(2)
    }
    fn job(job: &Job) {
        let orders = orders(job);
        let _ = (
            orders.clone().sink(redis().key_field(field!(customer)).value(|o| o.id.to_string()).ttl(60)).name("plain"),
            orders.clone().sink(redis().hash("h").key_field(field!(customer)).value(|o| o.id.to_string())).name("hash"),
            orders
                .clone()
                .sink(redis().sorted_set("z").key_field(field!(customer)).score_field(field!(price)))
                .name("z"),
            orders.clone().sink(redis().stream("log").max_length(1_000)),
            orders.clone().sink(redis().stream("pairs").key(|o| o.customer).value(|o| o.id.to_string())),
            orders.clone().sink(redis().channel("news").cluster()).name("news"),
        );
    }
    let text = graph(job);
    says(
        &text,
        &[
            r#""host":"h","port":"6379","user":"u","password":"env:P","tls":"true","database":"2","ttl":"60""#,
            r#""command":"hset","hash":"h""#,
            r#""command":"zadd","set":"z""#,
            r#""keyFields":["member"]"#,
            r#""command":"xadd","stream":"log","maxlen":"1000""#,
            r#""command":"publish","channel":"news","cluster":"true""#,
        ],
    );
    assert_eq!(text.matches("DELIVERY_UPSERT").count(), 3);
    let results = run(job).input("orders", [order(1, "ada"), order(3, "bob")]).finish();
    let rows = |sink| results.rows(sink).iter().map(|row| row.columns().collect::<Vec<_>>()).collect::<Vec<_>>();
    assert_eq!(rows("z"), [[("member", "ada"), ("score", "0.5")], [("member", "bob"), ("score", "1.5")]]);
    assert_eq!(rows("log")[0], [("id", "1"), ("customer", "ada"), ("price", "0.5"), ("note", "null")]);
    assert_eq!(rows("pairs")[1], [("key", "bob"), ("value", "3")]);
    assert_eq!(rows("news")[0][0].1, r#"{"id":1,"customer":"ada","price":0.5,"note":null}"#);
    assert_eq!(results.last("hash")["bob"], "3");
}

#[test]
fn a_redis_stream_is_a_source() {
    fn job(job: &Job) {
        let source = RedisStream::builder().host("h").port(6_380).stream("s").group("g").consumer("c");
        let source = source.start_from(StartFrom::Latest).bounded().bad_records(BadRecords::DeadLetter);
        job.from(source.format(Format::json()).build::<Order>()).sink(Kafka::sink::<Order>().topic("out"));
    }
    says(
        &graph(job),
        &[concat!(
            r#"{"connector":{"kind":"redis-stream","options":{"host":"h","port":"6380","stream":"s","group":"g","#,
            r#""consumer":"c","start":"latest","end":"latest"}},"format":"json","badRecords":"BAD_RECORDS_DEAD_LETTER"}"#
        )],
    );
    assert_eq!(run(job).input("s", [order(1, "a")]).finish().rows("out").len(), 1);
}

fn shop() -> MysqlConnection {
    MysqlConnection::new("db").port(3_307).user("app").password(Secret::env("P")).database("shop")
}

#[test]
fn mysql_runs_a_statement_with_typed_parameters() {
    fn job(job: &Job) {
        let sink = Mysql::<Order>::new()
            .connection(shop())
            .statement("insert into orders (id, who, note, is_large) values (?, ?, ?, ?) -- ok?")
            .param_field(field!(id))
            .param(|o| o.customer.to_uppercase())
            .param_field(field!(note))
            .param(|o| o.price > 1.0);
        orders(job).sink(sink);
    }
    says(
        &graph(job),
        &[
            r#""kind":"mysql","options":{"host":"db","port":"3307","user":"app","password":"env:P","database":"shop","statement":"insert"#,
            r#"{"name":"1","value":{"field":{"names":["id"]}},"type":{"scalar":"INT64"}}"#,
            r#"{"name":"3","value":{"field":{"names":["note"]}},"type":{"nullable":true,"scalar":"UTF8"}}"#,
        ],
    );
    let results = run(job).input("orders", [order(1, "ada"), order(4, "bob")]).finish();
    let rows: Vec<Vec<_>> = results.rows("mysql").iter().map(|row| row.columns().map(|(_, v)| v).collect()).collect();
    assert_eq!(rows, [["1", "ADA", "null", "false"], ["4", "BOB", "n", "true"]]);
}

#[test]
fn mysql_writes_rows_of_a_table() {
    fn job(job: &Job) {
        let orders = orders(job);
        orders.clone().sink(Mysql::<Order>::new().connection(shop()).table("everything"));
        orders
            .clone()
            .sink(Mysql::<Order>::new().connection(shop()).table("some").columns(["id", "note"]).keys(["id"]));
        orders.sink(
            Mysql::<Order>::new()
                .connection(shop())
                .table("made")
                .column_field("number", field!(id))
                .column("cents", |o| (o.price * 100.0) as i64)
                .keys(["number"]),
        );
    }
    says(&graph(job), &[r#""table":"some""#, r#""delivery":"DELIVERY_UPSERT","keyFields":["id"]"#]);
    let results = run(job).input("orders", [order(1, "ada")]).finish();
    let columns = |table: &str| results.rows(table)[0].columns().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
    assert_eq!(columns("everything"), ["id", "customer", "price", "note"]);
    assert_eq!(columns("some"), ["id", "note"]);
    assert_eq!(results.rows("made")[0]["cents"], "50");
}

#[test]
fn a_system_without_words_of_its_own_is_named_by_its_kind() {
    fn job(job: &Job) {
        let source = Connector::source("mqtt").option("qos", 1).option("topic", "s/#").format(Format::raw());
        let readings =
            job.from(source.bad_records(BadRecords::Fail).build::<&str>()).map(|line| (line, line.len() as u32));
        readings.clone().sink(Connector::sink("clickhouse").option("secure", true));
        readings.sink(Connector::sink::<(&str, u32)>("influx").key_field(field!(0)).field("reading", |r| r.1));
    }
    says(
        &graph(job),
        &[
            r#"{"kind":"mqtt","options":{"qos":"1","topic":"s/#"}},"format":"raw","badRecords":"BAD_RECORDS_FAIL"}"#,
            r#"{"kind":"clickhouse","options":{"secure":"true"}},"fields":[{"name":"_0""#,
        ],
    );
    let results = run(job).input("s/#", ["abc"]).finish();
    assert_eq!(results.rows("influx")[0]["reading"], "3");
}

#[test]
fn a_second_sink_of_one_name_is_numbered() {
    fn job(job: &Job) {
        let sink = || Redis::<Order>::new().host("h").key_field(field!(customer)).value(|o| o.id.to_string());
        let orders = orders(job);
        orders.clone().sink(sink());
        orders.filter(|o| o.id > 1).sink(sink());
    }
    let results = run(job).input("orders", [order(1, "ada"), order(2, "bob")]).finish();
    assert_eq!((results.rows("redis").len(), results.rows("redis-2").len()), (2, 1));
}

#[test]
fn what_is_missing_or_too_much_is_told_at_its_line() {
    macro_rules! told {
        ($text:literal, $sink:expr) => {
            let said = complaint(|| {
                fn job(job: &Job) {
                    let _ = orders(job).sink($sink);
                }
                let _ = graph(job);
            });
            assert!(said.contains($text) && said.contains("tests/connectors.rs:"), "{said}");
        };
    }
    told!("no host", Redis::<Order>::new().key_field(field!(customer)).value_field(field!(customer)));
    told!("no key: add .key(|record| ...)", Redis::<Order>::new().host("h").value_field(field!(customer)));
    told!("no score", Redis::<Order>::new().host("h").sorted_set("z").key_field(field!(customer)));
    told!("score is for a sorted_set", Redis::<Order>::new().host("h").score_field(field!(price)));
    told!("max_length is for a stream", Redis::<Order>::new().host("h").max_length(5));
    told!("writes something else already", Redis::<Order>::new().host("h").hash("a").stream("b"));
    told!("writes `key` already", Redis::<Order>::new().key(|o| o.customer).key_field(field!(customer)));
    told!("ttl(seconds)", Redis::<Order>::new().ttl(0));
    told!("no topic", Kafka::sink::<Order>());
    told!("no connection", Mysql::<Order>::new().table("t"));
    told!("no database", Mysql::<Order>::new().connection(MysqlConnection::new("h")).table("t"));
    told!("either a statement or a table", Mysql::<Order>::new().connection(shop()));
    told!(
        "parameter 2 of the statement is not set",
        Mysql::<Order>::new().connection(shop()).statement("x ?, ?").param(|o| o.id)
    );
    told!(
        "has 1 parameter:",
        Mysql::<Order>::new().connection(shop()).statement("x ?").param(|o| o.id).param(|o| o.id)
    );
    told!("no parameters", Mysql::<Order>::new().connection(shop()).statement("x '?'"));
    told!("no field `who`", Mysql::<Order>::new().connection(shop()).table("t").columns(["who"]));
    told!("the key `id` is none", Mysql::<Order>::new().connection(shop()).table("t").columns(["note"]).keys(["id"]));
    told!(
        "keys are for a table",
        Mysql::<Order>::new().connection(shop()).statement("x ?").param(|o| o.id).keys(["id"])
    );
    told!("parameters are for a statement", Mysql::<Order>::new().connection(shop()).table("t").param(|o| o.id));
    told!("a connector has a kind", Connector::sink::<Order>(""));
    let said = complaint(|| drop(Kafka::builder().group("g").build::<&str>()));
    assert!(said.contains("no topic: add .topic(name)"), "{said}");
    let said = complaint(|| drop(Kafka::builder().start_at_offsets([])));
    assert!(said.contains("at least one partition"), "{said}");
    let said = complaint(|| drop(RedisStream::builder().host("h").build::<&str>()));
    assert!(said.contains("no stream"), "{said}");
}
