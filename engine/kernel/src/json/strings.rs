//! Strings. What it owns: escapes, and what UTF-8 is: checked while it is copied, sixteen bytes at a time where it is ASCII.

use super::bytes::Bytes;
use super::cursor::{Cursor, Refused, Taken};
use super::scan::{WIDTH, copy_read};

/// By byte: what a hexadecimal digit is; of any other byte more than 15.
const DIGITS: [u8; 256] = {
    let mut digits = [0xff; 256];
    let mut digit = 0;
    while digit < 16 {
        digits[b"0123456789abcdef"[digit] as usize] = digit as u8;
        digits[b"0123456789ABCDEF"[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
};

/// Appends what stands between here, behind the opening quote, and the closing one. A surrogate that has no other becomes
/// U+FFFD; the answer says whether there was one, since what had it is equal to nothing that has been declared.
#[inline(always)]
pub fn string(text: &mut Cursor, out: &mut Bytes) -> Taken<bool> {
    let mut has_lone = false;
    loop {
        let room = out.room(WIDTH);
        // SAFETY: there is slack behind the text, and room.
        let stops = unsafe { copy_read(text.place(), room) };
        if stops == 0 {
            text.skip(WIDTH);
            out.count(WIDTH);
            continue;
        }
        let plain = stops.trailing_zeros() as usize;
        text.skip(plain);
        out.count(plain);
        match text.byte() {
            b'"' => {
                text.skip(1);
                return Ok(has_lone);
            }
            b'\\' => has_lone |= escape(text, out)?,
            0x80.. => beyond_ascii(text, out)?,
            _ => return Err(Refused),
        }
    }
}

/// An escape; whether it is a lone surrogate.
#[inline(always)]
fn escape(text: &mut Cursor, out: &mut Bytes) -> Taken<bool> {
    text.skip(1);
    let byte = match text.byte() {
        plain @ (b'"' | b'\\' | b'/') => plain,
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'u' => return unicode(text, out),
        _ => return Err(Refused),
    };
    text.skip(1);
    out.push(byte);
    Ok(false)
}

#[inline(never)]
fn unicode(text: &mut Cursor, out: &mut Bytes) -> Taken<bool> {
    let mut code = unit(text)?;
    if (0xd800..0xdc00).contains(&code) && text.byte() == b'\\' {
        let before = text.place();
        text.skip(1);
        match if text.byte() == b'u' { unit(text)? } else { 0 } {
            low @ 0xdc00..0xe000 => code = 0x10000 + ((code - 0xd800) << 10 | (low - 0xdc00)),
            _ => text.go(before),
        }
    }
    let character = char::from_u32(code);
    let mut encoded = [0; 4];
    let length = character.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut encoded).len();
    // SAFETY: there is room for four bytes.
    unsafe { out.room(4).cast::<[u8; 4]>().write_unaligned(encoded) };
    out.count(length);
    Ok(character.is_none())
}

/// `u` and four hexadecimal digits.
fn unit(text: &mut Cursor) -> Taken<u32> {
    text.skip(1);
    let digits = text.word::<[u8; 4]>().map(|byte| u32::from(DIGITS[usize::from(byte)]));
    if digits.iter().any(|&digit| digit > 15) {
        return Err(Refused);
    }
    text.skip(4);
    Ok(digits.iter().fold(0, |code, digit| code << 4 | digit))
}

/// Characters of more than one byte.
fn beyond_ascii(text: &mut Cursor, out: &mut Bytes) -> Taken {
    while text.byte() >= 0x80 {
        let length = character(text.word::<[u8; 4]>())?;
        let word: [u8; 4] = text.word();
        // SAFETY: there is room for four bytes.
        unsafe { out.room(4).cast::<[u8; 4]>().write_unaligned(word) };
        out.count(length);
        text.skip(length);
    }
    Ok(())
}

/// The length of the character that these bytes begin with (table 3-7 of the Unicode standard).
#[inline(always)]
fn character(bytes: [u8; 4]) -> Taken<usize> {
    let is_tail = |byte: u8| byte & 0xc0 == 0x80;
    let (length, second) = match bytes[0] {
        0xc2..=0xdf => (2, 0x80..=0xbf),
        0xe0 => (3, 0xa0..=0xbf),
        0xed => (3, 0x80..=0x9f),
        0xe1..=0xef => (3, 0x80..=0xbf),
        0xf0 => (4, 0x90..=0xbf),
        0xf1..=0xf3 => (4, 0x80..=0xbf),
        0xf4 => (4, 0x80..=0x8f),
        _ => return Err(Refused),
    };
    let is_whole = second.contains(&bytes[1]) && (length < 3 || is_tail(bytes[2])) && (length < 4 || is_tail(bytes[3]));
    if is_whole { Ok(length) } else { Err(Refused) }
}
