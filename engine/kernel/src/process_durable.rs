//! State with timers as runs: timers are part of rows, so what is restored wakes when it would have.

use crate::durable::{Durable, Groups};
use crate::process::Process;
use crate::run::form::{Damaged, TIMED};
use crate::run::seal::ByKey;
use crate::run::writer::Piece;

impl Durable for Process {
    fn seal(&mut self, is_whole: bool, groups: u32) -> bool {
        self.store.seal.begin(is_whole, groups)
    }

    fn sealed(&mut self) -> Piece {
        self.store.sealed(&ByKey)
    }

    unsafe fn restore(&mut self, blocks: &[u8], groups: Groups) -> Result<(), Damaged> {
        let [kept, gone] = unsafe { self.store.read(blocks, TIMED, groups) }?.parted();
        self.restore(&kept, &gone)
    }
}
