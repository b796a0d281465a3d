//! Dates and times as ISO 8601 writes them most: `2026-01-02`, `2026-01-02T03:04:05.678+02:00`. What it owns: these forms;
//! others, which are as good, are refused here and read by the strict reader.

use super::calendar::{days, days_of};
use super::cursor::{Refused, Taken};

const MICROS: i64 = 1_000_000;

/// Days since 1970.
pub fn date(text: &[u8]) -> Taken<i32> {
    let (day, rest) = leading_date(text)?;
    if rest.is_empty() { Ok(day as i32) } else { Err(Refused) }
}

/// Microseconds since 1970; without a zone it is UTC.
pub fn micros(text: &[u8]) -> Taken<i64> {
    let (day, rest) = leading_date(text)?;
    let time = match rest {
        [] => 0,
        [b'T' | b' ', rest @ ..] => clock(rest)?,
        _ => return Err(Refused),
    };
    Ok(86_400 * MICROS * day + time)
}

fn leading_date(text: &[u8]) -> Taken<(i64, &[u8])> {
    let (head, rest) = text.split_at_checked(10).ok_or(Refused)?;
    let year = 100 * two(head, 0)? + two(head, 2)?;
    let (month, day) = (two(head, 5)?, two(head, 8)?);
    let is_date = head[4] == b'-' && head[7] == b'-' && year > 0 && (1..=12).contains(&month);
    if !is_date || day < 1 || day > days_of(year, month) {
        return Err(Refused);
    }
    Ok((days(year, month, day), rest))
}

/// `03:04:05.678+02:00`, in microseconds.
fn clock(text: &[u8]) -> Taken<i64> {
    let (head, rest) = text.split_at_checked(8).ok_or(Refused)?;
    let (hour, minute, second) = (two(head, 0)?, two(head, 3)?, two(head, 6)?);
    if head[2] != b':' || head[5] != b':' || hour > 23 || minute > 59 || second > 59 {
        return Err(Refused);
    }
    let (fraction, rest) = fraction(rest)?;
    Ok((3_600 * hour + 60 * minute + second - zone(rest)?) * MICROS + fraction)
}

/// `.678`, in microseconds.
fn fraction(text: &[u8]) -> Taken<(i64, &[u8])> {
    let [b'.', rest @ ..] = text else { return Ok((0, text)) };
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=6).contains(&count) {
        return Err(Refused);
    }
    let digits = rest[..count].iter().fold(0, |value, byte| 10 * value + i64::from(byte - b'0'));
    Ok((digits * 10i64.pow(6 - count as u32), &rest[count..]))
}

/// `+02:00`, in seconds.
fn zone(text: &[u8]) -> Taken<i64> {
    match text {
        [] | [b'Z'] => Ok(0),
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let (hours, minutes) = (two(text, 1)?, two(text, 4)?);
            if hours > 23 || minutes > 59 {
                return Err(Refused);
            }
            let seconds = 3_600 * hours + 60 * minutes;
            Ok(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => Err(Refused),
    }
}

/// Two digits.
fn two(text: &[u8], at: usize) -> Taken<i64> {
    let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
    if tens < 10 && ones < 10 { Ok(i64::from(10 * tens + ones)) } else { Err(Refused) }
}
