import { ExecutionContext, Redis, RedisStream, Schema, Secret } from "lightflus-api";

interface Score {
  player: string;
  points: number;
  team: string;
}

const ctx = ExecutionContext.new("redis", "default");

const scores = RedisStream.builder()
  .host("localhost")
  .port(6380)
  .user("job")
  .password(Secret.env("REDIS_PASSWORD"))
  .database(1)
  .tls()
  .stream("scores")
  .group("table")
  .consumer("one")
  .startFrom("group")
  .bounded()
  .badRecords("dead-letter")
  .build<Score>(Schema.json())
  .createFlow(ctx);

const redis = () => Redis.new<Score>().host("cache").user("job").password(Secret.file("/run/secrets/redis")).tls({ ca: "ca.pem" }).database(2);

scores.sink(redis().ttl(60).keyExtractor((s) => s.player).valueExtractor((s) => s.team)).name("plain").execute();
scores.sink(redis().hash("teams").keyExtractor((s) => s.player).valueExtractor((s) => s.team)).name("hash").execute();
scores.sink(redis().sortedSet("ranking").keyExtractor((s) => s.player).scoreExtractor((s) => s.points)).name("ranking").execute();
scores.sink(redis().stream("log").maxLength(1000)).execute();
scores.sink(redis().stream("pairs").keyExtractor((s) => s.player).valueExtractor((s) => s.team)).execute();
scores.sink(redis().cluster().channel("news")).name("news").execute();
scores.sink(redis().channel("short").valueExtractor((s) => s.player + "!")).name("short").execute();
