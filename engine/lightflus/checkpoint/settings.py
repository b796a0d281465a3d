"""What a manifest says of an operator beside its rows: whoever reads these from outside asks.

What it owns: reading that text, which is hostile. Pure.
What it leaves: writing it (`model/kept.py`), comparing it (`model/resuming.py`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import cast

from lightflus.errors import CheckpointDamaged
from lightflus.limits import SPAN_MS
from lightflus.model.checkpoints import OperatorState
from lightflus.model.timed import FixedWindow, SessionWindow, SlidingWindow, Windows


def settings_of(operator: OperatorState) -> Mapping[str, object]:
    """The settings by name. Raises CheckpointDamaged."""
    try:
        found = cast(object, json.loads(operator.settings or "{}"))
    except (ValueError, RecursionError) as error:
        raise CheckpointDamaged(f"the settings of `{operator.name}` are no JSON: {error}") from error
    if not isinstance(found, dict):
        raise CheckpointDamaged(f"the settings of `{operator.name}` have no names")
    return cast("dict[str, object]", found)


def windows_of(operator: OperatorState) -> Windows | None:
    """The windows of an operator that has some. Raises CheckpointDamaged."""
    if operator.kind != "window":
        return None
    settings = settings_of(operator)

    def span(name: str, least: int = 1) -> int:
        found = settings.get(name)
        if not isinstance(found, int) or not least <= found <= SPAN_MS:
            raise CheckpointDamaged(
                f"the windows of `{operator.name}` have no {name} that they can have: {found!r:.40}"
            )
        return found

    match settings.get("windows"):
        case "FixedWindow":
            return FixedWindow(span("size"), span("offset", -SPAN_MS))
        case "SlidingWindow":
            return SlidingWindow(span("size"), span("slide"), span("offset", -SPAN_MS))
        case "SessionWindow":
            return SessionWindow(span("gap"))
        case other:
            raise CheckpointDamaged(f"`{operator.name}` has windows of an unknown kind: {other!r:.40}")


def pane_ms(windows: Windows | None) -> int | None:
    """How long the panes of windows are; a fixed window is its own. None: there are no panes."""
    match windows:
        case FixedWindow(size):
            return size
        case SlidingWindow(size, slide):
            return math.gcd(size, slide)
        case _:
            return None
