// Six queries of Nexmark over the bids of an auction house, each with a sink of its own name: what is hot (q5), the highest
// bids (q7), sessions (q11), statistics of days (q15, q17), the last bid of each bidder (q18). A bid may be a second older
// than the latest one and is still in time.
import { Connector, ExecutionContext, FixedWindow, Kafka, SessionWindow, SlidingWindow, days, seconds } from "lightflus-api";

interface Bid { auction: number; bidder: number; price: number; channel: string; url: string; dateTime: number; extra: string }
interface Hot { window_start: number; auction: number; num: number }
interface Highest { auction: number; bidder: number; price: number; dateTime: number; extra: string }
interface Session { bidder: number; bid_count: number; starttime: number; endtime: number }
interface AuctionDay {
  auction: number; day: string; total_bids: number; rank1_bids: number; rank2_bids: number; rank3_bids: number;
  min_price: number; max_price: number; avg_price: number; sum_price: number;
}
interface Day {
  day: string; total_bids: number; rank1_bids: number; rank2_bids: number; rank3_bids: number;
  total_bidders: number; rank1_bidders: number; rank2_bidders: number; rank3_bidders: number;
  total_auctions: number; rank1_auctions: number; rank2_auctions: number; rank3_auctions: number;
}

const file = <T>(query: string) => Connector.sink<T>("file", { path: `${query}.jsonl` });
const date = (time: number) => new Date(time).toISOString().slice(0, 10);

const bids = Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("bids")
  .group("nexmark")
  .build<Bid>()
  .createFlow(ExecutionContext.new("nexmark", "default"))
  .withTimestamps((bid) => bid.dateTime, { outOfOrder: seconds(1) });

// q5: the auctions with the most bids of the last 10 seconds, every 2 seconds.
bids
  .keyBy((bid) => bid.auction)
  .window(SlidingWindow.of(seconds(10), seconds(2)))
  .count()
  .name("bids by auction")
  // A result has the last millisecond of its window, so those of windows that end together meet.
  .windowAll(FixedWindow.of(seconds(2)))
  .process((counts): Hot[] => {
    const most = counts.reduce((most, count) => Math.max(most, count.count), 0);
    return counts.filter((count) => count.count === most).map((count) => ({ window_start: count.start, auction: count.key, num: count.count }));
  })
  .name("hottest")
  .sink(file<Hot>("q5"))
  .name("q5");

// q7: the highest bids of every 10 seconds, all of them where they are equal.
const highestOf = (a: Highest[], b: Highest[]): Highest[] => {
  if (a.length === 0 || b.length === 0) return a.concat(b);
  const [most, other] = [a[0].price, b[0].price];
  return most > other ? a : most < other ? b : a.concat(b);
};

bids
  .map(({ auction, bidder, price, dateTime, extra }): Highest => ({ auction, bidder, price, dateTime, extra }))
  .windowAll(FixedWindow.of(seconds(10)))
  .aggregate({
    create: (): Highest[] => [],
    add: (highest, bid) => highestOf(highest, [bid]),
    merge: highestOf,
    finish: (highest) => highest,
  })
  .name("highest")
  .flatMap((highest) => highest)
  .sink(file<Highest>("q7"))
  .name("q7");

// q11: how many bids somebody makes with less than 10 seconds between them.
bids
  .keyBy((bid) => bid.bidder)
  .window(SessionWindow.of(seconds(10)))
  .count()
  .name("sessions")
  .map((s): Session => ({ bidder: s.key, bid_count: s.count, starttime: s.start, endtime: s.end }))
  .sink(file<Session>("q11"))
  .name("q11");

// Bids, all and by price: below 10,000, below 1,000,000, and from there on.
interface Ranks { total: number; low: number; middle: number; high: number }

const none = (): Ranks => ({ total: 0, low: 0, middle: 0, high: 0 });
const ofPrice = (price: number): Ranks => {
  const isLow = price < 10_000;
  const isHigh = price >= 1_000_000;
  return { total: 1, low: isLow ? 1 : 0, middle: isLow || isHigh ? 0 : 1, high: isHigh ? 1 : 0 };
};
const sum = (a: Ranks, b: Ranks): Ranks => ({ total: a.total + b.total, low: a.low + b.low, middle: a.middle + b.middle, high: a.high + b.high });
const presence = (r: Ranks): Ranks => ({ total: Math.min(r.total, 1), low: Math.min(r.low, 1), middle: Math.min(r.middle, 1), high: Math.min(r.high, 1) });

// q15: bids, bidders and auctions of a day. To count what is distinct, each bidder and auction is counted by itself first.
bids
  .flatMap((bid) => [
    { isAuction: true, id: bid.auction, price: bid.price },
    { isAuction: false, id: bid.bidder, price: bid.price },
  ])
  .keyBy(({ isAuction, id }) => ({ isAuction, id }))
  .window(FixedWindow.of(days(1)))
  .aggregate({
    create: none,
    add: (ranks, { price }) => sum(ranks, ofPrice(price)),
    finish: (ranks, window) => ({ isAuction: window.key.isAuction, ranks }),
  })
  .name("bidders and auctions of a day")
  .windowAll(FixedWindow.of(days(1)))
  .aggregate({
    create: () => ({ bids: none(), bidders: none(), auctions: none() }),
    add: ({ bids, bidders, auctions }, { isAuction, ranks }) =>
      isAuction
        ? { bids: sum(bids, ranks), bidders, auctions: sum(auctions, presence(ranks)) }
        : { bids, bidders: sum(bidders, presence(ranks)), auctions },
    finish: ({ bids, bidders, auctions }, window): Day => ({
      day: date(window.start),
      total_bids: bids.total, rank1_bids: bids.low, rank2_bids: bids.middle, rank3_bids: bids.high,
      total_bidders: bidders.total, rank1_bidders: bidders.low, rank2_bidders: bidders.middle, rank3_bidders: bidders.high,
      total_auctions: auctions.total, rank1_auctions: auctions.low, rank2_auctions: auctions.middle, rank3_auctions: auctions.high,
    }),
  })
  .name("days")
  .sink(file<Day>("q15"))
  .name("q15");

// q17: the bids and prices of each auction and day.
bids
  .keyBy((bid) => bid.auction)
  .window(FixedWindow.of(days(1)))
  .aggregate({
    create: () => ({ ranks: none(), least: Infinity, most: -Infinity, sum: 0 }),
    add: (prices, { price }) => ({
      ranks: sum(prices.ranks, ofPrice(price)),
      least: Math.min(prices.least, price),
      most: Math.max(prices.most, price),
      sum: prices.sum + price,
    }),
    finish: ({ ranks, least, most, sum }, window): AuctionDay => ({
      auction: window.key,
      day: date(window.start),
      total_bids: ranks.total, rank1_bids: ranks.low, rank2_bids: ranks.middle, rank3_bids: ranks.high,
      min_price: least,
      max_price: most,
      avg_price: Math.floor(sum / ranks.total),
      sum_price: sum,
    }),
  })
  .name("auctions of a day")
  .sink(file<AuctionDay>("q17"))
  .name("q17");

// q18: the last bid of each bidder in each auction. Every bid that is the last one so far is a row.
bids
  .keyBy(({ auction, bidder }) => ({ auction, bidder }))
  .deduplicate({ keep: "last" })
  .name("last bids")
  .sink(file<Bid>("q18"))
  .name("q18")
  .execute();
