"""The attack suite: it holds here, and it would say so if it did not."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lightflus.cli.main import app
from lightflus.cli.problems import render
from lightflus.errors import GuestTrapped, InternalError, LightflusError
from lightflus.evil.arena import Fight
from lightflus.evil.attack import NOTHING, Attack
from lightflus.evil.guests import guest, timed_guest
from lightflus.evil.jobs import honest_output, numbers
from lightflus.evil.suite import attacks, judged, run
from lightflus.sandbox.examining import TooCostly


def shown(error: LightflusError) -> str:
    return render(error, 100).plain.rstrip("\n")


ATTACKS = list(attacks())
KINDS = sorted({attack.kind for attack in ATTACKS})


def test_there_are_many_attacks_of_every_kind_each_with_a_name_of_its_own() -> None:
    counts = Counter(attack.kind for attack in ATTACKS)
    assert len(ATTACKS) > 300
    assert min(counts.values()) >= 15
    assert len({(attack.kind, attack.name) for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*unclosed file")  # a thread that a busy machine keeps from ending is left behind
@pytest.mark.parametrize("kind", KINDS)
def test_attacks_are_held(kind: str) -> None:
    report = run([attack for attack in ATTACKS if attack.kind == kind], shown, lambda _: None)
    assert [(one.attack.name, one.held_not) for one in report.outcomes if one.held_not] == []
    assert report.held_not == ()


def test_the_honest_guest_does_what_its_neighbours_are_measured_by() -> None:
    assert numbers(3) == "0\n1\n2\n"
    assert honest_output(5) == [1, 3, 6, 9, 5]  # 1 once, 3 three times, 5 once


def test_the_guest_of_event_time_is_no_attack_by_itself() -> None:
    honest = Attack("times", "nothing", partial(timed_guest, {}), frozenset({NOTHING}))
    report = run([honest], shown, lambda _: None)
    assert (report.outcomes[0].held_not, report.held_not) == ((), ())


def test_a_hole_that_is_not_there_is_our_own_bug() -> None:
    with pytest.raises(InternalError, match="no hole nowhere"):
        guest({"nowhere": "nop"})


TRAP = Attack("traps", "a trap", lambda: b"", frozenset({"GuestTrapped"}), seconds=1.0, memory_bytes=1 << 20)


def fight(**seen: object) -> Fight:
    """A fight that was held, but for what is given."""
    found = Fight()
    found.error = GuestTrapped("trapped")
    found.busy = 1.0
    for name, value in seen.items():
        setattr(found, name, value)
    return found


def test_what_was_seen_as_it_should_be_is_held() -> None:
    assert judged(TRAP, fight(), str).held_not == ()


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ({"error": None}, "it ended with nothing, not with GuestTrapped"),
        ({"error": RecursionError("deep")}, "it ended with RecursionError, not with GuestTrapped"),
        ({"error": TooCostly("too much")}, "it ended with ModuleInvalid, not with GuestTrapped"),
        ({"seconds": 1.3}, "it took 1.3 s; 1.0 s are allowed"),
        ({"memory_bytes": 2 << 20}, "it took 2 MiB; 1 MiB are allowed"),
        ({"is_neighbour_right": False}, "the output of the honest job beside it is wrong"),
        ({"said": ["a\x1b[2Jb"]}, "a log line of it may harm a terminal"),
        ({"error": GuestTrapped("a\nerror: forged")}, "its error may harm a terminal"),
        ({"error": GuestTrapped("a\u202eb")}, "its error may harm a terminal"),
    ],
    ids=str,
)
def test_what_does_not_hold_is_named(seen: dict[str, object], said: str) -> None:
    assert judged(TRAP, fight(**seen), str).held_not == (said,)


def test_an_attack_that_is_not_held_is_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = dataclasses.replace(next(one for one in ATTACKS if one.kind == "traps"), ends=frozenset({NOTHING}))
    monkeypatch.setattr("lightflus.cli.attacking.attacks", lambda: [wrong])
    done = CliRunner().invoke(app, ["evil", "--json"])
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert not report["ok"]
    assert report["attacks"][0]["held_not"] == ["it ended with GuestTrapped, not with nothing"]


def test_the_report_is_a_table() -> None:
    done = CliRunner().invoke(app, ["evil", "--kind", "traps", "--name", "by zero"])
    assert done.exit_code == 0, done.output
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:]] == [["traps", "2", "2"], ["all", "2", "2"]]


def test_hostile_modules_can_be_saved_for_another_engine(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["evil", "--kind", "traps", "--save", str(tmp_path / "modules")])
    assert done.exit_code == 0, done.output
    assert len(list((tmp_path / "modules").glob("*-traps.wasm"))) == 30
    assert (tmp_path / "modules" / "honest.wasm").read_bytes().startswith(b"\0asm")


def test_a_kind_that_is_not_there_is_told_with_those_that_are() -> None:
    done = CliRunner().invoke(app, ["evil", "--kind", "nice"])
    assert "there are no attacks of kind nice" in str(done.exception)
