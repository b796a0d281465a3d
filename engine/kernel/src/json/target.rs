//! The columns that a reader fills, a tree as its type is. What it owns: rows as they come, nulls among them, and going back
//! to how many there were when a line turns out to be none.

use super::bytes::Bytes;
use super::cursor::Cursor;
use super::scan::WIDTH;
use super::shape::{Kind, Shape};
use crate::column::Built;
use crate::schema;

/// A field as it stands in most texts, and what it is called.
pub struct Name {
    pub plain: Vec<u8>,
    /// `"name":`; empty for a name that is never written as it is.
    written: Vec<u8>,
    /// Its first bytes.
    head: [u8; WIDTH],
}

/// A column.
pub struct Target {
    pub kind: Kind,
    pub nullable: bool,
    /// Whether anybody wants its values; they are checked all the same.
    pub is_read: bool,
    pub length: usize,
    pub data: Bytes,
    /// Ends of texts and lists; the first is 0.
    offsets: Vec<i32>,
    /// A bit per row, once there is a null.
    validity: Bytes,
    nulls: usize,
    pub names: Vec<Name>,
    /// By the field that came last, and one: the field that came next when it was last seen.
    pub follows: Vec<usize>,
    pub parts: Vec<Target>,
    column: schema::Kind,
}

impl Target {
    /// An empty column.
    pub fn new(shape: &Shape) -> Target {
        Target {
            kind: shape.kind,
            nullable: shape.nullable,
            is_read: shape.is_read,
            length: 0,
            data: Bytes::default(),
            offsets: vec![0],
            validity: Bytes::default(),
            nulls: 0,
            names: shape.names.iter().map(|name| Name::new(name)).collect(),
            follows: (0..=shape.parts.len()).collect(),
            parts: shape.parts.iter().map(Target::new).collect(),
            column: shape.kind_of_column(),
        }
    }

    /// Counts a row whose value has been appended.
    #[inline(always)]
    pub fn count_valid(&mut self) {
        if self.nulls > 0 {
            self.mark(true);
        }
        self.length += 1;
    }

    /// Counts a row whose text or items have been appended.
    #[inline(always)]
    pub fn count_ended(&mut self, end: usize) {
        self.offsets.push(end as i32);
        self.count_valid();
    }

    /// Appends a null.
    pub fn push_null(&mut self) {
        if self.nulls == 0 {
            self.validity.truncate(0);
            for _ in 0..self.length / 8 {
                self.validity.push(0xffu8);
            }
            if !self.length.is_multiple_of(8) {
                self.validity.push((1u8 << (self.length % 8)) - 1);
            }
        }
        self.nulls += 1;
        self.mark(false);
        self.push_nothing();
    }

    #[inline(always)]
    fn mark(&mut self, is_valid: bool) {
        set(&mut self.validity, self.length, is_valid);
    }

    /// Appends what a null has in the place of a value.
    fn push_nothing(&mut self) {
        match self.kind {
            Kind::Bool => set(&mut self.data, self.length, false),
            Kind::Text => self.offsets.push(self.data.len() as i32),
            Kind::List => self.offsets.push(self.parts[0].length as i32),
            Kind::Struct => self.parts.iter_mut().for_each(Target::push_hidden),
            _ => self.data.zero_to(self.data.len() + self.width()),
        }
        self.length += 1;
    }

    /// Appends what stands inside a null.
    fn push_hidden(&mut self) {
        if self.nullable {
            self.push_null();
        } else {
            if self.nulls > 0 {
                self.mark(true);
            }
            self.push_nothing();
        }
    }

    /// Appends a bool.
    #[inline(always)]
    pub fn push_bool(&mut self, value: bool) {
        set(&mut self.data, self.length, value);
        self.count_valid();
    }

    /// Bytes of a value, 0 where they differ or are bits.
    fn width(&self) -> usize {
        match self.column {
            schema::Kind::Fixed(width) | schema::Kind::Float(width) => width,
            _ => 0,
        }
    }

    /// Rows that it has when the record around it has so many: none of an unread column outlives its record.
    #[inline(always)]
    pub fn base(&self, rows: usize) -> usize {
        if self.is_read { rows } else { 0 }
    }

    /// Goes back to so many rows, and from whatever came of another one.
    pub fn truncate(&mut self, rows: usize) {
        let rows = self.base(rows);
        self.length = rows;
        if self.nulls > 0 {
            cut(&mut self.validity, rows);
            self.nulls = rows - ones(self.validity.as_slice());
        }
        match self.kind {
            Kind::Bool => cut(&mut self.data, rows),
            Kind::Text | Kind::List => {
                self.offsets.truncate(rows + 1);
                let end = self.offsets[rows] as usize;
                if self.kind == Kind::Text { self.data.truncate(end) } else { self.parts[0].truncate(end) }
            }
            Kind::Struct => self.parts.iter_mut().for_each(|part| part.truncate(rows)),
            _ => self.data.truncate(rows * self.width()),
        }
    }

    /// Empties the columns of a record that nobody wants.
    pub fn forget_unread(&mut self) {
        self.parts.iter_mut().filter(|part| !part.is_read).for_each(|part| part.truncate(0));
    }

    /// The column, leaving an empty one. Of a record's columns only those that are wanted.
    pub fn take(&mut self) -> Built {
        let mut built = Built::new(&self.column, self.length);
        built.null_count = self.nulls;
        built.validity = (self.nulls > 0).then(|| self.validity.as_slice().to_vec());
        if matches!(self.kind, Kind::Text | Kind::List) {
            let room = self.offsets.len();
            built.offsets = core::mem::replace(&mut self.offsets, Vec::with_capacity(room));
            self.offsets.push(0);
        }
        built.data = self.data.take();
        built.children = self.parts.iter_mut().filter(|part| part.is_read).map(Target::take).collect();
        (self.length, self.nulls) = (0, 0);
        built
    }
}

impl Name {
    fn new(plain: &[u8]) -> Name {
        let is_escaped = plain.iter().any(|&byte| byte < b' ' || byte == b'"' || byte == b'\\');
        let written = if is_escaped { Vec::new() } else { [b"\"", plain, b"\":"].concat() };
        let mut head = [0; WIDTH];
        let count = written.len().min(WIDTH);
        head[..count].copy_from_slice(&written[..count]);
        Name { plain: plain.to_vec(), written, head }
    }

    /// Goes past the name and its colon, if they stand here as they are written most.
    #[inline(always)]
    pub fn take(&self, text: &mut Cursor) -> bool {
        match self.written.len() {
            0 => false,
            count @ 1..=WIDTH => text.take_short(&self.head, count),
            _ => text.take_all(&self.written),
        }
    }
}

/// Sets bit `at`, the last one; those before are there.
#[inline(always)]
fn set(bits: &mut Bytes, at: usize, value: bool) {
    if at.is_multiple_of(8) {
        bits.push(u8::from(value));
    } else {
        *bits.byte(at / 8) |= u8::from(value) << (at % 8);
    }
}

/// Cuts bits behind the first `count`.
fn cut(bits: &mut Bytes, count: usize) {
    bits.truncate(count.div_ceil(8));
    if !count.is_multiple_of(8) {
        *bits.byte(count / 8) &= (1 << (count % 8)) - 1;
    }
}

fn ones(bits: &[u8]) -> usize {
    bits.iter().map(|byte| byte.count_ones() as usize).sum()
}
