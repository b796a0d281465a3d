"""What a Go guest says when it fails, and that its garbage collector cannot be seen. A word count broken on purpose."""

from __future__ import annotations

import shutil
import subprocess

import pyarrow as pa
import pytest
from guest_builds import ROOT

from lightflus.codec import schema_of
from lightflus.errors import GuestAborted, GuestMemoryExceeded, GuestTrapped
from lightflus.model.extract import FunctionNumber
from lightflus.model.types import Scalar, ScalarType
from lightflus.sandbox.instance import ModuleGuest
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule, load

pytestmark = pytest.mark.slow

LINE = schema_of(ScalarType(Scalar.UTF8))
SPLIT = FunctionNumber(0)
BEGINS = "line, begin := lines.text(c.row(i)), 0"
FAILURES = """
		switch string(line) {
		case "index":
			_ = line[len(line)+int(c.rows)] // here
		case "memory":
			for kept := [][]byte(nil); ; {
				kept = append(kept, make([]byte, 1<<20))
			}
		case "wait":
			<-make(chan int)
		case "deep":
			found.push(line, deep(1))
		case "garbage":
			for range 200 {
				rubbish = make([]byte, 1<<20)
			}
		}"""
MORE = """
var rubbish []byte

func deep(n int64) int64 { return deep(n+1) + 1 }
"""


@pytest.fixture(scope="session")
def go_module(tmp_path_factory: pytest.TempPathFactory) -> LoadedModule:
    examples = tmp_path_factory.mktemp("go") / "examples"
    shutil.copytree(ROOT / "examples/go_word_count", examples / "go_word_count")
    (examples.parent / "tools").symlink_to(ROOT / "tools")
    program = examples / "go_word_count/word_count.go"
    text = program.read_text(encoding="utf-8")
    assert BEGINS in text
    program.write_text(text.replace(BEGINS, BEGINS + FAILURES) + MORE, encoding="utf-8")
    subprocess.run([examples / "go_word_count/build.sh", examples / "job.wasm"], check=True)
    limits = GuestLimits(memory_bytes=32 << 20, deadline_ms=10_000)
    return load((examples / "job.wasm").read_bytes(), limits=limits, sink=lambda *_: None)


def split(guest: ModuleGuest, *lines: str) -> list[str]:
    guest.begin()
    words = guest.flat_map(SPLIT, guest.load(pa.record_batch({"value": list(lines)}, schema=LINE)))
    record = guest._plans[SPLIT].output.record
    return [str(word) for word in guest.take(words, record).column(0).to_pylist()]


def test_a_panic_names_message_row_file_and_line(go_module: LoadedModule) -> None:
    with pytest.raises(GuestAborted, match=r"index out of range \[7\] with length 5") as caught:
        split(go_module(), "good", "index")
    assert caught.value.row == 1
    line = next(k for k, text in enumerate(source(), 1) if "// here" in text)
    assert caught.value.position == f"wordcount/word_count.go:{line}"


def source() -> list[str]:
    program = (ROOT / "examples/go_word_count/word_count.go").read_text(encoding="utf-8")
    return program.replace(BEGINS, BEGINS + FAILURES).splitlines()


def test_memory_that_ends_is_named(go_module: LoadedModule) -> None:
    with pytest.raises(GuestMemoryExceeded, match="out of memory"):
        split(go_module(), "memory")


def test_a_deadlock_is_told_in_the_runtimes_words(go_module: LoadedModule) -> None:
    with pytest.raises(GuestAborted, match="all goroutines are asleep - deadlock!"):
        split(go_module(), "wait")


def test_endless_recursion_is_a_trap(go_module: LoadedModule) -> None:
    with pytest.raises(GuestTrapped, match="overflowed its stack"):
        split(go_module(), "deep")


def test_the_garbage_collector_changes_no_result(go_module: LoadedModule) -> None:
    """200 MiB of garbage in 32 MiB of memory, between the words of one call."""
    guest = go_module()
    before = [f"w{k}" for k in range(3_000)]
    assert split(guest, *before, "garbage", *before) == [*before, "garbage", *before]


def test_memory_does_not_grow_with_the_number_of_calls(go_module: LoadedModule) -> None:
    guest = go_module()
    sizes = []
    for _ in range(300):
        split(guest, *("some words of a line",) * 500)
        sizes.append(guest._session.window().size)
    assert sizes[50] == sizes[-1]
