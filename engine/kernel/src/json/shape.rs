//! Types with names, as the engine sends them (`engine/lightflus/kernel/json.py`): what the reader and the writer are told.
//! What it owns: the byte form. A value is a code, with a bit each for nullable and wanted; a struct has a count (u16) and
//! its fields, a name (u16, bytes) before each.

use crate::schema::{self, Node};

const NULLABLE: u8 = 0x80;
/// Its values are checked, and nobody asks for them.
const UNREAD: u8 = 0x40;
const CODE: u8 = 0x3f;
/// Types nest at most this deep (the engine allows less).
const DEPTH: usize = 64;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Bool,
    Integer {
        bytes: usize,
        is_signed: bool,
    },
    Float32,
    Float64,
    Text,
    /// Days, milliseconds and microseconds since 1970.
    Date,
    Millis,
    Micros,
    List,
    Struct,
}

/// A type.
pub struct Shape {
    pub kind: Kind,
    pub nullable: bool,
    pub is_read: bool,
    /// Names of fields; empty for others.
    pub names: Vec<Vec<u8>>,
    /// Types of fields, or of the items.
    pub parts: Vec<Shape>,
}

/// Reads a type.
pub fn parse(bytes: &[u8]) -> Shape {
    let mut reader = Reader { rest: bytes };
    let shape = reader.shape(0);
    assert!(reader.rest.is_empty(), "a type has {} bytes too many", reader.rest.len());
    shape
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (head, rest) = self.rest.split_at_checked(count).expect("a type is cut off");
        self.rest = rest;
        head
    }

    fn count(&mut self) -> usize {
        let bytes = self.bytes(2);
        usize::from(u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    fn shape(&mut self, depth: usize) -> Shape {
        assert!(depth < DEPTH, "types nest deeper than {DEPTH}");
        let code = self.bytes(1)[0];
        let kind = kind(code & CODE);
        let (mut names, mut parts) = (Vec::new(), Vec::new());
        match kind {
            Kind::List => parts.push(self.shape(depth + 1)),
            Kind::Struct => {
                for _ in 0..self.count() {
                    let length = self.count();
                    names.push(self.bytes(length).to_vec());
                    parts.push(self.shape(depth + 1));
                }
            }
            _ => {}
        }
        Shape { kind, nullable: code & NULLABLE != 0, is_read: code & UNREAD == 0, names, parts }
    }
}

fn kind(code: u8) -> Kind {
    match code {
        1 => Kind::Bool,
        2..=5 => Kind::Integer { bytes: 1 << (code - 2), is_signed: true },
        6..=9 => Kind::Integer { bytes: 1 << (code - 6), is_signed: false },
        10 => Kind::Float32,
        11 => Kind::Float64,
        12 => Kind::Text,
        13 => Kind::Date,
        14 => Kind::Millis,
        15 => Kind::Micros,
        16 => Kind::List,
        17 => Kind::Struct,
        other => panic!("unknown type code {other}"),
    }
}

impl Shape {
    /// The same for Arrow, which knows no names.
    pub fn kind_of_column(&self) -> schema::Kind {
        match self.kind {
            Kind::Bool => schema::Kind::Bool,
            Kind::Integer { bytes, .. } => schema::Kind::Fixed(bytes),
            Kind::Date => schema::Kind::Fixed(4),
            Kind::Millis | Kind::Micros => schema::Kind::Fixed(8),
            Kind::Float32 => schema::Kind::Float(4),
            Kind::Float64 => schema::Kind::Float(8),
            Kind::Text => schema::Kind::Bytes,
            Kind::List => schema::Kind::List(Box::new(self.parts[0].node())),
            Kind::Struct => schema::Kind::Struct(self.parts.iter().map(Shape::node).collect()),
        }
    }

    /// The same as a node, which has no place in a row.
    pub fn node(&self) -> Node {
        Node { kind: self.kind_of_column(), nullable: self.nullable, at: 0, size: 0, ends_row: false, is_text: false }
    }
}
