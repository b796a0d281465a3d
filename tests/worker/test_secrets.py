"""Secrets that a worker's operator gives: jobs may name them, and nothing else of its environment."""

from __future__ import annotations

import os
import runpy
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
import trio
from wished import kept

from lightflus.cli.permissions import Permissions
from lightflus.cli.working import WorkerOptions, work
from lightflus.compose.secrets import secret_places
from lightflus.connectors.contract.kinds import Streams
from lightflus.errors import BindingInvalid, NotAllowed, UserError
from lightflus.model.policy import Policy, Right
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.runtime.pool import ThreadPool
from lightflus.runtime.slots import ThreadSlots
from lightflus.wire.listener import open_listener
from lightflus.worker.house import House
from lightflus.worker.lease import SharedLease
from lightflus.worker.loaded import Loaded, load
from lightflus.worker.outbox import Outbox
from lightflus.worker.runner import Setting
from lightflus.worker.saying import Voice

WRITE = Path(__file__).parents[1] / "cli" / "job_modules.py"
SECRET = "hunter22"


@pytest.fixture
def wasm(tmp_path: Path) -> bytes:
    write = cast("Callable[[Path], Path]", runpy.run_path(str(WRITE))["write_job"])
    return write(tmp_path / "numbers.wasm").read_bytes()


async def loaded_with(folder: Path, wasm: bytes, password: str, places: dict[str, str]) -> Loaded:
    """The job between files and a Redis whose password is a reference."""
    listener, slots = await open_listener("127.0.0.1"), ThreadSlots(1)
    with closing(SharedLease(0)) as lease, open(os.devnull, "wb") as nowhere:
        house = House(
            name="w",
            listener=listener,
            slots=slots,
            threads=ThreadPool(),
            loading=trio.CapacityLimiter(1),
            lease=lease,
            modules=folder / "modules",
            letters=folder,
            policy=Policy({Right.NET: None, Right.READ: None}),
            secrets=places,
            streams=Streams(stdin=0, stdout=nowhere),
            changed=lambda: None,
            outbox=Outbox(),
        )
        await listener.close()
        slots.close()
        wish = pb.FragmentWish(namespace="ns", job="job", digest=kept(folder, wasm), parallelism=1)
        wish.bindings.extend([f"numbers=file:{folder / 'in'}", f"redis=redis://localhost:1?password=env:{password}"])
        return load(wish, house, Voice(wish, house.outbox))


async def test_a_job_gets_a_secret_that_the_operator_has_given(
    tmp_path: Path, wasm: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_CACHE", SECRET)
    found = await loaded_with(tmp_path, wasm, "CACHE", {"CACHE": "env:OF_THE_CACHE"})
    assert found.walls.reach("redis").variable("CACHE") == SECRET


async def test_a_secret_is_read_from_its_file_when_a_job_starts(tmp_path: Path, wasm: bytes) -> None:
    (tmp_path / "password").write_text(f"{SECRET}\n")
    found = await loaded_with(tmp_path, wasm, "CACHE", {"CACHE": f"file:{tmp_path / 'password'}"})
    assert found.walls.reach("redis").variable("CACHE") == SECRET


async def test_what_the_operator_has_not_given_stays_his(
    tmp_path: Path, wasm: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_CACHE", SECRET)
    with pytest.raises(NotAllowed, match="may not use the secret OF_THE_CACHE"):
        await loaded_with(tmp_path, wasm, "OF_THE_CACHE", {"CACHE": "env:OF_THE_CACHE"})


def test_a_secret_that_is_not_there_is_told_when_the_worker_starts(tmp_path: Path) -> None:
    options = WorkerOptions("127.0.0.1:8791", "w", "127.0.0.1", 1, 1, tmp_path, {}, "", "")
    with pytest.raises(BindingInvalid, match="MISSING"):
        work(options, Permissions(secrets=["CACHE=env:MISSING"]))
    with pytest.raises(UserError, match="does not say where the secret is"):
        work(options, Permissions(secrets=["CACHE=hunter2"]))


def test_no_command_line_holds_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_CACHE", SECRET)
    places = secret_places(["CACHE=env:OF_THE_CACHE"])
    told = Setting("ns", "w", "127.0.0.1", "127.0.0.1", 1, str(tmp_path), {}, places).to_json()
    assert "env:OF_THE_CACHE" in told
    assert SECRET not in told
