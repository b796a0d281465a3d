"""Workers that learn from an invitation where their coordinator is; coordinators that invite."""

from __future__ import annotations

import pytest
import trio

from lightflus.coordinator.inviting import invite, named_workers, worker_address
from lightflus.errors import Conflict, UserError
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import INVITATIONS, WORKER_PROBE
from lightflus.proto.worker.probe_pb2 import ProbeRequest, ProbeResponse
from lightflus.wire.control import Connection
from lightflus.worker.invited import Invited, answering


async def test_a_coordinator_that_invites_is_the_workers_coordinator() -> None:
    invited = Invited("")
    async with answering("127.0.0.1:0", invited) as port, trio.open_nursery() as nursery:
        nursery.start_soon(invite, f"127.0.0.1:{port}", "coordinator:8791", None)
        with trio.fail_after(30):
            assert await invited.coordinator() == "coordinator:8791"
        nursery.cancel_scope.cancel()


async def test_a_worker_that_begins_later_is_invited_then() -> None:
    async with answering("127.0.0.1:0", Invited("")) as port:
        pass
    invited = Invited("")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(invite, f"127.0.0.1:{port}", "coordinator:8791", None)
        async with answering(f"127.0.0.1:{port}", invited):
            with trio.fail_after(30):
                await invited.coordinator()
        nursery.cancel_scope.cancel()


async def test_another_coordinator_is_refused_and_the_same_one_welcome_again() -> None:
    invited = Invited("mine:8791")
    assert await invited.invite(pb.Invitation(coordinator="mine:8791")) == pb.Empty()
    async with answering("127.0.0.1:0", invited) as port:
        with Connection(f"127.0.0.1:{port}") as link, pytest.raises(Conflict, match="has the coordinator mine:8791"):
            await link.call(INVITATIONS.methods["Invite"], pb.Invitation(coordinator="o:1"), pb.Empty, seconds=30)


@pytest.mark.parametrize("address", ["", "host", ":8791", "host:port"])
async def test_an_invitation_to_nowhere_is_refused(address: str) -> None:
    with pytest.raises(UserError, match="host:port"):
        await Invited("").invite(pb.Invitation(coordinator=address))


async def test_a_worker_lives_before_it_is_invited_and_is_ready_after() -> None:
    invited = Invited("")
    async with answering("127.0.0.1:0", invited) as port:
        with Connection(f"127.0.0.1:{port}") as link:

            async def probe(kind: int) -> ProbeResponse:
                asked = ProbeRequest(service=1, probe=kind)
                return await link.call(WORKER_PROBE.methods["Probe"], asked, ProbeResponse, seconds=30)

            assert (await probe(0)).available
            assert (await probe(1)).reason == "no coordinator has invited this worker yet"
            await invited.invite(pb.Invitation(coordinator="coordinator:8791"))
            assert (await probe(1)).available


def test_the_environment_names_workers_as_the_published_compose_file_does() -> None:
    environment = {"WORKER_1": "worker", "WORKER_2": "other:9000", "WORKER_NAME": "x", "MY_WORKER_1": "y"}
    assert named_workers(environment) == ["worker:8792", "other:9000"]


@pytest.mark.parametrize("text", ["", ":8792", "worker:", "worker:http"])
def test_what_is_no_worker_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="is no worker"):
        worker_address(text)
