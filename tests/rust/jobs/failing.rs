//! Fails in as many ways as there are words; test_rust_failures.py knows the lines.

use lightflus::prelude::*;

#[inline(never)]
fn depth(n: u64) -> u64 {
    let mut buffer = [n; 16];
    buffer[(n % 16) as usize] = if n == u64::MAX { 0 } else { depth(n + 1) };
    buffer.iter().sum::<u64>() + 1
}

fn third(line: &str) -> String {
    let parts: Vec<&str> = line.split(' ').collect();
    parts[2].to_owned()
}

fn eat() -> String {
    let mut all = Vec::new();
    loop {
        all.push("0123456789".repeat(1_000_000));
        if all.len() == 1_000_000 {
            return all.concat();
        }
    }
}

fn spin() -> String {
    let mut n = 0_u64;
    loop {
        n = std::hint::black_box(n ^ 1);
        if n == 7 {
            return String::new();
        }
    }
}

fn work(line: &str) -> String {
    match line {
        "panic" => panic!("no such thing: {line}"),
        "unwrap" => line.parse::<u32>().unwrap().to_string(),
        "deep" => depth(0).to_string(),
        "eat" => eat(),
        "spin" => spin(),
        "overflow" => (line.len() as u8 * 32).to_string(),
        "slice" => line["é".len() - 1..9].to_owned(),
        "log" => {
            log!("saw {line}");
            log!(Warn, "careful");
            line.to_owned()
        }
        _ => third(line),
    }
}

#[lightflus::job]
fn failing(job: &Job) {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("test").build::<&str>())
        .map(work)
        .sink(Redis::<String>::new().host("localhost").key_field(field!()).value_field(field!()));
}
