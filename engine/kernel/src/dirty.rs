//! What changed since it was last taken. What it owns: slots in the order of their first change, and which of them whoever
//! takes has been told of: only those need to be reported when they are removed. What it leaves: keys and rows.

use crate::bits::Bits;
use crate::order::{Notes, Order};

/// Slots to be taken.
pub struct Dirty {
    waiting: Order,
    told: Bits,
}

impl Dirty {
    /// Nothing has changed.
    pub fn new() -> Dirty {
        Dirty { waiting: Order::new(), told: Bits::default() }
    }

    /// Says that the row of a slot with that note was written; returns its new note.
    #[inline(always)]
    pub fn mark(&mut self, slot: u32, note: u32) -> u32 {
        self.waiting.append(slot, note)
    }

    /// Says that the row of a slot is gone. Whether that must be reported: if so, the slot waits like one that was written.
    pub fn remove(&mut self, slot: u32, notes: &mut impl Notes) -> bool {
        let is_known = self.told.has(slot);
        if is_known {
            notes.set_note(slot, self.waiting.append(slot, notes.note(slot)));
        } else {
            self.waiting.remove(slot, notes);
        }
        is_known
    }

    /// Says that whoever takes has been told of a slot before, in another life.
    pub fn tell(&mut self, slot: u32) {
        self.told.insert(slot);
    }

    /// Says that a slot which was taken stands for no key any more.
    pub fn forget(&mut self, slot: u32) {
        self.told.remove(slot);
    }

    /// Up to `most` slots that wait, the first changed first; they do not wait any more.
    pub fn take(&mut self, most: usize, notes: &mut impl Notes) -> Vec<u32> {
        let taken = self.waiting.take(most, notes);
        taken.iter().for_each(|&slot| _ = self.told.insert(slot));
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn mark(dirty: &mut Dirty, slot: u32, notes: &mut HashMap<u32, u32>) {
        notes.set_note(slot, dirty.mark(slot, notes.note(slot)));
    }

    #[test]
    fn a_slot_that_nobody_was_told_of_leaves_without_a_trace() {
        let (mut dirty, mut notes) = (Dirty::new(), HashMap::new());
        [5, 6, 7].iter().for_each(|&slot| mark(&mut dirty, slot, &mut notes));
        assert!([6, 6, 9].iter().all(|&slot| !dirty.remove(slot, &mut notes)));
        mark(&mut dirty, 6, &mut notes);
        assert_eq!(dirty.take(10, &mut notes), [5, 7, 6]);
    }

    #[test]
    fn the_removal_of_a_slot_that_was_taken_is_taken_too_and_then_forgotten() {
        let (mut dirty, mut notes) = (Dirty::new(), HashMap::new());
        [5, 6].iter().for_each(|&slot| mark(&mut dirty, slot, &mut notes));
        dirty.take(1, &mut notes);
        assert!(dirty.remove(5, &mut notes));
        assert_eq!(dirty.take(10, &mut notes), [6, 5]);
        dirty.forget(5);
        assert!(!dirty.remove(5, &mut notes) && dirty.remove(6, &mut notes));
    }
}
