//! Slots that were written since they were last taken. What it owns: a bit per slot, and where the first set one may be.

/// A set of slots, taken in ascending order.
#[derive(Default)]
pub struct Dirty {
    words: Vec<u64>,
    /// No word before this one has a bit.
    first: usize,
}

impl Dirty {
    /// Adds a slot.
    #[inline(always)]
    pub fn mark(&mut self, slot: u32) {
        let word = slot as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (slot % 64);
        self.first = self.first.min(word);
    }

    /// Removes and returns the `most` lowest slots.
    pub fn take(&mut self, most: usize) -> Vec<u32> {
        let mut taken = Vec::new();
        while self.first < self.words.len() && taken.len() < most {
            let word = &mut self.words[self.first];
            if *word == 0 {
                self.first += 1;
                continue;
            }
            taken.push(self.first as u32 * 64 + word.trailing_zeros());
            *word &= *word - 1;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_taken_once_in_ascending_order_in_portions() {
        let mut dirty = Dirty::default();
        for slot in [700, 3, 64, 3, 65] {
            dirty.mark(slot);
        }
        assert_eq!(dirty.take(2), [3, 64]);
        dirty.mark(1);
        assert_eq!(dirty.take(2), [1, 65]);
        assert_eq!(dirty.take(100), [700]);
        assert!(dirty.take(100).is_empty());
        dirty.mark(5);
        assert_eq!(dirty.take(100), [5]);
    }
}
