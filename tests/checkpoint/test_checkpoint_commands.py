"""`lightflus checkpoint` and `lightflus state` over a folder: what is there, what is asked, what is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from checkpoint_samples import put_checkpoint

from lightflus.checkpoint.directory import DirectoryStore
from lightflus.checkpoint.manifests import read_manifest, write_manifest
from lightflus.checkpoint.names import copy_name, manifest_name
from lightflus.cli.guard import guarded
from lightflus.cli.main import app
from lightflus.cli.screen import results, words


class Said(Protocol):
    def __call__(self, *arguments: object) -> tuple[int, str, str]: ...


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs a command; its exit code, what it printed, its words."""

    def run(*arguments: object) -> tuple[int, str, str]:
        words.cache_clear()
        results.cache_clear()
        capsys.readouterr()
        code = guarded(lambda: app(list(map(str, arguments)), prog_name="lightflus"))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two checkpoints."""
    store = DirectoryStore(tmp_path / "state", is_made=True)
    put_checkpoint(store, 11)
    put_checkpoint(store, 12, changes=2)
    return tmp_path / "state"


def rows(said: Said, *arguments: object) -> list[object]:
    code, out, _ = said("state", *arguments, "--json")
    assert code == 0
    found = json.loads(out)["rows"]
    assert isinstance(found, list)
    return found


def test_the_list_has_a_line_per_checkpoint(folder: Path, said: Said) -> None:
    code, out, _ = said("checkpoint", "list", folder)
    lines = out.splitlines()
    assert (code, len(lines)) == (0, 3)
    assert lines[0].split() == ["epoch", "age", "size", "generation", "rows", "whole"]
    assert "counts 204, by shop 2, p 1" in lines[2]
    assert [line.split()[-1] for line in lines[1:]] == ["yes", "yes"]
    listed = json.loads(said("checkpoint", "list", folder, "--json")[1])
    assert [one["epoch"] for one in listed] == [11, 12]
    assert listed[1]["rows"] == {"counts": 204, "by shop": 2, "p": 1}


def test_the_list_says_what_is_missing_or_damaged(folder: Path, said: Said) -> None:
    for name in (manifest_name(11), copy_name(11)):
        (folder / name).write_bytes(b"torn")
    (folder / "objects/0000000012-000002/p/0-0-run").unlink()
    out = said("checkpoint", "list", folder)[1]
    assert "no: the manifest is damaged: 4 bytes that" in out.splitlines()[1]
    assert "no: objects/0000000012-000002/p/0-0-run is missing" in out.splitlines()[2]
    listed = json.loads(said("checkpoint", "list", folder, "--json")[1])
    assert [one["whole"] for one in listed] == [False, False]


def test_a_checkpoint_is_shown_with_sources_operators_and_sinks(folder: Path, said: Said) -> None:
    code, out, _ = said("checkpoint", "show", folder)
    assert code == 0
    for told in (
        "job word count of",
        "checkpoint 12, by start 2",
        "source text",
        "counts",
        "{count: int64, mean: float64}",
        "out",
    ):
        assert told in out
    shown = json.loads(said("checkpoint", "show", folder, "--epoch", 11, "--json")[1])
    assert shown["epoch"] == 11
    assert shown["sources"][0]["splits"] == [{"split": "b", "position": "12"}, {"split": "a", "position": None}]
    assert shown["operators"][1]["settings"] == {"windows": "FixedWindow", "size": 60_000, "offset": 0}
    assert shown["sinks"][0]["staged"] == [{"epoch": 11, "subtask": 1, "bytes": 6}]


def test_a_key_is_looked_up_in_the_newest_checkpoint(folder: Path, said: Said) -> None:
    assert rows(said, folder, "counts", "word-7") == [{"key": "word-7", "state": {"count": 7_001, "mean": 2}}]
    assert rows(said, folder, "counts", "word-7", "--epoch", 11) == [
        {"key": "word-7", "state": {"count": 7, "mean": 0.5}}
    ]
    code, out, err = said("state", folder, "counts", "word-9")
    assert (code, json.loads(out)) == (0, {"key": "word-9", "state": {"count": 9, "mean": 0.5}})
    assert "of checkpoint 12" in err


def test_a_key_that_is_not_there_is_told(folder: Path, said: Said) -> None:
    assert rows(said, folder, "counts", "word-8") == []
    code, out, err = said("state", folder, "counts", "word-8")
    assert (code, out) == (0, "")
    assert "`counts` keeps nothing of 'word-8' in checkpoint 12" in err


def test_a_window_has_its_start_and_end(folder: Path, said: Said) -> None:
    key = {"shop": "ulm", "day": "2024-10-04"}
    assert rows(said, folder, "by shop", json.dumps(key)) == [
        {"key": key, "start": f"1970-01-01T00:0{n}:00.000Z", "end": f"1970-01-01T00:0{n + 1}:00.000Z", "state": state}
        for n, state in ((0, {"count": 3, "mean": 1.5}), (1, {"count": 3, "mean": 1.5}))
    ]


def test_a_process_function_has_timers_beside_its_state(folder: Path, said: Said) -> None:
    assert rows(said, folder, "p", "42") == [{"key": 42, "state": "hi", "timers": ["1970-01-01T00:01:30.000Z"]}]


def test_without_a_key_the_first_rows_are_shown(folder: Path, said: Said) -> None:
    code, out, err = said("state", folder, "counts", "-n", 5)
    assert (code, len(out.splitlines())) == (0, 5)
    assert "the first 5 of `counts`" in err
    assert len(rows(said, folder, "counts", "-n", 1_000)) == 199


@pytest.mark.parametrize(
    ("operator", "key", "told"),
    [
        ("p", "abc", "'abc' is no key of type int64"),
        ("p", "1\n2", "is no key of type int64"),
        ("by shop", "ulm", "is no key of type {shop: utf8, day: date32}"),
        ("by shop", '{"shop":"ulm"}', "is no key of type"),
    ],
)
def test_what_is_no_key_is_refused_with_the_type(folder: Path, said: Said, operator: str, key: str, told: str) -> None:
    code, out, err = said("state", folder, operator, key)
    assert (code, out) == (2, "")
    assert told in err
    assert "help: write a" in err


def test_what_is_not_there_is_told_with_what_is(folder: Path, said: Said, tmp_path: Path) -> None:
    code, _, err = said("state", folder, "totals", "x")
    assert code == 2
    assert "those of `word count` are counts, by shop, p" in err
    code, _, err = said("checkpoint", "show", folder, "--epoch", 3)
    assert code == 2
    assert "there are 11, 12" in err
    code, _, err = said("checkpoint", "show", tmp_path / "none")
    assert code == 1
    assert "no such folder" in err
    DirectoryStore(tmp_path / "empty", is_made=True)
    assert said("checkpoint", "show", tmp_path / "empty")[0] == 2
    assert said("checkpoint", "list", tmp_path / "empty")[0] == 0


def test_an_operator_is_exported_with_its_types(folder: Path, said: Said, tmp_path: Path) -> None:
    file = tmp_path / "counts.parquet"
    assert said("checkpoint", "export", folder, "counts", "-o", file)[0] == 0
    counts = pq.read_table(file)
    assert (counts.num_rows, counts.column_names) == (199, ["key", "state"])
    assert {"key": "word-7", "state": {"count": 7_001, "mean": 2.0}} in counts.to_pylist()
    told = json.loads(said("checkpoint", "export", folder, "by shop", "-o", file, "--json")[1])
    assert (told["rows"], told["file"], told["epoch"]) == (2, str(file), 12)
    windows = pq.read_table(file)
    assert windows.schema.field("end").type == pa.timestamp("ms", "UTC")
    assert windows.column("key").to_pylist()[0] == {"shop": "ulm", "day": date(2024, 10, 4)}
    assert said("checkpoint", "export", folder, "p", "-o", file)[0] == 0
    assert pq.read_table(file).to_pylist() == [
        {"key": 42, "state": "hi", "timers": [90_000], "processing_timers": [], "last": 80_000}
    ]


def test_what_cannot_be_exported_leaves_no_file(folder: Path, said: Said, tmp_path: Path) -> None:
    code, _, err = said("checkpoint", "export", folder, "p", "-o", tmp_path / "none/p.parquet")
    assert code == 1
    assert "p.parquet" in err
    for run in folder.glob("objects/*/*/*"):
        run.write_bytes(run.read_bytes()[:-1])
    assert said("checkpoint", "export", folder, "p", "-o", tmp_path / "p.parquet")[0] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_of_a_job_that_has_ended_an_earlier_checkpoint_is_advised(folder: Path, said: Said) -> None:
    store = DirectoryStore(folder)
    write_manifest(store, replace(read_manifest(store, 12), epoch=13, operators=(), is_end=True))
    code, _, err = said("state", folder, "counts", "word-7")
    assert code == 2
    assert "has ended, and keeps nothing any more; --epoch names an earlier checkpoint" in err
    assert ", the job's end" in said("checkpoint", "list", folder)[1].splitlines()[-1]
    assert "the job has ended with it" in said("checkpoint", "show", folder)[1]


def test_verify_names_what_is_damaged(folder: Path, said: Said) -> None:
    code, out, _ = said("checkpoint", "verify", folder)
    assert (code, out.splitlines()[:2]) == (0, ["checkpoint 11: whole", "checkpoint 12: whole"])
    manifest = folder / manifest_name(12)
    manifest.write_bytes(manifest.read_bytes()[:-5])
    code, out, _ = said("checkpoint", "verify", folder)
    assert code == 1
    assert "checkpoint 12: whole, but one of the two texts" in out
    assert f"{manifest}: the manifest is damaged" in out
    run = max(folder.glob("objects/*/*/*"), key=lambda path: path.stat().st_size)
    run.write_bytes(run.read_bytes()[:100] + b"?" + run.read_bytes()[101:])
    report = json.loads(said("checkpoint", "verify", folder, "--json")[1])
    assert not report["ok"]
    assert any(problem["where"] == str(run) for one in report["checkpoints"] for problem in one["problems"])


def test_an_older_checkpoint_answers_where_the_newest_is_damaged(folder: Path, said: Said) -> None:
    for name in (manifest_name(12), copy_name(12)):
        (folder / name).unlink()
        (folder / name).write_bytes(b"")
    code, out, err = said("state", folder, "counts", "word-7")
    assert (code, json.loads(out)["state"]["count"]) == (0, 7)
    assert "checkpoint 12 cannot be read" in err


def test_looking_at_a_folder_in_use_is_no_use_of_it(folder: Path, said: Said) -> None:
    store = DirectoryStore(folder)
    store.hold()
    assert said("state", folder, "counts", "word-7")[0] == 0
    store.close()
