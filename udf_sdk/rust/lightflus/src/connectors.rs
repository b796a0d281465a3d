//! The systems that a job reads from and writes to, as the user names them; the engine does the reading and writing.

use std::marker::PhantomData;

use crate::field::{Field, Path};
use crate::flow::End;
use crate::graph::{Connector, Extractor, FunctionKind, Place, SinkField, Step};
use crate::value::{Text, Value};

/// Where records of type T come from.
#[allow(private_interfaces)]
pub trait Source<T>: sealed::Sealed {
    #[doc(hidden)]
    fn connector(&self) -> Connector;
}

/// Where records of type T go.
#[allow(private_interfaces)]
pub trait Sink<'b, T>: sealed::Sealed {
    #[doc(hidden)]
    fn attach(self, end: &End<'b>, place: Place) -> Step;
}

mod sealed {
    pub trait Sealed {}
}

/// Kafka.
pub struct Kafka;

impl Kafka {
    /// Says where a topic is.
    pub fn builder() -> KafkaBuilder {
        KafkaBuilder::default()
    }
}

/// A topic that is being described.
#[derive(Default)]
pub struct KafkaBuilder {
    brokers: Vec<String>,
    topic: String,
    group: String,
}

impl KafkaBuilder {
    /// Addresses of the cluster: `["localhost:9092"]`.
    pub fn brokers<A: Into<String>>(mut self, addresses: impl IntoIterator<Item = A>) -> Self {
        self.brokers = addresses.into_iter().map(Into::into).collect();
        self
    }

    /// The topic; also the name by which `--bind` gives the job another source.
    pub fn topic(mut self, name: &str) -> Self {
        self.topic = name.to_owned();
        self
    }

    /// The consumer group.
    pub fn group(mut self, name: &str) -> Self {
        self.group = name.to_owned();
        self
    }

    /// The source. Records of a struct type are read as JSON, text as it is: `build::<&str>()`.
    pub fn build<T>(self) -> KafkaSource<T> {
        KafkaSource { builder: self, records: PhantomData }
    }
}

/// A topic as a source of records of type T.
pub struct KafkaSource<T> {
    builder: KafkaBuilder,
    records: PhantomData<fn() -> T>,
}

impl<T> sealed::Sealed for KafkaSource<T> {}

#[allow(private_interfaces)]
impl<T> Source<T> for KafkaSource<T> {
    fn connector(&self) -> Connector {
        let options = vec![
            ("brokers", self.builder.brokers.join(",")),
            ("topic", self.builder.topic.clone()),
            ("group", self.builder.group.clone()),
        ];
        Connector { kind: "kafka", options }
    }
}

/// Upserts a value per key into Redis.
pub struct Redis<T, K = Missing, V = Missing> {
    host: String,
    port: u16,
    key: K,
    value: V,
    records: PhantomData<fn(T)>,
}

/// A part of a sink that was not said yet.
pub struct Missing;

/// A part of a sink that a function makes of a record.
pub struct Computed<F, X>(F, PhantomData<fn() -> X>);

/// A part of a sink that is a field of the record.
pub struct Plain<G, X>(Path, PhantomData<fn(G) -> X>);

const REDIS_PORT: u16 = 6379;

impl<T> Redis<T> {
    /// A sink of records of type T; it needs a host, a key and a value.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Redis { host: String::new(), port: REDIS_PORT, key: Missing, value: Missing, records: PhantomData }
    }
}

impl<T, K, V> Redis<T, K, V> {
    /// The server's name.
    pub fn host(self, name: &str) -> Self {
        Redis { host: name.to_owned(), ..self }
    }

    /// The server's port; 6379 if it is not said.
    pub fn port(self, port: u16) -> Self {
        Redis { port, ..self }
    }

    /// The key is what a function makes of a record.
    pub fn key<X, F: Fn(T) -> X + Sync + 'static>(self, function: F) -> Redis<T, Computed<F, X>, V> {
        Redis {
            host: self.host,
            port: self.port,
            key: Computed(function, PhantomData),
            value: self.value,
            records: PhantomData,
        }
    }

    /// The key is a field: `key_field(field!(word))`.
    pub fn key_field<X, G: Fn(&T) -> &X + Sync + 'static>(self, field: Field<G>) -> Redis<T, Plain<G, X>, V> {
        Redis {
            host: self.host,
            port: self.port,
            key: Plain(field.0, PhantomData),
            value: self.value,
            records: PhantomData,
        }
    }

    /// The value is what a function makes of a record.
    pub fn value<X, F: Fn(T) -> X + Sync + 'static>(self, function: F) -> Redis<T, K, Computed<F, X>> {
        Redis {
            host: self.host,
            port: self.port,
            key: self.key,
            value: Computed(function, PhantomData),
            records: PhantomData,
        }
    }

    /// The value is a field: `value_field(field!(text))`.
    pub fn value_field<X, G: Fn(&T) -> &X + Sync + 'static>(self, field: Field<G>) -> Redis<T, K, Plain<G, X>> {
        Redis {
            host: self.host,
            port: self.port,
            key: self.key,
            value: Plain(field.0, PhantomData),
            records: PhantomData,
        }
    }
}

/// How a sink gets one of its columns out of a record.
#[diagnostic::on_unimplemented(
    message = "this sink lacks its key or its value, or one of them is not text",
    note = "say both: .key_field(field!(word)) or .key(|r| ...), and .value(|r| r.count.to_string())"
)]
#[allow(private_interfaces)]
pub trait TextPart<'b, T>: sealed::Sealed {
    #[doc(hidden)]
    fn extractor(self, end: &End<'b>, place: Place) -> Extractor;
}

impl<F, X> sealed::Sealed for Computed<F, X> {}
impl<G, X> sealed::Sealed for Plain<G, X> {}
impl<T, K, V> sealed::Sealed for Redis<T, K, V> {}

#[allow(private_interfaces)]
impl<'b, T: Value<'b>, X: Text<'b>, F: Fn(T) -> X + Sync + 'static> TextPart<'b, T> for Computed<F, X> {
    fn extractor(self, end: &End<'b>, place: Place) -> Extractor {
        Extractor::Function(end.map_function(FunctionKind::Field, place, self.0))
    }
}

#[allow(private_interfaces)]
impl<'b, T: Value<'b>, X: Text<'b>, G: Fn(&T) -> &X> TextPart<'b, T> for Plain<G, X> {
    fn extractor(self, _end: &End<'b>, _place: Place) -> Extractor {
        Extractor::Field(self.0 .0)
    }
}

#[allow(private_interfaces)]
impl<'b, T, K, V> Sink<'b, T> for Redis<T, K, V>
where
    T: Value<'b>,
    K: TextPart<'b, T>,
    V: TextPart<'b, T>,
{
    fn attach(self, end: &End<'b>, place: Place) -> Step {
        assert!(!self.host.is_empty(), "this Redis sink has no host: add .host(name) to it");
        let options = vec![("host", self.host), ("port", self.port.to_string())];
        let field = |name, value| SinkField { name, value, kind: <&str>::describe() };
        let fields =
            vec![field("key", self.key.extractor(end, place)), field("value", self.value.extractor(end, place))];
        Step::Sink { connector: Connector { kind: "redis", options }, fields, key_fields: vec!["key"] }
    }
}
