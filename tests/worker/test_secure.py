"""A cluster whose processes show certificates to each other: calls by mutual TLS, and what flows between workers."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_with_coordinator import LINES, cluster, counted, last_counts
from tools.servers.certificates import Certificates

from lightflus.wire.secure import TlsFiles

pytestmark = pytest.mark.slow


async def test_a_job_over_two_workers_counts_right_by_tls(tmp_path: Path, word_count: bytes) -> None:
    made = Certificates(tmp_path)
    made.make()
    (tmp_path / "lines.txt").write_text("\n".join(LINES) + "\n")
    files = TlsFiles(str(made.authority), str(made.certificate), str(made.key))
    bindings = [f"topic=file:{tmp_path / 'lines.txt'}", f"redis=file:{tmp_path / 'out'}?append=true"]
    async with cluster(tmp_path, files) as there:
        await there.deploy(word_count, bindings)
        job = await there.until(lambda job: job.status == "finished")
    assert last_counts(tmp_path / "out") == counted(LINES)
    assert job.restarts == 0
