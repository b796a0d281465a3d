// What a Redis sink can write besides plain keys: fields of a hash, members of a sorted set, entries of a stream, messages.
// input: {"scores": [{"player": "ann", "points": 3, "team": "red"}, {"player": "bob", "points": 4.5, "team": "blue"}, {"player": "ann", "points": 1, "team": "red"}]}
import { ExecutionContext, Redis, RedisStream, Secret } from "lightflus-api";

interface Score {
  player: string;
  points: number;
  team: string;
}

const ctx = ExecutionContext.new("scores");
const options = { ca: "/etc/ssl/ca.pem" };

const scores = RedisStream.builder()
  .host("localhost")
  .port(6380)
  .password(Secret.env("REDIS_PASSWORD"))
  .stream("scores")
  .group("table")
  .startFrom("earliest")
  .build<Score>()
  .createFlow(ctx);

const totals = scores.keyBy((s) => s.player).reduce((a, b) => ({ ...a, points: a.points + b.points }));

const redis = () => Redis.new<Score>().host("localhost").user("job").password(Secret.file("/run/secrets/redis")).tls(options).database(2);

totals.sink(redis().hash("points").keyExtractor((s) => s.player).valueExtractor((s) => `${s.points}`)).name("hash").execute();
totals.sink(redis().sortedSet("ranking").keyExtractor((s) => s.player).scoreExtractor((s) => s.points)).name("ranking").execute();
totals.sink(redis().sortedSet("teams").keyExtractor((s) => s.team.toUpperCase()).scoreExtractor((s) => s.points / 2)).name("teams").execute();
totals.sink(redis().hash("high").keyExtractor((s) => s.player).valueExtractor((s) => (s.points > 4 ? s.team : null))).name("high").execute();
totals.sink(redis().sortedSet("low").keyExtractor((s) => s.player).scoreExtractor((s) => (s.points > 4 ? undefined : s.points))).name("low").execute();
scores.sink(redis().stream("log").maxLength(1000)).execute();
scores.sink(redis().stream("pairs").keyExtractor((s) => s.player).valueExtractor((s) => s.team)).execute();
scores.sink(redis().channel("news")).name("news").execute();
scores.sink(redis().channel("short").valueExtractor((s) => s.player)).name("short").execute();
scores.sink(redis().ttl(60).keyExtractor((s) => s.player).valueExtractor((s) => s.team)).name("plain").execute();
