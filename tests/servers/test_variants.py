"""Servers that are not open to everyone, or do not start: passwords, TLS, readers, read-only ones."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pymysql
import pytest
import redis as client_library
from redis.exceptions import NoPermissionError, ReadOnlyError, RedisError
from tools.servers import MariaDb, Redis, ServerFailed
from tools.servers.kafka import jars
from tools.servers.mariadb import PASSWORD, USER
from tools.servers.redis import READER, READER_PASSWORD

from lightflus.errors import ToolMissing

pytestmark = pytest.mark.slow


def test_redis_can_ask_for_a_password_over_tls() -> None:
    with Redis(password="secret word", tls=True) as server:
        with server.client() as client:
            assert client.ping()
        with pytest.raises(RedisError), client_library.Redis(port=server.port, password="secret word") as plain:
            plain.ping()


def test_redis_can_refuse_writes(redis: Redis, unique: Callable[[str], str]) -> None:
    redis.become_read_only()
    try:
        with redis.client() as client, pytest.raises(ReadOnlyError):
            client.set(unique("key"), "x")
    finally:
        redis.become_writable()
    with redis.client() as client:
        assert client.set(unique("key"), "x")


def test_redis_has_a_user_who_may_only_read(redis: Redis, unique: Callable[[str], str]) -> None:
    with redis.client(user=READER, password=READER_PASSWORD) as client:
        assert client.get(unique("key")) is None
        with pytest.raises(NoPermissionError):
            client.set(unique("key"), "x")


def test_mariadb_can_insist_on_tls() -> None:
    with MariaDb(tls=True) as server:
        server.connect().close()
        with pytest.raises(pymysql.OperationalError, match=r"denied|secure"):
            pymysql.connect(host="127.0.0.1", port=server.port, user=USER, password=PASSWORD, ssl_disabled=True)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_mariadb_does_not_run_as_the_superuser(mariadb: MariaDb) -> None:
    status = Path(f"/proc/{mariadb.pid}/status").read_text(encoding="utf-8")
    assert not re.search(r"^Uid:\s+0\b", status, re.MULTILINE)


def test_a_server_that_ends_at_once_shows_its_log() -> None:
    class Broken(Redis):
        def _settings(self) -> list[str]:
            return ["no-such-setting", "yes"]

    server = Broken()
    try:
        with pytest.raises(ServerFailed, match=r"(?s)ended while it started.*no-such-setting"):
            server.start()
    finally:
        server.close()


def test_kafka_without_jars_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIGHTFLUS_KAFKA_JARS", str(tmp_path))
    with pytest.raises(ToolMissing) as caught:
        jars()
    assert "tools/setup.sh servers" in str(caught.value.hint)
