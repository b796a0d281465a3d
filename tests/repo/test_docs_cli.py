"""Every command and option of the command line is documented, and every command that a page names exists."""

from __future__ import annotations

import re

from command_line import every_command
from repository import ROOT, name_of, tracked

PAGE = ROOT / "docs/cli.md"
SHOWN = re.compile(r"(?:^|`|\s)(?:\.venv/bin/)?lightflus ([a-z][a-z-]*)(?=[ `\n])", re.MULTILINE)
FENCE = re.compile(r"^```(?:sh|shell|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands() -> dict[str, list[str]]:
    """Each command with its long options, as the command line's parser knows them."""
    return {
        name: [spelt for p in command.params for spelt in (*p.opts, *p.secondary_opts) if spelt.startswith("--")]
        for name, command in every_command().items()
    }


def test_there_are_the_commands_of_the_thin_path() -> None:
    assert commands().keys() >= {"new", "build", "inspect", "run", "doctor"}
    assert "--bind" in commands()["run"]


def test_every_command_and_option_is_documented() -> None:
    text = PAGE.read_text(encoding="utf-8")
    missing = [name for name in commands() if f"\n| [`{name.split()[0]}`](#lightflus-{name.split()[0]}) |" not in text]
    missing += [name for name in commands() if f"lightflus {name}" not in text]
    missing += [f"{name} {option}" for name, options in commands().items() for option in options if option not in text]
    assert not missing


def test_every_command_that_a_page_shows_exists() -> None:
    known = commands().keys()
    unknown = set()
    for page in tracked(".md"):
        text = page.read_text(encoding="utf-8")
        shown = [*FENCE.findall(text), *(f"`{span}`" for span in re.findall(r"`(lightflus [^`\n]+)`", text))]
        unknown |= {f"{name_of(page)}: {name}" for part in shown for name in SHOWN.findall(part) if name not in known}
    assert not sorted(unknown)


def test_every_exit_code_is_documented() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert not [code for code in (0, 1, 2, 70, 130) if not re.search(rf"^\| *`?{code}`? *\|", text, re.MULTILINE)]
