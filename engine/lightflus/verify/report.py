"""What the kit finds: values that a person, a program and a test read alike.

What it owns: verdicts per rule, failures with what was found and what would be right, and the exceptions that end one
check. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lightflus.verify.rules import Rule


class Verdict(Enum):
    """What is known about one rule."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    """The module has nothing that the rule is about."""
    NOT_TRIED = "not tried"
    """It has, but nothing is known about it."""


class RuleBroken(Exception):
    """Ends a check: the module breaks a rule. Never leaves this package."""

    def __init__(self, rule: str, found: str, right: str = "") -> None:
        super().__init__(found)
        self.rule = rule
        self.found = found
        self.right = right


@dataclass(frozen=True, slots=True)
class Failure:
    """One way in which a rule is broken.

    Attributes:
        found: what the module did.
        right: what would be right; empty where the rule's own text says it.
        function: label of the function that did it, or None.
    """

    found: str
    right: str = ""
    function: str | None = None


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What was found about one rule.

    Attributes:
        checked: what was done to find out, one line per check that ran.
        because: why it is not applicable, or was not tried.
    """

    rule: Rule
    verdict: Verdict
    checked: tuple[str, ...]
    failures: tuple[Failure, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All of it.

    Attributes:
        digest: SHA-256 of the module.
        job: its name, or None if it could not be asked.
        results: one per rule that the kit knows how to check, in the order of the page.
        notes: remarks that are no failures: inputs that a function refused, what could not be tried.
        calls: how many calls were made.
    """

    digest: str
    job: str | None
    results: tuple[RuleResult, ...]
    notes: tuple[str, ...]
    calls: int

    @property
    def is_conforming(self) -> bool:
        """Whether no rule is broken."""
        return not self.failed

    @property
    def failed(self) -> tuple[RuleResult, ...]:
        """The rules that are broken."""
        return tuple(result for result in self.results if result.verdict is Verdict.FAILED)
