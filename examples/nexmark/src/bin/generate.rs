//! Writes the bids of a Nexmark stream as lines of JSON: `generate EVENTS RATE SEED BASE_TIME GROUP`.
//!
//! Each event is a function of the seed and its number, so that any of them can be made alone: draws are SplitMix64's. Two
//! percent of the events are persons, six auctions; they are left out, since the queries here read bids alone.

use std::io::{BufWriter, Write};

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
const POOL_SIZE: u64 = 1 << 20;
const TABLES: u64 = 1 << 63;
const CHANNELS: [&str; 4] = ["Google", "Facebook", "Baidu", "Apple"];
/// ln(2)^k / k!
const POWERS: [f64; 14] = [
    1.0,
    0.693_147_180_559_945_3,
    0.240_226_506_959_100_7,
    0.055_504_108_664_821_576,
    0.009_618_129_107_628_477,
    0.001_333_355_814_642_844_3,
    0.000_154_035_303_933_816_06,
    1.525_273_380_405_983_8e-5,
    1.321_548_679_014_430_5e-6,
    1.017_808_600_923_969_6e-7,
    7.054_911_620_801_121e-9,
    4.445_538_271_870_81e-10,
    2.567_843_599_348_819_6e-11,
    1.369_148_885_390_412_4e-12,
];

fn mix(mut z: u64) -> u64 {
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

/// The draws of one event.
struct Draws(u64);

impl Draws {
    fn of(stream: u64, event: u64) -> Draws {
        Draws(mix(stream.wrapping_add(event.wrapping_add(1).wrapping_mul(GOLDEN))))
    }

    fn word(&self, d: u64) -> u64 {
        mix(self.0.wrapping_add((d + 1).wrapping_mul(GOLDEN)))
    }

    fn below(&self, d: u64, n: u64) -> u64 {
        (self.word(d) >> 32).wrapping_mul(n) >> 32
    }

    /// 100 * 10^(6u), the same on every machine.
    fn price(&self, d: u64) -> u64 {
        let u = (self.word(d) >> 11) as f64 * 2.0_f64.powi(-53);
        let t = u * 19.931_568_569_324_174;
        let i = (t + 0.5).floor();
        let f = t - i;
        let mut p = POWERS[13];
        for power in POWERS[..13].iter().rev() {
            p = p * f + power;
        }
        (p * 100.0 * 2.0_f64.powi(i as i32) + 0.5).floor() as u64
    }

    fn segment(&self, k: u64) -> String {
        let letter = |j| match self.below(8 + 4 * k + j, 338) {
            ..26 => '_',
            v => char::from(b'a' + (v % 26) as u8),
        };
        (0..3 + self.below(k, 2)).map(letter).collect()
    }
}

/// Channel and url of every channel: the four that everybody uses, then the others.
fn channels(stream: u64) -> Vec<(String, String)> {
    let url = |id: u64| {
        let draws = Draws::of(stream, TABLES + id);
        let path = [0, 1, 2].map(|k| draws.segment(k)).join("/");
        (format!("https://www.nexmark.com/{path}/item.htm?query=1"), draws.below(3, 10) > 0)
    };
    let hot = CHANNELS.iter().zip(0..).map(|(name, i)| ((*name).to_owned(), url(10_000 + i).0));
    let cold = (0..10_000_u32).map(|i| {
        let (mut address, has_id) = url(u64::from(i));
        if has_id {
            address += &format!("&channel_id={}", (i.reverse_bits() as i32).wrapping_abs());
        }
        (format!("channel-{i}"), address)
    });
    hot.chain(cold).collect()
}

fn pool(stream: u64) -> Vec<u8> {
    let draws = Draws::of(stream, TABLES + 20_000);
    let letter = |j| match draws.below(j, 52) as u8 {
        v @ ..26 => b'a' + v,
        v => b'a' - (v - 26),
    };
    (0..POOL_SIZE).map(letter).collect()
}

fn main() -> std::io::Result<()> {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let [events, rate, seed, base_time, group] = numbers[..] else {
        eprintln!("generate EVENTS RATE SEED BASE_TIME GROUP");
        std::process::exit(2);
    };
    let stream = mix(seed.wrapping_add(GOLDEN));
    let (channels, pool) = (channels(stream), pool(stream));
    let distance = 1_000_000.0 / rate as f64;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for k in 0..events {
        let n = if group == 1 { k } else { k / group * group + k * 953 % group };
        let epoch = n / 50;
        if n % 50 < 4 {
            continue;
        }
        let draws = Draws::of(stream, n);
        let last = epoch * 3 + 2;
        let low = last.saturating_sub(100);
        let is_hot = draws.below(0, 2) > 0;
        let auction = 1_000 + if is_hot { last / 100 * 100 } else { low + draws.below(1, last - low + 11) };
        let active = (epoch + 1).min(1_000);
        let anybody = epoch + 1 - active + draws.below(3, active + 10);
        let person = if draws.below(2, 4) > 0 { epoch / 100 * 100 + 1 } else { anybody };
        let channel = if draws.below(5, 2) > 0 { draws.below(6, 4) } else { 4 + draws.below(6, 10_000) };
        let (channel, url) = &channels[channel as usize];
        let size = 54 + draws.below(7, 28);
        let offset = draws.below(8, POOL_SIZE - size) as usize;
        let extra = String::from_utf8_lossy(&pool[offset..offset + size as usize]).replace('\\', "\\\\");
        let time = base_time + (n as f64 * distance) as u64 / 1_000;
        let (bidder, price) = (2_000 + person, draws.price(4));
        writeln!(
            out,
            r#"{{"auction":{auction},"bidder":{bidder},"price":{price},"channel":"{channel}","url":"{url}","dateTime":{time},"extra":"{extra}"}}"#
        )?;
    }
    out.flush()
}
