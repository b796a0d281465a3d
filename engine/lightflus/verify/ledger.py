"""What has been found so far, by rule.

What it owns: checks that came to their end, failures, reasons for leaving a rule out, and the report made of them.
"""

from __future__ import annotations

import hashlib

from lightflus.verify.report import Failure, Report, RuleBroken, RuleResult, Verdict
from lightflus.verify.rules import BY_NUMBER, RULES, Rule


class Ledger:
    """Collects. Attributes are what the report will say."""

    def __init__(self, *, is_portable: bool) -> None:
        self.is_portable = is_portable
        self.job: str | None = None
        self.notes: list[str] = []
        self.calls = 0
        self._checked: dict[str, list[str]] = {}
        self._failures: dict[str, list[Failure]] = {}
        self._skipped: dict[str, str] = {}
        self._untried: dict[str, str] = {}

    @property
    def has_failures(self) -> bool:
        """Whether any rule is broken."""
        return bool(self._failures)

    def has_failures_of(self, *rules: str) -> bool:
        """Whether one of these rules is broken."""
        return any(rule in self._failures for rule in rules)

    def check(self, rule: str, title: str) -> None:
        """A check came to its end."""
        titles = self._checked.setdefault(rule, [])
        if title not in titles:
            titles.append(title)

    def skip(self, rule: str, because: str) -> None:
        """A check had nothing to look at."""
        self._skipped[rule] = because

    def leave(self, rule: str, because: str) -> None:
        """A check could not be made of what there is."""
        self._untried[rule] = because

    def fail(self, failure: RuleBroken, function: str | None) -> None:
        """A rule is broken. One that the page does not number is filed under the section's."""
        rule = failure.rule if failure.rule in BY_NUMBER else "3"
        found = Failure(failure.found, failure.right, function)
        if found not in self._failures.setdefault(rule, []):
            self._failures[rule].append(found)

    def report(self, wasm: bytes, because: str) -> Report:
        """The report; `because` stands at rules that were not tried since another one is broken."""
        rules = [rule for rule in RULES if self.is_portable or not rule.is_portable]
        results = tuple(self._result(rule, because) for rule in rules)
        return Report(hashlib.sha256(wasm).hexdigest(), self.job, results, tuple(self.notes), self.calls)

    def _result(self, rule: Rule, because: str) -> RuleResult:
        checked = tuple(self._checked.get(rule.number, ()))
        failures = tuple(self._failures.get(rule.number, ()))
        if failures:
            return RuleResult(rule, Verdict.FAILED, checked, failures)
        if checked:
            return RuleResult(rule, Verdict.PASSED, checked)
        untried = self._untried.get(rule.number, because if self.has_failures else None)
        reason = self._skipped.get(rule.number)
        if untried is not None and reason is None:
            return RuleResult(rule, Verdict.NOT_TRIED, (), because=untried)
        without = "it has no function that this rule is about"
        return RuleResult(rule, Verdict.NOT_APPLICABLE, (), because=reason or without)
