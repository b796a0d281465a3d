"""`lightflus cluster up`: a whole cluster on this machine, as processes of this command; Ctrl-C ends all of them.

What it owns: which processes there are, with the same commands that anybody would type, telling when they serve, the
operator's token, the order of their ends.
What it leaves: one process (`cluster_part.py`), what it does. On the event loop.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Final, cast

import trio

from lightflus.apiserver.access import new_token
from lightflus.cli.apiserving import first
from lightflus.cli.cluster_part import Part
from lightflus.cli.ending import asked_to_end
from lightflus.cli.screen import say
from lightflus.client.api import Api, Json
from lightflus.client.endpoint import Endpoint, keep_token, parsed
from lightflus.cluster_limits import CLIENT_POLL_MS, CLUSTER_START_SECONDS
from lightflus.errors import ExternalError, LightflusError, UserError
from lightflus.private_files import write_private

_RIGHTS: Final = ("--allow-read", "--allow-write", "--allow-net")
"""Who holds the token is who started it: his jobs may touch what he may, but get no secrets."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a cluster is made of.

    Attributes:
        coordinator, listen: `host:port` of the coordinator and of the ApiServer.
        data: the folder for everything that it keeps, logs too.
    """

    workers: int
    slots: int
    coordinator: str
    listen: str
    data: Path


def run_cluster(shape: Shape) -> None:
    """Runs until Ctrl-C or SIGTERM. Raises LightflusError."""
    try:
        trio.run(_run, shape)
    except* LightflusError as group:
        raise first(group) from None


async def _run(shape: Shape) -> None:
    parts: list[Part] = []
    alive, ours = os.pipe()
    with _own_folder(shape.data), asked_to_end() as asked, _Kept() as kept:
        token, token_file = new_token(), shape.data / "operator.token"
        write_private(token_file, token)
        try:
            async with trio.open_nursery() as nursery:
                for name, arguments in _commands(shape, token_file):
                    parts.append(Part(name, arguments, shape.data / f"{name}.log", alive))
                    await parts[-1].start()
                    nursery.start_soon(parts[-1].keep)
                nursery.start_soon(_open_up, shape, token, parts, kept)
                await asked()
                say("ending")
                nursery.cancel_scope.cancel()
        finally:
            with trio.CancelScope(shield=True):
                for part in reversed(parts):  # who takes requests, then who works, then who decides
                    await part.end()
            for end in (alive, ours):
                os.close(end)


async def _open_up(shape: Shape, token: str, parts: Sequence[Part], kept: _Kept) -> None:
    """Says that it serves, once it does, and gives its user the token. Raises ExternalError: not all serve in time."""
    where = parsed(shape.listen)
    with trio.move_on_after(CLUSTER_START_SECONDS) as late:
        while await trio.to_thread.run_sync(_alive, Api(where, token), abandon_on_cancel=True) < shape.workers:
            await trio.sleep(CLIENT_POLL_MS / 1_000)
    if late.cancelled_caught:
        raise ExternalError(f"not all of the cluster serves within {CLUSTER_START_SECONDS} s", where=str(shape.data))
    for name in _names(where):
        kept.keep(name, token)
    for part in parts:
        say(str(part), is_whole=True)
    say(f"the cluster serves at http://{where.name}; Ctrl-C ends it", "bold")


class _Kept:
    """Tokens in the user's file, for as long as the block runs."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def __enter__(self) -> _Kept:
        return self

    def keep(self, name: str, token: str) -> None:
        """Of one endpoint. Raises UserError, ExternalError."""
        keep_token(name, token)
        self._names.append(name)

    def __exit__(self, *_: object) -> None:
        for name in self._names:
            keep_token(name, None)


def _names(where: Endpoint) -> tuple[str, ...]:
    """What people call it: of this machine, by either name."""
    is_here = where.host in ("localhost", "127.0.0.1")
    return (f"localhost:{where.port}", f"127.0.0.1:{where.port}") if is_here else (where.name,)


def _commands(shape: Shape, token_file: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Name and arguments of every process, in the order of their start."""
    data, coordinator = shape.data, shape.coordinator
    found: list[tuple[str, tuple[str, ...]]] = [
        ("coordinator", ("coordinator", "--listen", coordinator, "--data", str(data / "coordinator")))
    ]
    for number in range(1, shape.workers + 1):
        name = f"worker-{number}"
        options = ("--coordinator", coordinator, "--slots", str(shape.slots), "--name", name)
        found.append((name, ("worker", *options, "--data", str(data / name), *_RIGHTS)))
    tokens = ("--tokens", str(data / "access.json"), "--operator-token", str(token_file))
    found.append(("apiserver", ("apiserver", "--coordinator", coordinator, "--listen", shape.listen, *tokens)))
    return found


def _alive(api: Api) -> int:
    """How many workers are there, as far as anybody answers yet."""
    with suppress(LightflusError):
        found = cast("list[Json]", api.ask("GET", "/workers")["items"])
        return sum(worker["status"] == "alive" for worker in found)
    return -1


@contextmanager
def _own_folder(folder: Path) -> Iterator[None]:
    """No other cluster has it meanwhile. Raises UserError."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (folder / "cluster.lock").open("w")
    except OSError as error:
        raise UserError(f"cannot be made: {error.strerror}", where=str(folder), hint="name another one") from error
    with file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except OSError as error:
            hint = "end that one, or name another folder with --data"
            raise UserError("another cluster has this folder", where=str(folder), hint=hint) from error
        yield
