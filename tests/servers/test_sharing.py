"""A server that several processes share: one start, one end, by whoever is the last, also of those that were killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tools.servers import Redis, ServerFailed
from tools.servers.ports import is_free
from tools.servers.process import wait_until
from tools.servers.sharing import shared

pytestmark = pytest.mark.slow

USER = """
import sys
from pathlib import Path
from tools.servers import Redis
from tools.servers.sharing import shared

with shared(Redis, Path(sys.argv[1])) as server:
    with server.client() as client:
        client.incr("users")
    print(server.port, flush=True)
    sys.stdin.readline()
print("left", flush=True)
"""


class User:
    """A process that uses the server until it is told to leave."""

    def __init__(self, file: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = int(self._said())

    def leave(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def has_left(self) -> bool:
        return self._said() == "left\n"

    def _said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@contextmanager
def user(file: Path) -> Iterator[User]:
    made = User(file)
    with made.process:
        try:
            yield made
        finally:
            made.process.kill()


def is_over(port: int) -> None:
    assert is_free(port)


def test_the_first_starts_it_and_ends_it_when_the_others_have_left(tmp_path: Path) -> None:
    file = tmp_path / "redis"
    with user(file) as first:
        with user(file) as second:
            first.leave()
            with shared(Redis, file) as server, server.client() as client:
                assert server.port == first.port == second.port
                assert client.get("users") == "2"
            second.leave()
            assert second.has_left()
        assert first.has_left()
        assert is_free(first.port)


def test_a_user_that_is_killed_is_not_waited_for(tmp_path: Path) -> None:
    with user(tmp_path / "redis") as first, user(tmp_path / "redis") as second:
        first.leave()
        second.process.kill()
        assert first.has_left()


def test_when_its_starter_is_killed_the_server_ends_and_whoever_comes_next_starts_another(tmp_path: Path) -> None:
    with user(tmp_path / "redis") as first:
        first.process.kill()
        wait_until(lambda: is_over(first.port))
    with user(tmp_path / "redis") as second:
        assert second.port != first.port


def test_after_the_last_has_left_the_next_starts_another(tmp_path: Path) -> None:
    for _ in range(2):
        with shared(Redis, tmp_path / "redis") as server, server.client() as client:
            assert client.incr("users") == 1


def test_a_server_that_does_not_start_is_tried_again_by_the_next(tmp_path: Path) -> None:
    taken = Redis()
    with taken, pytest.raises(ServerFailed, match="is taken"), shared(lambda: Redis(port=taken.port), tmp_path / "r"):
        pass
    with shared(Redis, tmp_path / "r") as server, server.client() as client:
        assert client.ping()


@pytest.mark.parametrize("what", ["kill", "stop", "pause", "resume", "start", "close"])
def test_nobody_ends_a_server_that_is_shared(tmp_path: Path, what: str) -> None:
    with shared(Redis, tmp_path / "redis") as server:
        with pytest.raises(ServerFailed, match="this redis is shared with other tests") as caught:
            getattr(server, what)()
        assert caught.value.hint == "make one of your own, `with Redis()`"
        with server.client() as client:
            assert client.ping()
