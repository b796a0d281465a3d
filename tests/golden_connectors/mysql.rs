use lightflus::prelude::*;

#[derive(Record)]
struct Person<'a> {
    id: f64,
    name: &'a str,
    big: i64,
    #[record(rename = "isActive")]
    is_active: bool,
    note: Option<&'a str>,
}

#[lightflus::job]
fn mysql(job: &Job) {
    let shop = MysqlConnection::new("localhost")
        .port(3_307)
        .user("app")
        .password(Secret::env("DB_PASSWORD"))
        .database("shop")
        .tls(Tls::new().ca("ca.pem"));
    let people = job.from(Kafka::builder().brokers(["localhost:9092"]).topic("people").build::<Person>());

    let insert = Mysql::<Person>::new()
        .connection(shop.clone())
        .statement("insert into person (id, name, big, active, note) values (?, ?, ?, ?, ?) -- all of them?")
        .param_field(field!(id))
        .param(|p| p.name.trim())
        .param_field(field!(big))
        .param_field(field!(is_active = "isActive"))
        .param_field(field!(note));
    people.clone().sink(insert);
    people.clone().sink(Mysql::<Person>::new().table("everyone").connection(shop.clone()));
    people.sink(Mysql::<Person>::new().table("names").columns(["id", "name"]).keys(["id"]).connection(shop));
}
