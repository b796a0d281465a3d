"""Graphs that a module carries or says: damaged, huge, senseless, or full of wishes that are not its own to have.

What it owns: the JSON. What it leaves: the rules of a graph (`model/validation.py`), policies (`model/policy.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Final, cast

from lightflus.evil.attack import NOTHING, Attack
from lightflus.evil.guests import guest
from lightflus.evil.jobs import honest_graph
from lightflus.limits import GRAPH_BYTES
from lightflus.proto.convert import graph_to_json

KIND: Final = "graph"
REACH: Final = "reach"
_INVALID: Final = frozenset({"JobInvalid"})
_ANOTHER: Final = frozenset({"GuestProtocolError"})
"""The graph makes sense, but the guest describes another one."""
_NOT_ALLOWED: Final = frozenset({"NotAllowed"})
Json = dict[str, object]


def attacks() -> Iterator[Attack]:
    """All of them."""
    for name, text in _texts():
        yield Attack(KIND, name, partial(guest, {}, text), _INVALID)
    for name, changed in _senseless():
        yield Attack(KIND, name, partial(guest, {}, json.dumps(changed).encode()), _INVALID)
    for name, changed in _strange():
        yield Attack(KIND, name, partial(guest, {}, json.dumps(changed).encode()), _ANOTHER)
    for name, changed in _bombs():
        yield Attack(KIND, name, partial(guest, {}, json.dumps(changed).encode()), _INVALID, is_bound=False)
    yield Attack(KIND, "a lie about the type of a record", _lie, frozenset({"GuestProtocolError", "JobInvalid"}))
    for name, source, ends in _wishes():
        yield Attack(REACH, name, partial(guest, {}, json.dumps(source).encode()), ends, is_bound=False)


def _graph() -> Json:
    return cast(Json, json.loads(graph_to_json(honest_graph())))


def _operators(graph: Json) -> list[Json]:
    return cast("list[Json]", graph["operators"])


def _changed(operator: int, **fields: object) -> Json:
    graph = _graph()
    _operators(graph)[operator].update(fields)
    return graph


def _lie() -> bytes:
    text = graph_to_json(honest_graph()).replace(b"INT64", b"UTF8")
    return guest({}, text)


def _texts() -> Iterator[tuple[str, bytes]]:
    """Graphs that cannot be read."""
    honest = graph_to_json(honest_graph())
    yield "an empty graph", b""
    yield "a graph that is no JSON", b"job: evil"
    yield "a graph that is no UTF-8", b"\xff\xfe\0{"
    yield "a graph behind a byte order mark", b"\xef\xbb\xbf" + honest
    yield "a graph with something behind it", honest + b"{}"
    yield "a graph that is a list", b"[" + honest + b"]"
    yield "lists nested 100,000 deep", b"[" * 100_000
    yield "objects nested 100,000 deep", b'{"a":' * 100_000
    yield "types nested 10,000 deep", _deep(10_000)
    yield "a number of 100,000 digits", b'{"version": ' + b"9" * 100_000 + b"}"
    yield "a number beyond any", b'{"version": 1e999}'
    yield "NaN", b'{"version": NaN}'
    yield (
        "a version from the future",
        honest.replace(b'"version":1', b'"version":2').replace(b'"version": 1', b'"version": 2'),
    )
    yield "a field that is not there", honest[:-1] + b', "evil": 1}'
    yield "a field that comes twice", honest[:-1] + b', "job": "again"}'
    yield "a field in two spellings", b'{"version": 1, "limits": {"memoryMib": 1, "memory_mib": 2}}'
    yield "halves of characters", b'{"job": "\\ud800\\udfff\\ud800"}'
    yield "1,000,000 operators", b'{"version": 1, "operators": [' + b"{}," * 999_999 + b"{}]}"
    yield "1,000,000 functions", b'{"version": 1, "functions": [' + b"{}," * 999_999 + b"{}]}"
    yield "4 MiB and a byte", b'{"job": "' + b"a" * GRAPH_BYTES + b'"}'
    yield "4 MiB of white space", b" " * (GRAPH_BYTES - 2) + b"{}"
    yield "4 MiB of one name", b'{"job": "' + b"a" * (GRAPH_BYTES - 100) + b'"}'


def _deep(depth: int) -> bytes:
    kind = b'{"list": {"item": ' * depth + b'{"scalar": "INT64"}' + b"}}" * depth
    return b'{"version": 1, "job": "deep", "functions": [{"kind": "MAP", "input": ' + kind + b"}]}"


def _senseless() -> Iterator[tuple[str, Json]]:
    """Graphs that can be read, and make no sense."""
    graph = _graph()
    last = len(_operators(graph)) - 1
    yield "no operators", {**graph, "operators": []}
    yield "a source alone", {**graph, "operators": _operators(graph)[:1]}
    yield "no job", {**graph, "job": ""}
    yield "a job whose name has lines and escapes", {**graph, "job": "a\nerror: forged\x1b[2J\u202e"}
    yield "a job with a name of 100,000 characters", {**graph, "job": "a" * 100_000}
    yield "an operator that reads itself", _changed(1, inputs=[{"operator": 1}])
    yield "a cycle", _changed(1, inputs=[{"operator": 3}])
    yield "an operator that reads nobody", _changed(1, inputs=[])
    yield "an operator that reads what is not there", _changed(1, inputs=[{"operator": 4_000_000_000}])
    yield "an operator that reads the sink", _changed(1, inputs=[{"operator": last}])
    yield "an operator that reads 10,000 others", _changed(1, inputs=[{"operator": 0}] * 10_000)
    yield "two operators of one number", _changed(1, id=2)
    yield "an operator that is nothing", {**graph, "operators": [*_operators(graph), {"id": 99}]}
    yield "a name that has lines", _changed(1, name="plus\n  --> /etc/passwd:1")
    yield "two operators of one name", _changed(1, name="numbers")
    yield "a function that is not there", _changed(1, map={"function": 77})
    yield "a function of another kind", _changed(1, map={"function": 4})
    yield "a parallelism of 4,000,000,000", _changed(1, parallelism=4_000_000_000)
    yield "a parallelism of 1,000", _changed(1, parallelism=1_000)
    yield "no functions", {**graph, "functions": []}
    yield "5,000 functions", {**graph, "functions": cast("list[Json]", graph["functions"]) * 1_000}
    yield "1,100 maps one behind the other", _chain(1_100)


def _bombs() -> Iterator[tuple[str, Json]]:
    """Graphs that nobody has to allow anything, and that would take threads without end."""
    graph = _graph()
    source, *_, sink = _operators(graph)
    generate = {"source": {"connector": {"kind": "generate", "options": {"rows": "3"}}}}
    wide = {"sink": {**cast(Json, sink["sink"]), "connector": {"kind": "blackhole", "options": {}}}, "parallelism": 128}
    inputs: list[Json] = [{"operator": 0}]
    sinks: list[Json] = [{**sink, **wide, "id": n, "name": f"s{n}", "inputs": inputs} for n in range(1, 999)]
    yield "998 sinks of parallelism 128", {**graph, "operators": [{**source, **generate}, *sinks]}


def _strange() -> Iterator[tuple[str, Json]]:
    """Graphs that make sense, with names that are meant for somebody else."""
    graph = _graph()
    yield "a job whose name is a path", {**graph, "job": "../../etc/cron.d/evil"}
    yield "a namespace of another tenant's shape", {**graph, "namespace": "../other"}


def _chain(length: int) -> Json:
    graph = _graph()
    source, first, *_ = _operators(graph)
    maps: list[Json] = [{**first, "id": n, "inputs": [{"operator": n - 1}]} for n in range(1, length)]
    return {**graph, "operators": [source, *maps]}


def _wishes() -> Iterator[tuple[str, Json, frozenset[str]]]:
    """Sources and sinks of a module's own that nobody has allowed."""
    for name, kind, options in _SOURCES:
        source = {"source": {"connector": {"kind": kind, "options": options}}}
        yield name, _changed(0, **source), _NOT_ALLOWED
    sink = _operators(_graph())[-1]["sink"]
    for name, kind, options in _SINKS:
        wanted = {**cast(Json, sink), "connector": {"kind": kind, "options": options}}
        source = {"source": {"connector": {"kind": "generate", "options": {"rows": "3"}}}}
        graph = _changed(0, **source)
        _operators(graph)[-1]["sink"] = wanted
        yield name, graph, _NOT_ALLOWED
    nobody = {"source": {"connector": {"kind": "ftp", "options": {}}}}
    yield (
        "a connector that nobody has",
        _changed(0, **nobody),
        frozenset({"BindingInvalid", "JobInvalid", "NotAllowed"}),
    )
    generated = {"source": {"connector": {"kind": "generate", "options": {"rows": "9" * 30}}}}
    yield "rows without end", _changed(0, **generated), frozenset({"BindingInvalid", "NotAllowed", NOTHING})


_SOURCES: Final[tuple[tuple[str, str, dict[str, str]], ...]] = (
    ("a file of the machine", "file", {"path": "/etc/passwd"}),
    ("a file above", "file", {"path": "../../../../etc/shadow"}),
    ("all files", "file", {"path": "/**/*"}),
    ("a device", "file", {"path": "/dev/zero"}),
    ("the memory of the process", "file", {"path": "/proc/self/environ"}),
    ("a schema that is a secret", "file", {"path": "in.txt", "format.schema": "/etc/shadow"}),
    ("a library for librdkafka", "kafka", {"topic": "t", "librdkafka.plugin.library.paths": "/tmp/x.so"}),
    ("an engine for TLS", "kafka", {"topic": "t", "librdkafka.ssl.engine.location": "/tmp/x.so"}),
    ("a command for Kerberos", "kafka", {"topic": "t", "librdkafka.sasl.kerberos.kinit.cmd": "touch /tmp/owned"}),
    ("a broker of somebody else", "kafka", {"topic": "t", "brokers": "10.0.0.1:9092"}),
    ("the metadata of the cloud", "kafka", {"topic": "t", "brokers": "169.254.169.254:80"}),
    ("an address in decimal", "kafka", {"topic": "t", "brokers": "2852039166:80"}),
    ("a registry elsewhere", "kafka", {"topic": "t", "format": "avro", "format.registry": "http://elsewhere.example"}),
    ("a password of the environment", "redis-stream", {"stream": "s", "password": "env:HOME"}),
    ("a password of a file", "redis-stream", {"stream": "s", "password": "file:/etc/shadow"}),
)
_SINKS: Final[tuple[tuple[str, str, dict[str, str]], ...]] = (
    ("a file of the user", "file", {"path": "~/.bashrc"}),
    ("a file that is a secret's", "file", {"path": "/etc/ssh/keys"}),
    ("a database anywhere", "sqlite", {"path": "/tmp/evil.db", "table": "t"}),
    ("a database of the network", "mysql", {"host": "10.0.0.1", "database": "d", "table": "t"}),
    ("a Redis of this machine", "redis", {"host": "127.0.0.1"}),
)
