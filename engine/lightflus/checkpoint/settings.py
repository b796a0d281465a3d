"""What a manifest says of an operator beside its rows: whoever shows them to people asks.

What it owns: reading that text, which is hostile. Pure.
What it leaves: writing it (`model/kept.py`), comparing it (`model/resuming.py`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import cast

from lightflus.errors import CheckpointDamaged
from lightflus.model.checkpoints import OperatorState


def settings_of(operator: OperatorState) -> Mapping[str, object]:
    """The settings by name. Raises CheckpointDamaged."""
    try:
        found = cast(object, json.loads(operator.settings or "{}"))
    except (ValueError, RecursionError) as error:
        raise CheckpointDamaged(f"the settings of `{operator.name}` are no JSON: {error}") from error
    if not isinstance(found, dict):
        raise CheckpointDamaged(f"the settings of `{operator.name}` have no names")
    return cast("dict[str, object]", found)


def pane_ms(operator: OperatorState) -> int | None:
    """How long the panes of a window are; a fixed window is its own. None: it has sessions, or is no window."""
    settings = settings_of(operator)
    size, slide = settings.get("size"), settings.get("slide", 0)
    if operator.kind != "window" or not isinstance(size, int) or not isinstance(slide, int):
        return None
    return math.gcd(size, slide)
