"""From bytes to guests: description, its section, limits that a job asks for, the speed of a new instance."""

from __future__ import annotations

import dataclasses
import gc
import json
from pathlib import Path

import pytest
from numbers_guest import GRAPH, LIMITS, Assemble, Loads

from lightflus.codec import abi
from lightflus.errors import GuestProtocolError, JobInvalid, ModuleInvalid
from lightflus.model.graph import ResourceLimits
from lightflus.proto.convert import graph_to_json
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule, describe, load, with_graph
from lightflus.wasm import ArtefactCache


def test_a_module_describes_itself(assemble: Assemble, loads: Loads, cache: ArtefactCache) -> None:
    wasm = assemble()
    loads(wasm)
    assert describe(wasm, limits=LIMITS, cache=cache) == graph_to_json(GRAPH)


def test_a_module_that_carries_its_graph_is_read_without_running(
    assemble: Assemble, loads: Loads, cache: ArtefactCache
) -> None:
    wasm = with_graph(assemble(), graph_to_json(GRAPH))
    assert loads(wasm).graph == GRAPH
    loads(wasm)().close()


def test_a_module_that_describes_another_graph_than_it_carries_is_refused(assemble: Assemble, loads: Loads) -> None:
    other = json.dumps(json.loads(graph_to_json(GRAPH)), indent=1).encode()
    module = loads(with_graph(assemble(), other))
    with pytest.raises(GuestProtocolError, match="another graph than the module carries"):
        module()


@pytest.mark.parametrize("graph", [b"", b"not json", b'{"what": 1}', b"[" * 10_000], ids=len)
def test_a_graph_that_cannot_be_read_is_refused(assemble: Assemble, loads: Loads, graph: bytes) -> None:
    with pytest.raises(JobInvalid):
        loads(assemble(graph=graph))


def test_a_function_that_reads_a_column_that_is_not_there_is_refused(assemble: Assemble, loads: Loads) -> None:
    broken = dataclasses.replace(GRAPH, functions=(dataclasses.replace(GRAPH.functions[5], reads=("d",)),))
    with pytest.raises(JobInvalid, match="map function 0 reads column 'd'"):
        loads(assemble(graph=graph_to_json(broken)))


@pytest.mark.parametrize(
    ("wish", "memory", "deadline"),
    [
        (ResourceLimits(), 8 << 20, 100),
        (ResourceLimits(memory_mib=4, deadline_ms=50), 4 << 20, 50),
        (ResourceLimits(memory_mib=4_000, deadline_ms=60_000), 8 << 20, 100),
    ],
    ids=["nothing", "less", "more"],
)
def test_a_job_gets_what_it_asks_for_but_never_more_than_its_quota(
    assemble: Assemble, loads: Loads, wish: ResourceLimits, memory: int, deadline: int
) -> None:
    graph = graph_to_json(dataclasses.replace(GRAPH, limits=wish))
    limits = loads(assemble(graph=graph)).limits
    assert (limits.memory_bytes, limits.deadline_ms) == (memory, deadline)


def test_a_run_on_the_users_own_machine_has_wider_limits() -> None:
    assert GuestLimits.of_run().memory_bytes > GuestLimits().memory_bytes


def test_a_module_that_begins_with_more_memory_than_allowed_is_refused(assemble: Assemble, loads: Loads) -> None:
    large = assemble(('(memory (export "memory") 2)', '(memory (export "memory") 65536)'))
    with pytest.raises(ModuleInvalid, match="begins with 4096 MiB of memory; 8 MiB are allowed"):
        loads(large)


def test_without_limits_those_of_a_cluster_hold(assemble: Assemble, loads: Loads, cache: ArtefactCache) -> None:
    wasm = assemble()
    loads(wasm)
    assert load(wasm, cache=cache).limits == GuestLimits()


def test_guests_that_nobody_closes_are_freed(module: LoadedModule) -> None:
    for _ in range(20):
        module()
    gc.collect()
    before = address_space_bytes()
    for _ in range(40):
        module()
    gc.collect()
    assert address_space_bytes() - before < 8 << 30


@pytest.mark.slow
def test_many_instances_leave_nothing_behind(module: LoadedModule) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096

    for _ in range(2_000):
        module().close()
    before = resident()
    for _ in range(20_000):
        module().close()
    assert resident() - before < 8 << 20


def address_space_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * 4_096


def test_a_module_of_a_later_minor_version_is_refused_by_name(assemble: Assemble, loads: Loads) -> None:
    later = graph_to_json(dataclasses.replace(GRAPH, abi_minor=abi.ABI_MINOR + 1))
    with pytest.raises(ModuleInvalid, match=rf"needs version 1\.{abi.ABI_MINOR + 1} .* speaks 1\.{abi.ABI_MINOR}"):
        loads(assemble(graph=later))


@pytest.mark.parametrize("minor", range(abi.ABI_MINOR + 1))
def test_a_module_of_this_or_an_earlier_minor_version_loads(assemble: Assemble, loads: Loads, minor: int) -> None:
    assert loads(assemble(graph=graph_to_json(dataclasses.replace(GRAPH, abi_minor=minor)))).graph.abi_minor == minor
