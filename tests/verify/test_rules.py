"""What the report quotes stands on the page, under the number that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lightflus.verify.rules import RULES, Rule

ROOT = Path(__file__).parents[2]
NUMBERED = re.compile(r"^(?:## )?(\d+(?:\.\d+)?)[. ]", re.MULTILINE)


def page() -> dict[str, str]:
    """docs/abi.md by number, white space evened out; a section's own text under the section's number."""
    text = (ROOT / "docs/abi.md").read_text(encoding="utf-8").split("## Changelog")[0]
    marks = list(NUMBERED.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return {mark[1]: " ".join(text[mark.start() : end].split()) for mark, end in zip(marks, ends, strict=True)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.number)
def test_the_text_of_a_rule_stands_under_its_number(rule: Rule) -> None:
    assert rule.text in page()[rule.number]


def test_every_rule_of_the_page_is_checked_or_said_not_to_be() -> None:
    told = (ROOT / "docs/verify.md").read_text(encoding="utf-8").split("## What each rule means here")[1]
    missing = [
        number
        for number in page()
        if not re.search(
            rf"(?<![\d.]){re.escape(number.split('.')[0] if number.startswith('7') else number)}(?![\d])", told
        )
    ]
    assert not missing
