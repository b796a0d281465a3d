"""`lightflus coordinator` as a process: it says where it listens, is killed and comes back, ends when asked."""

from __future__ import annotations

import hashlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import CONTROL
from lightflus.wire.control import Connection

pytestmark = pytest.mark.slow
WASM = b"\0asm" * 100
DIGEST = hashlib.sha256(WASM).hexdigest()
COMMAND = [sys.executable, "-c", "from lightflus.cli.main import main; main()", "coordinator"]


@contextmanager
def coordinator(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address."""
    command = [*COMMAND, "--listen", "127.0.0.1:0", "--data", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            line = process.stderr.readline()
            found = re.search(r"listens at (\S+),", line)
            assert found, line
            yield process, found[1]
        finally:
            process.kill()


async def create(address: str) -> None:
    def parts() -> Iterator[pb.PutModuleRequest]:
        yield pb.PutModuleRequest(head=pb.PutModuleHead(namespace="ns", digest=DIGEST, bytes=len(WASM)))
        yield pb.PutModuleRequest(data=WASM)

    request = pb.CreateJobRequest(namespace="ns", name="job", digest=DIGEST, tasks=[pb.TaskShape(parallelism=1)])
    with Connection(address) as connection:
        await connection.send(CONTROL.methods["PutModule"], parts(), pb.Module, seconds=30)
        await connection.call(CONTROL.methods["CreateJob"], request, pb.Job, seconds=30)


async def job(address: str) -> pb.Job:
    with Connection(address) as connection:
        asked = pb.JobRequest(namespace="ns", name="job")
        return await connection.call(CONTROL.methods["GetJob"], asked, pb.Job, seconds=30)


async def test_an_accepted_job_survives_kill_9(tmp_path: Path) -> None:
    with coordinator(tmp_path) as (process, address):
        await create(address)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with coordinator(tmp_path) as (_, address):
        found = await job(address)
    assert (found.status, found.history[0].reason) == ("created", "no worker is there")
    assert (tmp_path / "modules" / DIGEST).read_bytes() == WASM


def test_sigterm_ends_it_with_exit_code_0(tmp_path: Path) -> None:
    with coordinator(tmp_path) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_directory_that_another_one_has_is_refused(tmp_path: Path) -> None:
    with coordinator(tmp_path):
        command = [*COMMAND, "--listen", "127.0.0.1:0", "--data", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "each needs a directory of its own" in " ".join(done.stderr.split())


def test_an_address_that_is_none_is_refused_with_an_example(tmp_path: Path) -> None:
    command = [*COMMAND, "--listen", "8791", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "127.0.0.1:8791" in done.stderr
