//! Slots in an order, each once. What it owns: appending, taking from the front, and leaving from anywhere without a trace, so
//! that what came and went costs nothing later. All of it takes a bounded number of steps.
//!
//! It is a list of blocks, in which slots stand one after another; one that leaves makes a hole. A block that is less than
//! half full is joined to a neighbour as soon as both fit one, so that holes never take more room than slots.

use crate::pool::Pool;

const CAPACITY: usize = 251;
const HOLE: u32 = u32::MAX;
const NONE: u32 = 0;

#[repr(C)]
struct Block {
    slots: [u32; CAPACITY],
    /// What is not taken yet stands from `start` to `end`, with holes; `count` are slots.
    start: u32,
    end: u32,
    count: u32,
    previous: u32,
    next: u32,
}

/// A number for every slot, 0 at first.
pub trait Notes {
    fn note(&self, slot: u32) -> u32;
    fn set_note(&mut self, slot: u32, note: u32);
}

/// Slots in the order in which they were appended. The note of a slot is its block, or 0; all calls get the same notes.
pub struct Order {
    blocks: Pool,
    first: u32,
    last: u32,
}

impl Order {
    /// No slots.
    pub fn new() -> Order {
        Order { blocks: Pool::new(size_of::<Block>()), first: NONE, last: NONE }
    }

    /// Adds a slot with that note at the end, unless it is there; returns its new note.
    #[inline(always)]
    pub fn append(&mut self, slot: u32, note: u32) -> u32 {
        if note != NONE {
            return note;
        }
        if self.last == NONE || self.block(self.last).end as usize == CAPACITY {
            self.add_block();
        }
        self.put(self.last, slot);
        self.last
    }

    /// Takes a slot out, if it is there.
    pub fn remove(&mut self, slot: u32, notes: &mut impl Notes) {
        let number = notes.note(slot);
        if number == NONE {
            return;
        }
        notes.set_note(slot, NONE);
        let block = self.block(number);
        let at = (block.start..block.end).find(|&at| block.slots[at as usize] == slot);
        block.slots[at.expect("a slot is in the block of its note") as usize] = HOLE;
        block.count -= 1;
        let (previous, next, count) = (block.previous, block.next, block.count);
        if count == 0 {
            self.unlink(number);
        } else if !self.join(number, next, notes) {
            self.join(previous, number, notes);
        }
    }

    /// Takes up to `most` slots from the front.
    pub fn take(&mut self, most: usize, notes: &mut impl Notes) -> Vec<u32> {
        let mut taken = Vec::new();
        while self.first != NONE && taken.len() < most {
            let block = self.block(self.first);
            while block.start < block.end && taken.len() < most {
                let slot = block.slots[block.start as usize];
                block.start += 1;
                if slot != HOLE {
                    block.count -= 1;
                    taken.push(slot);
                }
            }
            if block.count == 0 {
                self.unlink(self.first);
            }
        }
        taken.iter().for_each(|&slot| notes.set_note(slot, NONE));
        taken
    }

    /// Adds a slot at the end of a block that has room.
    #[inline(always)]
    fn put(&mut self, number: u32, slot: u32) {
        let block = self.block(number);
        block.slots[block.end as usize] = slot;
        block.end += 1;
        block.count += 1;
    }

    fn add_block(&mut self) {
        let (number, previous) = (self.blocks.take(), self.last);
        let block = self.block(number);
        (block.start, block.end, block.count, block.previous, block.next) = (0, 0, 0, previous, NONE);
        self.set_next(previous, number);
        self.last = number;
    }

    /// Moves the slots of the second of two neighbours to the first, if there are two, and one of them would be enough.
    fn join(&mut self, number: u32, next: u32, notes: &mut impl Notes) -> bool {
        if number == NONE || next == NONE {
            return false;
        }
        let (into, from) = (self.block(number), self.block(next));
        let (few, many) = (into.count.min(from.count) as usize, (into.count + from.count) as usize);
        if 2 * few >= CAPACITY || many > CAPACITY {
            return false;
        }
        let mut end = 0;
        for at in into.start..into.end {
            let slot = into.slots[at as usize];
            into.slots[end] = slot;
            end += usize::from(slot != HOLE);
        }
        (into.start, into.end) = (0, end as u32);
        let moved = from.slots;
        for &slot in moved[from.start as usize..from.end as usize].iter().filter(|&&slot| slot != HOLE) {
            self.put(number, slot);
            notes.set_note(slot, number);
        }
        self.unlink(next);
        true
    }

    fn unlink(&mut self, number: u32) {
        let block = self.block(number);
        let (previous, next) = (block.previous, block.next);
        self.set_next(previous, next);
        match next {
            NONE => self.last = previous,
            _ => self.block(next).previous = previous,
        }
        self.blocks.give_back(number);
    }

    fn set_next(&mut self, number: u32, next: u32) {
        match number {
            NONE => self.first = next,
            _ => self.block(number).next = next,
        }
    }

    #[expect(clippy::mut_from_ref, reason = "blocks are distinct, and none is held while another method runs")]
    fn block(&self, number: u32) -> &mut Block {
        // SAFETY: a number in use is that of a block.
        unsafe { &mut *self.blocks.place(number).cast() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    impl Notes for HashMap<u32, u32> {
        fn note(&self, slot: u32) -> u32 {
            self.get(&slot).copied().unwrap_or(NONE)
        }

        fn set_note(&mut self, slot: u32, note: u32) {
            self.insert(slot, note);
        }
    }

    fn append(order: &mut Order, slot: u32, notes: &mut HashMap<u32, u32>) {
        notes.set_note(slot, order.append(slot, notes.note(slot)));
    }

    fn filled(slots: impl Iterator<Item = u32>) -> (Order, HashMap<u32, u32>) {
        let (mut order, mut notes) = (Order::new(), HashMap::new());
        slots.for_each(|slot| append(&mut order, slot, &mut notes));
        (order, notes)
    }

    #[test]
    fn slots_come_once_in_portions_in_the_order_in_which_they_were_appended() {
        let (mut order, mut notes) = filled([70_000, 3, 64, 3, 65].into_iter());
        assert_eq!(order.take(2, &mut notes), [70_000, 3]);
        append(&mut order, 3, &mut notes);
        assert_eq!((order.take(100, &mut notes), order.take(100, &mut notes)), (vec![64, 65, 3], vec![]));
    }

    #[test]
    fn a_slot_that_left_and_came_again_stands_at_the_end() {
        let (mut order, mut notes) = filled(0..1_000);
        order.remove(0, &mut notes);
        order.remove(0, &mut notes);
        append(&mut order, 0, &mut notes);
        assert_eq!(order.take(2_000, &mut notes), (1..1_000).chain([0]).collect::<Vec<_>>());
    }

    #[test]
    fn order_is_kept_whichever_slots_leave() {
        for step in [2, 3, 7, 100, 250, 400] {
            let (mut order, mut notes) = filled(0..5_000);
            assert_eq!(order.take(100, &mut notes), (0..100).collect::<Vec<_>>());
            let stays = |slot: &u32| slot.is_multiple_of(step);
            (0..5_000).rev().filter(|slot| !stays(slot)).for_each(|slot| order.remove(slot, &mut notes));
            let left = (100..5_000).filter(stays).collect::<Vec<_>>();
            assert_eq!(order.take(10_000, &mut notes), left, "step {step}");
        }
    }

    #[test]
    fn what_came_and_went_takes_no_room() {
        let (mut order, mut notes) = filled([0].into_iter());
        for round in 0..1_000 {
            (1..=100).for_each(|slot| append(&mut order, slot, &mut notes));
            append(&mut order, 101 + round, &mut notes);
            (1..=100).for_each(|slot| order.remove(slot, &mut notes));
        }
        assert_eq!(order.take(2_000, &mut notes), [0].into_iter().chain(101..1_101).collect::<Vec<_>>());
        assert!(order.blocks.highest() <= 12, "{} blocks", order.blocks.highest());
    }
}
