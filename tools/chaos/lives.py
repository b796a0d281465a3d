"""One job from its first start to its end, killed in between: `kill -9`, at random moments, at random parallelism.

What it owns: starting it again as long as it takes, and what was said. What it leaves: what it writes (`places.py`).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.chaos.places import Place

_LIGHTFLUS = Path(sys.executable).with_name("lightflus")
_LIVES = 60
_LAST_SECONDS = 300


@dataclass
class Lives:
    """What it took.

    Attributes:
        kills: how often it was killed.
        refused: how often it did not start, and the last reason.
        seconds: from the first start to the end.
    """

    kills: int = 0
    seconds: float = 0.0
    said: list[str] = field(default_factory=list)


def live(
    module: Path,
    source: str,
    places: dict[str, Place],
    folder: Path,
    *,
    chance: random.Random,
    mean_seconds: float,
    befall: Callable[[int], None] = lambda life: None,
) -> Lives:
    """Has a job that ends run to its end. Raises AssertionError: it ends otherwise than killed.

    `befall` is called in each life, after its start: something may happen to the world.
    """
    lives, began = Lives(), time.monotonic()
    environment = {**os.environ, **{k: v for place in places.values() for k, v in place.environment.items()}}
    for life in range(_LIVES):
        command = _command(module, source, places, chance.choice([1, 2, 3]))
        job = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        befall(life)
        patience = _LAST_SECONDS if life == _LIVES - 1 else chance.uniform(0.5, 1.5) * mean_seconds * (1 + life / 10)
        try:
            said, _ = job.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            job.kill()
            said, _ = job.communicate()
            lives.kills += 1
            lives.said.append(said)
            continue
        lives.said.append(said)
        if job.returncode == 0:
            lives.seconds = time.monotonic() - began
            return lives
    raise AssertionError(f"it never ended:\n{lives.said[-1]}")


def _command(module: Path, source: str, places: dict[str, Place], parallelism: int) -> Sequence[str]:
    bound = [f"orders={source}", *(f"{name}={place.uri}" for name, place in places.items())]
    bindings = [word for one in bound for word in ("--bind", one)]
    options = ["--allow-all", "--quiet", "--checkpoints", "checkpoints", "--every", "300ms"]
    return [str(_LIGHTFLUS), "run", str(module), *bindings, *options, "--parallelism", str(parallelism)]
