"""`lightflus verify`: whether a module keeps the rules of docs/abi.md, rule by rule.

What it owns: the report, as text and as JSON, and the exit code. What it leaves: finding out (`lightflus.verify`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer
from rich.text import Text

from lightflus.cli.modules import module_bytes
from lightflus.cli.problems import USER, told_as_json
from lightflus.cli.screen import emit_json, say, show
from lightflus.errors import SinkFailed
from lightflus.model.text import counted, line
from lightflus.verify import Report, RuleResult, Verdict, verify, write_golden
from lightflus.wasm import ArtefactCache

_PAGE = "docs/abi.md"
_STYLES = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "bold red",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.NOT_TRIED: "yellow",
}
_MOST_FAILURES = 5
_BEFORE = 20
"""Columns of the verdict and the rule's number."""
Json = dict[str, object]


def verify_module(path: Path, *, is_portable: bool, is_quick: bool, golden: Path | None, as_json: bool) -> None:
    """Checks a module and shows what was found; ends with exit code 2 if a rule is broken. Raises LightflusError."""
    with told_as_json(is_wanted=as_json):
        wasm = module_bytes(path)
        report = verify(wasm, is_portable=is_portable, is_quick=is_quick, cache=ArtefactCache())
    if as_json:
        emit_json(_to_json(report), indent=2)
    else:
        _show(path, report)
    if not report.is_conforming:
        raise typer.Exit(USER)
    if golden is not None:
        _write(wasm, golden)


def _write(wasm: bytes, golden: Path) -> None:
    try:
        count = write_golden(wasm, golden, cache=ArtefactCache())
    except OSError as error:
        raise SinkFailed(f"golden files cannot be written: {error.strerror}", where=str(golden)) from error
    say(f"wrote {count} golden calls to {golden}")


def _show(path: Path, report: Report) -> None:
    name = f"job {report.job}, " if report.job else ""
    show(Text(f"{line(f'{name}{path}')}, sha256 {report.digest}\n"))
    for result in report.results:
        verdict = (f"{result.verdict.value:14}", _STYLES[result.verdict])
        show(Text.assemble(verdict, line(f" {result.rule.number:4} {_line(result)}")), under=_BEFORE)
        for detail in _details(result):
            show(Text(line(f"{'':{_BEFORE}}{detail}")))
    for note in report.notes:
        show(Text(line(f"note: {note}"), style="yellow"))
    show(Text(f"\n{_sum(report)}"))


def _line(result: RuleResult) -> str:
    if result.because:
        return result.because
    return "; ".join(result.checked) or "see below"


def _details(result: RuleResult) -> Iterator[str]:
    if not result.failures:
        return
    yield f"{_PAGE} {result.rule.number}: {result.rule.text}"
    for failure in result.failures[:_MOST_FAILURES]:
        yield f"found: {f'{failure.function}: ' if failure.function else ''}{failure.found}"
        if failure.right:
            yield f"right: {failure.right}"
    left = len(result.failures) - _MOST_FAILURES
    if left > 0:
        yield f"... and {left} more"


def _sum(report: Report) -> str:
    counts = [sum(result.verdict is verdict for result in report.results) for verdict in Verdict]
    passed, failed, without, untried = counts
    left = f", {untried} not tried" if untried else ""
    rules = f"{counted(passed, 'rule')} passed, {failed} failed, {without} not applicable{left}"
    return f"{rules}; {counted(report.calls, 'call')}"


def _to_json(report: Report) -> Json:
    return {
        "ok": report.is_conforming,
        "job": report.job,
        "digest": report.digest,
        "calls": report.calls,
        "rules": [
            {
                "rule": result.rule.number,
                "text": result.rule.text,
                "verdict": result.verdict.value,
                "checked": list(result.checked),
                **({"because": result.because} if result.because else {}),
                "failures": [
                    {"found": one.found, "right": one.right, "function": one.function} for one in result.failures
                ],
            }
            for result in report.results
        ],
        "notes": list(report.notes),
    }
