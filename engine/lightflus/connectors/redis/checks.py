"""What can be known to be wrong with a server before a job starts, without touching its data.

What it owns: the questions. What it leaves: what an answer means (`failures.py`). Any thread.

A sink's commands are sent in a form that no server can execute (a word too many, a number that is none): before it sees
that, a server looks at permissions, at whether it takes writes at all, and at the node that owns a key.
"""

from __future__ import annotations

from collections.abc import Sequence

import redis
from redis import exceptions

from lightflus.connectors.redis.commands import TRY
from lightflus.connectors.redis.failures import opening, refusal
from lightflus.connectors.redis.link import Link
from lightflus.connectors.redis.resp import Words
from lightflus.connectors.redis.server import Server
from lightflus.connectors.redis.target import KINDS, NAMES, Target
from lightflus.errors import BindingInvalid, ExternalError
from lightflus.limits import CONNECT_SECONDS


def check_sink_server(server: Server, target: Target, probes: Sequence[Words], failure: type[ExternalError]) -> None:
    """Whether these commands would be taken. Raises BindingInvalid, or `failure` where nobody can help it."""
    link = Link(server, reply_seconds=CONNECT_SECONDS)
    try:
        with opening(server, failure):
            check_server(server, link)
            if target.name and (wanted := KINDS.get(target.command)):
                check_kind(server, link, target.name, wanted, NAMES[target.command])
            _check_probes(server, link, target, probes)
    finally:
        link.close()


def check_server(server: Server, link: Link) -> None:
    """Whether it lets us in and is what the options say. Raises BindingInvalid and what redis-py raises."""
    link.ask(b"PING")
    try:
        found = link.ask(b"INFO", b"cluster")
    except exceptions.NoPermissionError:
        return
    is_node = isinstance(found, bytes) and b"cluster_enabled:1" in found
    if is_node and not server.is_cluster:
        raise BindingInvalid(
            f"{server.name} is a node of a cluster", where=server.where, hint="add the option cluster=true"
        )
    if server.is_cluster and not is_node:
        raise BindingInvalid(
            f"{server.name} is not a node of a cluster", where=server.where, hint="leave out the option cluster=true"
        )


def check_kind(server: Server, link: Link, name: str, wanted: str, option: str) -> None:
    """Whether what is stored at the name that an option gives, if anything, is of that kind. Raises BindingInvalid."""
    try:
        found = link.ask(b"TYPE", name.encode())
    except redis.ResponseError:  # not permitted, or on another node: the first command will tell
        return
    if isinstance(found, bytes) and found not in (b"none", wanted.encode()):
        raise BindingInvalid(
            f"`{name}` in {server.name} is a {_word(found.decode())}, not a {_word(wanted)}",
            where=server.where,
            hint=f"name another one with the option `{option}`, or delete it",
        )


def _check_probes(server: Server, link: Link, target: Target, probes: Sequence[Words]) -> None:
    for words in probes:
        try:
            link.ask(*words)
        except redis.ResponseError as error:
            if isinstance(error, exceptions.NoPermissionError) and words == TRY:
                return
            if _is_of_account(error, server, target):
                raise


def _is_of_account(error: redis.ResponseError, server: Server, target: Target) -> bool:
    """Whether it says more than that the form is wrong."""
    if isinstance(error, exceptions.AskError):
        return not server.is_cluster
    if isinstance(error, exceptions.NoPermissionError):
        is_about_command = "command" in str(error)  # a made-up key, standing for the job's own, may be forbidden
        return is_about_command or bool(target.name)
    return refusal(error, server).passes


def _word(kind: str) -> str:
    return {"zset": "sorted set", "string": "plain value"}.get(kind, kind)
