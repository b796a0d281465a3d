//! Process functions, natively: state and timers by key, in both orders, with one input and with two.

use lightflus::prelude::*;
use lightflus::testing::run;

#[derive(Clone, Record)]
struct Payment<'a> {
    card: &'a str,
    cents: i64,
    at: i64,
}

fn payment(card: &'static str, cents: i64, at: i64) -> Payment<'static> {
    Payment { card, cents, at }
}

fn payments<'b>(job: &Job<'b>, topic: &str) -> Flow<'b, Payment<'b>> {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic(topic).group("g").build::<Payment>())
        .timestamps()
        .out_of_order(10)
        .by_field(field!(at))
}

type Main = for<'b> fn(&Job<'b>);

fn rows(main: Main, inputs: &[(&str, &[Payment<'static>])], sink: &str) -> Vec<String> {
    let cut = |rows: usize| {
        let inputs = inputs
            .iter()
            .fold(run(main).rows_per_batch(rows), |run, (name, records)| run.input(name, records.to_vec()));
        let shown = |row: &lightflus::testing::Row| row.columns().map(|(_, v)| v).collect::<Vec<_>>().join(" ");
        inputs.finish().rows(sink).iter().map(shown).collect::<Vec<_>>()
    };
    let mut whole = cut(1_000);
    whole.sort();
    for rows in [1, 2, 3] {
        let mut found = cut(rows);
        found.sort();
        assert_eq!(found, whole, "batches of {rows}");
    }
    whole
}

fn file<'b, T: lightflus::Value<'b>>(name: &str) -> lightflus::ConnectorSink<'b, T> {
    Connector::sink("file").option("path", name)
}

#[test]
fn a_timer_fires_before_the_first_record_whose_mark_has_reached_it() {
    fn job(job: &Job) {
        payments(job, "p")
            .key_by_field(field!(card))
            .process(|| 0_i64)
            .on_timer(|seen, time, ctx| ctx.emit((ctx.time(), format!("timer {time} {seen} {}", ctx.watermark()))))
            .on_record(|seen, payment, ctx| {
                *seen += 1;
                ctx.set_timer(payment.at + 5);
                ctx.emit((ctx.time(), format!("record {seen}")));
            })
            .sink(file("out"));
    }
    let records = [payment("a", 1, 0), payment("a", 1, 20), payment("a", 1, 12), payment("a", 1, 21)];
    assert_eq!(
        rows(job, &[("p", &records)], "file"),
        [
            "0 record 1",
            "12 record 3",
            "17 timer 17 4 17",
            "20 record 2",
            "21 record 4",
            "25 timer 25 4 25",
            "26 timer 26 4 26",
            "5 timer 5 2 5"
        ]
    );
}

#[test]
fn in_order_records_come_by_time_and_a_timer_behind_those_of_its_time() {
    fn job(job: &Job) {
        payments(job, "p")
            .key_by_field(field!(card))
            .process(String::new)
            .in_order()
            .on_timer(|seen, time, ctx| {
                ctx.emit((time, seen.clone()));
                ctx.forget();
            })
            .on_record(|seen, payment, ctx| {
                if seen.is_empty() {
                    ctx.set_timer(payment.at + 5);
                }
                seen.push_str(&payment.cents.to_string());
            })
            .sink(file("out"));
    }
    let records = [payment("a", 3, 10), payment("a", 1, 2), payment("a", 2, 7), payment("a", 4, 13)];
    assert_eq!(rows(job, &[("p", &records)], "file"), ["15 34", "7 12"]);
}

#[test]
fn late_records_in_order_go_to_their_side_output_and_others_to_tags() {
    fn job(job: &Job) {
        let (late, large) = (SideOutput::of("late"), SideOutput::of("large"));
        let small = payments(job, "p").key_by_field(field!(card)).process(|| 0_u8).in_order().late_to(&late).on_record(
            move |_, payment, ctx| {
                if payment.cents > 100 {
                    ctx.emit_to(&large, (payment.card, payment.cents));
                } else {
                    ctx.emit(payment.cents);
                }
            },
        );
        small.clone().sink(file("small")).name("small");
        small.side_output(&late).map(|payment| payment.at).sink(file("late")).name("late");
        small.side_output(&large).sink(file("large")).name("large");
    }
    let records = [payment("a", 1, 0), payment("a", 500, 30), payment("a", 2, 18), payment("a", 2, 25)];
    assert_eq!(rows(job, &[("p", &records)], "small"), ["1", "2"]);
    assert_eq!(rows(job, &[("p", &records)], "late"), ["18"]);
    assert_eq!(rows(job, &[("p", &records)], "large"), ["a 500"]);
}

#[test]
fn a_timer_for_a_time_that_is_over_fires_behind_what_set_it_with_its_stamps() {
    fn job(job: &Job) {
        payments(job, "p")
            .key_by_field(field!(card))
            .process(|| 0_u8)
            .on_timer(|_, time, ctx| {
                if time == 1 {
                    ctx.set_timer(0);
                }
                ctx.emit(time);
            })
            .on_record(|_, payment, ctx| {
                if payment.at == 50 {
                    ctx.set_timer(2);
                    ctx.set_timer(1);
                }
            })
            .key_by(|_| 0_u8)
            .window(FixedWindow::of(10))
            .process(|times, window| Some((window.start, format!("{times:?}"))))
            .sink(file("out"));
    }
    let records = [payment("a", 1, 40), payment("a", 1, 50)];
    assert_eq!(rows(job, &[("p", &records)], "file"), ["50 [1, 0, 2]"]);
}

#[test]
fn an_expired_key_is_new_again_and_its_later_timers_are_gone() {
    fn job(job: &Job) {
        payments(job, "p")
            .key_by_field(field!(card))
            .process(|| 0_i64)
            .ttl(20)
            .on_timer(|_, time, ctx| ctx.emit(-time))
            .on_record(|seen, payment, ctx| {
                *seen += 1;
                ctx.set_timer(payment.at + 19);
                ctx.set_timer(payment.at + 20);
                ctx.emit(*seen);
            })
            .sink(file("out"));
    }
    let records = [payment("a", 1, 0), payment("a", 1, 20), payment("a", 1, 39)];
    assert_eq!(rows(job, &[("p", &records)], "file"), ["-19", "-39", "-40", "-58", "1", "1", "2"]);
}

#[test]
fn two_flows_of_one_key_share_its_state() {
    fn job(job: &Job) {
        payments(job, "due")
            .key_by_field(field!(card))
            .connect(payments(job, "paid").key_by_field(field!(card)))
            .process(|| 0_i64)
            .in_order()
            .on_timer(|open, time, ctx| {
                let card = *ctx.key();
                ctx.emit((card, time, *open));
            })
            .on_records(
                |open, due, ctx| {
                    *open += due.cents;
                    ctx.set_timer(due.at + 10);
                },
                |open, paid, _| *open -= paid.cents,
            )
            .sink(file("out"));
    }
    let due = [payment("a", 100, 1), payment("b", 50, 5)];
    let paid = [payment("a", 70, 4), payment("b", 50, 16)];
    assert_eq!(rows(job, &[("due", &due), ("paid", &paid)], "file"), ["a 11 30", "b 15 50"]);
}

#[test]
fn rules_hold_for_all_keys_from_their_time_on() {
    fn job(job: &Job) {
        let limits = payments(job, "limits").map(|limit| limit.cents);
        payments(job, "p")
            .key_by_field(field!(card))
            .rules(limits.broadcast(), || 100_i64, |limit, new| *limit = new)
            .process(|| 0_i64)
            .in_order()
            .on_record(|spent, payment, limit, ctx| {
                *spent += payment.cents;
                if *spent > *limit {
                    let card = *ctx.key();
                    ctx.emit((card, ctx.time(), *spent, *limit));
                    ctx.forget();
                }
            })
            .sink(file("out"));
    }
    let records =
        [payment("a", 90, 1), payment("b", 30, 2), payment("a", 20, 3), payment("b", 30, 9), payment("b", 1, 12)];
    let limits = [payment("", 50, 8), payment("", 1000, 11)];
    assert_eq!(rows(job, &[("p", &records), ("limits", &limits)], "file"), ["a 3 110 100", "b 9 60 50"]);
}

#[test]
fn the_first_or_the_latest_record_of_a_key_is_kept() {
    fn first(job: &Job) {
        payments(job, "p").key_by_field(field!(card)).deduplicate(Keep::First, Some(20)).sink(file("out"));
    }
    fn last(job: &Job) {
        payments(job, "p").key_by_field(field!(card)).deduplicate(Keep::Last, None).sink(file("out"));
    }
    let records = [
        payment("a", 1, 5),
        payment("a", 2, 3),
        payment("a", 3, 5),
        payment("b", 4, 9),
        payment("a", 5, 24),
        payment("a", 6, 44),
    ];
    assert_eq!(rows(first, &[("p", &records)], "file"), ["a 1 5", "a 6 44", "b 4 9"]);
    assert_eq!(rows(last, &[("p", &records)], "file"), ["a 1 5", "a 3 5", "a 5 24", "a 6 44", "b 4 9"]);
}

#[test]
fn a_union_has_the_records_of_all() {
    fn job(job: &Job) {
        payments(job, "x").union([payments(job, "y")]).map(|payment| payment.cents).sink(file("out"));
    }
    assert_eq!(rows(job, &[("x", &[payment("a", 1, 0)]), ("y", &[payment("a", 2, 0)])], "file"), ["1", "2"]);
}

#[test]
#[should_panic(expected = "a timer is set for 8640000000000001")]
fn a_timer_beyond_all_times_is_an_error() {
    fn job(job: &Job) {
        payments(job, "p")
            .key_by_field(field!(card))
            .process(|| 0_u8)
            .on_timer(|_, _, ctx| ctx.emit(0_u8))
            .on_record(|_, _, ctx| ctx.set_timer(8_640_000_000_000_001))
            .sink(file("out"));
    }
    rows(job, &[("p", &[payment("a", 1, 0)])], "file");
}

#[test]
fn a_timer_of_the_clock_fires_once_and_what_it_makes_at_the_end_is_late_nowhere() {
    fn job(job: &Job) {
        let late = SideOutput::of("late");
        let made = payments(job, "p")
            .key_by_field(field!(card))
            .process(|| 0_u8)
            .on_processing_timer(|_, time, ctx| ctx.emit(time))
            .on_record(|_, payment, ctx| {
                ctx.set_processing_timer(payment.at);
                ctx.set_processing_timer(payment.at);
            })
            .key_by(|_| 0_u8)
            .process(|| 0_u8)
            .in_order()
            .late_to(&late)
            .on_record(|_, time, ctx| ctx.emit(time));
        made.clone().sink(file("made")).name("made");
        made.side_output(&late).sink(file("late")).name("late");
    }
    let records = [payment("a", 1, -7), payment("a", 1, 50), payment("a", 1, 40)];
    assert_eq!(rows(job, &[("p", &records)], "made"), ["-7", "40", "50"]);
    assert!(rows(job, &[("p", &records)], "late").is_empty());
}
