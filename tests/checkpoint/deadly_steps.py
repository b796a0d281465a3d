"""Writes checkpoints to folders in children that die at each step in turn, and looks at what they leave.

A program, since it forks: `python deadly_steps.py FOLDER` prints at how many steps a child has died.
"""

from __future__ import annotations

import os
import sys
from itertools import count
from pathlib import Path
from typing import Protocol

from checkpoint_samples import put_checkpoint

from lightflus.checkpoint.directory import DirectoryStore
from lightflus.checkpoint.manifests import epochs
from lightflus.checkpoint.retention import Retention
from lightflus.checkpoint.verifying import verify

STEPS = ("fsync", "link", "replace", "unlink", "mkdir", "rmdir")
"""What a power cut or a kill may come before, and what the next start may find done or not done."""
EPOCHS = 3


def work(folder: Path) -> None:
    store = DirectoryStore(folder, is_made=True)
    store.hold()
    retention = Retention(store, 2, keep=2)
    for epoch in range(1, EPOCHS + 1):
        put_checkpoint(store, epoch)
        retention.apply(epoch + 1)


def dies(folder: Path, step: int) -> bool:
    """Whether the child has died: it does before its step of that number, if it has as many."""
    child = os.fork()
    if child == 0:
        left = [step]
        for name in STEPS:
            setattr(os, name, deadly(getattr(os, name), left))
        work(folder)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


class Call(Protocol):
    def __call__(self, *arguments: object, **options: object) -> object: ...


def deadly(call: Call, left: list[int]) -> Call:
    def counted(*arguments: object, **options: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            os._exit(9)
        return call(*arguments, **options)

    return counted


def main(place: Path) -> None:
    for step in count(1):
        folder = place / str(step)
        has_died = dies(folder, step)
        if folder.exists():
            report = verify(DirectoryStore(folder))
            assert not report.unreadable, (step, report.epochs)
            work(folder)
            assert epochs(DirectoryStore(folder)) == [EPOCHS - 1, EPOCHS], step
            assert not any((folder / ".unfinished").iterdir()), step
        if not has_died:
            print(step - 1)
            return


main(Path(sys.argv[1]))
