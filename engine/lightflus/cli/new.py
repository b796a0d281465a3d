"""`lightflus new`: a project that builds, runs, completes and checks as one types.

What it owns: which files a project begins with (`template/`), and that nothing of the user's is overwritten.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from lightflus.cli.screen import say
from lightflus.cli.toolchain import find_api_package
from lightflus.errors import UserError

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_VENDOR = "vendor"


def new_project(target: Path, lang: str) -> None:
    """Creates a project and says what to type next. Raises UserError, ToolMissing."""
    if lang != "ts":
        raise UserError(f"there is no template for the language `{lang}`", hint="--lang ts is what there is")
    for path in create_project(target):
        say(f"  {path}", "dim")
    say(f"created {target}; next:", "bold")
    say(f"  cd {target}")
    say("  lightflus run job.ts --bind lines=file:data/lines.txt --bind redis=stdout:")


def create_project(target: Path) -> list[Path]:
    """Writes a TypeScript project into a folder that does not exist or is empty; answers the files.

    Raises:
        UserError: the name will not do, or the folder is not empty.
        ToolMissing: this installation has no npm package to give along.
    """
    name = target.resolve().name
    if not _NAME.fullmatch(name):
        hint = "use lower-case letters, digits, - and _, a letter first, at most 64"
        raise UserError(f"`{name}` cannot be the name of a project", hint=hint)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UserError("there is something already", where=str(target), hint="choose a name that is free")
    package = find_api_package()
    words = {"{{name}}": name, "{{api}}": f"{_VENDOR}/{package.name}"}
    written = []
    try:
        for path, text in _template():
            written.append(_write(target / path, text, words))
        (target / _VENDOR).mkdir()
        written.append(Path(shutil.copyfile(package, target / _VENDOR / package.name)))
    except OSError as error:
        raise UserError(f"cannot be written: {error.strerror}", where=str(target)) from error
    return written


def _write(path: Path, text: str, words: dict[str, str]) -> Path:
    for mark, word in words.items():
        text = text.replace(mark, word)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _template() -> Iterator[tuple[PurePosixPath, str]]:
    """Relative path and text of each file; `gitignore` gets its dot here, so that it does not rule our own tree."""
    root = files("lightflus.cli") / "template" / "typescript"
    for path, file in _walk(root, PurePosixPath()):
        yield path.with_name(".gitignore") if path.name == "gitignore" else path, file.read_text(encoding="utf-8")


def _walk(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _walk(entry, path / entry.name)
        else:
            yield path / entry.name, entry
