//! Records by key and window, and running aggregates: what is folded, and what is made of the state.
//!
//! `count`, `top` and `process` are folds like any other (docs/decisions/0026): only their states are made here.

use std::cmp::Ordering;
use std::marker::PhantomData;
use std::panic::Location;

use crate::field::ByFunction;
use crate::flow::{declared, End, Flow, Keyed};
use crate::graph::{Function, FunctionKind, Place, Port, TimedStep, WindowStep};
use crate::operation::{
    AggregateOperation, FinishListOperation, FinishOperation, Merge, MergeBy, NoMerge, ReduceOperation, Unread,
};
use crate::time::{Kept, Ranked, SideOutput, Window, WindowCount, Windows};
use crate::value::Value;

impl<'b, T: Value<'b>, K: Value<'b>, C> Keyed<'b, T, K, C> {
    /// Brings the records of a key and window together: `window(FixedWindow::of(minutes(1)))`.
    #[track_caller]
    pub fn window(self, windows: impl Into<Windows>) -> Windowed<'b, T, K> {
        Windowed {
            end: self.flow.end,
            windows: windows.into(),
            lateness: 0,
            late: None,
            emit_early: 0,
            place: Location::caller(),
            types: PhantomData,
        }
    }

    /// A running fold: `create` begins the state of a key, `add` takes each record into it.
    #[track_caller]
    #[inline(never)]
    pub fn aggregate<A, N, F>(self, create: N, add: F) -> Running<'b, T, K, A, N, F>
    where
        A: Value<'b>,
        N: Fn() -> A + Sync + 'b,
        F: Fn(&mut A, T) + Sync + 'static,
    {
        Running { end: self.flow.end, create, add, place: Location::caller(), types: PhantomData }
    }
}

impl<'b, T: Value<'b>> Flow<'b, T> {
    /// Brings all records of a window together, whatever they are: the key of the window is 0.
    #[track_caller]
    pub fn window_all(self, windows: impl Into<Windows>) -> Windowed<'b, T, u8> {
        self.key_by(|_| 0_u8).window(windows)
    }
}

/// A running aggregate that waits for its `finish`.
#[must_use = "an aggregate does nothing until .finish(...)"]
pub struct Running<'b, T, K, A, N, F> {
    end: End<'b>,
    create: N,
    add: F,
    place: Place,
    types: PhantomData<fn(T, K) -> A>,
}

impl<'b, T: Value<'b>, K: Value<'b>, A: Value<'b>, N, F> Running<'b, T, K, A, N, F>
where
    N: Fn() -> A + Sync + 'b,
    F: Fn(&mut A, T) + Sync + 'static,
{
    /// Makes the result of a state and its key; every update goes out.
    #[track_caller]
    #[inline(never)]
    pub fn finish<R, G>(self, finish: G) -> Flow<'b, R>
    where
        R: Value<'b>,
        G: Fn(A, K) -> R + Sync + 'static,
    {
        let Running { end, create, add, place, .. } = self;
        let operation =
            AggregateOperation::<T, A, N, _, _>::new(create, move |state: &mut A, value, _| add(state, value), NoMerge);
        let function = end.function::<T, A>(FunctionKind::Aggregate, place, operation);
        let operation = FinishOperation::<K, A, R, _>::new(move |state, window: Window<K>| finish(state, window.key));
        let finish = end.function::<A, R>(FunctionKind::Finish, Location::caller(), operation);
        end.add(TimedStep::Aggregate { function, finish }.into(), place)
    }
}

/// Records of type T by key and window: settings, and then what becomes of them.
#[must_use = "a window does nothing until it is told what to make of its records"]
pub struct Windowed<'b, T, K> {
    end: End<'b>,
    windows: Windows,
    lateness: i64,
    late: Option<Port>,
    emit_early: i64,
    place: Place,
    types: PhantomData<fn(T) -> K>,
}

impl<'b, T: Value<'b>, K: Value<'b>> Windowed<'b, T, K> {
    /// How long a window takes late records after its end.
    pub fn allowed_lateness(self, span: i64) -> Self {
        Windowed { lateness: span, ..self }
    }

    /// Where records go that are late for all of their windows: read it with `.side_output(&tag)` behind the window.
    pub fn late_to(self, output: &SideOutput<T>) -> Self {
        Windowed { late: Some(Port { name: output.name, kind: T::describe() }), ..self }
    }

    /// Results of windows that changed leave every so often, by the clock, before the windows end.
    pub fn emit_early(self, span: i64) -> Self {
        Windowed { emit_early: span, ..self }
    }

    /// Folds the records of a window: the first one is the state, every other one gives `state = f(state, record)`.
    #[track_caller]
    #[inline(never)]
    pub fn reduce<F>(self, function: F) -> Flow<'b, T>
    where
        F: Fn(T, T) -> T + Sync + 'static,
    {
        let function = self.reduction(function, Location::caller());
        self.add(Fold { function, finish: None, merges: true, fires_once: false })
    }

    /// The same, and makes the result of the state and its window.
    #[track_caller]
    pub fn reduce_then<R, F, G>(self, function: F, finish: G) -> Flow<'b, R>
    where
        R: Value<'b>,
        F: Fn(T, T) -> T + Sync + 'static,
        G: Fn(T, Window<K>) -> R + Sync + 'static,
    {
        let place = Location::caller();
        let function = self.reduction(function, place);
        let finish = self.finish_function::<T, R>(finish, place);
        self.add(Fold { function, finish: Some(finish), merges: true, fires_once: false })
    }

    /// Folds the records of a window into a state that `create` begins and `add` takes each record into.
    #[track_caller]
    #[inline(never)]
    pub fn aggregate<A, N, F>(self, create: N, add: F) -> WindowAggregate<'b, T, K, A, N, F, NoMerge>
    where
        A: Value<'b>,
        N: Fn() -> A + Sync + 'b,
        F: Fn(&mut A, T) + Sync + 'static,
    {
        let place = Location::caller();
        WindowAggregate { window: self, create, add, merge: NoMerge, place, types: PhantomData }
    }

    /// How many records a window has.
    #[track_caller]
    #[inline(never)]
    pub fn count(self) -> Flow<'b, WindowCount<K>> {
        let place = Location::caller();
        let add = |count: &mut u64, _: Unread, _| *count += 1;
        let merge = MergeBy(|count: &mut u64, other| *count += other);
        let operation = AggregateOperation::<Unread, u64, _, _, _>::new(|| 0_u64, add, merge);
        let declared = Function { reads_nothing: true, ..declared::<T, u64>(FunctionKind::Aggregate, place) };
        let function = self.end.add_function(declared, operation);
        let row = |count, w: Window<K>| WindowCount { key: w.key, start: w.start, end: w.end, count };
        let finish = self.finish_function::<u64, _>(row, place);
        self.add(Fold { function, finish: Some(finish), merges: true, fires_once: false })
    }

    /// The `n` records of a window with the highest scores; of equal ones the earlier, then the one that came first; NaN
    /// comes last.
    #[track_caller]
    #[inline(never)]
    pub fn top<F>(self, n: usize, score: F) -> Flow<'b, Ranked<K, T>>
    where
        K: Clone,
        F: Fn(&T) -> f64 + Sync + 'static,
    {
        let place = Location::caller();
        let add = move |best: &mut Vec<Kept<T>>, value: T, time| {
            let score = score(&value);
            insert_best(best, n, Kept { score, time, value });
        };
        let merge = MergeBy(move |best: &mut Vec<Kept<T>>, others: Vec<Kept<T>>| {
            others.into_iter().for_each(|other| insert_best(best, n, other));
        });
        let function = self.keeping(add, merge, place);
        let rows = |best: Vec<Kept<T>>, w: Window<K>| {
            let row = move |(rank, one): (u32, Kept<T>)| Ranked {
                key: w.key.clone(),
                start: w.start,
                end: w.end,
                rank,
                value: one.value,
            };
            (1..).zip(best).map(row)
        };
        let finish = self.finish_list_function(rows, place);
        self.add::<Ranked<K, T>>(Fold { function, finish: Some(finish), merges: true, fires_once: false })
    }

    /// Any number of results of all records of a window, by event time; those of one time in the order of their split.
    #[track_caller]
    #[inline(never)]
    pub fn process<I, F>(self, function: F) -> Flow<'b, I::Item>
    where
        I: IntoIterator<Item: Value<'b>> + 'b,
        F: Fn(Vec<T>, Window<K>) -> I + Sync + 'static,
    {
        let place = Location::caller();
        let add = |kept: &mut Vec<Kept<T>>, value, time| kept.push(Kept { score: 0.0, time, value });
        let merge = MergeBy(|kept: &mut Vec<Kept<T>>, others: Vec<Kept<T>>| kept.extend(others));
        let number = self.keeping(add, merge, place);
        let by_time = move |mut kept: Vec<Kept<T>>, window: Window<K>| {
            kept.sort_by_key(|one| one.time);
            function(kept.into_iter().map(|one| one.value).collect(), window)
        };
        let finish = self.finish_list_function(by_time, place);
        self.add::<I::Item>(Fold { function: number, finish: Some(finish), merges: true, fires_once: true })
    }

    /// A fold into a list of records with their times.
    fn keeping<F, M>(&self, add: F, merge: MergeBy<M>, place: Place) -> usize
    where
        F: Fn(&mut Vec<Kept<T>>, T, i64) + 'static,
        M: Fn(&mut Vec<Kept<T>>, Vec<Kept<T>>) + 'static,
    {
        let operation = AggregateOperation::<T, Vec<Kept<T>>, _, _, _>::new(Vec::new, add, merge);
        let declared = Function { times: true, ..declared::<T, Vec<Kept<T>>>(FunctionKind::Aggregate, place) };
        self.end.add_function(declared, operation)
    }

    fn reduction<F: Fn(T, T) -> T + 'static>(&self, function: F, place: Place) -> usize {
        let operation = ReduceOperation::<T, F, ByFunction>::new(function, ByFunction, place);
        self.end.function::<T, T>(FunctionKind::Reduce, place, operation)
    }

    fn finish_function<A: Value<'b>, R: Value<'b>>(
        &self,
        finish: impl Fn(A, Window<K>) -> R + 'static,
        place: Place,
    ) -> usize {
        self.end.function::<A, R>(FunctionKind::Finish, place, FinishOperation::<K, A, R, _>::new(finish))
    }

    fn finish_list_function<A, I>(&self, finish: impl Fn(A, Window<K>) -> I + 'static, place: Place) -> usize
    where
        A: Value<'b>,
        I: IntoIterator<Item: Value<'b>> + 'b,
    {
        let operation = FinishListOperation::<K, A, I, _>::new(finish);
        self.end.function::<A, I::Item>(FunctionKind::FinishList, place, operation)
    }

    fn add<R: Value<'b>>(self, fold: Fold) -> Flow<'b, R> {
        let is_session = matches!(self.windows, Windows::Session(_));
        let step = WindowStep {
            windows: self.windows,
            function: fold.function,
            finish: fold.finish,
            merges: fold.merges,
            lateness: self.lateness,
            late: self.late,
            emit_early: self.emit_early,
            fires_once: fold.fires_once || is_session,
        };
        self.end.add(TimedStep::Window(step).into(), self.place)
    }
}

/// The functions of a window.
struct Fold {
    function: usize,
    finish: Option<usize>,
    merges: bool,
    fires_once: bool,
}

/// An aggregate of a window that waits for its `finish`.
#[must_use = "an aggregate does nothing until .finish(...)"]
pub struct WindowAggregate<'b, T, K, A, N, F, M> {
    window: Windowed<'b, T, K>,
    create: N,
    add: F,
    merge: M,
    place: Place,
    types: PhantomData<fn() -> A>,
}

#[allow(private_bounds)]
impl<'b, T: Value<'b>, K: Value<'b>, A: Value<'b>, N, F, M> WindowAggregate<'b, T, K, A, N, F, M>
where
    N: Fn() -> A + Sync + 'b,
    F: Fn(&mut A, T) + Sync + 'static,
    M: Merge<A> + 'static,
{
    /// How a state takes in another one: sliding windows and sessions need it.
    #[allow(private_interfaces)]
    pub fn merge<G>(self, merge: G) -> WindowAggregate<'b, T, K, A, N, F, MergeBy<G>>
    where
        G: Fn(&mut A, A) + Sync + 'static,
    {
        let WindowAggregate { window, create, add, place, types, .. } = self;
        WindowAggregate { window, create, add, merge: MergeBy(merge), place, types }
    }

    /// Makes the result of a state and its window.
    #[track_caller]
    #[inline(never)]
    pub fn finish<R, G>(self, finish: G) -> Flow<'b, R>
    where
        R: Value<'b>,
        G: Fn(A, Window<K>) -> R + Sync + 'static,
    {
        let WindowAggregate { window, create, add, merge, place, .. } = self;
        let add = move |state: &mut A, value, _| add(state, value);
        let operation = AggregateOperation::<T, A, N, _, M>::new(create, add, merge);
        let function = window.end.function::<T, A>(FunctionKind::Aggregate, place, operation);
        let finish = window.finish_function::<A, R>(finish, Location::caller());
        window.add(Fold { function, finish: Some(finish), merges: M::IS_POSSIBLE, fires_once: false })
    }
}

/// Puts a record among the best `n`, behind those that are as good and as early.
fn insert_best<T>(best: &mut Vec<Kept<T>>, n: usize, one: Kept<T>) {
    let at = best.partition_point(|other| before(other, &one) != Ordering::Greater);
    if at < n {
        best.truncate(n - 1);
        best.insert(at, one);
    }
}

/// Higher scores first, NaN last; then earlier times.
fn before<T>(a: &Kept<T>, b: &Kept<T>) -> Ordering {
    let by_score = match (a.score.is_nan(), b.score.is_nan()) {
        (false, false) => b.score.partial_cmp(&a.score).unwrap_or(Ordering::Equal),
        (a, b) => a.cmp(&b),
    };
    by_score.then(a.time.cmp(&b.time))
}
