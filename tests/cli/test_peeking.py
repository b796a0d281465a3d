"""`lightflus peek` and `lightflus send`, over files and over real servers."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from select import select
from typing import Protocol

import pytest
from tools.servers import Kafka, MariaDb, Redis
from tools.servers.mariadb import PASSWORD, USER

from lightflus.cli.guard import guarded
from lightflus.cli.main import app

COMMAND = [sys.executable, "-c", "from lightflus.cli.main import main; main()"]


class Said(Protocol):
    """Runs a command; its exit code, its lines on standard output, its words."""

    def __call__(self, *arguments: object) -> tuple[int, list[str], str]: ...


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs a command; its exit code, its lines on standard output, its words."""

    def run(*arguments: object) -> tuple[int, list[str], str]:
        capsys.readouterr()
        code = guarded(lambda: app(list(map(str, arguments)), prog_name="lightflus"))
        out, err = capsys.readouterr()
        return code, out.splitlines(), err

    return run


@pytest.fixture
def trades(tmp_path: Path) -> Path:
    path = tmp_path / "trades.jsonl"
    path.write_text('{"who":"ann","n":1}\n{"who":"bob"}\n{"who":"cyd","n":3}\n')
    return path


def test_records_are_shown_as_they_are(trades: Path, said: Said) -> None:
    lines = trades.read_text().splitlines()
    assert said("peek", f"file:{trades}")[:2] == (0, lines)
    assert said("peek", f"file:{trades}", "-n", "2", "--places")[1] == [
        f"{trades}:{n}\t{line}" for n, line in enumerate(lines[:2], 1)
    ]


def test_records_are_decoded_and_bad_ones_are_told_in_their_place(trades: Path, said: Said) -> None:
    code, lines, words = said("peek", f"file:{trades}", "--fields", "who:string,n:number")
    assert (code, lines) == (0, ['{"who":"ann","n":1}', '{"who":"bob"}', '{"who":"cyd","n":3}'])
    assert "trades.jsonl:2:1: field `n` (float64) is missing" in " ".join(words.split())


def test_records_are_shown_for_programs(trades: Path, said: Said) -> None:
    _, lines, _ = said("peek", f"file:{trades}", "--fields", "who:string,n:number?", "--json", "-n", "0")
    assert [json.loads(line)["text"] for line in lines][1] == '{"who":"bob","n":null}'
    assert json.loads(lines[0])["position"] == f"{trades}:1"


def test_where_there_is_nothing_that_is_said(tmp_path: Path, said: Said) -> None:
    (tmp_path / "empty").touch()
    assert said("peek", f"file:{tmp_path / 'empty'}") == (0, [], "there is no record; --follow waits for new ones\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["peek", "file:none"], "no such file"),
        (["peek", "redis:x"], "`redis:` cannot be a source"),
        (["peek", "stdin:", "--fields", "a:list"], "`a:list`, which is no field"),
        (["peek", "stdin:", "--fields", "a:string,a:number"], "names `a` twice"),
        (["send", "stdin:", "x"], "`stdin:` cannot be a sink"),
        (["send", "stdout:", "x", "--file", "y"], "there are lines and --file"),
        (["send", "stdout:", "{}", "--fields", "a:number"], "field `a` (float64) is missing"),
        (["send", "sqlite:x.db", "{}", "--fields", "a:number?", "--key", "b"], "--key names `b`"),
        (["send", "blackhole:", "x", "--create"], "has nothing that could be made"),
    ],
)
def test_what_is_wrong_is_told(
    arguments: list[str], words: str, said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = said(*arguments)
    assert (code, words in err) == (2, True), err


def test_lines_are_sent_as_they_are(tmp_path: Path, said: Said) -> None:
    assert said("send", f"file:{tmp_path / 'out'}", "a b", "c")[2] == "sent 2 records\n"
    assert (tmp_path / "out").read_text() == "a b\nc\n"


def test_the_lines_of_a_file_are_sent_as_columns(trades: Path, tmp_path: Path, said: Said) -> None:
    uri, fields = f"sqlite:{tmp_path / 'x.db'}?table=t", "who:string,n:number?"
    code, _, words = said("send", uri, "--file", trades, "--fields", fields, "--key", "who")
    assert (code, words) == (0, "sent 3 records\n")
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        assert connection.execute("SELECT * FROM t").fetchall() == [("ann", 1.0), ("bob", None), ("cyd", 3.0)]


@pytest.mark.slow
def test_a_topic_is_made_filled_and_looked_at(kafka: Kafka, unique: Callable[[str], str], said: Said) -> None:
    uri = f"kafka://{kafka.address}/{unique('peeked')}"
    assert said("send", uri, "hello world")[0] == 2
    assert said("send", uri, "hello world", "again", "--create")[:1] == (0,)
    assert said("send", uri, "once more", "--create")[:1] == (0,)
    assert said("peek", uri)[:2] == (0, ["hello world", "again", "once more"])
    assert said("peek", uri, "-n", "1", "--places")[1] == [f"{uri.rpartition('/')[2]}[0]@0\thello world"]
    assert said("peek", f"{uri}?start.offsets=0:2")[1] == ["once more"]


@pytest.mark.slow
def test_the_way_out_of_a_topic_that_is_not_there_can_be_followed(
    kafka: Kafka, unique: Callable[[str], str], said: Said
) -> None:
    uri = f"kafka://{kafka.address}/{unique('missing')}"
    code, _, words = said("peek", uri)
    way_out = " ".join(words.split()).partition("create it: lightflus ")[2].replace(" </dev/null", "")
    assert code == 2
    done = subprocess.run([*COMMAND, *way_out.split()], stdin=subprocess.DEVNULL, check=False)
    assert (done.returncode, said("peek", uri)[0]) == (0, 0)


@pytest.mark.slow
def test_keys_and_values_are_sent_to_redis_and_read_from_a_stream(
    redis: Redis, unique: Callable[[str], str], said: Said
) -> None:
    name = unique("peeked")
    fields = ["--fields", "key:string,value:number"]
    assert said("send", f"redis://{redis.address}/0?hash={name}", '{"key":"a","value":3}', *fields)[0] == 0
    stream = f"redis-stream://{redis.address}/0?stream={name}-s"
    assert said("send", f"redis://{redis.address}/0?command=xadd&stream={name}-s", "hello")[0] == 0
    assert said("peek", stream)[:2] == (0, ["hello"])
    with redis.client() as client:
        assert client.hgetall(name) == {"a": "3"}


@pytest.mark.slow
def test_columns_are_sent_to_mysql(mariadb: MariaDb, unique: Callable[[str], str], said: Said) -> None:
    database = mariadb.create_database(unique("peeked"))
    with mariadb.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY)")
        uri = f"mysql://{USER}@{mariadb.address}/{database}?table=t&password=env:PASSWORD_OF_TEST"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PASSWORD_OF_TEST", PASSWORD)
            assert said("send", uri, '{"id":18446744073709551615}', "--fields", "id:uint64")[0] == 0
        connection.commit()
        cursor.execute("SELECT id FROM t")
        assert cursor.fetchall() == ((18446744073709551615,),)


@pytest.mark.slow
def test_what_comes_is_followed(kafka: Kafka, unique: Callable[[str], str], said: Said) -> None:
    topic = kafka.create_topic(unique("followed"))
    uri = f"kafka://{kafka.address}/{topic}"
    said("send", uri, "before")
    with subprocess.Popen([*COMMAND, "peek", uri, "--follow"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not select([process.stdout], [], [], 0.2)[0]:
            said("send", uri, "after")
        assert process.stdout.readline() == "after\n"
        process.terminate()
        assert process.wait(60) == 130


def test_standard_input_is_sent(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "send", f"file:{tmp_path / 'out'}"], input=b"a\nb", capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"sent 2 records\n")
    assert (tmp_path / "out").read_text() == "a\nb\n"
