"""`mysql:` over TLS: encrypted when it is offered, demanded with `tls=true`, forbidden with `tls=false`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mysql_helpers import COUNTS, UPSERT, Place, write
from tools.servers import MariaDb

from lightflus.errors import BindingInvalid

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[MariaDb]:
    with MariaDb(tls=True) as server:
        yield server


@pytest.fixture
def place(server: MariaDb, unique: Callable[[str], str]) -> Place:
    place = Place(server, server.create_database(unique("tls")), server.port)
    place.run(COUNTS)
    return place


def authority(server: MariaDb) -> str:
    assert server.certificates is not None
    return str(server.certificates.authority)


def test_an_authority_that_signed_the_certificate_is_trusted(place: Place, server: MariaDb) -> None:
    write(place.sink(statement=UPSERT, **{"tls.ca": authority(server)}), [["a", 1]])
    assert place.run("SELECT * FROM counts") == [("a", 1)]


def test_what_is_offered_is_used_without_a_word(place: Place) -> None:
    write(place.sink(statement=UPSERT), [["a", 1]])
    assert place.run("SELECT * FROM counts") == [("a", 1)]


def test_a_certificate_that_nobody_signed_whom_this_machine_trusts_is_refused(place: Place) -> None:
    with pytest.raises(BindingInvalid, match="TLS: CERTIFICATE_VERIFY_FAILED") as caught:
        place.sink(statement=UPSERT, tls="true")
    assert "`tls.ca`" in str(caught.value.hint)


def test_a_server_that_wants_tls_refuses_a_plain_connection(place: Place) -> None:
    with pytest.raises(BindingInvalid) as caught:
        place.sink(statement=UPSERT, tls="false")
    assert "option `tls`" in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("option", ["tls.ca", "tls.cert"])
def test_a_file_that_is_no_certificate_is_told(place: Place, tmp_path: Path, option: str) -> None:
    (tmp_path / "x.pem").write_text("no certificate")
    with pytest.raises(BindingInvalid) as caught:
        place.sink(statement=UPSERT, **{option: str(tmp_path / "x.pem")})
    assert f"`{option}`" in str(caught.value.hint)
