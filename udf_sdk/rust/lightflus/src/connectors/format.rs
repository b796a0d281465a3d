//! How the bytes of a message become a record, and a record the bytes of one.

use super::options::Options;

/// How records are decoded and encoded, where the type alone does not say it: without a format, text is taken as it
/// is, and a struct is JSON.
#[derive(Clone)]
pub struct Format {
    pub(crate) name: &'static str,
    pub(crate) options: Options,
}

impl Format {
    fn of(name: &'static str) -> Format {
        Format { name, options: Options::default() }
    }

    /// One JSON value a message or line.
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

    /// Avro; by a `schema` file, or a `registry`.
    pub fn avro() -> Format {
        Format::of("avro")
    }

    /// Protocol Buffers; by a `schema` file, or a `registry`.
    pub fn protobuf() -> Format {
        Format::of("protobuf")
    }

    /// Changes of a database table as Debezium writes them.
    pub fn debezium() -> Format {
        Format::of("debezium")
    }

    /// CSV: what stands between two fields; a comma if it is not said.
    pub fn delimiter(self, text: &str) -> Format {
        self.with("delimiter", text)
    }

    /// CSV: whether the first line of a file names the columns.
    pub fn header(self, has_header: bool) -> Format {
        self.with("header", if has_header { "true" } else { "false" })
    }

    /// A schema file.
    pub fn schema(self, file: &str) -> Format {
        self.with("schema", file)
    }

    /// Protocol Buffers: the message's full name; needed where the file has several.
    pub fn message(self, name: &str) -> Format {
        self.with("message", name)
    }

    /// The URL of a schema registry.
    pub fn registry(self, url: &str) -> Format {
        self.with("registry", url)
    }

    /// The user to sign in as at the registry.
    pub fn registry_user(self, name: &str) -> Format {
        self.with("registry.user", name)
    }

    /// The password there, as `Secret::env("REGISTRY_PASSWORD")`.
    pub fn registry_password(self, reference: impl AsRef<str>) -> Format {
        self.with("registry.password", reference.as_ref())
    }

    fn with(mut self, name: &str, value: &str) -> Format {
        self.options.set(&format!("format.{name}"), value);
        self
    }
}
