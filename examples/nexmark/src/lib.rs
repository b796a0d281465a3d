//! Six queries of Nexmark over the bids of an auction house, each with a sink of its own name.
//!
//! They need event time: sliding windows and windows behind them (q5), the best of a window (q7), sessions (q11), days
//! (q15, q17), the last bid of each bidder (q18). A bid may be a second older than the latest one and is still in time.

use lightflus::prelude::*;

/// A bid, as the generator writes it.
#[derive(Clone, Record)]
struct Bid<'a> {
    auction: i64,
    bidder: i64,
    price: i64,
    channel: &'a str,
    url: &'a str,
    #[record(rename = "dateTime")]
    time: i64,
    extra: &'a str,
}

#[lightflus::job]
fn nexmark(job: &Job) {
    let bids = Kafka::builder().brokers(["localhost:9092"]).topic("bids").group("nexmark").build::<Bid>();
    let bids = job.from(bids).timestamps().out_of_order(seconds(1)).by_field(field!(time = "dateTime"));
    hot_items(bids.clone());
    highest_bids(bids.clone());
    sessions(bids.clone());
    statistics_of_days(bids.clone());
    auctions_of_days(bids.clone());
    last_bids(bids);
}

fn file<'b, T: lightflus::Value<'b>>(query: &str) -> lightflus::ConnectorSink<'b, T> {
    Connector::sink("file").option("path", format!("{query}.jsonl"))
}

/// The auctions with the most bids of a window, and when it begins.
#[derive(Record)]
struct Hot {
    window_start: i64,
    auction: i64,
    num: u64,
}

/// q5: the auctions with the most bids of the last 10 seconds, every 2 seconds.
#[inline(never)] // a JVM compiles no large functions
fn hot_items<'b>(bids: Flow<'b, Bid<'b>>) {
    bids.key_by_field(field!(auction))
        .window(SlidingWindow::of(seconds(10), seconds(2)))
        .count()
        .name("bids by auction")
        // A result has the last millisecond of its window, so those of windows that end together meet.
        .window_all(FixedWindow::of(seconds(2)))
        .process(|counts, _| {
            let most = counts.iter().map(|count| count.count).max();
            let hot = counts.into_iter().filter(move |count| Some(count.count) == most);
            hot.map(|count| Hot { window_start: count.start, auction: count.key, num: count.count })
        })
        .name("hottest")
        .sink(file("q5"))
        .name("q5");
}

/// One of the highest bids.
#[derive(Record)]
struct Highest<'a> {
    auction: i64,
    bidder: i64,
    price: i64,
    #[record(rename = "dateTime")]
    time: i64,
    extra: &'a str,
}

/// q7: the highest bids of every 10 seconds, all of them where they are equal.
fn highest_bids<'b>(bids: Flow<'b, Bid<'b>>) {
    let highest =
        |b: Bid<'b>| Highest { auction: b.auction, bidder: b.bidder, price: b.price, time: b.time, extra: b.extra };
    bids.map(highest)
        .window_all(FixedWindow::of(seconds(10)))
        .aggregate(Vec::new, |highest: &mut Vec<Highest<'b>>, bid| add_highest(highest, bid))
        .merge(|highest, others| others.into_iter().for_each(|bid| add_highest(highest, bid)))
        .finish(|highest, _| highest)
        .name("highest")
        .flat_map(|highest| highest)
        .sink(file("q7"))
        .name("q7");
}

fn add_highest<'b>(highest: &mut Vec<Highest<'b>>, bid: Highest<'b>) {
    let price = highest.first().map_or(i64::MIN, |first| first.price);
    if bid.price > price {
        highest.clear();
    }
    if bid.price >= price {
        highest.push(bid);
    }
}

/// The bids of somebody with less than 10 seconds between them.
#[derive(Record)]
struct Session {
    bidder: i64,
    bid_count: u64,
    starttime: i64,
    endtime: i64,
}

/// q11: how many bids somebody makes in a session.
fn sessions<'b>(bids: Flow<'b, Bid<'b>>) {
    bids.key_by_field(field!(bidder))
        .window(SessionWindow::of(seconds(10)))
        .count()
        .name("sessions")
        .map(|s| Session { bidder: s.key, bid_count: s.count, starttime: s.start, endtime: s.end })
        .sink(file("q11"))
        .name("q11");
}

/// Bids, all and by price: below 10,000, below 1,000,000, and from there on.
#[derive(Clone, Copy, Default, Record)]
struct Ranks {
    total: u64,
    low: u64,
    middle: u64,
    high: u64,
}

impl Ranks {
    fn add(&mut self, price: i64) {
        self.total += 1;
        let rank = match price {
            ..10_000 => &mut self.low,
            10_000..1_000_000 => &mut self.middle,
            _ => &mut self.high,
        };
        *rank += 1;
    }

    fn sum(&mut self, other: Ranks) {
        self.total += other.total;
        self.low += other.low;
        self.middle += other.middle;
        self.high += other.high;
    }

    /// 1 for whatever there is any of.
    fn presence(self) -> Ranks {
        let one = |count: u64| u64::from(count > 0);
        Ranks { total: one(self.total), low: one(self.low), middle: one(self.middle), high: one(self.high) }
    }
}

/// The statistics of a day.
#[derive(Record)]
struct Day {
    day: String,
    total_bids: u64,
    rank1_bids: u64,
    rank2_bids: u64,
    rank3_bids: u64,
    total_bidders: u64,
    rank1_bidders: u64,
    rank2_bidders: u64,
    rank3_bidders: u64,
    total_auctions: u64,
    rank1_auctions: u64,
    rank2_auctions: u64,
    rank3_auctions: u64,
}

/// q15: bids, bidders and auctions of a day. To count what is distinct, each bidder and auction is counted by itself first.
#[inline(never)] // a JVM compiles no large functions
fn statistics_of_days<'b>(bids: Flow<'b, Bid<'b>>) {
    bids.flat_map(|bid| [(true, bid.auction, bid.price), (false, bid.bidder, bid.price)])
        .key_by(|(is_auction, id, _)| (is_auction, id))
        .window(FixedWindow::of(days(1)))
        .aggregate(Ranks::default, |ranks, (_, _, price)| ranks.add(price))
        .finish(|ranks, window| (window.key.0, ranks))
        .name("bidders and auctions of a day")
        .window_all(FixedWindow::of(days(1)))
        .aggregate(<(Ranks, Ranks, Ranks)>::default, |(bids, bidders, auctions), (is_auction, ranks)| {
            if is_auction {
                bids.sum(ranks);
                auctions.sum(ranks.presence());
            } else {
                bidders.sum(ranks.presence());
            }
        })
        .finish(|(bids, bidders, auctions), window| Day {
            day: date(window.start),
            total_bids: bids.total,
            rank1_bids: bids.low,
            rank2_bids: bids.middle,
            rank3_bids: bids.high,
            total_bidders: bidders.total,
            rank1_bidders: bidders.low,
            rank2_bidders: bidders.middle,
            rank3_bidders: bidders.high,
            total_auctions: auctions.total,
            rank1_auctions: auctions.low,
            rank2_auctions: auctions.middle,
            rank3_auctions: auctions.high,
        })
        .name("days")
        .sink(file("q15"))
        .name("q15");
}

/// The prices of an auction on a day.
#[derive(Record)]
struct AuctionDay {
    auction: i64,
    day: String,
    total_bids: u64,
    rank1_bids: u64,
    rank2_bids: u64,
    rank3_bids: u64,
    min_price: i64,
    max_price: i64,
    avg_price: i64,
    sum_price: i64,
}

/// q17: the bids and prices of each auction and day.
#[inline(never)] // a JVM compiles no large functions
fn auctions_of_days<'b>(bids: Flow<'b, Bid<'b>>) {
    bids.key_by_field(field!(auction))
        .window(FixedWindow::of(days(1)))
        .aggregate(
            || (Ranks::default(), i64::MAX, i64::MIN, 0_i64),
            |(ranks, least, most, sum), bid| {
                ranks.add(bid.price);
                *least = bid.price.min(*least);
                *most = bid.price.max(*most);
                *sum += bid.price;
            },
        )
        .finish(|(ranks, least, most, sum), window| AuctionDay {
            auction: window.key,
            day: date(window.start),
            total_bids: ranks.total,
            rank1_bids: ranks.low,
            rank2_bids: ranks.middle,
            rank3_bids: ranks.high,
            min_price: least,
            max_price: most,
            avg_price: sum / ranks.total as i64,
            sum_price: sum,
        })
        .name("auctions of a day")
        .sink(file("q17"))
        .name("q17");
}

/// q18: the last bid of each bidder in each auction. Every bid that is the last one so far is a row.
fn last_bids<'b>(bids: Flow<'b, Bid<'b>>) {
    bids.key_by(|bid| (bid.auction, bid.bidder))
        .deduplicate(Keep::Last, None)
        .name("last bids")
        .sink(file("q18"))
        .name("q18");
}

/// The day of a time, as yyyy-MM-dd in UTC: days since 1970 in the calendar whose years begin in March.
fn date(time: i64) -> String {
    let days = time.div_euclid(days(1)) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{of_month:02}", year + 400 * era + later)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(1_437_004_799_999), "2015-07-15");
        assert_eq!(date(days(19_782)), "2024-02-29");
        assert_eq!(date(-1), "1969-12-31");
    }
}
