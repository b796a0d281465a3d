"""`python -m tools.chaos --minutes 10`: rounds of one job over other sinks, until the time is over; then a table.

What it owns: which sinks a round has, what they ought to show, and whether they do: each id once, each count right.
What it leaves: kills (`lives.py`), reading back (`places.py`).
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tools.chaos.lives import Lives, live
from tools.chaos.places import Place, Row, file, kafka, mariadb, redis, sqlite
from tools.servers import Kafka, MariaDb, Redis

_JOB = Path(__file__).with_name("chaos.ts")
_SHOPS = 997
_LIGHTFLUS = Path(sys.executable).with_name("lightflus")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round has shown."""

    sinks: str
    lives: Lives
    records: int
    missing: int
    doubled: int
    wrong: int


class World:
    """The servers of all rounds, started when they are first wanted."""

    def __init__(self, stack: ExitStack, records: int) -> None:
        self._stack = stack
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lightflus-chaos-")))
        self.records = records
        self.input = self.folder / "orders.jsonl"
        self.module = self.folder / "chaos.wasm"
        self._kafka: Kafka | None = None
        self._mariadb: MariaDb | None = None

    def prepare(self) -> None:
        """Makes the input and the module."""
        with self.input.open("w") as lines:
            for number in range(self.records):
                order = {"id": number, "shop": f"s{number * 7919 % _SHOPS}", "at": number // 10}
                lines.write(json.dumps(order) + "\n")
        subprocess.run([_LIGHTFLUS, "build", _JOB, "-o", self.module], check=True, capture_output=True)

    def kafka(self) -> Kafka:
        """A broker for all rounds."""
        self._kafka = self._kafka or self._stack.enter_context(Kafka())
        return self._kafka

    def mariadb(self) -> MariaDb:
        """A server for all rounds."""
        self._mariadb = self._mariadb or self._stack.enter_context(MariaDb())
        return self._mariadb


Places = dict[str, Place]


def _files(world: World, folder: Path, stack: ExitStack) -> Places:
    return {"copies": file(folder, "copies"), "counts": sqlite(folder, "counts"), "windows": sqlite(folder, "windows")}


def _topics(world: World, folder: Path, stack: ExitStack) -> Places:
    broker, name = world.kafka(), folder.name
    for topic in ("copies", "windows"):
        broker.create_topic(f"{name}-{topic}", 3)
    server = stack.enter_context(Redis())
    return {
        "copies": kafka(broker, f"{name}-copies"),
        "counts": redis(server, name),
        "windows": kafka(broker, f"{name}-windows"),
    }


def _tables(world: World, folder: Path, stack: ExitStack) -> Places:
    server = world.mariadb()
    database = server.create_database(folder.name.replace("-", "_"))
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("create table copies (id bigint, shop varchar(20))")
        cursor.execute("create table counts (`key` varchar(20) primary key, value varchar(20))")
        cursor.execute("create table windows (`key` varchar(20), start bigint, end bigint, count bigint)")
    return {name: mariadb(server, database, name) for name in ("copies", "counts", "windows")}


KINDS: dict[str, Callable[[World, Path, ExitStack], Places]] = {
    "file, sqlite": _files,
    "kafka, redis": _topics,
    "mariadb": _tables,
}


def checked(sinks: str, lives: Lives, places: Places, records: int) -> Round:
    """Compares what the sinks show with what the records say."""
    ids = Counter(_whole(row["id"]) for row in places["copies"].read())
    shops = Counter(f"s{number * 7919 % _SHOPS}" for number in range(records))
    counts = {str(row["key"]): _whole(row["value"]) for row in places["counts"].read()}
    windows = Counter((f"s{number * 7919 % _SHOPS}", number // 10 // 1_000 * 1_000) for number in range(records))
    told = places["windows"].read()
    wrong = sum(counts.get(shop) != count for shop, count in shops.items()) + _wrong_windows(told, windows)
    return Round(
        sinks=sinks,
        lives=lives,
        records=records,
        missing=sum(number not in ids for number in range(records)),
        doubled=sum(count - 1 for count in ids.values()),
        wrong=wrong,
    )


def _whole(value: object) -> int:
    """TypeScript's numbers may come back as 7.0."""
    return int(float(str(value)))


def _wrong_windows(told: Sequence[Row], windows: Counter[tuple[str, int]]) -> int:
    """Windows that are missing, there twice, or have another count."""
    seen: Counter[tuple[str, int, int]] = Counter(
        (str(row["key"]), _whole(row["start"]), _whole(row["count"])) for row in told
    )
    right: Counter[tuple[str, int, int]] = Counter((shop, start, count) for (shop, start), count in windows.items())
    return ((seen - right) + (right - seen)).total()


def table(rounds: Sequence[Round]) -> Table:
    """One line for each round."""
    shown = Table(title="killed jobs, and what their sinks show", title_justify="left")
    for name in ("sinks", "kills", "records", "missing", "doubled", "wrong", "seconds"):
        shown.add_column(name, justify="left" if name == "sinks" else "right")
    for one in rounds:
        cells = (one.lives.kills, one.records, one.missing, one.doubled, one.wrong)
        shown.add_row(one.sinks, *(f"{cell:,}" for cell in cells), f"{one.lives.seconds:,.0f}")
    return shown


def main() -> int:
    """Runs rounds; 1 where one of them shows something else."""
    parser = argparse.ArgumentParser(prog="python -m tools.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long; each kind of sinks has a round at least")
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--mean-seconds", type=float, default=3.0, help="how long a life is, on average")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=KINDS, help="one kind of sinks")
    asked = parser.parse_args()
    console, rounds, until = Console(), list[Round](), time.monotonic() + 60 * asked.minutes
    with ExitStack() as stack:
        world = World(stack, asked.records)
        console.print("building the job, making the input")
        world.prepare()
        number = 0
        while number < len(KINDS) or time.monotonic() < until:
            sinks = asked.only or list(KINDS)[number % len(KINDS)]
            chance = random.Random(asked.seed + number)
            with ExitStack() as of_round:
                folder = world.folder / f"round-{number}"
                folder.mkdir()
                places = KINDS[sinks](world, folder, of_round)
                source = f"file:{world.input}"
                lives = live(world.module, source, places, folder, chance=chance, mean_seconds=asked.mean_seconds)
                rounds.append(checked(sinks, lives, places, asked.records))
            number += 1
            last = rounds[-1]
            bad = last.missing + last.doubled + last.wrong
            console.print(f"{sinks}: {last.lives.kills} kills, {bad} of {last.records:,} records wrong")
            if asked.only and time.monotonic() >= until:
                break
    console.print(table(rounds))
    return int(any(one.missing or one.doubled or one.wrong for one in rounds))


if __name__ == "__main__":
    sys.exit(main())
