//! Every type through columns and back, with and without nulls, at any size of batch.

use lightflus::prelude::*;
use lightflus::testing::run;
use lightflus::Value;

fn source<'b, T: Value<'b>>(job: &Job<'b>) -> Flow<'b, T> {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("test").build::<T>())
}

fn shown<'b, T: Value<'b>>() -> Redis<'b, T> {
    Redis::new().host("localhost")
}

#[derive(Record, Debug, Clone, PartialEq)]
struct Numbers {
    flag: bool,
    i8: i8,
    i16: i16,
    i32: i32,
    i64: i64,
    u8: u8,
    u16: u16,
    u32: u32,
    u64: u64,
    f32: f32,
    f64: f64,
    date: Date,
    ms: TimestampMs,
    us: TimestampUs,
}

fn numbers(k: u8) -> Numbers {
    let (most, least) = (k % 2 == 0, k % 3 == 0);
    Numbers {
        flag: most,
        i8: if most { i8::MAX } else { i8::MIN },
        i16: if most { i16::MAX } else { i16::MIN },
        i32: if least { i32::MIN } else { i32::from(k) },
        i64: if least { i64::MIN } else { i64::MAX },
        u8: k,
        u16: u16::MAX - u16::from(k),
        u32: u32::MAX - u32::from(k),
        u64: u64::MAX - u64::from(k),
        f32: f32::from(k) / 3.0,
        f64: if least { -0.0 } else { f64::from(k) / 7.0 },
        date: Date(i32::from(k)),
        ms: TimestampMs(i64::from(k) * 1_000),
        us: TimestampUs(-i64::from(k)),
    }
}

#[derive(Record, Debug, Clone, PartialEq)]
struct Optional<'a> {
    flag: Option<bool>,
    number: Option<i32>,
    text: Option<&'a str>,
    bytes: Option<&'a [u8]>,
    items: Option<Vec<Option<u16>>>,
    inner: Option<Inner>,
}

#[derive(Record, Debug, Clone, PartialEq)]
struct Inner {
    name: String,
    raw: Binary,
    pairs: Vec<(String, Option<f64>)>,
}

/// Every pattern of nulls.
fn optional(k: u8) -> Optional<'static> {
    let has = |bit: u8| k >> bit & 1 == 1;
    let inner = || Inner {
        name: format!("n{k}"),
        raw: Binary(vec![k; 3]),
        pairs: vec![("p".into(), None), ("q".into(), Some(0.5))],
    };
    Optional {
        flag: has(0).then_some(k % 4 > 1),
        number: has(1).then_some(i32::from(k)),
        text: has(2).then_some("tëxt"),
        bytes: has(3).then_some(&[0, 255][..]),
        items: has(4).then(|| vec![None, Some(u16::from(k)), None]),
        inner: has(5).then(inner),
    }
}

/// What a job that only looks sees, and what goes through a map and a reduce unchanged.
macro_rules! round_trip {
    ($type:ty, $values:expr) => {{
        fn job(job: &Job) {
            source::<$type>(job)
                .map(|value| value)
                .key_by(|_| 0_u8)
                .reduce(|_, new| new)
                .sink(shown::<$type>().key(|value| format!("{value:?}")).value(|_| String::new()));
        }
        let values: Vec<$type> = $values.collect();
        let expected: Vec<_> = values.iter().map(|value| format!("{value:?}")).collect();
        for rows in [1, 7, 1_000] {
            let results = run(job).rows_per_batch(rows).input("in", values.clone()).finish();
            let found: Vec<_> = results.updates("redis").iter().map(|(key, _)| key.clone()).collect();
            assert_eq!(found, expected, "batches of {rows}");
        }
    }};
}

#[test]
fn numbers_of_every_width_go_through() {
    round_trip!(Numbers, (0..100).map(numbers));
}

#[test]
fn every_pattern_of_nulls_goes_through() {
    round_trip!(Optional, (0..64).map(optional));
}

#[test]
fn values_that_are_no_structs_go_through() {
    round_trip!(bool, (0..20).map(|k| k % 3 == 0));
    round_trip!(Option<i64>, (0..20).map(|k| (k % 3 > 0).then_some(k)));
    round_trip!(String, (0..20).map(|k| "ä".repeat(k)));
    round_trip!(Vec<Vec<String>>, (0..20).map(|k| vec![vec![String::from("x"); k % 3]; k % 4]));
    round_trip!(Option<(u8, String)>, (0..20_u8).map(|k| (k % 2 > 0).then(|| (k, k.to_string()))));
    round_trip!((i16,), (0..20).map(|k| (k,)));
}

#[test]
fn a_list_of_the_batch_reads_and_writes_its_items() {
    fn job(job: &Job) {
        source::<List<&str>>(job).map(|words| (words, words.iter().rev().collect::<Vec<_>>(), words.get(1))).sink(
            shown::<(List<&str>, Vec<&str>, Option<&str>)>()
                .key(|r| format!("{:?} {:?} {:?} {}", r.0, r.1, r.2, r.0.len()))
                .value(|r| r.0.is_empty().to_string()),
        );
    }
    let results = run(job).input("in", [vec!["a", "b"], vec![]]).finish();
    let expected = [(r#"["a", "b"] ["b", "a"] Some("b") 2"#, "false"), ("[] [] None 0", "true")];
    assert_eq!(results.updates("redis"), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
}

#[test]
fn the_items_of_a_list_are_iterated_like_those_of_any_other() {
    fn sums<'a>(rows: List<'a, List<'a, Option<i64>>>) -> Vec<i64> {
        let mut sums = Vec::new();
        for row in rows {
            let known = row.iter().flatten();
            sums.push(known.clone().sum::<i64>() * known.count() as i64 + row.iter().nth(1).flatten().unwrap_or(0));
        }
        sums
    }
    fn job(job: &Job) {
        source::<List<List<Option<i64>>>>(job)
            .map(sums)
            .sink(shown::<Vec<i64>>().key(|r| format!("{r:?}")).value(|r| r.len().to_string()));
    }
    let results =
        run(job).input("in", [vec![vec![Some(1_i64), None, Some(2)], vec![], vec![Some(5), Some(6)]]]).finish();
    assert_eq!(results.last("redis")["[6, 0, 28]"], "3");
}

#[test]
fn a_column_may_have_another_name_and_rusts_own_words() {
    #[derive(Record)]
    struct Event<'a> {
        r#type: &'a str,
        #[record(rename = "userId")]
        user_id: &'a str,
    }
    fn job(job: &Job) {
        source::<Event>(job)
            .key_by_field(field!(r#type))
            .reduce(|_, new| new)
            .sink(shown::<Event>().key_field(field!(r#type)).value_field(field!(user_id = "userId")));
    }
    let results = run(job).input("in", [Event { r#type: "click", user_id: "ada" }]).finish();
    assert_eq!(results.last("redis")["click"], "ada");
}

#[test]
fn a_field_may_lie_inside_another() {
    #[derive(Record, Clone)]
    struct Place<'a> {
        city: &'a str,
    }
    #[derive(Record, Clone)]
    struct Person<'a> {
        place: Place<'a>,
        name: &'a str,
    }
    fn job(job: &Job) {
        source::<Person>(job)
            .key_by_field(field!(place.city))
            .reduce(|a, b| Person { place: a.place, name: b.name })
            .sink(shown::<Person>().key_field(field!(place.city)).value_field(field!(name)));
    }
    let person = |city, name| Person { place: Place { city }, name };
    let results = run(job).input("in", [person("Bern", "a"), person("Basel", "b"), person("Bern", "c")]).finish();
    assert_eq!(results.last("redis").into_iter().collect::<Vec<_>>(), [("Basel", "b"), ("Bern", "c")]);
}
