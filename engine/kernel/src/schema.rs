//! Types of keys and state rows, as the engine sends them, and the layout of a row in memory. What it owns: the byte
//! form of a schema and where each value of a row lies. Names are the engine's affair: here a field is its position.
//!
//! A row is packed, in the order of the schema: a nullable value is preceded by a byte (0 null, 1 valid), a fixed-width
//! value lies in place, utf8, binary and lists are a 16-byte cell (`cell.rs`), a struct is its fields.

/// Bytes of a variable-length value's cell in a row.
pub const CELL: usize = 16;

/// Types nest at most this deep (the engine allows less).
const DEPTH: usize = 64;

const NULLABLE: u8 = 0x80;
const TEXT: u8 = 11;

/// What a value is made of.
#[derive(Debug, PartialEq)]
pub enum Kind {
    /// One byte in a row, one bit in Arrow.
    Bool,
    /// Integers, date32, timestamps: 1, 2, 4 or 8 bytes.
    Fixed(usize),
    /// float32 and float64: 4 or 8 bytes, canonical in keys.
    Float(usize),
    /// utf8 and binary.
    Bytes,
    /// Any number of items.
    List(Box<Node>),
    /// Fields in order.
    Struct(Vec<Node>),
}

/// One value of a schema and its place in the row that it belongs to.
#[derive(Debug, PartialEq)]
pub struct Node {
    pub kind: Kind,
    pub nullable: bool,
    /// Offset of the value in the row; if it is nullable, its validity byte stands before it.
    pub at: usize,
    /// Bytes in the row, the validity byte included.
    pub size: usize,
    /// Whether the value ends the encoded row, so that its length need not be written (docs/row-encoding.md).
    pub ends_row: bool,
    /// Whether bytes are utf8.
    pub is_text: bool,
}

impl Node {
    /// Whether values of this type may hold memory outside their row.
    pub fn has_blocks(&self) -> bool {
        match &self.kind {
            Kind::Bytes | Kind::List(_) => true,
            Kind::Struct(fields) => fields.iter().any(Node::has_blocks),
            _ => false,
        }
    }
}

/// Reads a schema of columns: the fields of one struct.
///
/// A key is never null itself; a state row is, when its slot has no state: then `nullable` is set.
pub fn parse(bytes: &[u8], nullable: bool) -> Node {
    let mut reader = Reader { bytes, next: 0 };
    let mut root = reader.node(0, 0);
    assert!(reader.next == bytes.len(), "schema has {} bytes too many", bytes.len() - reader.next);
    assert!(matches!(root.kind, Kind::Struct(_)) && !root.nullable, "a schema of columns is a struct");
    if nullable {
        root = Reader { bytes, next: 0 }.node(0, 1);
        root.nullable = true;
        root.size += 1;
    }
    mark_end(&mut root);
    root
}

fn mark_end(node: &mut Node) {
    node.ends_row = true;
    if let Kind::Struct(fields) = &mut node.kind
        && let Some(last) = fields.last_mut()
    {
        mark_end(last);
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    next: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        let byte = *self.bytes.get(self.next).expect("schema is cut off");
        self.next += 1;
        byte
    }

    /// Reads a value that begins at `at` in its row.
    fn node(&mut self, depth: usize, at: usize) -> Node {
        assert!(depth < DEPTH, "types nest deeper than {DEPTH}");
        let code = self.byte();
        let nullable = code & NULLABLE != 0;
        let start = at + usize::from(nullable);
        let kind = match code & !NULLABLE {
            1 => Kind::Bool,
            2 => Kind::Fixed(1),
            3 => Kind::Fixed(2),
            4 => Kind::Fixed(4),
            5 => Kind::Fixed(8),
            6 => Kind::Float(4),
            7 => Kind::Float(8),
            8 | TEXT => Kind::Bytes,
            9 => Kind::List(Box::new(self.node(depth + 1, 0))),
            10 => Kind::Struct(self.fields(depth + 1, start)),
            other => panic!("unknown type code {other}"),
        };
        let size = usize::from(nullable) + size_of_value(&kind);
        Node { kind, nullable, at: start, size, ends_row: false, is_text: code & !NULLABLE == TEXT }
    }

    fn fields(&mut self, depth: usize, start: usize) -> Vec<Node> {
        let count = u16::from_le_bytes([self.byte(), self.byte()]);
        let mut at = start;
        (0..count)
            .map(|_| {
                let field = self.node(depth, at);
                at += field.size;
                field
            })
            .collect()
    }
}

fn size_of_value(kind: &Kind) -> usize {
    match kind {
        Kind::Bool => 1,
        Kind::Fixed(width) | Kind::Float(width) => *width,
        Kind::Bytes | Kind::List(_) => CELL,
        Kind::Struct(fields) => fields.iter().map(|field| field.size).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_packed_in_order() {
        let root = parse(&[10, 3, 0, 1, 0x85, 8], true);
        let Kind::Struct(fields) = &root.kind else { panic!() };
        let places: Vec<_> = fields.iter().map(|field| (field.at, field.size)).collect();
        assert_eq!(places, [(1, 1), (3, 9), (11, 16)]);
        assert_eq!((root.at, root.size), (1, 27));
    }

    #[test]
    fn the_last_leaf_ends_the_row() {
        let root = parse(&[10, 2, 0, 8, 10, 1, 0, 8], false);
        let Kind::Struct(fields) = &root.kind else { panic!() };
        assert!(!fields[0].ends_row && fields[1].ends_row);
        let Kind::Struct(inner) = &fields[1].kind else { panic!() };
        assert!(inner[0].ends_row);
    }

    #[test]
    fn items_of_a_list_never_end_the_row() {
        let root = parse(&[10, 1, 0, 9, 8], false);
        let Kind::Struct(fields) = &root.kind else { panic!() };
        let Kind::List(item) = &fields[0].kind else { panic!() };
        assert!(fields[0].ends_row && !item.ends_row);
    }

    #[test]
    #[should_panic(expected = "unknown type code 99")]
    fn an_unknown_code_is_refused() {
        parse(&[10, 1, 0, 99], false);
    }
}
