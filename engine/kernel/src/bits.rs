//! A set of numbers, a bit each. What it owns: membership; it grows as numbers come.

/// Numbers that are in the set.
#[derive(Default)]
pub struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// Adds a number; whether it is new.
    #[inline(always)]
    pub fn insert(&mut self, number: u32) -> bool {
        let word = number as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let is_new = !self.has(number);
        self.words[word] |= 1 << (number % 64);
        is_new
    }

    /// Takes a number out; whether it was there.
    pub fn remove(&mut self, number: u32) -> bool {
        let was_there = self.has(number);
        if was_there {
            self.words[number as usize / 64] &= !(1 << (number % 64));
        }
        was_there
    }

    /// Whether a number is there.
    #[inline(always)]
    pub fn has(&self, number: u32) -> bool {
        self.words.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_there_from_insert_to_remove() {
        let mut bits = Bits::default();
        assert!(bits.insert(700) && !bits.insert(700) && bits.insert(701));
        assert!(bits.has(700) && !bits.has(699) && !bits.has(1_000_000));
        assert!(bits.remove(700) && !bits.remove(700) && !bits.remove(1_000_000));
        assert!(!bits.has(700) && bits.has(701));
    }
}
