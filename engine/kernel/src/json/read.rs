//! Values by their types. What it owns: which text is a value of which type, where that is beyond doubt: docs/formats.md, "JSON".
//! A field may stand anywhere; where it stood the last time is looked at first.

use super::bytes::Bytes;
use super::cursor::{Cursor, Refused, Taken};
use super::moment;
use super::number::number;
use super::shape::Kind;
use super::skip::{self, literal};
use super::strings::string;
use super::target::Target;

/// What a reader works with besides its columns: bytes that nobody keeps.
pub type Scratch = Bytes;

impl Target {
    /// Appends the value that stands here. Where it is refused, the column is left as it happens to be.
    pub fn read(&mut self, text: &mut Cursor, scratch: &mut Scratch) -> Taken {
        if text.byte() == b'n' {
            literal(text, b"null")?;
            return self.read_nothing();
        }
        match self.kind {
            Kind::Text => {
                text.expect(b'"')?;
                string(text, &mut self.data)?;
                self.count_ended(self.data.len());
                return Ok(());
            }
            Kind::Float64 => self.data.push(number(text)?.float()?),
            Kind::Float32 => {
                let value = number(text)?.float()? as f32;
                if value.is_infinite() {
                    return Err(Refused);
                }
                self.data.push(value);
            }
            Kind::Integer { bytes, is_signed } => {
                let value = number(text)?.integer(8 * bytes as u32, is_signed)?;
                match bytes {
                    1 => self.data.push(value as u8),
                    2 => self.data.push(value as u16),
                    4 => self.data.push(value as u32),
                    _ => self.data.push(value),
                }
            }
            Kind::Struct => return self.read_object(text, scratch),
            Kind::List => return self.read_list(text, scratch),
            Kind::Bool => {
                let is_true = text.byte() == b't';
                literal(text, if is_true { b"true" } else { b"false" })?;
                self.push_bool(is_true);
                return Ok(());
            }
            Kind::Date if text.byte() != b'"' => {
                let day = number(text)?.integer(32, true)?;
                self.data.push(day as u32);
            }
            Kind::Date => {
                let day = moment::date(moment_text(text, scratch)?)?;
                self.data.push(day);
            }
            Kind::Micros => {
                let micros = moment::micros(moment_text(text, scratch)?)?;
                self.data.push(micros);
            }
            Kind::Millis => {
                let micros = moment::micros(moment_text(text, scratch)?)?;
                if micros % 1_000 != 0 {
                    return Err(Refused);
                }
                self.data.push(micros / 1_000);
            }
        }
        self.count_valid();
        Ok(())
    }

    /// Appends a null, if there may be one.
    fn read_nothing(&mut self) -> Taken {
        if !self.nullable {
            return Err(Refused);
        }
        self.push_null();
        Ok(())
    }

    fn read_list(&mut self, text: &mut Cursor, scratch: &mut Scratch) -> Taken {
        text.expect(b'[')?;
        text.skip_white();
        if !text.take(b']') {
            loop {
                self.parts[0].read(text, scratch)?;
                text.skip_white();
                if !text.take(b',') {
                    text.expect(b']')?;
                    break;
                }
                text.skip_white();
            }
        }
        self.count_ended(self.parts[0].length);
        Ok(())
    }

    /// Appends an object: each of its fields, once, or null where that is not there.
    pub fn read_object(&mut self, text: &mut Cursor, scratch: &mut Scratch) -> Taken {
        text.expect(b'{')?;
        let row = self.length;
        let (mut absent, mut follower) = (self.parts.len(), 0);
        text.skip_white();
        if !text.take(b'}') {
            loop {
                if let Some(field) = self.read_name(text, scratch, follower)? {
                    let part = &mut self.parts[field];
                    if part.length != part.base(row) {
                        return Err(Refused); // it stands there twice
                    }
                    part.read(text, scratch)?;
                    absent -= 1;
                    follower = field + 1;
                } else {
                    skip::value(text, scratch, 0)?;
                }
                text.skip_white();
                if !text.take(b',') {
                    text.expect(b'}')?;
                    break;
                }
                text.skip_white();
            }
        }
        if absent > 0 {
            for part in self.parts.iter_mut().filter(|part| part.length == part.base(row)) {
                part.read_nothing()?;
            }
        }
        self.count_valid();
        Ok(())
    }

    /// Goes past a name and its colon: the field of that name, if there is one.
    #[inline(always)]
    fn read_name(&mut self, text: &mut Cursor, scratch: &mut Scratch, follower: usize) -> Taken<Option<usize>> {
        let expected = self.follows[follower];
        if let Some(name) = self.names.get(expected)
            && name.take(text)
        {
            text.skip_white();
            return Ok(Some(expected));
        }
        let found = self.find_name(text, scratch)?;
        if let Some(field) = found {
            self.follows[follower] = field;
        }
        Ok(found)
    }

    #[inline(never)]
    fn find_name(&mut self, text: &mut Cursor, scratch: &mut Scratch) -> Taken<Option<usize>> {
        text.expect(b'"')?;
        scratch.truncate(0);
        let has_lone = string(text, scratch)?;
        text.skip_white();
        text.expect(b':')?;
        text.skip_white();
        let name = scratch.as_slice();
        Ok(self.names.iter().position(|other| other.plain == name).filter(|_| !has_lone))
    }
}

/// A string for as long as the scratch is not used again.
#[inline(always)]
fn moment_text<'a>(text: &mut Cursor, scratch: &'a mut Scratch) -> Taken<&'a [u8]> {
    text.expect(b'"')?;
    scratch.truncate(0);
    string(text, scratch)?;
    Ok(scratch.as_slice())
}
