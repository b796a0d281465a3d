//! What the host calls for state of any kind to leave as runs and to come back. In the form of `abi.rs`, whose kernel this is.

use crate::abi::{Kernel, kernel};
use crate::arrow::slice;
use crate::durable::{Durable, Groups};
use crate::run::form::Damaged;
use crate::run::writer::Piece;

impl Kernel {
    /// The state of this instance.
    fn durable(&mut self) -> &mut dyn Durable {
        match (&mut self.operator, &mut self.process, &mut self.windowed) {
            (Some(operator), _, _) => operator,
            (_, Some(process), _) => process,
            (_, _, Some(windowed)) => windowed,
            _ => panic!("a state is opened first"),
        }
    }

    /// Keeps a piece: its bytes; its rows, whether it is of the footer, whether it is the last, and another word.
    pub fn hold_piece(&mut self, piece: Piece, word: u32) -> *const u8 {
        let Piece { data, rows, is_footer, is_last } = piece;
        let parts = [self.hold_bytes(data), self.hold(vec![rows, is_footer.into(), is_last.into(), word])];
        self.hold_parts(parts)
    }

    /// What was done; or nothing, and what is wrong is noted for `damage` to say.
    pub fn noted<T>(&mut self, done: Result<T, Damaged>) -> Option<T> {
        done.map_err(|damaged| self.damaged = Some(damaged)).ok()
    }
}

/// Makes what has changed since the last call, or all, the next run. 0: there is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn seal(is_whole: u32, groups: u32) -> u32 {
    kernel().durable().seal(is_whole != 0, groups).into()
}

/// The next piece of that run.
#[unsafe(no_mangle)]
pub extern "C" fn sealed() -> *const u8 {
    let kernel = kernel();
    let piece = kernel.durable().sealed();
    kernel.hold_piece(piece, 0)
}

/// Puts back the rows of blocks that are in the key groups from `first` to before `last`. 0: they are damaged.
///
/// # Safety
/// Addresses and lengths must be those of bytes in this memory. So for every export below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn restore(blocks: *const u8, block_bytes: usize, first: u32, last: u32, groups: u32) -> u32 {
    let kernel = kernel();
    let groups = Groups { wanted: first..last, all: groups };
    let done = unsafe { kernel.durable().restore(slice(blocks, block_bytes), groups) };
    kernel.noted(done).is_some().into()
}

/// One part of bytes: what is not by key.
#[unsafe(no_mangle)]
pub extern "C" fn facts() -> *const u8 {
    let kernel = kernel();
    let facts = kernel.durable().facts();
    let parts = [kernel.hold_bytes(facts)];
    kernel.hold_parts(parts)
}

/// Puts back what is not by key. 0: it is damaged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn restore_facts(facts: *const u8, fact_bytes: usize) -> u32 {
    let kernel = kernel();
    let done = kernel.durable().restore_facts(unsafe { slice(facts, fact_bytes) });
    kernel.noted(done).is_some().into()
}

/// One part of bytes: what was wrong, where a call has said that something is damaged.
#[unsafe(no_mangle)]
pub extern "C" fn damage() -> *const u8 {
    let kernel = kernel();
    let Damaged(text) = kernel.damaged.take().unwrap_or(Damaged("nothing"));
    let parts = [kernel.hold_bytes(text.into())];
    kernel.hold_parts(parts)
}
