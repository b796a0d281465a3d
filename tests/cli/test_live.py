"""The picture of a run on a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lightflus.cli.live import LiveView, summary
from lightflus.cli.screen import words
from lightflus.connectors.stdio.screen import ShownRows
from lightflus.model.graph import OperatorId
from lightflus.runtime.counters import OperatorProgress


def test_the_rows_of_every_sink_stay_when_the_picture_goes(capsys: pytest.CaptureFixture[str]) -> None:
    view = LiveView()
    view.open()
    for number in range(3):
        view.show(ShownRows("words", ("key",), ((f"hello {number}",),), 1))
        view.show(ShownRows("lengths", ("key",), ((f"five {number}",),), 7))
        view.update(number, ())
    view.close()
    shown = capsys.readouterr().out
    assert [shown.count(text) for text in ("words", "hello 2", "lengths", "five 2", "the last 1 of 7 written")] == [
        1
    ] * 5
    assert "hello 1" not in shown


def test_what_waits_or_was_put_aside_is_noted_and_without_that_there_is_no_column_for_it() -> None:
    plain = OperatorProgress(OperatorId(0), "topic", 1, 1, 1, 1, 0, 0.0)
    troubled = replace(plain, rejected=1_234, lag=7, status="h:1 refuses connections; try 2 in 0.1 s")
    assert len(summary("job", 1.0, [plain]).columns) == 5
    table = summary("job", 1.0, [troubled])
    assert [str(cell) for cell in table.columns[-1].cells] == [
        "h:1 refuses connections; try 2 in 0.1 s, bad records: 1,234, 7 behind"
    ]


def test_a_narrow_terminal_has_numbers_that_can_be_read_instead_of_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words(), "width", 40)
    table = summary("job", 1.0, [OperatorProgress(OperatorId(0), "topic", 1, 12_345_678, 1, 1, 0, 0.0)])
    with words().capture() as capture:
        words().print(table)
    assert "topic     12,345,678" in capture.get()
