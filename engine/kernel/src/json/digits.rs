//! Numbers as JavaScript prints them: the shortest digits that mean the number, written out up to 10^21 and down to 10^-6.
//! What it owns: where digits end and exponents begin. The digits of the few numbers that are neither whole nor short come
//! from Rust's library.

use super::bytes::Bytes;
use super::number::POWERS;
use core::fmt::{LowerExp, Write};
use core::str::FromStr;

/// Below it the digits of a whole number are the shortest that mean it.
const WHOLE_64: f64 = (1u64 << 53) as f64;
const WHOLE_32: f32 = (1u32 << 24) as f32;
/// Numbers of at most fifteen digits are told apart by every float64.
const SHORT: f64 = 1e15;
/// Digits behind the point that are tried before the library is asked.
const PLACES: usize = 6;
/// JavaScript writes all digits of what has no more before its point.
const WRITTEN_OUT: i32 = 21;
/// And of what has fewer zeros behind it.
const ZEROS: i32 = 6;

/// A whole number.
#[inline(always)]
pub fn unsigned(out: &mut Bytes, mut value: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            return out.extend(&digits[at..]);
        }
    }
}

/// A whole number with its sign.
#[inline(always)]
pub fn signed(out: &mut Bytes, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    unsigned(out, value.unsigned_abs());
}

/// A whole number of at least so many digits.
pub fn padded(out: &mut Bytes, value: u64, digits: usize) {
    for place in (1..digits).rev().take_while(|&place| value < POWERS[place]) {
        debug_assert!(place > 0);
        out.push(b'0');
    }
    unsigned(out, value);
}

/// A number; `null` where it is none.
#[inline(always)]
pub fn float64(out: &mut Bytes, value: f64) {
    let size = value.abs();
    if size < WHOLE_64 && size.trunc() == size {
        return signed(out, value as i64);
    }
    if size < SHORT / POWERS[PLACES] as f64 && short(out, value) {
        return;
    }
    with_sign(out, value, |out| shortest(out, size, size));
}

/// The same of 32 bits: fewer digits tell it apart.
pub fn float32(out: &mut Bytes, value: f32) {
    let size = value.abs();
    if size < WHOLE_32 && size.trunc() == size {
        return signed(out, value as i64);
    }
    with_sign(out, value.into(), |out| shortest(out, size, size.into()));
}

/// Writes a minus where a number needs one, and what is behind it; `null` where it is none.
#[inline(always)]
fn with_sign(out: &mut Bytes, value: f64, rest: impl FnOnce(&mut Bytes)) {
    if !value.is_finite() {
        return out.extend(b"null");
    }
    if value < 0.0 {
        out.push(b'-');
    }
    rest(out);
}

/// Writes a number of few digits behind its point. With the fewest digits that give the number back when they are read,
/// which is one exact division, they are the shortest; and no others of as many give it back.
fn short(out: &mut Bytes, value: f64) -> bool {
    let size = value.abs();
    for (places, &scale) in POWERS.iter().enumerate().take(PLACES + 1).skip(1) {
        let digits = (size * scale as f64).round();
        if digits / scale as f64 == size {
            if value < 0.0 {
                out.push(b'-');
            }
            let digits = digits as u64;
            unsigned(out, digits / scale);
            out.push(b'.');
            padded(out, digits % scale, places);
            return true;
        }
    }
    false
}

/// Writes any number that is not below 0; `exact` is the same one.
#[inline(never)]
fn shortest<T: LowerExp + FromStr + PartialEq>(out: &mut Bytes, value: T, exact: f64) {
    let mut text = Text { bytes: [0; 32], length: 0 };
    write!(text, "{value:e}").expect("a number has at most 17 digits");
    let text = &text.bytes[..text.length];
    let e = text.iter().position(|&byte| byte == b'e').expect("an exponent");
    let exponent: i32 = core::str::from_utf8(&text[e + 1..]).ok().and_then(|text| text.parse().ok()).expect("a number");
    let mut digits = [0; 24];
    let mut count = 0;
    for &byte in text[..e].iter().filter(|&&byte| byte != b'.') {
        digits[count] = byte;
        count += 1;
    }
    if is_tie(&digits[..count], exact) {
        digits[count - 1] -= 1;
        if !means(&digits[..count], exponent, &value) {
            digits[count - 1] += 1;
        }
    }
    lay_out(out, &digits[..count], exponent + 1);
}

/// Whether a number lies in the middle between these digits, of which the last is odd, and those of one less: then the even
/// ones are JavaScript's, and these are the library's. The number is an odd one times a power of two, and so has as many
/// digits behind its point as that has, and they end in 5.
fn is_tie(digits: &[u8], exact: f64) -> bool {
    let bits = exact.to_bits();
    let (fraction, biased) = (bits & (u64::MAX >> 12), (bits >> 52) as i32);
    if biased == 0 || digits[digits.len() - 1].is_multiple_of(2) {
        return false;
    }
    let odd = fraction | 1 << 52;
    let places = 1_075 - biased - odd.trailing_zeros() as i32;
    let scale = u32::try_from(places).ok().and_then(|places| 5u64.checked_pow(places));
    let value = scale.and_then(|scale| scale.checked_mul(odd >> odd.trailing_zeros()));
    let rounded = digits.iter().fold(0u64, |value, &digit| 10 * value + u64::from(digit - b'0'));
    value == Some(10 * rounded - 5)
}

/// Whether digits mean a number. Below a power of two numbers lie closer, so that what is in the middle may mean another.
fn means<T: FromStr + PartialEq>(digits: &[u8], exponent: i32, value: &T) -> bool {
    let mut text = Text { bytes: [0; 32], length: 0 };
    let (first, rest) = digits.split_at(1);
    let as_text = |digits| core::str::from_utf8(digits).expect("digits");
    write!(text, "{}.{}e{exponent}", as_text(first), as_text(rest)).expect("a number has at most 17 digits");
    core::str::from_utf8(&text.bytes[..text.length]).ok().and_then(|text| text.parse().ok()).as_ref() == Some(value)
}

/// Writes digits with the point behind the first `point` of them (Number::toString of ECMAScript).
fn lay_out(out: &mut Bytes, digits: &[u8], point: i32) {
    let count = digits.len() as i32;
    if (1..=WRITTEN_OUT).contains(&point) {
        let (whole, fraction) = digits.split_at(count.min(point) as usize);
        out.extend(whole);
        (count..point).for_each(|_| out.push(b'0'));
        behind_point(out, fraction);
    } else if -ZEROS < point && point <= 0 {
        out.extend(b"0.");
        (point..0).for_each(|_| out.push(b'0'));
        out.extend(digits);
    } else {
        out.push(digits[0]);
        behind_point(out, &digits[1..]);
        out.extend(if point > 0 { b"e+" } else { b"e-" });
        unsigned(out, u64::from((point - 1).unsigned_abs()));
    }
}

fn behind_point(out: &mut Bytes, digits: &[u8]) {
    if !digits.is_empty() {
        out.push(b'.');
        out.extend(digits);
    }
}

/// A short text.
struct Text {
    bytes: [u8; 32],
    length: usize,
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let room = self.bytes.get_mut(self.length..self.length + text.len()).ok_or(core::fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length += text.len();
        Ok(())
    }
}
