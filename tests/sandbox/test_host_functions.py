"""What guests say to the host: harmless, bounded, and never the end of the host."""

from __future__ import annotations

import logging

import pyarrow as pa
import pytest
from numbers_guest import Assemble, Loads

from lightflus.codec import schema_of
from lightflus.errors import GuestAborted, GuestMemoryExceeded, GuestProtocolError, GuestTrapped
from lightflus.limits import GUEST_LOG_LINES_PER_BATCH, GUEST_MESSAGE_BYTES
from lightflus.model.extract import FunctionNumber
from lightflus.model.types import Scalar, ScalarType
from lightflus.sandbox import world
from lightflus.sandbox.host_functions import linker
from lightflus.sandbox.wasi import EBADF, EINVAL, ENOSYS, WASI_FUNCTIONS
from lightflus.sandbox.world import World, harmless
from lightflus.wasm import CompiledModule, Instance, Store, StoreLimits, from_text

NUMBER = ScalarType(Scalar.INT64)
LOG = FunctionNumber(6)
CALL_LOG = "(call $log (i32.const 1) (i32.const 128) (i32.const 24))"

Line = tuple[int, str]


def batch(*values: int) -> pa.RecordBatch:
    return pa.record_batch({"value": list(values)}, schema=schema_of(NUMBER))


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """What guests log while the test runs."""
    seen: list[Line] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append((record.levelno, record.getMessage()))

    logger = logging.getLogger("lightflus.guest")
    monkeypatch.setattr(logger, "handlers", [Keeper()])
    monkeypatch.setattr(logger, "level", logging.DEBUG)
    monkeypatch.setattr(logger, "propagate", False)
    return seen


def test_a_log_line_arrives_without_control_characters(assemble: Assemble, loads: Loads, lines: list[Line]) -> None:
    guest = loads(assemble())()
    guest.begin()
    guest.map(LOG, guest.load(batch(1)))
    assert lines == [(logging.INFO, "a line⏎\N{REPLACEMENT CHARACTER}[31mof the guest")]


def test_text_that_moves_a_terminal_or_turns_writing_around_is_made_harmless() -> None:
    assert harmless("a\x1b[2Jb\r\nc\x07\x9bd\u202ee\u2028f\x7f\n") == "a�[2Jb⏎c��d�e�f�"
    assert harmless("ümlaut 漢字 😀") == "ümlaut 漢字 😀"


def test_a_flood_of_lines_is_cut_and_counted(assemble: Assemble, loads: Loads, lines: list[Line]) -> None:
    guest = loads(assemble())()
    guest.begin()
    guest.map(LOG, guest.load(batch(GUEST_LOG_LINES_PER_BATCH + 50)))
    assert len(lines) == GUEST_LOG_LINES_PER_BATCH
    guest.begin()
    assert lines[-1] == (logging.WARNING, f"50 log lines dropped: more than {GUEST_LOG_LINES_PER_BATCH} in one batch")


def test_a_storm_of_host_calls_ends_the_call(
    assemble: Assemble, loads: Loads, lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world, "GUEST_HOST_CALLS_PER_CALL", 500)
    guest = loads(assemble())()
    guest.begin()
    with pytest.raises(GuestTrapped, match="more than 500 calls to the host") as caught:
        guest.map(LOG, guest.load(batch(1, 600)))
    assert caught.value.row == 1


def test_a_very_long_line_is_cut(assemble: Assemble, loads: Loads, lines: list[Line]) -> None:
    guest = loads(assemble((CALL_LOG, "(call $log (i32.const 2) (i32.const 0) (i32.const 131072))")))()
    guest.begin()
    guest.map(LOG, guest.load(batch(1)))
    ((level, text),) = lines
    assert level == logging.WARNING
    assert text.endswith(" ...")
    assert len(text) <= GUEST_MESSAGE_BYTES + 4


@pytest.mark.parametrize(
    "call",
    [
        "(call $log (i32.const 1) (i32.const -1) (i32.const 24))",
        "(call $log (i32.const 1) (i32.const 0) (i32.const 1073741824))",
        "(call $abort (i32.const 8) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
    ],
    ids=["address", "1 GiB", "abort"],
)
def test_text_outside_the_memory_is_a_lie(assemble: Assemble, loads: Loads, lines: list[Line], call: str) -> None:
    guest = loads(assemble((CALL_LOG, call)))()
    guest.begin()
    with pytest.raises(GuestProtocolError, match="that is not in its memory"):
        guest.map(LOG, guest.load(batch(1)))
    assert lines == []


def test_an_abort_without_a_message_says_so(assemble: Assemble, loads: Loads) -> None:
    silent = "(call $abort (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))"
    guest = loads(assemble((CALL_LOG, silent)))()
    guest.begin()
    with pytest.raises(GuestAborted, match="map function 6: aborted without a message") as caught:
        guest.map(LOG, guest.load(batch(1)))
    assert caught.value.position is None


# --- WASI -----------------------------------------------------------------------------------------------------------

WASI = """
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $open
    (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\40\\00\\00\\00\\06\\00\\00\\00\\46\\00\\00\\00\\06\\00\\00\\00")
  (data (i32.const 64) "hello world\\n")
  (func (export "write") (param i32 i32) (result i32)
    (call $fd_write (local.get 0) (i32.const 0) (local.get 1) (i32.const 32)))
  (func (export "clock") (param i32) (result i32) (call $clock (local.get 0) (i64.const 0) (i32.const 128)))
  (func (export "poll") (param i32) (result i32)
    (call $poll (i32.const 256) (i32.const 512) (local.get 0) (i32.const 128)))
  (func (export "random") (param i32 i32) (result i32) (call $random (local.get 0) (local.get 1)))
  (func (export "environ") (result i32) (call $environ (i32.const 128) (i32.const 132)))
  (func (export "prestat") (result i32) (call $prestat (i32.const 3) (i32.const 128)))
  (func (export "open") (result i32) (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0)
    (i32.const 0) (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 128)))
  (func (export "exit") (call $exit (i32.const 7))))
"""


@pytest.fixture
def its_world() -> World:
    return World()


def instance_in(world: World) -> Instance:
    """An instance whose module, linker and engine nobody else holds."""
    module = CompiledModule.from_wasm(from_text(WASI))
    prepared = linker(module.engine).prepare(module)
    return prepared.instantiate(Store(StoreLimits(1 << 20, 1_000), module.engine), world)


@pytest.fixture
def wasi(its_world: World) -> Instance:
    return instance_in(its_world)


def test_output_becomes_log_lines(wasi: Instance, lines: list[Line]) -> None:
    assert wasi.function("write")(1, 2) == 0
    assert lines == [(logging.INFO, "hello world")]
    assert wasi.memory().read(32, 4) == (12).to_bytes(4, "little")


def test_a_line_may_be_written_in_pieces(wasi: Instance, lines: list[Line]) -> None:
    wasi.function("write")(2, 1)
    wasi.function("write")(2, 1)
    assert lines == []
    wasi.function("write")(2, 2)
    assert lines == [(logging.WARNING, "hello hello hello world")]


def test_a_line_that_does_not_end_is_said_before_the_next_call(
    wasi: Instance, its_world: World, lines: list[Line]
) -> None:
    wasi.function("write")(1, 1)
    its_world.begin_call()
    assert lines == [(logging.INFO, "hello")]


def test_a_line_without_end_is_cut(wasi: Instance, lines: list[Line]) -> None:
    for _ in range(GUEST_MESSAGE_BYTES):
        wasi.function("write")(1, 1)
    assert lines
    assert max(len(text) for _, text in lines) < GUEST_MESSAGE_BYTES + len("hello ")


def test_output_elsewhere_or_without_end_is_refused(wasi: Instance, lines: list[Line]) -> None:
    assert wasi.function("write")(3, 1) == EBADF
    assert wasi.function("write")(1, 1 << 30) == EINVAL
    assert lines == []


@pytest.mark.parametrize(("clock", "nanoseconds"), [(0, 0), (1, 1_000_000)], ids=["calendar", "monotonic"])
def test_the_clocks_stand_still(clock: int, nanoseconds: int, wasi: Instance) -> None:
    for _ in range(2):
        assert wasi.function("clock")(clock) == 0
        assert wasi.memory().read(128, 8) == nanoseconds.to_bytes(8, "little")


def test_waiting_takes_no_time_and_files_do_not_come(wasi: Instance) -> None:
    timer = (7).to_bytes(8, "little") + b"\0" * 40
    file = (8).to_bytes(8, "little") + b"\1" + b"\0" * 39
    wasi.memory().write(256, timer + file)
    assert wasi.function("poll")(2) == 0
    assert wasi.memory().read(128, 4) == (2).to_bytes(4, "little")
    happened = (7).to_bytes(8, "little") + b"\0" * 24
    refused = (8).to_bytes(8, "little") + bytes([EBADF, 0, 1]) + b"\0" * 21
    assert wasi.memory().read(512, 64) == happened + refused


@pytest.mark.parametrize("count", [0, 1 << 20])
def test_a_wait_for_nothing_or_for_too_much_is_refused(count: int, wasi: Instance) -> None:
    assert wasi.function("poll")(count) == EINVAL


def test_randomness_is_the_same_every_time(wasi: Instance) -> None:
    def drawn(instance: Instance) -> bytes:
        assert instance.function("random")(128, 16) == 0
        return instance.memory().read(128, 16)

    other = instance_in(World())
    first, second = drawn(wasi), drawn(wasi)
    assert first != second
    assert (drawn(other), drawn(other)) == (first, second)


def test_an_address_outside_its_memory_is_a_lie(wasi: Instance) -> None:
    with pytest.raises(GuestProtocolError, match="called random_get with an address outside its memory"):
        wasi.function("random")(65_535, 16)


def test_too_much_randomness_is_refused(wasi: Instance) -> None:
    assert wasi.function("random")(0, 1 << 20) == EINVAL


def test_there_is_no_environment_no_directory_and_no_file(wasi: Instance) -> None:
    assert wasi.function("environ")() == 0
    assert wasi.memory().read(128, 8) == bytes(8)
    assert (wasi.function("prestat")(), wasi.function("open")()) == (EBADF, ENOSYS)


def test_an_exit_is_an_abort(wasi: Instance) -> None:
    with pytest.raises(GuestAborted, match="exit code 7"):
        wasi.function("exit")()


def test_an_exit_gives_the_reason_that_was_written(wasi: Instance) -> None:
    wasi.function("write")(2, 1)
    with pytest.raises(GuestAborted, match=r"exit code 7; it wrote: hello$"):
        wasi.function("exit")()


def test_a_runtime_that_ends_for_want_of_memory_is_taken_at_its_word(wasi: Instance) -> None:
    wasi.memory().write(64, b"out of memory: 1 GiB asked for")
    wasi.memory().write(4, (30).to_bytes(4, "little"))
    wasi.function("write")(2, 1)
    with pytest.raises(GuestMemoryExceeded, match="1 GiB asked for"):
        wasi.function("exit")()


def test_every_function_of_wasi_links() -> None:
    kinds = {"i": "i32", "I": "i64"}
    imports = "".join(
        f'(import "wasi_snapshot_preview1" "{name}" (func (param {" ".join(kinds[p] for p in params)})'
        f" (result {' '.join(kinds[r] for r in result)})))"
        for name, (params, result) in WASI_FUNCTIONS.items()
    )
    module = CompiledModule.from_wasm(from_text(f"(module {imports})"))
    linker(module.engine).prepare(module)
    assert len(WASI_FUNCTIONS) == 46
