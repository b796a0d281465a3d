//! A row of a run as bytes: `head key [window] [size state]`. What it owns: writing and reading one, and the order of rows.
//! What it leaves: what keys and states mean (`pack.rs`, `unpack.rs`), where rows stand (`writer.rs`).

use crate::bytes::append;
use crate::hash::hash;
use std::cmp::Ordering;

/// Where a row's state is: `[start, first window]` of a pane, `[start, end]` of a session.
pub type Window = [i64; 2];

/// Kinds of runs.
pub const KEYED: u32 = 0;
pub const TIMED: u32 = 1;
pub const PANES: u32 = 2;
pub const SESSIONS: u32 = 3;

/// Whether rows of a kind have windows.
pub fn has_window(kind: u32) -> bool {
    kind >= PANES
}

/// What is wrong with bytes that no kernel has written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Damaged(pub &'static str);

/// The most bytes of a varint.
const VARINT: usize = 5;

/// A row that was read, or is to be written. Without a state it is a removal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    pub key: &'a [u8],
    pub window: Option<Window>,
    pub state: Option<&'a [u8]>,
}

impl<'a> Row<'a> {
    /// Adds its bytes to `out`.
    #[inline(always)]
    pub fn write(&self, out: &mut Vec<u8>) {
        put_varint(out, (self.key.len() as u32) << 1 | u32::from(self.state.is_none()));
        append(out, self.key);
        if let Some([first, second]) = self.window {
            append(out, &first.to_le_bytes());
            append(out, &second.to_le_bytes());
        }
        if let Some(state) = self.state {
            put_varint(out, state.len() as u32);
            append(out, state);
        }
    }

    /// Reads a row off the start of `rest`.
    #[inline(always)]
    pub fn read(rest: &mut &'a [u8], has_window: bool) -> Result<Row<'a>, Damaged> {
        let head = varint(rest)?;
        let key = take(rest, (head >> 1) as usize)?;
        let window = if has_window { Some([time(rest)?, time(rest)?]) } else { None };
        let state = match head & 1 {
            0 => {
                let size = varint(rest)? as usize;
                Some(take(rest, size)?)
            }
            _ => None,
        };
        Ok(Row { key, window, state })
    }

    /// Reads a row that `write` wrote.
    pub fn written(mut bytes: &'a [u8], has_window: bool) -> Row<'a> {
        Row::read(&mut bytes, has_window).expect("it was written here")
    }

    /// Before or behind another one whose hash is known, too. Equal ones are of one identity.
    #[inline(always)]
    pub fn compare(&self, own: u64, other: &Row, others: u64) -> Ordering {
        own.cmp(&others).then_with(|| self.key.cmp(other.key)).then_with(|| self.window.cmp(&other.window))
    }

    /// The hash of its key.
    #[inline(always)]
    pub fn hash(&self) -> u64 {
        hash(self.key)
    }
}

#[inline(always)]
fn put_varint(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[inline(always)]
fn varint(rest: &mut &[u8]) -> Result<u32, Damaged> {
    let mut number = 0u64;
    for at in 0..VARINT {
        let byte = *rest.get(at).ok_or(Damaged("a number is cut off"))?;
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            *rest = &rest[at + 1..];
            let is_shortest = at == 0 || byte != 0;
            return u32::try_from(number).ok().filter(|_| is_shortest).ok_or(Damaged("a number is not in its form"));
        }
    }
    Err(Damaged("a number is too long"))
}

/// The next `count` bytes.
#[inline(always)]
pub fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], Damaged> {
    let (taken, left) = rest.split_at_checked(count).ok_or(Damaged("a value is cut off"))?;
    *rest = left;
    Ok(taken)
}

#[inline(always)]
fn time(rest: &mut &[u8]) -> Result<i64, Damaged> {
    Ok(i64::from_le_bytes(take(rest, 8)?.try_into().expect("eight bytes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let long = [7; 300];
        for (key, window) in [(&b"a"[..], None), (&long[..], Some([-5, i64::MAX])), (&b""[..], None)] {
            for state in [None, Some(&b""[..]), Some(&long[..])] {
                let (row, mut out) = (Row { key, window, state }, Vec::new());
                row.write(&mut out);
                let mut rest = &out[..];
                assert_eq!((Row::read(&mut rest, window.is_some()), rest.len()), (Ok(row), 0));
                (0..out.len()).for_each(|end| _ = Row::read(&mut &out[..end], window.is_some()).unwrap_err());
            }
        }
    }

    #[test]
    fn a_number_in_another_form_is_damage() {
        for bytes in [&[0x80, 0][..], &[0xff, 0xff, 0xff, 0xff, 0x1f], &[0xff; 9]] {
            assert!(Row::read(&mut &bytes[..], false).is_err(), "{bytes:?}");
        }
    }
}
