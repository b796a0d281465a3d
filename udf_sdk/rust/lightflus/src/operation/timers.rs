//! The timers of one key: a set per kind, ascending.

use std::collections::VecDeque;
use std::panic::Location;

use crate::abi::MOST_TIME;
use crate::host::fail;
use crate::value::List;

const MOST_TIMERS: usize = 1_000_000;

/// Times, ascending, each once.
#[derive(Default)]
pub(crate) struct Timers(VecDeque<i64>);

impl Timers {
    pub fn of(times: List<'_, i64>) -> Timers {
        Timers(times.iter().collect())
    }

    pub fn set(&mut self, time: i64, place: &Location<'_>) {
        if !(-MOST_TIME..=MOST_TIME).contains(&time) {
            fail(&format!("a timer is set for {time}: times are milliseconds within ±{MOST_TIME}"), place);
        }
        if let Err(at) = self.0.binary_search(&time) {
            if self.0.len() == MOST_TIMERS {
                fail(&format!("a key has more than {MOST_TIMERS} timers"), place);
            }
            self.0.insert(at, time);
        }
    }

    pub fn has(&self, time: i64) -> bool {
        self.0.binary_search(&time).is_ok()
    }

    pub fn delete(&mut self, time: i64) {
        if let Ok(at) = self.0.binary_search(&time) {
            self.0.remove(at);
        }
    }

    /// Takes out the first one, if it is at or below `limit`.
    pub fn take_due(&mut self, limit: i64) -> Option<i64> {
        self.0.front().is_some_and(|time| *time <= limit).then(|| self.0.pop_front())?
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        self.0.iter().copied()
    }
}
