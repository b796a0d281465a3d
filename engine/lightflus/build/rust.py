"""Runs cargo as a child process: a manifest in, one module out; what rustc says becomes problems.

What it owns: reading cargo's messages, and which files the module was made from.
What it leaves: finding cargo (`cargo.py`), the user's lines (`debug_info.py`) and names
(`symbols.py`) for messages at run time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from lightflus.build.cargo import build_command, find_cargo, find_project
from lightflus.build.debug_info import with_source_map
from lightflus.build.sources import require_file
from lightflus.build.symbols import with_readable_names
from lightflus.build.typescript import Compiled, run_compiler
from lightflus.errors import BuildFailed, Problem

Message = dict[str, object]
_HOW_TO_JOB = "write #[lightflus::job] before the function that builds the dataflow: fn word_count(job: &Job) { ... }"


@dataclass(frozen=True, slots=True)
class _Made:
    """A module as cargo made it, and the crate that it is of."""

    path: Path
    crate: str


def compile_rust(manifest: Path, meanwhile: Callable[[], object] = lambda: None) -> Compiled:
    """Compiles a Rust job.

    Args:
        manifest: its Cargo.toml.
        meanwhile: done here while cargo works in its process.

    Raises:
        UserError: there is no such file.
        BuildFailed: rustc or cargo refuses the job; carries its diagnostics.
        ToolMissing: no cargo, or none that compiles to WebAssembly.
    """
    require_file(manifest)
    manifest = manifest.resolve()
    cargo = find_cargo(manifest.parent)
    project = find_project(cargo, manifest)
    done = run_compiler(build_command(cargo, project), manifest, meanwhile, folder=project.folder)
    messages = list(_messages(done.stdout))
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-2_000:]
        problems = tuple(_problems(messages)) or (Problem(said, where=str(manifest)),)
        raise BuildFailed(f"{manifest} does not compile", problems)
    made = _module(messages)
    if made is None:
        text = "cargo made no module: the package has no library"
        raise BuildFailed(text, (Problem(text, str(manifest), "a job is a library: put it into src/lib.rs"),))
    wasm = made.path.read_bytes()
    if b"lf_describe" not in wasm:
        text = "this package has no job"
        raise BuildFailed(text, (Problem(text, str(manifest), _HOW_TO_JOB),))
    wasm = with_readable_names(wasm, made.crate)
    return Compiled(with_source_map(wasm, project.workspace, project.folder), ())


def _messages(output: bytes) -> Iterator[Message]:
    for line in output.splitlines():
        if line.startswith(b"{"):
            yield cast(Message, json.loads(line))


def _module(messages: list[Message]) -> _Made | None:
    for message in reversed(messages):
        if message.get("reason") == "compiler-artifact":
            for name in cast(list[str], message.get("filenames", [])):
                if name.endswith(".wasm"):
                    target = cast(Message, message["target"])
                    return _Made(Path(name), str(target["name"]).replace("-", "_"))
    return None


def _problems(messages: list[Message]) -> Iterator[Problem]:
    for message in messages:
        said = cast(Message, message.get("message") or {})
        if message.get("reason") == "compiler-message" and said.get("level") == "error" and said.get("spans"):
            yield _problem(said)


def _problem(said: Message) -> Problem:
    spans = cast(list[Message], said.get("spans", []))
    span = _written(next((span for span in spans if span.get("is_primary")), spans[0]))
    place = f"{span['file_name']}:{span['line_start']}:{span['column_start']}"
    lines = cast(list[Message], span.get("text") or [])
    code = cast(Message, said.get("code") or {}).get("code")
    return Problem(
        str(said.get("message")),
        where=place,
        hint=_hint(said, span),
        code=str(code) if code else None,
        source=str(lines[0]["text"]).rstrip() if lines else None,
    )


def _written(span: Message) -> Message:
    """The place that the user wrote, where a macro generated the code."""
    while (expansion := span.get("expansion")) and not _is_users(span):
        span = cast(Message, cast(Message, expansion)["span"])
    return span


def _is_users(span: Message) -> bool:
    return not Path(str(span["file_name"])).is_absolute()


def _hint(said: Message, span: Message) -> str | None:
    """What rustc adds: its label at the place, its notes and its help, the first few of them."""
    children = cast(list[Message], said.get("children", []))
    texts = [str(span["label"])] if span.get("label") else []
    texts += [str(child["message"]) for child in children if child.get("level") in ("help", "note")]
    return "; ".join(texts[:3]) or None
