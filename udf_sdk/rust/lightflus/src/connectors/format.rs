//! How the bytes of a message become a record, and a record the bytes of one. What says an option is in `generated.rs`.

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

    pub(super) fn set_header(&mut self, has_header: bool) {
        self.options.set("format.header", if has_header { "true" } else { "false" });
    }
}
