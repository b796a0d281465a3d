//! Lines and messages. What it owns: which text is a record's, which row came of which, and that a record which is refused
//! leaves no trace in the columns.

use super::bytes::Bytes;
use super::cursor::{Cursor, Refused, Taken};
use super::shape::{Shape, parse};
use super::target::Target;
use crate::column::Built;

/// A line that was refused: its number, where it begins, and how many bytes it has without its end.
pub type Refusal = [u32; 3];

/// What has been read.
pub struct Found {
    pub columns: Built,
    /// Lines or messages, good, bad and blank ones.
    pub records: usize,
    /// The record of each row.
    pub numbers: Vec<u32>,
    pub refused: Vec<Refusal>,
}

/// Reads records of one type.
pub struct Reader {
    root: Target,
    /// Whether a record is an object with the columns as its fields; if not, it is the value of the one column.
    is_object: bool,
    has_unread: bool,
    scratch: Bytes,
    numbers: Vec<u32>,
    refused: Vec<Refusal>,
}

impl Reader {
    /// `schema` is that of the columns, behind a byte that says whether a record is an object.
    pub fn new(schema: &[u8]) -> Reader {
        let (&is_object, schema) = schema.split_first().expect("a schema");
        let shape: Shape = parse(schema);
        let has_unread = shape.parts.iter().any(|part| !part.is_read);
        let (scratch, numbers, refused) = Default::default();
        Reader { root: Target::new(&shape), is_object: is_object != 0, has_unread, scratch, numbers, refused }
    }

    /// The records of lines, each ended by LF but perhaps the last; blank ones are left out.
    ///
    /// # Safety
    /// Behind the text there must be `bytes::SLACK` bytes that may be written.
    pub unsafe fn read_lines(&mut self, text: *mut u8, length: usize) -> Found {
        // SAFETY: as promised.
        let mut cursor = unsafe {
            text.add(length).write(0);
            Cursor::new(text, length, false)
        };
        let mut records = 0;
        while !cursor.is_at_end() {
            let start = cursor.place();
            cursor.skip_white();
            if !is_line_end(&cursor) && self.read_record(&mut cursor, records).is_err() {
                cursor.go(start);
                cursor.skip_line();
                let line = cursor.since(start);
                let has_return = line.ends_with(b"\r") && !cursor.is_at_end();
                let at = (start as usize - text as usize) as u32;
                self.refused.push([records as u32, at, (line.len() - usize::from(has_return)) as u32]);
            }
            cursor.take(b'\n');
            records += 1;
        }
        self.found(records)
    }

    /// A record of each message; `ends` has one more than there are messages.
    ///
    /// # Safety
    /// As for lines; `ends` must rise, up to the length of the text.
    pub unsafe fn read_messages(&mut self, text: *mut u8, ends: &[i32]) -> Found {
        for (number, pair) in ends.windows(2).enumerate() {
            let (start, end) = (pair[0] as usize, pair[1] as usize);
            // SAFETY: as promised; what stands behind a message is put back.
            unsafe {
                let behind = text.add(end).replace(0);
                let mut cursor = Cursor::new(text.add(start), end - start, true);
                cursor.skip_white();
                if self.read_record(&mut cursor, number).is_err() {
                    self.refused.push([number as u32, start as u32, (end - start) as u32]);
                }
                text.add(end).write(behind);
            }
        }
        self.found(ends.len() - 1)
    }

    /// Reads a record up to its end.
    #[inline(always)]
    fn read_record(&mut self, text: &mut Cursor, number: usize) -> Taken {
        let rows = self.root.length;
        let taken = self.read_value(text);
        if taken.is_err() {
            self.root.truncate(rows);
        } else {
            self.numbers.push(number as u32);
        }
        if self.has_unread {
            self.root.forget_unread();
        }
        taken
    }

    #[inline(always)]
    fn read_value(&mut self, text: &mut Cursor) -> Taken {
        if self.is_object {
            self.root.read_object(text, &mut self.scratch)?;
        } else {
            self.root.parts[0].read(text, &mut self.scratch)?;
            self.root.length += 1;
        }
        text.skip_white();
        if is_line_end(text) { Ok(()) } else { Err(Refused) }
    }

    fn found(&mut self, records: usize) -> Found {
        let (numbers, refused) = (core::mem::take(&mut self.numbers), core::mem::take(&mut self.refused));
        self.numbers.reserve(numbers.len());
        Found { columns: self.root.take(), records, numbers, refused }
    }
}

/// Whether a record may end here.
#[inline(always)]
fn is_line_end(text: &Cursor) -> bool {
    text.byte() == b'\n' || text.is_at_end()
}
