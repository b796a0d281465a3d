//! Values that nobody asked for: fields that the type does not have. What it owns: that they are JSON all the same.

use super::bytes::Bytes;
use super::cursor::{Cursor, Refused, Taken};
use super::number::number;
use super::strings::string;

/// Lists and objects nest at most so deep here; the strict reader knows what to say of more.
const DEPTH: usize = 64;

/// Goes past one value.
pub fn value(text: &mut Cursor, scratch: &mut Bytes, depth: usize) -> Taken {
    match text.byte() {
        b'"' => {
            text.skip(1);
            scratch.truncate(0);
            string(text, scratch).map(drop)
        }
        b'{' | b'[' if depth == DEPTH => Err(Refused),
        b'{' => members(text, scratch, depth + 1),
        b'[' => items(text, scratch, depth + 1),
        b't' => literal(text, b"true"),
        b'f' => literal(text, b"false"),
        b'n' => literal(text, b"null"),
        _ => number(text).map(drop),
    }
}

/// Goes past a word.
#[inline(always)]
pub fn literal(text: &mut Cursor, word: &[u8]) -> Taken {
    if text.take_all(word) { Ok(()) } else { Err(Refused) }
}

fn items(text: &mut Cursor, scratch: &mut Bytes, depth: usize) -> Taken {
    text.skip(1);
    text.skip_white();
    if text.take(b']') {
        return Ok(());
    }
    loop {
        value(text, scratch, depth)?;
        text.skip_white();
        if !text.take(b',') {
            return text.expect(b']');
        }
        text.skip_white();
    }
}

fn members(text: &mut Cursor, scratch: &mut Bytes, depth: usize) -> Taken {
    text.skip(1);
    text.skip_white();
    if text.take(b'}') {
        return Ok(());
    }
    loop {
        text.expect(b'"')?;
        scratch.truncate(0);
        string(text, scratch)?;
        text.skip_white();
        text.expect(b':')?;
        text.skip_white();
        value(text, scratch, depth)?;
        text.skip_white();
        if !text.take(b',') {
            return text.expect(b'}');
        }
        text.skip_white();
    }
}
