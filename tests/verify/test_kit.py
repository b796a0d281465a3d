"""The kit itself: a good module passes, and each broken one fails the rule that it breaks and no other."""

from __future__ import annotations

import re

import pytest
from broken_modules import BROKEN
from changed_guest import BrokenModule, assembled, good

from lightflus.errors import UserError
from lightflus.testing.graphs import UTF8
from lightflus.verify import Report, Verdict, verify
from lightflus.verify.kit import verified
from lightflus.verify.pools import ROWS
from lightflus.verify.rules import RULES
from lightflus.verify.values import Level, made
from lightflus.wasm import ArtefactCache


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> ArtefactCache:
    return ArtefactCache(tmp_path_factory.mktemp("artefacts"))


def checked(wasm: bytes, cache: ArtefactCache, *, is_portable: bool = False) -> Report:
    """The report, made in this process."""
    return verified(wasm, is_portable=is_portable, is_quick=True, cache=cache)


def test_a_good_module_passes(cache: ArtefactCache) -> None:
    report = checked(good(), cache, is_portable=True)
    assert not report.failed
    unknown = {result.rule.number for result in report.results if result.verdict is Verdict.NOT_APPLICABLE}
    assert unknown == {"1.5", "2.1", "5.5"}


def test_the_jail_finds_what_is_found_here(cache: ArtefactCache) -> None:
    assert verify(good(), is_portable=True, is_quick=True, cache=cache) == checked(good(), cache, is_portable=True)


def test_a_module_that_takes_too_long_is_given_up(cache: ArtefactCache) -> None:
    with pytest.raises(UserError, match="has taken 0 s, and was given up after 0 calls"):
        verify(good(), cache=cache, seconds=0)


@pytest.mark.parametrize("separator", " ,;\t:=")
@pytest.mark.parametrize("pattern", ["[a-z]+{0}[-0-9.]+", "[-0-9.]+{0}[a-z]+"])
@pytest.mark.parametrize("pairs", [1, 2, 3])
def test_lines_are_tried_that_have_fields_as_programs_cut_them(separator: str, pattern: str, pairs: int) -> None:
    wanted = re.compile(separator.join([pattern.format(separator)] * pairs))
    assert any(wanted.fullmatch(str(line)) for line in made(UTF8, Level.FIELDS, ROWS).column(0).to_pylist())


RESULT = """    (local.set $at (call $alloc (i32.const 28)))
    (memory.fill (local.get $at) (i32.const 0) (i32.const 28))
    (i32.store (local.get $at) (i32.const 28))
"""


@pytest.mark.parametrize(("size", "filler"), [(12, 0), (64, 255)])
def test_a_result_of_another_version_passes(size: int, filler: int, cache: ArtefactCache) -> None:
    """A shorter one has zeroes where fields are missing, of a longer one the known fields count."""
    known = min(size, 28)
    fill = f"(memory.fill (local.get $at) (i32.const {filler}) (i32.const {size}))"
    zero = f"(memory.fill (local.get $at) (i32.const 0) (i32.const {known}))"
    other = (
        f"(local.set $at (call $alloc (i32.const {size}))) {fill} {zero} (i32.store (local.get $at) (i32.const {size}))"
    )
    assert not checked(assembled((RESULT, other)), cache).failed


def test_rules_behind_a_broken_one_are_not_tried(cache: ArtefactCache) -> None:
    report = checked(good()[:90], cache)
    assert {result.rule.number for result in report.failed} == {"1.1"}
    others = [result for result in report.results if result.verdict is not Verdict.FAILED]
    assert {(result.verdict, result.because) for result in others} == {
        (Verdict.NOT_TRIED, "the static rules are broken")
    }


def test_a_rule_about_functions_that_refuse_everything_is_not_tried(cache: ArtefactCache) -> None:
    groups = "    (local.set $groups (i32.load offset=32 (local.get $call)))\n"
    report = checked(assembled((groups, "    unreachable\n" + groups)), cache)
    assert {result.rule.number: result.verdict for result in report.results}["4.2"] is Verdict.NOT_TRIED


def test_a_function_that_refuses_everything_is_named(cache: ArtefactCache) -> None:
    report = checked(
        assembled(
            (
                "(func $incremented (param $value i64) (result i64)\n",
                "(func $incremented (param $value i64) (result i64)\n unreachable\n",
            )
        ),
        cache,
    )
    assert not report.failed
    assert any("map function 0" in note and "refused every generated input" in note for note in report.notes)


@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.rule} {broken.what}")
def test_a_module_that_breaks_a_rule_fails_that_rule_and_no_other(
    broken: BrokenModule, cache: ArtefactCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a module that leaks has to be watched for long."""
    if broken.rule != "3.7":
        monkeypatch.setattr("lightflus.verify.life.QUICK_CHAINS", 400)
    report = checked(broken.wasm(), cache, is_portable=broken.is_portable)
    assert [result.rule.number for result in report.failed] == [broken.rule], report.failed


def test_every_rule_that_the_kit_checks_is_broken_by_a_module() -> None:
    assert {rule.number for rule in RULES} == {broken.rule for broken in BROKEN}
