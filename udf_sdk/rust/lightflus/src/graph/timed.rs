//! What the operators of event time say in the graph (job.proto: Timestamps, Window, Process). All spans are milliseconds.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Extractor, Node, Step};
use crate::json::{list, object, quote, Object};
use crate::time::Windows;
use crate::types::Type;

/// A side output.
#[derive(Clone)]
pub(crate) struct Port {
    pub name: &'static str,
    pub kind: Type,
}

/// Where event time comes from; without `time` from the source.
#[derive(Default)]
pub(crate) struct TimestampsStep {
    pub time: Option<Extractor>,
    pub out_of_order: i64,
    pub idle_after: i64,
    pub max_drift: i64,
}

/// A fold by key and window.
pub(crate) struct WindowStep {
    pub windows: Windows,
    pub function: usize,
    pub finish: Option<usize>,
    pub merges: bool,
    pub lateness: i64,
    pub late: Option<Port>,
    pub emit_early: i64,
    pub fires_once: bool,
}

/// A custom operator.
pub(crate) struct ProcessStep {
    pub function: usize,
    pub state: Type,
    pub ports: Vec<Port>,
    /// The numbers of the side outputs behind `ports`: the function looks at them, too.
    pub tags: Rc<RefCell<Vec<u32>>>,
    pub in_order: bool,
    pub ttl: i64,
    pub lateness: i64,
    pub late: Option<Port>,
    pub rules: Option<usize>,
    pub sets_timers: bool,
    pub sets_processing_timers: bool,
}

/// What such an operator does.
pub(crate) enum TimedStep {
    Timestamps(TimestampsStep),
    Window(WindowStep),
    Aggregate { function: usize, finish: usize },
    Process(ProcessStep),
    Union,
    Broadcast,
}

impl From<TimedStep> for Step {
    fn from(step: TimedStep) -> Step {
        Step::Timed(step, TimedStep::to_json)
    }
}

impl TimedStep {
    fn to_json(&self) -> (&'static str, String) {
        match self {
            TimedStep::Timestamps(step) => ("timestamps", step.to_json()),
            TimedStep::Window(step) => ("window", step.to_json()),
            TimedStep::Aggregate { function, finish } => {
                let out = object().with("function", function.to_string()).with("finish", finish.to_string());
                ("aggregate", out.end())
            }
            TimedStep::Process(step) => ("process", step.to_json()),
            TimedStep::Union => ("union", object().end()),
            TimedStep::Broadcast => ("broadcast", object().end()),
        }
    }
}

impl Port {
    fn to_json(&self) -> String {
        object().with("name", quote(self.name)).with("type", self.kind.to_json()).end()
    }
}

/// A member that is left out where it has its default.
fn with_number(out: Object, name: &str, value: i64) -> Object {
    if value == 0 {
        out
    } else {
        out.with(name, value.to_string())
    }
}

fn with_flag(out: Object, name: &str, value: bool) -> Object {
    if value {
        out.with(name, "true")
    } else {
        out
    }
}

fn with_late(out: Object, lateness: i64, late: Option<&Port>) -> Object {
    let out = with_number(out, "allowedLatenessMs", lateness);
    match late {
        Some(port) => out.with("late", port.to_json()),
        None => out,
    }
}

impl TimestampsStep {
    #[inline(never)]
    fn to_json(&self) -> String {
        let out = match &self.time {
            Some(time) => object().with("time", time.to_json()),
            None => object(),
        };
        let out = with_number(out, "outOfOrderMs", self.out_of_order);
        with_number(with_number(out, "idleAfterMs", self.idle_after), "maxDriftMs", self.max_drift).end()
    }
}

impl Windows {
    fn to_json(self) -> (&'static str, String) {
        match self {
            Windows::Fixed(window) => {
                let out = object().with("sizeMs", window.size.to_string());
                ("fixed", with_number(out, "offsetMs", window.offset).end())
            }
            Windows::Sliding(window) => {
                let out = object().with("sizeMs", window.size.to_string()).with("slideMs", window.slide.to_string());
                ("sliding", with_number(out, "offsetMs", window.offset).end())
            }
            Windows::Session(window) => ("session", object().with("gapMs", window.gap.to_string()).end()),
        }
    }
}

impl WindowStep {
    #[inline(never)]
    fn to_json(&self) -> String {
        let (kind, windows) = self.windows.to_json();
        let mut out = object().with(kind, windows).with("function", self.function.to_string());
        if let Some(finish) = self.finish {
            out = out.with("finish", finish.to_string());
        }
        out = with_late(with_flag(out, "merges", self.merges), self.lateness, self.late.as_ref());
        with_flag(with_number(out, "emitEarlyMs", self.emit_early), "firesOnce", self.fires_once).end()
    }
}

impl ProcessStep {
    #[inline(never)]
    fn to_json(&self) -> String {
        let mut out = object().with("function", self.function.to_string()).with("state", self.state.to_json());
        if !self.ports.is_empty() {
            out = out.with("ports", list(self.ports.iter().map(Port::to_json)));
        }
        out = with_number(with_flag(out, "inOrder", self.in_order), "ttlMs", self.ttl);
        out = with_late(out, self.lateness, self.late.as_ref());
        if let Some(rules) = self.rules {
            out = out.with("rules", rules.to_string());
        }
        let out = with_flag(out, "setsTimers", self.sets_timers);
        with_flag(out, "setsProcessingTimers", self.sets_processing_timers).end()
    }
}

impl Node {
    /// Lets a side output be read. The text says what is wrong, if there is no such.
    pub fn open(&mut self, port: Port, tag: u32) -> Result<(), String> {
        let late = match &self.step {
            Step::Timed(TimedStep::Window(step), _) => step.late.as_ref(),
            Step::Timed(TimedStep::Process(step), _) => step.late.as_ref(),
            _ => {
                return Err(format!(
                "there is no side output `{}` here: write .side_output(...) directly behind the operator that has it",
                port.name
            ))
            }
        };
        if let Some(late) = late.filter(|late| late.name == port.name) {
            let is_same = late.kind == port.kind;
            return if is_same {
                Ok(())
            } else {
                Err(format!("the side output `{}` has records of another type", port.name))
            };
        }
        let Step::Timed(TimedStep::Process(step), _) = &mut self.step else {
            return Err(format!("this window has no side output `{}`: add .late_to(...) to it", port.name));
        };
        let mut tags = step.tags.borrow_mut();
        match step.ports.iter().position(|known| known.name == port.name) {
            Some(k) if tags[k] != tag => Err(format!("two side outputs are called `{}`", port.name)),
            Some(_) => Ok(()),
            None => {
                step.ports.push(port);
                tags.push(tag);
                Ok(())
            }
        }
    }
}
