"""The ways between fragments by TLS: the same elements, and nobody whom the authority has not signed."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trio
from edges import words
from test_data import COUNTS, HELLO, PLAN, WORDS, Receiving, end_all, failure_of, receiving
from tools.servers.certificates import Certificates

from lightflus.errors import UserError
from lightflus.limits import MIB
from lightflus.model.elements import EndOfInput, Watermark
from lightflus.wire import frames
from lightflus.wire.data import DataNetwork
from lightflus.wire.epochs import reporting
from lightflus.wire.secure import DataTls, TlsFiles


def files_in(folder: Path) -> TlsFiles:
    made = Certificates(folder)
    made.make()
    return TlsFiles(str(made.authority), str(made.certificate), str(made.key))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return files_in(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return files_in(tmp_path_factory.mktemp("theirs"))


def calling(there: Receiving, tls: DataTls | None, host: str = "127.0.0.1") -> DataNetwork:
    address = f"{host}:{there.listener.address.rpartition(':')[2]}"
    return DataNetwork(PLAN, WORDS, HELLO, dict.fromkeys(COUNTS, address), tls)


async def test_elements_arrive_in_order_and_both_sides_end(files: TlsFiles) -> None:
    async with receiving(DataTls(files)) as (there, _):
        network = there.network()
        async with trio.open_nursery() as both:
            both.start_soon(network.run)
            both.start_soon(there.arrivals.run)
            for number in range(20):
                await network.sender(COUNTS[0], 0).send(words(f"a{number}", "ß"))
                await network.sender(COUNTS[0], 0).send(Watermark(number))
            await network.sender(COUNTS[0], 1).send(words("x" * 8 * MIB))
            await end_all(network)
        assert there.inlet(COUNTS[0], 0).rows == [word for number in range(20) for word in (f"a{number}", "ß")]
        assert there.inlet(COUNTS[0], 0).taken[-2:] == [Watermark(19), EndOfInput()]
        assert there.inlet(COUNTS[0], 1).rows == ["x" * 8 * MIB]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_runner_is_believed_by_any_name_of_its_certificate(files: TlsFiles, host: str) -> None:
    async with receiving(DataTls(files)) as (there, _):
        network = calling(there, DataTls(files), host)
        async with trio.open_nursery() as both:
            both.start_soon(network.run)
            both.start_soon(there.arrivals.run)
            await end_all(network)


async def test_a_caller_of_another_authority_is_not_heard(files: TlsFiles, theirs: TlsFiles) -> None:
    mixed = TlsFiles(files.authority, theirs.certificate, theirs.key)
    async with receiving(DataTls(files)) as (there, _):
        await failure_of(calling(there, DataTls(mixed)).run)
        assert not there.inlets


async def test_a_runner_of_another_authority_is_not_believed(files: TlsFiles, theirs: TlsFiles) -> None:
    async with receiving(DataTls(files)) as (there, _):
        lost = await failure_of(calling(there, DataTls(theirs)).run)
        assert "certificate verify failed" in str(lost)


async def test_a_runner_whose_certificate_has_another_name_is_not_believed(files: TlsFiles) -> None:
    async with receiving(DataTls(files)) as (there, _):
        lost = await failure_of(calling(there, DataTls(files), "127.0.0.2").run)
        assert "certificate verify failed" in str(lost) or "cannot be reached" in str(lost)


async def test_who_speaks_plainly_is_not_heard_and_who_is_spoken_to_plainly_does_not_answer(files: TlsFiles) -> None:
    async with receiving(DataTls(files)) as (there, _):
        await failure_of(calling(there, None).run)
    async with receiving() as (there, _):
        await failure_of(calling(there, DataTls(files)).run)


async def test_a_connection_that_is_cut_is_lost_and_no_end(files: TlsFiles) -> None:
    async with receiving(DataTls(files)) as (there, _):
        stream = await trio.open_tcp_stream("127.0.0.1", int(there.listener.address.rpartition(":")[2]))
        secure = DataTls(files).called(stream, "127.0.0.1")
        await secure.send_all(frames.hello_bytes(HELLO))
        await secure.receive_some(4_096)
        await secure.send_all(frames.control_head(Watermark(1), COUNTS[0], 0).to_bytes())
        await trio.aclose_forcefully(secure)
        lost = await failure_of(there.arrivals.run)
        assert "the runner of worker-1 is gone" in str(lost)


async def test_words_about_epochs_go_the_same_way(files: TlsFiles) -> None:
    async with receiving(DataTls(files)) as (there, _):
        with pytest.RaisesGroup(pytest.RaisesExc(Exception, match="no epochs of default/word count are taken here")):
            async with trio.open_nursery(), reporting(there.listener.address, HELLO, DataTls(files)):
                pass


def test_files_that_are_none_are_told_with_the_options(tmp_path: Path, files: TlsFiles) -> None:
    with pytest.raises(UserError, match="TLS cannot be set up"):
        DataTls(TlsFiles(str(tmp_path / "missing"), files.certificate, files.key))
    with pytest.raises(UserError, match="TLS cannot be set up"):
        DataTls(TlsFiles(files.authority, files.certificate, files.certificate))


async def test_older_versions_of_tls_are_not_spoken(files: TlsFiles) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.load_verify_locations(files.authority)
    old.load_cert_chain(files.certificate, files.key)
    async with receiving(DataTls(files)) as (there, _):
        stream = await trio.open_tcp_stream("127.0.0.1", int(there.listener.address.rpartition(":")[2]))
        with pytest.raises(trio.BrokenResourceError):
            await trio.SSLStream(stream, old, server_hostname="127.0.0.1").do_handshake()
        await trio.aclose_forcefully(stream)
