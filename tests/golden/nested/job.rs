//! Records inside records, and lists of them.

use lightflus::prelude::*;

#[derive(Record)]
struct Order<'a> {
    id: &'a str,
    customer: Customer<'a>,
    items: List<'a, Item<'a>>,
}

#[derive(Record)]
struct Customer<'a> {
    name: &'a str,
    city: &'a str,
}

#[derive(Record)]
struct Item<'a> {
    sku: &'a str,
    price: f64,
    tags: List<'a, &'a str>,
}

#[derive(Record)]
struct City<'a> {
    city: &'a str,
    names: Vec<&'a str>,
    total: f64,
    tags: Vec<&'a str>,
}

#[lightflus::job]
fn nested(job: &Job) {
    job.from(Kafka::builder().brokers(["localhost:9092"]).topic("in").group("golden").build::<Order>())
        .map(|order| City {
            city: order.customer.city,
            names: vec![order.customer.name],
            total: order.items.iter().map(|item| item.price).fold(0.0, |sum, price| sum + price),
            tags: order.items.iter().flat_map(|item| item.tags.iter()).collect(),
        })
        .key_by_field(field!(city))
        .reduce(|mut a, b| {
            a.names.extend(b.names);
            a.tags.extend(b.tags);
            a.total += b.total;
            a
        })
        .sink(Redis::<City>::new().host("localhost").key_field(field!(city)).value(|c| {
            format!("{} {} [{}]", c.names.join("+"), c.total, c.tags.join(","))
        }));
}
