"""What a worker hears from a coordinator that does not take it, or sends what it should not."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import trio

from lightflus.coordinator.process import coordinating
from lightflus.errors import Conflict, ModuleInvalid
from lightflus.wire.control import Connection
from lightflus.worker import agent
from lightflus.worker.agent import Agent, AgentSetting
from lightflus.worker.modules import has_module, keep_module, kept_module
from lightflus.worker.runner import Setting


async def test_a_worker_of_another_protocol_ends_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "PROTOCOL", 9)
    setting = AgentSetting(Setting("", "w", "127.0.0.1", "127.0.0.1", 1, str(tmp_path), {}), 1 << 30)
    async with coordinating("127.0.0.1:0", tmp_path / "coordinator") as port:
        with (
            Connection(f"127.0.0.1:{port}") as connection,
            trio.fail_after(20),
            pytest.raises(Conflict, match="speaks protocol 9, this coordinator 1") as caught,
        ):
            await Agent(connection, setting).run()
    assert caught.value.hint == "run the same release of lightflus on all machines"


def test_bytes_that_are_not_the_module_that_was_asked_for_are_not_kept(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"the module").hexdigest()
    with pytest.raises(ModuleInvalid, match="is another one"):
        keep_module(tmp_path, digest, b"another")
    assert not has_module(tmp_path, digest)
    with pytest.raises(ModuleInvalid, match="is no digest"):
        kept_module(tmp_path, "../../etc/passwd")
