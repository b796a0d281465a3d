//! Numbers. What it owns: their syntax, and what they are: the float64 that is nearest, an integer exactly or not at all.

use super::cursor::{Cursor, Refused, Taken};

/// What a number of so many digits is fits 64 bits.
const SAFE_DIGITS: usize = 19;
/// Below it every integer is a float64.
const EXACT: u64 = 1 << 53;
/// Exponents beyond it are not looked at: they are none of a number that a float64 or an integer can tell from 0 or infinity.
const SAFE_EXPONENT_DIGITS: usize = 6;

/// 10^0 to 10^22: those that are float64 exactly.
const FLOATS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// 10^0 to 10^19: those that are 64 bits.
pub const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut i = 1;
    while i < 20 {
        powers[i] = 10 * powers[i - 1];
        i += 1;
    }
    powers
};

/// A number as it stands there.
pub struct Number<'a> {
    is_negative: bool,
    /// All digits as one integer, if there are at most SAFE_DIGITS.
    digits: u64,
    count: usize,
    /// `digits` times ten to this; None where it is too large to say.
    exponent: Option<i32>,
    /// Neither point nor exponent.
    is_plain: bool,
    text: &'a [u8],
}

/// The number that stands here.
#[inline(always)]
pub fn number<'a>(text: &mut Cursor<'a>) -> Taken<Number<'a>> {
    let start = text.place();
    let is_negative = text.take(b'-');
    let begins_with_0 = text.byte() == b'0';
    let mut digits = 0;
    let mut count = run(text, &mut digits);
    if count == 0 || begins_with_0 && count > 1 {
        return Err(Refused);
    }
    let (mut exponent, mut is_plain) = (Some(0), true);
    if matches!(text.byte(), b'.' | b'e' | b'E') {
        is_plain = false;
        let mut behind = 0;
        if text.take(b'.') {
            behind = run(text, &mut digits);
            count += behind;
            if behind == 0 {
                return Err(Refused);
            }
        }
        exponent = Some(-(behind as i32));
        if matches!(text.byte(), b'e' | b'E') {
            text.skip(1);
            exponent = power(text)?.map(|power| power - behind as i32);
        }
    }
    Ok(Number { is_negative, digits, count, exponent, is_plain, text: text.since(start) })
}

/// The number behind an `e`; None for one that is too large.
fn power(text: &mut Cursor) -> Taken<Option<i32>> {
    let is_negative = text.byte() == b'-';
    if is_negative || text.byte() == b'+' {
        text.skip(1);
    }
    let mut value = 0;
    match run(text, &mut value) {
        0 => Err(Refused),
        1..=SAFE_EXPONENT_DIGITS => Ok(Some(if is_negative { -(value as i32) } else { value as i32 })),
        _ => Ok(None),
    }
}

/// Goes past digits, which follow those of `value`; how many there are.
#[inline(always)]
fn run(text: &mut Cursor, value: &mut u64) -> usize {
    let mut count = 0;
    loop {
        let word: u64 = text.word();
        let length = digits_in(word);
        if length > 0 {
            let aligned = (word & 0x0f0f_0f0f_0f0f_0f0f) << (64 - 8 * length);
            *value = value.wrapping_mul(POWERS[length]).wrapping_add(eight_digits(aligned));
            text.skip(length);
            count += length;
        }
        if length < 8 {
            return count;
        }
    }
}

/// How many of eight bytes, from the first on, are digits.
#[inline(always)]
fn digits_in(word: u64) -> usize {
    let high = (word & 0xf0f0_f0f0_f0f0_f0f0) ^ 0x3030_3030_3030_3030;
    let beyond = (word.wrapping_add(0x0606_0606_0606_0606) & 0xf0f0_f0f0_f0f0_f0f0) ^ 0x3030_3030_3030_3030;
    ((high | beyond).trailing_zeros() / 8) as usize
}

/// The number of eight digits, a byte each, the first in the lowest: pairs, then fours, then all.
#[inline(always)]
fn eight_digits(word: u64) -> u64 {
    let pairs = word.wrapping_mul(10 << 8 | 1) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100 << 16 | 1) >> 16 & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(10_000 << 32 | 1) >> 32
}

impl Number<'_> {
    /// The nearest float64, which is finite.
    #[inline(always)]
    pub fn float(&self) -> Taken<f64> {
        if self.count <= SAFE_DIGITS
            && self.digits < EXACT
            && let Some(exponent @ -22..=22) = self.exponent
        {
            // One operation on two exact numbers rounds once.
            let (digits, scale) = (self.digits as f64, FLOATS[exponent.unsigned_abs() as usize]);
            let value = if exponent < 0 { digits / scale } else { digits * scale };
            return Ok(if self.is_negative { -value } else { value });
        }
        self.parsed()
    }

    #[inline(never)]
    fn parsed(&self) -> Taken<f64> {
        // SAFETY: it is digits, signs, a point and an `e`.
        let text = unsafe { core::str::from_utf8_unchecked(self.text) };
        text.parse().ok().filter(|value: &f64| value.is_finite()).ok_or(Refused)
    }

    /// The integer of `bits` bits, as it stands in memory, if it is one beyond doubt.
    #[inline(always)]
    pub fn integer(&self, bits: u32, is_signed: bool) -> Taken<u64> {
        let size = if self.is_plain && self.count <= SAFE_DIGITS { self.digits } else { self.size()? };
        let most = u64::MAX >> (64 - bits + u32::from(is_signed));
        if !self.is_negative {
            return if size <= most { Ok(size) } else { Err(Refused) };
        }
        let least = if is_signed { most + 1 } else { 0 };
        if size <= least { Ok(size.wrapping_neg()) } else { Err(Refused) }
    }

    /// Its absolute value, if that is an integer.
    #[inline(never)]
    fn size(&self) -> Taken<u64> {
        if self.is_plain {
            let text = core::str::from_utf8(&self.text[usize::from(self.is_negative)..]);
            return text.ok().and_then(|digits| digits.parse().ok()).ok_or(Refused);
        }
        let exponent = self.exponent.filter(|_| self.count <= SAFE_DIGITS).ok_or(Refused)?;
        if self.digits == 0 {
            return Ok(0);
        }
        let scale = *POWERS.get(exponent.unsigned_abs() as usize).ok_or(Refused)?;
        if exponent >= 0 {
            return self.digits.checked_mul(scale).ok_or(Refused);
        }
        if self.digits.is_multiple_of(scale) { Ok(self.digits / scale) } else { Err(Refused) }
    }
}
