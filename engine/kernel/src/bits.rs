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

    /// Adds numbers: a short loop in which none waits for another.
    #[inline(never)]
    pub fn insert_all(&mut self, numbers: &[u32]) {
        let words = numbers.iter().max().map_or(0, |&highest| highest as usize / 64 + 1);
        if self.words.len() < words {
            self.words.resize(words, 0);
        }
        let words = &mut self.words[..];
        numbers.iter().for_each(|&number| words[number as usize / 64] |= 1 << (number % 64));
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

    /// How many there are.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Adds all of another set.
    pub fn add(&mut self, other: &Bits) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// The first number from `from` on below `before`.
    pub fn next(&self, from: u32, before: u32) -> Option<u32> {
        let mut at = from as usize / 64;
        let mut word = self.words.get(at)? & (u64::MAX << (from % 64));
        while word == 0 {
            at += 1;
            word = *self.words.get(at).filter(|_| at * 64 < before as usize)?;
        }
        Some((at * 64) as u32 + word.trailing_zeros()).filter(|&number| number < before)
    }

    /// A number above all that are there.
    pub fn end(&self) -> u32 {
        64 * self.words.len() as u32
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

    #[test]
    fn numbers_come_in_order_and_sets_are_added() {
        let (mut bits, mut more) = (Bits::default(), Bits::default());
        bits.insert_all(&[3, 700, 64]);
        [5_000, 3].iter().for_each(|&number| _ = more.insert(number));
        bits.add(&more);
        assert_eq!((bits.count(), more.count()), (4, 2));
        let mut from = 0;
        let all: Vec<u32> = std::iter::from_fn(|| {
            let next = bits.next(from, bits.end())?;
            from = next + 1;
            Some(next)
        })
        .collect();
        assert_eq!(all, [3, 64, 700, 5_000]);
        assert_eq!((bits.next(65, 700), bits.next(65, 701), bits.next(9_999_999, u32::MAX)), (None, Some(700), None));
    }
}
