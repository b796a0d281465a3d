// console.log of everything, throw that does not happen, comments everywhere, unusual layout, semicolons left out
import { ExecutionContext, Kafka, Redis } from "lightflus-api"

function check(s: string): string {
  if (s.length > 1000) throw new Error(`too long: ${s.length}`)
  if (s === "\u0000") {
    throw new RangeError("zero")
  }
  console.log("checking", s, s.length, true, [1, 2], null)
  console.warn(`careful ${s}`); console.error("no", 1.5); console.info(s); console.debug()
  return s /* inner */ + "!" // end
}

/** Documentation. */
function // odd
  spaced (
    s : string
  )
  : string
{
  const x = s
    .trim()
    , y = 1
  let z
    = 2
  ;;
  if (x) { z++ } else z--
  do z += y
  while (z < 5)
  return x +
    z
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("logging", "default"))
  .map(s => ({ key: s, value: check(s) + spaced(s) }))
  .sink(Redis.new<{ key: string, value: string, }>().host("h").keyExtractor(r => r.key).valueExtractor(r => r.value))
  .execute()
