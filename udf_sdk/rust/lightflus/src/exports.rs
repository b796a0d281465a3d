//! What stands behind a module's exports (docs/abi.md, section 3). The macro `#[job]` writes the exports themselves into
//! the user's crate; they do nothing but call these functions.

use std::cell::OnceCell;

use crate::abi::{Answer, Call, Description};
use crate::arena;
use crate::flow::Job;
use crate::host::{self, fail_somewhere};
use crate::operation::{answer, answer_with, Operation};

/// A job's main: generic in the lifetime of the batches.
pub type Main = for<'b> fn(&Job<'b>);

struct Described {
    operations: Vec<Box<dyn Operation>>,
    description: Description,
}

thread_local! {
    static MODULE: OnceCell<Described> = const { OnceCell::new() };
}

/// `lf_describe`: runs main.
pub fn describe(main: Main, job: &str, namespace: &str) -> *const Description {
    #[cfg(target_arch = "wasm32")]
    host::report_panics();
    MODULE.with(|module| {
        let described = module.get_or_init(|| {
            let built = Job::new();
            main(&built);
            let mut graph = built.graph.borrow_mut();
            let text: &'static str = graph.to_json(job, namespace).leak();
            let operations = std::mem::take(&mut graph.operations);
            Described { operations, description: Description { text: text.as_ptr(), size: text.len() } }
        });
        std::ptr::from_ref(&described.description)
    })
}

/// `lf_row`.
pub fn row() -> *const u32 {
    host::row_address()
}

/// `lf_alloc`.
pub fn allocate(size: usize) -> *mut u8 {
    arena::take(size)
}

/// `lf_reset`.
pub fn reset() {
    arena::reset();
}

/// `lf_apply`.
///
/// # Safety
/// The call is laid out as docs/abi.md says.
pub unsafe fn apply(call: *const Call) -> *const Answer {
    with_operation(&*call, |operation| {
        // SAFETY: the caller's promise.
        let output = unsafe { operation.apply(&*call) };
        answer(Some(output), None)
    })
}

/// `lf_fold`.
///
/// # Safety
/// The call is laid out as docs/abi.md says.
pub unsafe fn fold(call: *const Call) -> *const Answer {
    with_operation(&*call, |operation| {
        // SAFETY: the caller's promise.
        let (output, state) = unsafe { operation.fold(&*call) };
        answer(output, Some(state))
    })
}

/// `lf_merge`.
///
/// # Safety
/// The call is laid out as docs/abi.md says.
pub unsafe fn merge(call: *const Call) -> *const Answer {
    with_operation(&*call, |operation| {
        // SAFETY: the caller's promise.
        let state = unsafe { operation.merge(&*call) };
        answer(None, Some(state))
    })
}

/// `lf_finish`.
///
/// # Safety
/// The call is laid out as docs/abi.md says.
pub unsafe fn finish(call: *const Call) -> *const Answer {
    with_operation(&*call, |operation| {
        // SAFETY: the caller's promise.
        let output = unsafe { operation.finish(&*call) };
        answer(Some(output), None)
    })
}

/// `lf_process`.
///
/// # Safety
/// The call is laid out as docs/abi.md says.
pub unsafe fn process(call: *const Call) -> *const Answer {
    with_operation(&*call, |operation| {
        // SAFETY: the caller's promise.
        let processed = unsafe { operation.process(&*call) };
        answer_with(processed.output, processed.state, processed.ports)
    })
}

fn with_operation(call: &Call, run: impl FnOnce(&dyn Operation) -> *const Answer) -> *const Answer {
    MODULE.with(|module| match module.get().and_then(|known| known.operations.get(call.function as usize)) {
        Some(operation) => run(operation.as_ref()),
        None => fail_somewhere("a call names a function that this job does not have"),
    })
}
