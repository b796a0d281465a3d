// One construct spread over many lines each: places must not move.
import {
  ExecutionContext,
  Kafka,
  Redis,
} from "lightflus-api";
/* block
   comment */
type R = {
  k: string,   // the key
  n: number
};
interface Q {
  a: R;
}

function main(
  job: string,
  ns = "d",
): void {
  const {
    length,
  } = job.split("");
  const xs = [
    1,
    2, // two
    3
  ];
  let sum = 0;
  for (
    const x of xs
  ) {
    sum +=
      x;
  }
  Kafka.builder().brokers(["h"]).topic("topic").group("g").build<string>().createFlow(ExecutionContext.new(job, ns))
    .map(
      // a comment
      (v) => {
        const q: Q = {
          a: {
            n: v
              .split(",")
              .map((s) =>
                s.length
              )
              .reduce(
                (a, b) => a + b,
                0,
              ),
            k: `${
              v
            }!`,
          },
        };
        const r = {
          ...q.a,
          n: q.a.n
            + length + sum,
        };
        return r;
      },
    )
    .sink(
      Redis.new<R>().host("h").keyExtractor(o => o.k)
        .valueExtractor(o => "" +
          o.n + typeof
          o.k)
    )
    .execute();
}
main(
  "lines"
);
