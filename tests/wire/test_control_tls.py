"""Certificates on both sides: who is not signed by the authority gets no answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.servers.certificates import Certificates

from lightflus.errors import CallFailed
from lightflus.proto.coordinator.probe_pb2 import ProbeRequest, ProbeResponse
from lightflus.proto.services import COORDINATOR_PROBE
from lightflus.wire.control import Connection, Tls, serving

PROBE = COORDINATOR_PROBE.methods["Probe"]


async def probed(_: ProbeRequest) -> ProbeResponse:
    return ProbeResponse(available=True)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return certificates(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return certificates(tmp_path_factory.mktemp("theirs"))


def certificates(folder: Path) -> Tls:
    made = Certificates(folder)
    made.make()
    return Tls(made.authority.read_bytes(), made.certificate.read_bytes(), made.key.read_bytes())


async def ask(server: Tls, client: Tls | None) -> bool:
    async with serving("127.0.0.1:0", [(COORDINATOR_PROBE, {"Probe": probed})], tls=server) as port:
        with Connection(f"localhost:{port}", tls=client) as connection:
            return (await connection.call(PROBE, ProbeRequest(), ProbeResponse, seconds=10)).available


async def test_a_caller_that_the_authority_has_signed_is_answered(ours: Tls) -> None:
    assert await ask(ours, ours)


async def test_without_an_authority_a_server_answers_callers_without_certificates(ours: Tls) -> None:
    assert await ask(Tls(certificate=ours.certificate, key=ours.key), Tls(ours.authority))


async def test_a_caller_without_a_certificate_is_refused(ours: Tls) -> None:
    with pytest.raises(CallFailed):
        await ask(ours, Tls(ours.authority))


async def test_a_caller_of_another_authority_is_refused(ours: Tls, theirs: Tls) -> None:
    with pytest.raises(CallFailed):
        await ask(ours, Tls(ours.authority, theirs.certificate, theirs.key))


async def test_a_server_of_another_authority_is_not_believed(ours: Tls, theirs: Tls) -> None:
    with pytest.raises(CallFailed):
        await ask(ours, Tls(theirs.authority, ours.certificate, ours.key))


async def test_a_caller_that_speaks_plainly_is_refused(ours: Tls) -> None:
    with pytest.raises(CallFailed):
        await ask(ours, None)
