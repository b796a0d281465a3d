use lightflus::prelude::*;

#[derive(Record)]
struct Score<'a> {
    player: &'a str,
    points: f64,
    team: &'a str,
}

fn redis<'b>() -> Redis<'b, Score<'b>> {
    let password = Secret::file("/run/secrets/redis");
    Redis::new().host("cache").user("job").password(password).tls(Tls::new().ca("ca.pem")).database(2)
}

#[lightflus::job]
fn job(job: &Job) {
    let scores = RedisStream::builder()
        .host("localhost")
        .port(6_380)
        .user("job")
        .password(Secret::env("REDIS_PASSWORD"))
        .database(1)
        .tls(Tls::new())
        .stream("scores")
        .group("table")
        .consumer("one")
        .start_from(StartFrom::Group)
        .bounded()
        .bad_records(BadRecords::DeadLetter)
        .format(Format::json())
        .build::<Score>();
    let scores = job.from(scores);

    let teams = || redis().key_field(field!(player)).value_field(field!(team));
    scores.clone().sink(teams().ttl(60)).name("plain");
    scores.clone().sink(teams().hash("teams")).name("hash");
    let ranking = redis().sorted_set("ranking").key_field(field!(player)).score_field(field!(points));
    scores.clone().sink(ranking).name("ranking");
    scores.clone().sink(redis().stream("log").max_length(1_000));
    scores.clone().sink(teams().stream("pairs"));
    scores.clone().sink(redis().cluster().channel("news")).name("news");
    scores.sink(redis().channel("short").value(|s| format!("{}!", s.player))).name("short");
}
