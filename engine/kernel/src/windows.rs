//! Which windows a record is in: fixed and sliding ones. What it owns: the arithmetic. Panes have the size of gcd(size, slide),
//! so that a record is added once however many windows it is in; all records of a pane are in the same windows. A fixed
//! window slides by its size. What it leaves: what lies in panes (`panes.rs`), sessions (`sessions.rs`).
//!
//! Times are whole milliseconds within ±8.64e15, so that no sum of a time and a span overflows; watermarks may be `NEVER`,
//! before the first record, or `THE_END`, behind the last.

/// The watermark before the first record.
pub const NEVER: i64 = i64::MIN;
/// The watermark behind the last one.
pub const THE_END: i64 = i64::MAX;

/// Windows `[start, start + size)`, whose starts are the multiples of `slide` plus `offset`.
#[derive(Clone, Copy)]
pub struct Windows {
    pub size: i64,
    pub slide: i64,
    pub offset: i64,
    /// The size of a pane.
    pub pane: i64,
}

impl Windows {
    pub fn new(size: i64, slide: i64, offset: i64) -> Windows {
        assert!(0 < slide && slide <= size, "windows of {size} ms cannot slide by {slide} ms");
        Windows { size, slide, offset, pane: gcd(size, slide) }
    }

    /// The number of a time's pane.
    #[inline(always)]
    pub fn pane_number(&self, time: i64) -> i64 {
        (time - self.offset).div_euclid(self.pane)
    }

    /// Where a pane starts.
    #[inline(always)]
    pub fn pane_start(&self, number: i64) -> i64 {
        number * self.pane + self.offset
    }

    /// The first window that a time is in.
    pub fn first_of(&self, time: i64) -> i64 {
        self.at_or_before(time - self.size) + self.slide
    }

    /// The last window that a time is in.
    pub fn last_of(&self, time: i64) -> i64 {
        self.at_or_before(time)
    }

    /// The first window whose end is not over at a watermark: `start + size - 1 > watermark`.
    pub fn first_open(&self, watermark: i64) -> i64 {
        match watermark {
            NEVER => NEVER,
            THE_END => THE_END,
            _ => self.at_or_before(watermark - self.size + 1) + self.slide,
        }
    }

    /// Whether a window starts at a time.
    pub fn is_start(&self, time: i64) -> bool {
        time.unsigned_abs() < 1 << 60 && self.at_or_before(time) == time
    }

    /// The start of the last window that starts at a time or before it.
    fn at_or_before(&self, time: i64) -> i64 {
        time - (time - self.offset).rem_euclid(self.slide)
    }
}

/// A watermark of so much earlier.
pub fn earlier(watermark: i64, span: i64) -> i64 {
    if watermark == THE_END || watermark == NEVER { watermark } else { watermark - span }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pane_lies_in_the_windows_from_its_first_to_its_last() {
        let windows = Windows::new(10, 4, 1);
        assert_eq!(windows.pane, 2);
        for time in -50..50 {
            let start = windows.pane_start(windows.pane_number(time));
            assert!(start <= time && time < start + 2);
            let all: Vec<i64> = (-100..100).map(|i| 4 * i + 1).filter(|&s| s <= time && time < s + 10).collect();
            assert_eq!((windows.first_of(time), windows.first_of(start)), (all[0], all[0]));
            assert_eq!((windows.last_of(time), windows.last_of(start)), (all[all.len() - 1], all[all.len() - 1]));
        }
    }

    #[test]
    fn a_window_is_open_until_the_watermark_reaches_its_last_millisecond() {
        let windows = Windows::new(10, 5, 0);
        assert_eq!((windows.first_open(8), windows.first_open(9), windows.first_open(-1)), (0, 5, -5));
        assert_eq!((windows.first_open(NEVER), windows.first_open(THE_END)), (NEVER, THE_END));
        assert_eq!((earlier(NEVER, 3), earlier(THE_END, 3), earlier(5, 3)), (NEVER, THE_END, 2));
    }
}
