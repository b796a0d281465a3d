//! Many numbers one after another. What it owns: a list in blocks, so that growing moves nothing and a long list can be read
//! and emptied in portions; a short one takes little.

const FIRST: usize = 4;
const WHOLE: usize = 1 << 14;

/// Numbers in order.
#[derive(Default)]
pub struct List {
    blocks: Vec<Vec<u32>>,
    length: usize,
}

/// A place in a list.
#[derive(Clone, Copy, Default)]
pub struct Cursor {
    block: usize,
    at: usize,
}

impl List {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Adds one at the end.
    #[inline(always)]
    pub fn push(&mut self, number: u32) {
        match self.blocks.last_mut() {
            Some(block) if block.len() < block.capacity() => block.push(number),
            last => {
                let room = last.map_or(FIRST, |block| (2 * block.len()).min(WHOLE));
                let mut block = Vec::with_capacity(room);
                block.push(number);
                self.blocks.push(block);
            }
        }
        self.length += 1;
    }

    /// Takes the last one.
    pub fn pop(&mut self) -> Option<u32> {
        let block = self.blocks.last_mut()?;
        let number = block.pop();
        if block.is_empty() {
            self.blocks.pop();
        }
        self.length -= 1;
        number
    }

    /// Up to `most` from a place on, which moves on; none at the end.
    pub fn portion(&self, cursor: &mut Cursor, most: usize) -> &[u32] {
        let Some(block) = self.blocks.get(cursor.block) else { return &[] };
        let end = (cursor.at + most).min(block.len());
        let portion = &block[cursor.at..end];
        *cursor =
            if end == block.len() { Cursor { block: cursor.block + 1, at: 0 } } else { Cursor { at: end, ..*cursor } };
        portion
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pushed_is_read_in_portions_and_popped_from_the_end() {
        let mut list = List::default();
        (0..40_000).for_each(|number| list.push(number));
        let (mut cursor, mut read) = (Cursor::default(), Vec::new());
        loop {
            let portion = list.portion(&mut cursor, 1_000);
            if portion.is_empty() {
                break;
            }
            assert!(portion.len() <= 1_000);
            read.extend_from_slice(portion);
        }
        assert_eq!(read, (0..40_000).collect::<Vec<_>>());
        assert_eq!((list.pop(), list.len()), (Some(39_999), 39_999));
        while list.pop().is_some() {}
        assert_eq!((list.len(), list.portion(&mut Cursor::default(), 9).len()), (0, 0));
    }
}
