//! Record types as the graph names them (docs/abi.md 6.5; `Type` of job.proto), and their JSON.
//!
//! Made by `Value::describe` in main; the test runner reads batches by them. Nothing here runs per record.

use crate::json::{list, object, quote};

/// A record, column or list item type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    pub nullable: bool,
    pub kind: Kind,
}

/// What it is, null aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Scalar(Scalar),
    List(Box<Type>),
    Struct(Vec<(&'static str, Type)>),
}

/// Types without parts; the names are those of job.proto.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Float32,
    Float64,
    Utf8,
    Binary,
    Date32,
    TimestampMs,
    TimestampUs,
}

impl Scalar {
    fn name(self) -> &'static str {
        match self {
            Scalar::Bool => "BOOL",
            Scalar::Int8 => "INT8",
            Scalar::Int16 => "INT16",
            Scalar::Int32 => "INT32",
            Scalar::Int64 => "INT64",
            Scalar::Uint8 => "UINT8",
            Scalar::Uint16 => "UINT16",
            Scalar::Uint32 => "UINT32",
            Scalar::Uint64 => "UINT64",
            Scalar::Float32 => "FLOAT32",
            Scalar::Float64 => "FLOAT64",
            Scalar::Utf8 => "UTF8",
            Scalar::Binary => "BINARY",
            Scalar::Date32 => "DATE32",
            Scalar::TimestampMs => "TIMESTAMP_MS",
            Scalar::TimestampUs => "TIMESTAMP_US",
        }
    }
}

impl From<Scalar> for Type {
    fn from(scalar: Scalar) -> Type {
        Type { nullable: false, kind: Kind::Scalar(scalar) }
    }
}

impl Type {
    /// A list of items of one type.
    pub fn list(item: Type) -> Type {
        Type { nullable: false, kind: Kind::List(Box::new(item)) }
    }

    /// Named fields in the order of columns.
    pub fn record(fields: Vec<(&'static str, Type)>) -> Type {
        Type { nullable: false, kind: Kind::Struct(fields) }
    }

    #[inline(never)]
    pub(crate) fn to_json(&self) -> String {
        let start = if self.nullable { object().with("nullable", "true") } else { object() };
        match &self.kind {
            Kind::Scalar(scalar) => start.with("scalar", quote(scalar.name())),
            Kind::List(item) => start.with("list", object().with("item", item.to_json()).end()),
            Kind::Struct(fields) => {
                let field = |(name, inner): &(&str, Type)| {
                    object().with("name", quote(name)).with("type", inner.to_json()).end()
                };
                start.with("struct", object().with("fields", list(fields.iter().map(field))).end())
            }
        }
        .end()
    }
}
