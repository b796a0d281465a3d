//! Every operator, natively: what it does, what it refuses, and that no result depends on where batches are cut.

use lightflus::prelude::*;
use lightflus::testing::{run, Results};

#[derive(Record)]
struct Word<'a> {
    word: &'a str,
    count: u64,
}

fn lines<'b>(job: &Job<'b>) -> Flow<'b, &'b str> {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("lines").group("test").build::<&str>())
}

fn words<'a>() -> Redis<'a, Word<'a>> {
    Redis::new().host("localhost")
}

fn word_count(job: &Job) {
    lines(job)
        .flat_map(|line| line.split(' ').map(|word| Word { word, count: 1 }))
        .filter(|w| !w.word.is_empty())
        .key_by_field(field!(word))
        .reduce(|a, b| Word { word: a.word, count: a.count + b.count })
        .sink(words().key_field(field!(word)).value(|w| w.count.to_string()));
}

fn count(text: &[&'static str], rows: usize) -> Results {
    run(word_count).rows_per_batch(rows).input("lines", text.iter().copied()).finish()
}

#[test]
fn words_are_counted() {
    let results = count(&["to be or", "not  to be", ""], 1_000);
    let last: Vec<_> = results.last("redis").into_iter().collect();
    assert_eq!(last, [("be", "2"), ("not", "1"), ("or", "1"), ("to", "2")]);
}

#[test]
fn every_update_goes_out_in_order() {
    let updates = count(&["a b a"], 1_000).updates("redis").to_vec();
    let expected = [("a", "1"), ("b", "1"), ("a", "2")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(updates, expected);
}

#[test]
fn results_do_not_depend_on_where_batches_are_cut() {
    let text: Vec<&'static str> = (0..100).map(|k| ["a b c", "", "b  d", "é 日本 a", "c"][k % 5]).collect();
    let whole = count(&text, 1_000).updates("redis").to_vec();
    for rows in [1, 7, 64] {
        assert_eq!(count(&text, rows).updates("redis"), whole, "batches of {rows}");
    }
}

#[test]
fn a_function_may_hold_what_main_made() {
    fn job(job: &Job) {
        let known: std::collections::HashMap<&str, &str> = [("a", "ant"), ("b", "bee")].into();
        let rest = String::from("nothing");
        lines(job)
            .map(move |line| known.get(line).map_or(rest.clone(), |name| (*name).to_owned()))
            .sink(Redis::<String>::new().host("h").key_field(field!()).value_field(field!()));
    }
    let results = run(job).input("lines", ["b", "x"]).finish();
    assert_eq!(results.updates("redis")[0].0, "bee");
    assert_eq!(results.updates("redis")[1].0, "nothing");
}

#[test]
fn a_key_may_be_what_a_function_makes() {
    fn job(job: &Job) {
        lines(job)
            .map(|word| (word, 1_u32))
            .key_by(|(word, _)| word.len() as u32)
            .reduce(|a, b| (b.0, a.1 + b.1))
            .sink(
                Redis::<(&str, u32)>::new()
                    .host("h")
                    .key(|w| w.0.len().to_string())
                    .value(|w| format!("{} {}", w.0, w.1)),
            );
    }
    let results = run(job).input("lines", ["aa", "b", "cc"]).finish();
    assert_eq!(results.last("redis").into_iter().collect::<Vec<_>>(), [("1", "b 1"), ("2", "cc 2")]);
}

#[test]
fn a_stream_may_have_several_readers() {
    fn job(job: &Job) {
        let all = lines(job);
        let sink = || Redis::<&str>::new().host("h").key_field(field!()).value_field(field!());
        all.clone().filter(|line| line.len() > 1).sink(sink()).name("long");
        all.filter(|line| line.len() < 2).sink(sink()).name("short");
    }
    let results = run(job).input("lines", ["a", "bb"]).finish();
    assert_eq!(results.last("long").into_keys().collect::<Vec<_>>(), ["bb"]);
    assert_eq!(results.last("short").into_keys().collect::<Vec<_>>(), ["a"]);
}

#[test]
#[should_panic(expected = "this reduce changes the field `word`")]
fn a_reduce_that_changes_its_key_field_is_an_error() {
    fn job(job: &Job) {
        lines(job)
            .map(|word| Word { word, count: 1 })
            .key_by_field(field!(word))
            .reduce(|a, _| Word { word: "other", count: a.count })
            .sink(words().key_field(field!(word)).value(|w| w.count.to_string()));
    }
    run(job).input("lines", ["a", "a"]).finish();
}

#[test]
fn a_long_text_beside_short_ones_keeps_its_bytes() {
    fn job(job: &Job) {
        let sink = Redis::<(&str, String)>::new().host("h").key_field(field!(0)).value_field(field!(1));
        lines(job).map(|line| (line, line.repeat(3))).sink(sink);
    }
    let texts: Vec<&'static str> =
        (0..40).map(|n| &*"0123456789abcdefghijklmnopqrstuvwxyzäöü"[..n % 36].to_owned().leak()).collect();
    let results = run(job).input("lines", texts.clone()).finish();
    for (text, (key, value)) in texts.iter().zip(results.updates("redis")) {
        assert_eq!((*text, text.repeat(3)), (key.as_str(), value.clone()));
    }
}

#[test]
#[should_panic(expected = "the job has no source `line`")]
fn a_test_that_names_no_source_is_told_which_there_are() {
    run(word_count).input("line", ["a"]);
}

#[test]
#[should_panic(expected = "not of")]
fn a_test_that_gives_another_type_is_told() {
    run(word_count).input("lines", [1_u8]);
}

#[test]
#[should_panic(expected = "no host")]
fn a_sink_without_a_host_is_refused() {
    fn job(job: &Job) {
        lines(job).sink(Redis::<&str>::new().key_field(field!()).value_field(field!()));
    }
    run(job);
}

#[test]
#[should_panic(expected = "parallelism(n) takes a number from 1")]
fn no_parallelism_is_refused() {
    fn job(job: &Job) {
        lines(job).parallelism(0).sink(Redis::<&str>::new().host("h").key_field(field!()).value_field(field!()));
    }
    run(job);
}
