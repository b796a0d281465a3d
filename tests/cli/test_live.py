"""The picture of a run on a terminal."""

from __future__ import annotations

import pytest

from lightflus.cli.live import LiveView
from lightflus.connectors.screen import ShownRows


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
