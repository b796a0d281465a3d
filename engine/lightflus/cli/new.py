"""`lightflus new`: a project that builds, runs, completes and checks as one types.

What it owns: which files a project begins with (`template/`), and that nothing of the user's is overwritten.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from lightflus.build.cargo import find_crate
from lightflus.build.toolchain import find_api_package
from lightflus.cli.screen import say
from lightflus.errors import UserError

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_TAKEN = frozenset({"lightflus", "lightflus-api", "lightflus-macros"})
"""Names of what a project depends on: a package cannot depend on another one of its own name."""
_VENDOR = "vendor"


@dataclass(frozen=True, slots=True)
class Template:
    """How a project of one language begins.

    Attributes:
        folder: its files, in `template/`.
        source: the job's source.
        find_api: finds the SDK that a project carries along: a file or a folder.
    """

    folder: str
    source: str
    find_api: Callable[[], Path]


TEMPLATES = {
    "ts": Template("typescript", "job.ts", find_api_package),
    "rust": Template("rust", "Cargo.toml", find_crate),
}


def new_project(target: Path, lang: str) -> None:
    """Creates a project and says what to type next. Raises UserError, ToolMissing."""
    template = TEMPLATES.get(lang)
    if template is None:
        known = ", ".join(f"--lang {name}" for name in TEMPLATES)
        raise UserError(f"there is no template for the language `{lang}`", hint=f"what there is: {known}")
    for path in create_project(target, template):
        say(f"  {path}", "dim")
    say(f"created {target}; next:", "bold")
    say(f"  cd {target}", is_whole=True)
    say(f"  lightflus run {template.source} --bind lines=file:data/lines.txt --bind redis=stdout:", is_whole=True)


def create_project(target: Path, template: Template = TEMPLATES["ts"]) -> list[Path]:
    """Writes a project into a folder that does not exist or is empty; answers the files.

    Raises:
        UserError: the name will not do, or the folder is not empty.
        ToolMissing: this installation has no npm package to give along.
    """
    name = target.resolve().name
    if not _NAME.fullmatch(name):
        hint = "use lower-case letters, digits, - and _, a letter first, at most 64"
        raise UserError(f"`{name}` cannot be the name of a project", hint=hint)
    if name in _TAKEN:
        raise UserError(f"`{name}` cannot be the name of a project: that is the SDK's", hint="choose another one")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UserError("there is something already", where=str(target), hint="choose a name that is free")
    package = template.find_api()
    words = {"{{name}}": name, "{{api}}": f"{_VENDOR}/{package.name}"}
    written = []
    try:
        for path, text in _files(template):
            written.append(_write(target / path, text, words))
        written.append(_carried_along(package, target / _VENDOR))
    except OSError as error:
        raise UserError(f"cannot be written: {error.strerror}", where=str(target)) from error
    return written


def _carried_along(package: Path, vendor: Path) -> Path:
    """Copies the SDK; a crate comes with those beside it that it is made of."""
    if package.is_dir():
        shutil.copytree(package.parent, vendor, ignore=shutil.ignore_patterns("target"))
    else:
        vendor.mkdir()
        shutil.copyfile(package, vendor / package.name)
    return vendor / package.name


def _write(path: Path, text: str, words: dict[str, str]) -> Path:
    for mark, word in words.items():
        text = text.replace(mark, word)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _files(template: Template) -> Iterator[tuple[PurePosixPath, str]]:
    """Relative path and text of each file; `gitignore` gets its dot here, so that it does not rule our own tree."""
    root = files("lightflus.cli") / "template" / template.folder
    for path, file in _walk(root, PurePosixPath()):
        yield path.with_name(".gitignore") if path.name == "gitignore" else path, file.read_text(encoding="utf-8")


def _walk(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _walk(entry, path / entry.name)
        else:
            yield path / entry.name, entry
