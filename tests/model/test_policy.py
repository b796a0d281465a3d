"""What a policy admits: only what is on its lists."""

from __future__ import annotations

import pytest

from lightflus.model.policy import Policy, Right, Wish, parse_place, place


def policy(right: Right, *allowed: str) -> Policy:
    return Policy({right: frozenset(allowed)})


@pytest.mark.parametrize("right", [right for right in Right if right is not Right.KIND])
def test_an_empty_policy_admits_nothing(right: Right) -> None:
    assert not Policy().admits(right, "/x")
    assert Policy.everything().admits(right, "/x")
    assert not Policy.everything(but=[right]).admits(right, "/x")


def test_our_connectors_may_be_used_and_others_only_where_everything_may() -> None:
    assert Policy().admits(Right.KIND, "kafka")
    assert not Policy().admits(Right.KIND, "theirs")
    assert Policy.everything().admits(Right.KIND, "theirs")


@pytest.mark.parametrize(
    ("root", "path", "is_admitted"),
    [
        ("/data", "/data", True),
        ("/data", "/data/a/b", True),
        ("/data", "/database", False),
        ("/data", "/", False),
        ("/data", "data", False),
        ("/", "/etc/passwd", True),
        ("/data/a", "/data", False),
    ],
)
def test_a_path_allows_itself_and_what_is_below(root: str, path: str, *, is_admitted: bool) -> None:
    assert policy(Right.READ, root).admits(Right.READ, path) is is_admitted
    assert not policy(Right.READ, root).admits(Right.WRITE, path)


@pytest.mark.parametrize(
    ("allowed", "target", "is_admitted"),
    [
        ("db:6379", "db:6379", True),
        ("db", "db:6379", True),
        ("db:6379", "db:6380", False),
        ("db", "a.db:6379", False),
        ("db", "", False),
        ("[::1]", "[::1]:6379", True),
    ],
)
def test_a_host_allows_all_its_ports_or_the_one_that_is_named(allowed: str, target: str, *, is_admitted: bool) -> None:
    assert policy(Right.NET, allowed).admits(Right.NET, target) is is_admitted


@pytest.mark.parametrize(
    ("host", "address", "is_admitted"),
    [
        ("db.example", "93.184.216.34", True),
        ("db.example", "10.0.0.5", True),
        ("db.example", "127.0.0.1", False),
        ("db.example", "::1", False),
        ("db.example", "::ffff:127.0.0.1", False),
        ("db.example", "0.0.0.0", False),
        ("db.example", "169.254.169.254", False),
        ("db.example", "fe80::1%eth0", False),
        ("db.example", "224.0.0.1", False),
        ("db.example", "no address", False),
        ("2130706433", "127.0.0.1", False),
        ("localhost", "127.0.0.1", True),
        ("LOCALHOST.", "::1", True),
        ("localhost", "169.254.169.254", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("169.254.169.254", "169.254.169.254", True),
    ],
)
def test_a_name_stands_for_no_address_of_this_machine_or_of_the_networks_machinery(
    host: str, address: str, *, is_admitted: bool
) -> None:
    assert policy(Right.NET, place(host, 1)).admits_address(host, address, 1) is is_admitted


def test_an_address_that_is_named_may_have_any_name() -> None:
    assert policy(Right.NET, "db.example:1", "127.0.0.1:1").admits_address("db.example", "127.0.0.1", 1)
    assert not policy(Right.NET, "db.example:1", "127.0.0.1:2").admits_address("db.example", "127.0.0.1", 1)
    assert Policy.everything().admits_address("db.example", "169.254.169.254", 80)


@pytest.mark.parametrize("text", ["", "a b", "a:b", "a:99999", "http://a", "a/b", "u@a", "a,b", "::1", "[::1", "a:1:2"])
def test_what_is_no_host_is_no_place(text: str) -> None:
    assert parse_place(text) is None


def test_places_are_spelled_in_one_way() -> None:
    assert place("DB.Example.", 1) == "db.example:1"
    assert place("::0:1", 1) == place("[::1]", 1) == "[::1]:1"
    assert place("::ffff:10.0.0.1", 1) == "10.0.0.1:1"


def test_granting_adds_what_has_a_target() -> None:
    wish = Wish(Right.READ, "x", "/x", "lines", "path")
    granted = Policy().granting([wish, Wish(Right.NET, "a b", "", "topic", "brokers")])
    assert granted == Policy({Right.READ: frozenset({"/x"})})
    assert granted.lacking([wish]) == ()
    assert Policy.everything().granting([wish]) == Policy.everything()
