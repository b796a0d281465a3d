//! A place in a text, behind whose last byte stands a NUL. What it owns: that nothing goes past it: a NUL stands in no JSON,
//! so whatever is looked for ends there, and no byte need be asked whether it is the last one.

use super::scan::{WIDTH, are_same};
use crate::bytes::{equal, load};
use core::marker::PhantomData;
use core::slice::from_raw_parts;

/// The text is not plainly a record: nothing is said about why.
#[derive(Debug)]
pub struct Refused;

/// Whether the text could be taken.
pub type Taken<T = ()> = Result<T, Refused>;

/// Where reading stands.
pub struct Cursor<'a> {
    at: *const u8,
    end: *const u8,
    /// Whether a record may have several lines.
    is_spread: bool,
    text: PhantomData<&'a [u8]>,
}

impl<'a> Cursor<'a> {
    /// At the start of a text. With `is_spread` an LF is white space, otherwise it ends the record.
    ///
    /// # Safety
    /// `*start.add(length)` must be 0, and `bytes::SLACK` bytes from there on readable.
    pub unsafe fn new(start: *const u8, length: usize, is_spread: bool) -> Cursor<'a> {
        Cursor { at: start, end: unsafe { start.add(length) }, is_spread, text: PhantomData }
    }

    /// The place, to come back to and to measure from.
    #[inline(always)]
    pub fn place(&self) -> *const u8 {
        self.at
    }

    /// Goes to a place of this text.
    #[inline(always)]
    pub fn go(&mut self, place: *const u8) {
        debug_assert!(place <= self.end);
        self.at = place;
    }

    /// The text from a place up to here.
    #[inline(always)]
    pub fn since(&self, start: *const u8) -> &'a [u8] {
        // SAFETY: both are places of this text, in this order.
        unsafe { from_raw_parts(start, self.at.offset_from(start) as usize) }
    }

    /// The byte here, NUL at the end.
    #[inline(always)]
    pub fn byte(&self) -> u8 {
        // SAFETY: it is the NUL at the latest.
        unsafe { *self.at }
    }

    /// A number made of the bytes from here on, of which those behind the end mean nothing.
    #[inline(always)]
    pub fn word<T: Copy>(&self) -> T {
        // SAFETY: there is slack behind the end.
        unsafe { load::<T>(self.at, 0) }
    }

    /// Goes on by some bytes that were looked at, of which none is the end.
    #[inline(always)]
    pub fn skip(&mut self, bytes: usize) {
        // SAFETY: they lie before the end.
        self.at = unsafe { self.at.add(bytes) };
        debug_assert!(self.at <= self.end);
    }

    /// Whether the text ends here.
    #[inline(always)]
    pub fn is_at_end(&self) -> bool {
        self.at == self.end
    }

    /// Goes past a byte if it stands here.
    #[inline(always)]
    pub fn take(&mut self, byte: u8) -> bool {
        // A branch: `skip(usize::from(stands))` is compiled to wasm32 as if it skipped nothing (rustc 1.95).
        if self.byte() != byte {
            return false;
        }
        self.skip(1);
        true
    }

    /// The same, where nothing else may stand.
    #[inline(always)]
    pub fn expect(&mut self, byte: u8) -> Taken {
        if self.take(byte) { Ok(()) } else { Err(Refused) }
    }

    /// Goes past some bytes, none of which is a NUL, if they stand here.
    #[inline(always)]
    pub fn take_all(&mut self, bytes: &[u8]) -> bool {
        let n = bytes.len();
        // SAFETY: as many are there.
        let stands = self.left() >= n && equal(unsafe { from_raw_parts(self.at, n) }, bytes);
        if stands {
            self.skip(n);
        }
        stands
    }

    /// The same for at most sixteen bytes, with anything behind them.
    #[inline(always)]
    pub fn take_short(&mut self, bytes: &[u8; WIDTH], count: usize) -> bool {
        // SAFETY: there is slack behind the end, and the NUL there is none of the bytes.
        let stands = unsafe { are_same(self.at, bytes, count) };
        if stands {
            self.skip(count);
        }
        stands
    }

    /// Bytes up to the end.
    #[inline(always)]
    pub fn left(&self) -> usize {
        // SAFETY: both are places of one text.
        unsafe { self.end.offset_from(self.at) as usize }
    }

    /// Goes past white space.
    #[inline(always)]
    pub fn skip_white(&mut self) {
        if self.byte() <= b' ' {
            self.skip_spaces();
        }
    }

    #[inline(never)]
    fn skip_spaces(&mut self) {
        while matches!(self.byte(), b' ' | b'\t' | b'\r') || self.is_spread && self.byte() == b'\n' {
            self.skip(1);
        }
    }

    /// Goes to the next LF, or to the end.
    pub fn skip_line(&mut self) {
        while self.byte() != b'\n' && !self.is_at_end() {
            self.skip(1);
        }
    }
}
