//! Windows and aggregates, natively: which records meet, which are late, and what is made of them.

use lightflus::prelude::*;
use lightflus::testing::{run, Results};

#[derive(Clone, Record)]
struct View<'a> {
    page: &'a str,
    at: i64,
    seconds: f64,
}

type Main = for<'b> fn(&Job<'b>);

fn view(page: &'static str, at: i64) -> View<'static> {
    View { page, at, seconds: at as f64 }
}

fn views<'b>(job: &Job<'b>) -> Flow<'b, View<'b>> {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("views").group("g").build::<View>())
        .timestamps()
        .out_of_order(5)
        .by(|view| view.at)
}

fn rows(main: Main, records: &[View<'static>], sink: &str) -> Vec<String> {
    let whole = results(main, records, 1_000).rows(sink).iter().map(shown).collect::<Vec<_>>();
    for rows in [1, 2, 7] {
        let cut: Vec<_> = results(main, records, rows).rows(sink).iter().map(shown).collect();
        assert_eq!(cut, whole, "batches of {rows}");
    }
    whole
}

fn results(main: Main, records: &[View<'static>], rows: usize) -> Results {
    run(main).rows_per_batch(rows).input("views", records.to_vec()).finish()
}

fn shown(row: &lightflus::testing::Row) -> String {
    row.columns().map(|(_, value)| value).collect::<Vec<_>>().join(" ")
}

fn file<'b, T: lightflus::Value<'b>>(name: &str) -> lightflus::ConnectorSink<'b, T> {
    Connector::sink("file").option("path", name)
}

#[test]
fn a_window_counts_the_records_of_a_key() {
    fn job(job: &Job) {
        views(job).key_by_field(field!(page)).window(FixedWindow::of(10)).count().sink(file("out"));
    }
    let records = [view("a", 1), view("b", 3), view("a", 9), view("a", 10), view("a", -1)];
    assert_eq!(rows(job, &records, "file"), ["a 0 10 2", "b 0 10 1", "a 10 20 1"]);
}

#[test]
fn a_record_that_is_late_for_all_its_windows_goes_to_the_side_output() {
    fn job(job: &Job) {
        let late = SideOutput::of("late");
        let counts = views(job).key_by(|view| view.page).window(FixedWindow::of(10)).late_to(&late).count();
        counts.clone().sink(file("counts")).name("counts");
        counts.side_output(&late).map(|view| view.at).sink(file("late")).name("late");
    }
    let records = [view("a", 1), view("a", 14), view("a", 2), view("a", 15), view("a", 3)];
    assert_eq!(rows(job, &records, "counts"), ["a 0 10 2", "a 10 20 2"]);
    assert_eq!(rows(job, &records, "late"), ["3"]);
}

#[test]
fn a_late_record_is_taken_within_the_allowed_lateness() {
    fn job(job: &Job) {
        views(job).key_by(|view| view.page).window(FixedWindow::of(10)).allowed_lateness(1).count().sink(file("out"));
    }
    let records = [view("a", 1), view("a", 15), view("a", 3), view("a", 16), view("a", 4)];
    assert_eq!(rows(job, &records, "file"), ["a 0 10 2", "a 10 20 2"]);
}

#[test]
fn sliding_windows_share_records_and_late_ones_miss_the_first() {
    fn job(job: &Job) {
        job.from(Kafka::builder().brokers(["h:1"]).topic("views").group("g").build::<View>())
            .with_timestamps(|view| view.at)
            .key_by(|view| view.page)
            .window(SlidingWindow::of(10, 5))
            .reduce_then(
                |a, b| View { seconds: a.seconds + b.seconds, ..a },
                |total, window| (window.start, total.seconds),
            )
            .sink(file("out"));
    }
    let records = [view("a", 3), view("a", 12), view("a", 7)];
    assert_eq!(rows(job, &records, "file"), ["-5 3", "0 3", "5 19", "10 12"]);
}

#[test]
fn sessions_end_after_a_gap_and_grow_together() {
    fn job(job: &Job) {
        job.from(Kafka::builder().brokers(["h:1"]).topic("views").group("g").build::<View>())
            .timestamps()
            .out_of_order(100)
            .by_field(field!(at))
            .key_by(|view| view.page)
            .window(SessionWindow::of(10))
            .aggregate(
                || (0_u32, String::new()),
                |seen, view| {
                    seen.0 += 1;
                    seen.1.push_str(&view.at.to_string());
                },
            )
            .merge(|a, b| {
                a.0 += b.0;
                a.1.push_str(&b.1);
            })
            .finish(|seen, window| (window.start, window.end, seen.0, seen.1))
            .sink(file("out"));
    }
    let records = [view("a", 0), view("a", 18), view("a", 9), view("a", 28), view("a", 37)];
    assert_eq!(rows(job, &records, "file"), ["0 28 3 0189", "28 47 2 2837"]);
}

#[test]
fn the_best_of_a_window_are_ranked() {
    fn job(job: &Job) {
        views(job)
            .key_by(|view| view.page.len() as u32)
            .window(FixedWindow::of(100))
            .top(3, |view| view.seconds)
            .map(|top| (top.key, top.rank, top.value.page, top.value.at))
            .sink(file("out"));
    }
    let scored = |page, at, seconds| View { page, at, seconds };
    let records =
        [scored("c", 8, 1.0), scored("b", 4, 2.0), scored("a", 7, 1.0), scored("d", 8, 1.0), scored("e", 9, f64::NAN)];
    assert_eq!(rows(job, &records, "file"), ["1 1 b 4", "1 2 a 7", "1 3 c 8"]);
}

#[test]
fn a_function_gets_all_records_of_a_window_by_time() {
    fn job(job: &Job) {
        views(job)
            .window_all(SlidingWindow::of(20, 10))
            .process(|views, window| {
                let pages = views.iter().map(|view| view.page).collect::<Vec<_>>().concat();
                Some((window.start, pages))
            })
            .sink(file("out"));
    }
    let records = [view("b", 3), view("a", 1), view("c", 3), view("d", 11)];
    assert_eq!(rows(job, &records, "file"), ["-10 abc", "0 abcd", "10 d"]);
}

#[test]
fn a_running_aggregate_gives_every_update() {
    fn job(job: &Job) {
        views(job)
            .key_by_field(field!(page))
            .aggregate(|| 0_i64, |sum, view| *sum += view.at)
            .finish(|sum, page| (page, sum))
            .sink(file("out"));
    }
    let records = [view("a", 1), view("b", 3), view("a", 9)];
    assert_eq!(rows(job, &records, "file"), ["a 1", "b 3", "a 10"]);
}

#[test]
fn a_window_behind_a_window_sees_results_at_the_end_of_theirs() {
    fn job(job: &Job) {
        views(job)
            .key_by_field(field!(page))
            .window(SlidingWindow::of(20, 10))
            .count()
            .key_by(|_| 1_u8)
            .window(FixedWindow::of(10))
            .top(1, |count| count.count as f64)
            .map(|top| (top.end, top.value.key, top.value.count))
            .sink(file("out"));
    }
    let records = [view("a", 1), view("b", 3), view("b", 4), view("a", 12), view("a", 14)];
    assert_eq!(rows(job, &records, "file"), ["10 b 2", "20 a 3", "30 a 2"]);
}

#[test]
fn a_count_reads_no_columns_and_says_what_it_needs() {
    fn job(job: &Job) {
        views(job).key_by_field(field!(page)).window(FixedWindow::of(10)).count().sink(file("out"));
    }
    let graph = lightflus::testing::graph(job);
    assert!(graph.starts_with(r#"{"version":1,"abiMinor":2"#), "{graph}");
    assert!(graph.contains(r#""reads":{}"#) && graph.contains(r#""fixed":{"sizeMs":10}"#), "{graph}");
}

#[test]
#[should_panic(expected = "there is no side output `late` here")]
fn a_side_output_is_read_directly_behind_its_operator() {
    fn job(job: &Job) {
        let late = SideOutput::<View>::of("late");
        let counts = views(job).key_by_field(field!(page)).window(FixedWindow::of(10)).late_to(&late).count();
        counts.map(|count| count.count).side_output(&late).sink(file("out"));
    }
    run(job);
}
