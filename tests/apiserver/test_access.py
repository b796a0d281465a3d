"""Namespaces and tokens: hashed in a private file that several processes share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lightflus.apiserver.access import Access, Caller
from lightflus.apiserver.serving import Settings, serve_api
from lightflus.errors import Conflict, NotFound, UserError


def test_a_token_stands_for_its_namespace_and_an_operators_for_all() -> None:
    access = Access()
    access.create_namespace("team")
    mine, all_ = access.create_token("team", "ci"), access.create_token("*", "root")
    assert access.caller(mine) == Caller("team")
    assert access.caller(all_) == Caller(None)
    assert access.caller(mine[:-1]) is None


def test_a_file_of_tokens_holds_no_token_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "tokens.json"
    token = Access(path).create_token("default", "ci")
    assert token not in path.read_text()
    assert token.removeprefix("lft_") not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_another_process_sees_a_token_that_is_made_and_one_that_is_revoked(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    one, other = Access(path), Access(path)
    token = one.create_token("default", "ci")
    assert other.caller(token) == Caller("default")
    other.revoke_token("default", "ci")
    assert one.caller(token) is None


def test_a_name_is_given_once_and_what_is_not_there_is_not_found() -> None:
    access = Access()
    access.create_token("default", "ci")
    with pytest.raises(Conflict):
        access.create_token("default", "ci")
    with pytest.raises(Conflict):
        access.create_namespace("default")
    with pytest.raises(NotFound):
        access.revoke_token("default", "other")
    with pytest.raises(NotFound):
        access.tokens("nobodys")


def test_the_namespace_default_stays() -> None:
    with pytest.raises(Conflict):
        Access().delete_namespace("default")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": {"t": {}}}', '{"a": 7}'])
def test_a_file_of_something_else_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tokens.json"
    path.write_text(text)
    with pytest.raises(UserError, match="no file of namespaces") as caught:
        Access(path)
    assert caught.value.where == str(path)


def test_the_file_is_readable_json(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    Access(path).create_token("default", "ci")
    assert json.loads(path.read_text())["default"].keys() == {"ci"}


async def never() -> None:
    raise AssertionError


@pytest.mark.parametrize("address", ["0.0.0.0:8080", "[::]:8080", "example.org:8080", ":8080"])
async def test_without_tokens_only_loopback_is_served(address: str) -> None:
    with pytest.raises(UserError, match="let everybody in"):
        await serve_api(Settings(address, "localhost:1", is_insecure=True), started=print, until=never)


async def test_a_server_that_nobody_could_enter_does_not_start() -> None:
    with pytest.raises(UserError, match="nobody could come in"):
        await serve_api(Settings("127.0.0.1:0", "localhost:1"), started=print, until=never)
