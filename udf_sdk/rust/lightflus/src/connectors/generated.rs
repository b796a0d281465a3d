// Made by `make generated` from proto/connectors: change it there. How a job names Kafka, Redis and MySQL.

use std::fmt::Display;
use std::panic::Location;

use super::columns::{column_methods, Column, Score, TextOrBytes, Time};
use super::custom::ConnectorSink;
use super::kafka::{Headers, KafkaSink};
use super::mysql::MysqlConnection;
use super::options::Options;
use super::redis::Redis;
use super::{need, Described, Format};
use crate::field::Field;
use crate::graph::{self, Place};
use crate::value::{Text, Value};

/// Where reading starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartFrom {
    /// At the oldest message.
    Earliest,
    /// Behind the newest.
    Latest,
    /// Where the group left off.
    Group,
}

impl StartFrom {
    pub(crate) fn name(self) -> &'static str {
        match self {
            StartFrom::Earliest => "earliest",
            StartFrom::Latest => "latest",
            StartFrom::Group => "group",
        }
    }
}

/// How the job signs in to the brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sasl {
    /// User and password as they are.
    Plain,
    /// `SCRAM-SHA-256`
    ScramSha256,
    /// `SCRAM-SHA-512`
    ScramSha512,
}

impl Sasl {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Sasl::Plain => "PLAIN",
            Sasl::ScramSha256 => "SCRAM-SHA-256",
            Sasl::ScramSha512 => "SCRAM-SHA-512",
        }
    }
}

/// How batches of messages are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// `gzip`
    Gzip,
    /// `snappy`
    Snappy,
    /// `lz4`
    Lz4,
    /// `zstd`
    Zstd,
}

impl Compression {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Snappy => "snappy",
            Compression::Lz4 => "lz4",
            Compression::Zstd => "zstd",
        }
    }
}

/// What becomes of a message that cannot be read as a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRecords {
    /// The job ends.
    Fail,
    /// It is set aside, with its position and what is wrong.
    DeadLetter,
    /// It is counted and forgotten.
    Drop,
}

impl BadRecords {
    pub(crate) fn name(self) -> &'static str {
        match self {
            BadRecords::Fail => "fail",
            BadRecords::DeadLetter => "dead-letter",
            BadRecords::Drop => "drop",
        }
    }
}

/// Which authorities are trusted, and who the job says that it is. Paths are those of the worker.
#[derive(Clone, Default)]
pub struct Tls(pub(super) Options);

impl Tls {
    /// The system's authorities, no certificate of the job's own.
    pub fn new() -> Tls {
        Tls::default()
    }

    /// A file with the authorities to trust, in PEM.
    pub fn ca(mut self, value: &str) -> Self {
        self.0.set("tls.ca", value);
        self
    }

    /// A file with the job's own certificate, in PEM.
    pub fn cert(mut self, value: &str) -> Self {
        self.0.set("tls.cert", value);
        self
    }

    /// A file with its key, in PEM.
    pub fn key(mut self, value: &str) -> Self {
        self.0.set("tls.key", value);
        self
    }

    /// The password of the key, as `Secret::env("PASSWORD")`: one written here stands in the module for everyone to
    /// read.
    pub fn key_password(mut self, value: impl Into<String>) -> Self {
        self.0.set("tls.key.password", &value.into());
        self
    }
}

/// A system of a connector package that is being described, to be read.
#[derive(Clone, Default)]
pub struct ConnectorBuilder {
    pub(super) kind: String,
    pub(super) options: Options,
    format: Option<Format>,
    bad_records: Option<BadRecords>,
}

impl ConnectorBuilder {
    /// What becomes of a record that cannot be decoded.
    pub fn bad_records(mut self, policy: BadRecords) -> Self {
        self.set_policy(policy);
        self
    }

    /// An option of the engine's connector that this API has no word for: docs/connectors.md lists them.
    pub fn option(mut self, name: &str, value: impl Display) -> Self {
        self.options.set(name, &value.to_string());
        self
    }

    /// How messages are decoded, where the type does not say it.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// The source. Records of a struct type are read as JSON, text as it is: `build::<&str>()`.
    #[track_caller]
    pub fn build<T>(self) -> ConnectorSource<T> {
        Described::new(self.described(Location::caller()))
    }

    pub(super) fn of(kind: &str) -> ConnectorBuilder {
        ConnectorBuilder { kind: kind.to_owned(), ..ConnectorBuilder::default() }
    }

    fn set_policy(&mut self, policy: BadRecords) {
        self.bad_records = Some(policy);
    }

    #[inline(never)]
    pub(super) fn described(self, place: Place) -> graph::Source {
        need(&self.options, "", &[], place);
        graph::source(&self.kind, self.options, self.format, self.bad_records)
    }
}

/// A source of records of type T that `ConnectorBuilder` builds.
pub type ConnectorSource<T> = Described<T>;

impl<'b, T: Value<'b>> ConnectorSink<'b, T> {
    /// An option of the engine's connector that this API has no word for: docs/connectors.md lists them.
    pub fn option(mut self, name: &str, value: impl Display) -> Self {
        self.options.set(name, &value.to_string());
        self
    }

    column_methods! {
        /// The record's key: of records with one key the last one stands, where the system can do that.
        key, key_field, "key", Value
    }

    column_methods! {
        /// What is stored under the key.
        value, value_field, "value", Value
    }
}

impl Format {
    /// CSV: the character between two values; `,` unless told.
    pub fn delimiter(mut self, text: &str) -> Self {
        self.options.set("format.delimiter", text);
        self
    }

    /// CSV: the character around values that hold delimiters; `"` unless told.
    pub fn quote(mut self, text: &str) -> Self {
        self.options.set("format.quote", text);
        self
    }

    /// CSV: the text that means null, beside an empty value.
    pub fn null(mut self, text: &str) -> Self {
        self.options.set("format.null", text);
        self
    }

    /// CSV: whether the first line of a file names the columns.
    pub fn header(mut self, has_header: bool) -> Self {
        self.set_header(has_header);
        self
    }

    /// Avro, Protocol Buffers: a schema file.
    pub fn schema(mut self, file: &str) -> Self {
        self.options.set("format.schema", file);
        self
    }

    /// Protocol Buffers: the message's full name; needed where the file has several.
    pub fn message(mut self, name: &str) -> Self {
        self.options.set("format.message", name);
        self
    }

    /// The URL of a schema registry.
    pub fn registry(mut self, url: &str) -> Self {
        self.options.set("format.registry", url);
        self
    }

    /// The user to sign in as at the registry.
    pub fn registry_user(mut self, name: &str) -> Self {
        self.options.set("format.registry.user", name);
        self
    }

    /// The user's password there, as `Secret::env("PASSWORD")`: one written here stands in the module for everyone to
    /// read.
    pub fn registry_password(mut self, reference: impl Into<String>) -> Self {
        self.options.set("format.registry.password", &reference.into());
        self
    }

    /// The subject whose newest schema is checked before the job starts.
    pub fn subject(mut self, name: &str) -> Self {
        self.options.set("format.subject", name);
        self
    }

    /// JSON: fields of text, joined by commas, that are unsigned integers of 64 bits in the JSON.
    pub fn uint64(mut self, fields: &str) -> Self {
        self.options.set("format.uint64", fields);
        self
    }

    /// An option of the engine's connector that this API has no word for: docs/connectors.md lists them.
    pub fn option(mut self, name: &str, value: impl Display) -> Self {
        self.options.set(name, &value.to_string());
        self
    }

    /// One JSON value a message or line. `uint64` names fields of text, joined by commas, that are numbers in the
    /// JSON: unsigned integers of 64 bits, digit for digit.
    pub fn json() -> Format {
        Format::of("json")
    }

    /// Text or bytes as they are.
    pub fn raw() -> Format {
        Format::of("raw")
    }

    /// Fields in the order of the record's, or by the names in the header.
    pub fn csv() -> Format {
        Format::of("csv")
    }

    /// Avro, by a schema file or a registry.
    pub fn avro() -> Format {
        Format::of("avro")
    }

    /// Protocol Buffers, by a file with the descriptor set (`protoc -o`) or a registry.
    pub fn protobuf() -> Format {
        Format::of("protobuf")
    }

    /// Changes of a database table as Debezium writes them: the record is a change, or the row that one leaves
    /// behind. A delete leaves none: it is a bad record, unless the record may be null or `deletes` says "skip".
    pub fn debezium() -> Format {
        Format::of("debezium")
    }
}

/// Describes a Kafka source step by step; ends with `build` or `build_messages`.
#[derive(Clone, Default)]
pub struct KafkaBuilder {
    pub(super) kind: String,
    pub(super) options: Options,
    format: Option<Format>,
    bad_records: Option<BadRecords>,
}

impl KafkaBuilder {
    /// Addresses of brokers, as "host:port".
    pub fn brokers(mut self, addresses: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.set_list("brokers", addresses);
        self
    }

    /// The topic; also the name by which `--bind` puts something else in its place.
    pub fn topic(mut self, name: &str) -> Self {
        self.options.set("topic", name);
        self
    }

    /// The consumer group: how far the job has read is committed under this name.
    pub fn group(mut self, name: &str) -> Self {
        self.options.set("group", name);
        self
    }

    /// Where reading starts. Unless told, a job without keyed state goes on where the group left off, and one with
    /// keyed state reads from the beginning.
    pub fn start_from(mut self, position: StartFrom) -> Self {
        self.starts_from(position);
        self
    }

    /// Starts at the first message of this time or later: ISO 8601 text, or milliseconds since 1970.
    #[track_caller]
    pub fn start_at(mut self, time: impl Display) -> Self {
        self.starts_at(time, Location::caller());
        self
    }

    /// Starts at these offsets, by partition; other partitions start at their beginning.
    #[track_caller]
    pub fn start_at_offsets(mut self, offsets: impl IntoIterator<Item = (u32, u64)>) -> Self {
        self.starts_at_offsets(offsets, Location::caller());
        self
    }

    /// Ends when everything has been read that was there at the start.
    pub fn bounded(mut self) -> Self {
        self.options.set("end", "latest");
        self
    }

    /// Connects with TLS.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.options.set_tls(&tls.0);
        self
    }

    /// Signs in with a user and a password.
    pub fn sasl(mut self, mechanism: Sasl, user: &str, password: impl Into<String>) -> Self {
        self.options.set_sasl(mechanism.name(), user, &password.into());
        self
    }

    /// What becomes of a record that cannot be decoded.
    pub fn bad_records(mut self, policy: BadRecords) -> Self {
        self.set_policy(policy);
        self
    }

    /// A setting of librdkafka, such as ("fetch.min.bytes", 65536), that this API has no word for.
    pub fn property(mut self, name: &str, value: impl Display) -> Self {
        self.options.set(&format!("librdkafka.{name}"), &value.to_string());
        self
    }

    /// An option of the engine's connector that this API has no word for: docs/connectors.md lists them.
    pub fn option(mut self, name: &str, value: impl Display) -> Self {
        self.options.set(name, &value.to_string());
        self
    }

    /// How messages are decoded, where the type does not say it.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// The source. Records of a struct type are read as JSON, text as it is: `build::<&str>()`.
    #[track_caller]
    pub fn build<T>(self) -> KafkaSource<T> {
        Described::new(self.described(Location::caller()))
    }

    pub(super) fn of(kind: &str) -> KafkaBuilder {
        KafkaBuilder { kind: kind.to_owned(), ..KafkaBuilder::default() }
    }

    fn set_policy(&mut self, policy: BadRecords) {
        self.bad_records = Some(policy);
    }

    #[inline(never)]
    pub(super) fn described(self, place: Place) -> graph::Source {
        need(&self.options, "Kafka source", &["topic"], place);
        graph::source(&self.kind, self.options, self.format, self.bad_records)
    }
}

/// A source of records of type T that `KafkaBuilder` builds.
pub type KafkaSource<T> = Described<T>;

impl<'b, T: Value<'b>> KafkaSink<'b, T> {
    /// Addresses of brokers, as "host:port".
    pub fn brokers(mut self, addresses: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.set_list("brokers", addresses);
        self
    }

    /// The topic; also the name by which `--bind` puts something else in its place.
    pub fn topic(mut self, name: &str) -> Self {
        self.options.set("topic", name);
        self
    }

    /// Connects with TLS.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.options.set_tls(&tls.0);
        self
    }

    /// Signs in with a user and a password.
    pub fn sasl(mut self, mechanism: Sasl, user: &str, password: impl Into<String>) -> Self {
        self.options.set_sasl(mechanism.name(), user, &password.into());
        self
    }

    /// How batches of messages are compressed; `none` unless told.
    pub fn compression(mut self, codec: Compression) -> Self {
        self.options.set("compression", codec.name());
        self
    }

    /// How values are encoded; text and bytes as they are and everything else as JSON unless told.
    pub fn format(mut self, schema: Format) -> Self {
        self.encode_as(schema);
        self
    }

    /// A setting of librdkafka, such as ("fetch.min.bytes", 65536), that this API has no word for.
    pub fn property(mut self, name: &str, value: impl Display) -> Self {
        self.options.set(&format!("librdkafka.{name}"), &value.to_string());
        self
    }

    /// An option of the engine's connector that this API has no word for: docs/connectors.md lists them.
    pub fn option(mut self, name: &str, value: impl Display) -> Self {
        self.options.set(name, &value.to_string());
        self
    }

    column_methods! {
        /// The message's key: messages of one key go to one partition. Without it, or null, they are spread.
        key, key_field, "key", TextOrBytes
    }

    column_methods! {
        /// The message's value: text is written as it is, anything else in the sink's format.
        value, value_field, "value", Value
    }

    column_methods! {
        /// The message's time, in milliseconds since 1970; the time of writing unless told.
        timestamp, timestamp_field, "timestamp", Time
    }

    column_methods! {
        /// The message's headers.
        headers, headers_field, "headers", Headers
    }

    pub(super) fn check(options: &Options, place: Place) {
        need(options, "Kafka sink", &["topic"], place);
    }
}

impl MysqlConnection {
    /// The server's port; 3306 unless told.
    #[track_caller]
    pub fn port(mut self, number: u16) -> Self {
        self.options.set_whole("port", number, 1..=65535, ("port(number)", ""), Location::caller());
        self
    }

    /// The user to sign in as.
    pub fn user(mut self, name: &str) -> Self {
        self.options.set("user", name);
        self
    }

    /// The password, as `Secret::env("PASSWORD")`: one written here stands in the module for everyone to read.
    pub fn password(mut self, reference: impl Into<String>) -> Self {
        self.options.set("password", &reference.into());
        self
    }

    /// The database.
    pub fn database(mut self, name: &str) -> Self {
        self.options.set("database", name);
        self
    }

    /// Connects with TLS.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.options.set_tls(&tls.0);
        self
    }

    /// An option of the engine's connector that this API has no word for: docs/connectors.md lists them.
    pub fn option(mut self, name: &str, value: impl Display) -> Self {
        self.options.set(name, &value.to_string());
        self
    }

    pub(super) fn check(options: &Options, place: Place) {
        need(options, "MySQL connection", &["host", "database"], place);
    }
}

/// Describes a source of a Redis stream step by step; ends with `build`.
#[derive(Clone, Default)]
pub struct RedisStreamBuilder {
    pub(super) kind: String,
    pub(super) options: Options,
    format: Option<Format>,
    bad_records: Option<BadRecords>,
}

impl RedisStreamBuilder {
    /// The server's name; `localhost` unless told.
    pub fn host(mut self, name: &str) -> Self {
        self.options.set("host", name);
        self
    }

    /// The server's port; 6379 unless told.
    #[track_caller]
    pub fn port(mut self, number: u16) -> Self {
        self.options.set_whole("port", number, 1..=65535, ("port(number)", ""), Location::caller());
        self
    }

    /// The user to sign in as, where the server has users.
    pub fn user(mut self, name: &str) -> Self {
        self.options.set("user", name);
        self
    }

    /// The password, as `Secret::env("PASSWORD")`: one written here stands in the module for everyone to read.
    pub fn password(mut self, reference: impl Into<String>) -> Self {
        self.options.set("password", &reference.into());
        self
    }

    /// The number of the database; 0 unless told.
    #[track_caller]
    pub fn database(mut self, number: u32) -> Self {
        self.options.set_whole("database", number, 0..=1000000, ("database(number)", ""), Location::caller());
        self
    }

    /// Connects with TLS.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.options.set_tls(&tls.0);
        self
    }

    /// The host is a node of a cluster; each key goes to the node that owns it.
    pub fn cluster(mut self) -> Self {
        self.options.set("cluster", "true");
        self
    }

    /// The stream to read; also the name by which `--bind` puts something else in its place.
    pub fn stream(mut self, name: &str) -> Self {
        self.options.set("stream", name);
        self
    }

    /// The consumer group.
    pub fn group(mut self, name: &str) -> Self {
        self.options.set("group", name);
        self
    }

    /// The job's name within the group.
    pub fn consumer(mut self, name: &str) -> Self {
        self.options.set("consumer", name);
        self
    }

    /// Where reading starts: at the oldest entry, behind the newest, or where the group left off.
    pub fn start_from(mut self, position: StartFrom) -> Self {
        self.options.set("start", position.name());
        self
    }

    /// Starts behind the entry of this id, such as "1700000000000-0".
    pub fn start_after(mut self, id: &str) -> Self {
        self.options.set("start", id);
        self
    }

    /// Ends when everything has been read that was there at the start.
    pub fn bounded(mut self) -> Self {
        self.options.set("end", "latest");
        self
    }

    /// The field of an entry that holds a whole record, JSON unless a format says otherwise; without it the fields
    /// are the record's.
    pub fn field(mut self, name: &str) -> Self {
        self.options.set("field", name);
        self
    }

    /// What becomes of a record that cannot be decoded.
    pub fn bad_records(mut self, policy: BadRecords) -> Self {
        self.set_policy(policy);
        self
    }

    /// An option of the engine's connector that this API has no word for: docs/connectors.md lists them.
    pub fn option(mut self, name: &str, value: impl Display) -> Self {
        self.options.set(name, &value.to_string());
        self
    }

    /// How messages are decoded, where the type does not say it.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// The source. Records of a struct type are read as JSON, text as it is: `build::<&str>()`.
    #[track_caller]
    pub fn build<T>(self) -> RedisStreamSource<T> {
        Described::new(self.described(Location::caller()))
    }

    pub(super) fn of(kind: &str) -> RedisStreamBuilder {
        RedisStreamBuilder { kind: kind.to_owned(), ..RedisStreamBuilder::default() }
    }

    fn set_policy(&mut self, policy: BadRecords) {
        self.bad_records = Some(policy);
    }

    #[inline(never)]
    pub(super) fn described(self, place: Place) -> graph::Source {
        need(&self.options, "Redis source", &["host", "stream"], place);
        graph::source(&self.kind, self.options, self.format, self.bad_records)
    }
}

/// A source of records of type T that `RedisStreamBuilder` builds.
pub type RedisStreamSource<T> = Described<T>;

impl<'b, T: Value<'b>> Redis<'b, T> {
    /// The server's name; `localhost` unless told.
    pub fn host(mut self, name: &str) -> Self {
        self.options.set("host", name);
        self
    }

    /// The server's port; 6379 unless told.
    #[track_caller]
    pub fn port(mut self, number: u16) -> Self {
        self.options.set_whole("port", number, 1..=65535, ("port(number)", ""), Location::caller());
        self
    }

    /// The user to sign in as, where the server has users.
    pub fn user(mut self, name: &str) -> Self {
        self.options.set("user", name);
        self
    }

    /// The password, as `Secret::env("PASSWORD")`: one written here stands in the module for everyone to read.
    pub fn password(mut self, reference: impl Into<String>) -> Self {
        self.options.set("password", &reference.into());
        self
    }

    /// The number of the database; 0 unless told.
    #[track_caller]
    pub fn database(mut self, number: u32) -> Self {
        self.options.set_whole("database", number, 0..=1000000, ("database(number)", ""), Location::caller());
        self
    }

    /// Connects with TLS.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.options.set_tls(&tls.0);
        self
    }

    /// The host is a node of a cluster; each key goes to the node that owns it.
    pub fn cluster(mut self) -> Self {
        self.options.set("cluster", "true");
        self
    }

    /// Writes fields of this hash: the key is the field.
    #[track_caller]
    pub fn hash(mut self, name: &str) -> Self {
        self.writes_with("hset", "hash", name, Location::caller());
        self
    }

    /// Writes members of this sorted set: the key is the member, the score its score.
    #[track_caller]
    pub fn sorted_set(mut self, name: &str) -> Self {
        self.writes_with("zadd", "set", name, Location::caller());
        self
    }

    /// Adds an entry to this stream for each record, with the record's fields; or with key and value, if they are
    /// told.
    #[track_caller]
    pub fn stream(mut self, name: &str) -> Self {
        self.writes_with("xadd", "stream", name, Location::caller());
        self
    }

    /// Publishes to this channel: the value, or the whole record as JSON.
    #[track_caller]
    pub fn channel(mut self, name: &str) -> Self {
        self.writes_with("publish", "channel", name, Location::caller());
        self
    }

    /// Keys end after this many seconds.
    #[track_caller]
    pub fn ttl(mut self, seconds: u64) -> Self {
        self.options.set_whole("ttl", seconds, 1..=10000000000, ("ttl(seconds)", "seconds"), Location::caller());
        self
    }

    /// Keeps about this many entries in the stream.
    #[track_caller]
    pub fn max_length(mut self, entries: u64) -> Self {
        self.options.set_whole("maxlen", entries, 1..=1000000000000, ("max_length(entries)", "entries"), Location::caller());
        self
    }

    /// An option of the engine's connector that this API has no word for: docs/connectors.md lists them.
    pub fn option(mut self, name: &str, value: impl Display) -> Self {
        self.options.set(name, &value.to_string());
        self
    }

    column_methods! {
        /// The key under which a record is stored.
        key, key_field, "key", Text
    }

    column_methods! {
        /// What is stored; null deletes the key.
        value, value_field, "value", Value
    }

    column_methods! {
        /// The number by which a sorted set is sorted; null removes the member.
        score, score_field, "score", Score
    }

    pub(super) fn check(options: &Options, place: Place) {
        need(options, "Redis sink", &["host"], place);
    }
}

/// Kafka topics.
pub struct Kafka;

impl Kafka {
    /// Starts the description of a source.
    pub fn builder() -> KafkaBuilder {
        KafkaBuilder::of("kafka")
    }
}

/// Redis streams.
pub struct RedisStream;

impl RedisStream {
    /// Starts the description of a source.
    pub fn builder() -> RedisStreamBuilder {
        RedisStreamBuilder::of("redis-stream")
    }
}
