"""Rules of an instance's life: section 3, less what single functions do (`applying.py`).

What it owns: starting and describing, `lf_row`, `lf_alloc`, running out of memory, memory that stays bounded.
"""

from __future__ import annotations

import time

from lightflus.errors import GuestError, GuestMemoryExceeded, GuestProtocolError
from lightflus.limits import MIB
from lightflus.sandbox.session import Session
from lightflus.sandbox.traps import Scene
from lightflus.verify.caller import TIME, nodes, reading
from lightflus.verify.image import NOTHING, Beside, Image, image
from lightflus.verify.pools import dealt
from lightflus.verify.report import RuleBroken
from lightflus.verify.subject import APPLIED, FOLDED, REFUSING, NotApplicable, NotTried, Subject

_SCENE = Scene("lf_alloc")
_SIZES = (1, 15, 16, 17, 100, 4_096, 70_000, 1, MIB, 3, 2 * MIB, 8)
_ROWS = 8
CHAINS = 100_000
QUICK_CHAINS = 5_000
_FIRST_CHAINS = 200
MOST_SECONDS = 60.0
"""A module whose functions are slow is watched for fewer chains."""


def check_start(subject: Subject) -> None:
    """3.1: two instances start and describe the same graph; the row stands at one place."""
    subject.caller.renew()
    rows = []
    for _ in range(2):
        rows.append(subject.caller.session.row_address)
        subject.caller.renew()
    if rows[0] != rows[1]:
        raise RuleBroken("3.1", f"lf_row answered {rows[0]} in one instance and {rows[1]} in another")


def check_section(subject: Subject) -> None:
    """1.4: what the section holds is what `lf_describe` answers; the session compares them."""
    if subject.module.report.graph is None:
        raise NotApplicable("it has no section lightflus.job")
    subject.caller.renew()
    subject.caller.session.window()


def check_alloc(subject: Subject) -> None:
    """3.6: blocks are aligned and inside, do not overlap, and keep what the host wrote."""
    session = subject.caller.session
    session.reset()
    blocks: list[tuple[int, bytes]] = []
    for number, size in enumerate(_SIZES):
        window, base = session.allocate_bytes(size, _SCENE)
        content = bytes([number + 1]) * size
        window.write(base, content)
        blocks.append((base, content))
    window = session.window()
    for base, content in blocks:
        if window.read(base, len(content)) != content:
            raise RuleBroken("3.6", f"the {len(content):,} bytes at {base} changed while others were allocated")


def check_out_of_memory(subject: Subject) -> None:
    """3.5: a request that cannot be met ends with a message."""
    session = subject.caller.session
    session.reset()
    right = "call lightflus.abort with a message that begins with `out of memory`"
    try:
        session.allocate_bytes(0x7FFF_0000, _SCENE)
    except GuestMemoryExceeded as error:
        if isinstance(error.__cause__, GuestMemoryExceeded):
            return
        raise RuleBroken("3.5", "lf_alloc ended with a bare `unreachable`", right) from None
    except GuestProtocolError:
        raise RuleBroken("3.5", "lf_alloc answered a request that its memory cannot hold", right) from None
    except GuestError as error:
        raise RuleBroken("3.5", f"lf_alloc ended otherwise: {error}", right) from None
    raise RuleBroken("3.5", "lf_alloc answered a request above the memory limit", right)


def check_memory(subject: Subject) -> None:
    """3.7: twice as many chains take no more memory than half of them.

    Half, since a memory that doubles shows a steady leak only then. A collector takes time to settle, so memory that
    has grown is given more chains, up to the most that there is time for.
    """
    images = _images(subject)
    if not images:
        is_refusing = subject.has(APPLIED | FOLDED)
        raise NotTried(REFUSING) if is_refusing else NotApplicable("it has no function that can be called")
    subject.caller.renew()
    session = subject.caller.session
    most = _affordable(subject, session, images)
    half = min(most, QUICK_CHAINS if subject.is_quick else CHAINS) // 2
    before = _after(session, images, half)
    while (after := _after(session, images, half)) > before:
        if 2 * half >= most:
            found = f"{before:,} bytes after {half:,} chains and {after:,} after {2 * half:,}"
            raise RuleBroken("3.7", found, "lf_reset frees what was allocated since lf_describe returned")
        before, half = after, 2 * half
    subject.caller.calls += 2 * half


def _affordable(subject: Subject, session: Session, images: list[tuple[Image, Scene, bool]]) -> int:
    """How many chains there is time for, at the pace of some."""
    started = time.perf_counter()
    _after(session, images, _FIRST_CHAINS)
    pace = (time.perf_counter() - started) / _FIRST_CHAINS
    most = max(_FIRST_CHAINS, min(CHAINS, int(MOST_SECONDS / pace)))
    if most < (QUICK_CHAINS if subject.is_quick else CHAINS):
        subject.notes.append(f"a chain takes {1_000 * pace:.1f} ms, so memory was watched for {most:,} chains only")
    return most


def _after(session: Session, images: list[tuple[Image, Scene, bool]], chains: int) -> int:
    """Bytes of memory after so many more chains."""
    for number in range(chains):
        _chain(session, *images[number % len(images)])
    return session.window().size


def _images(subject: Subject) -> list[tuple[Image, Scene, bool]]:
    found = []
    for plan, pool in subject.usable(APPLIED | FOLDED):
        is_fold = plan.kind in FOLDED
        fold = dealt(plan, _ROWS) if is_fold else None
        beside = Beside(longs={"times": [TIME] * _ROWS}) if plan.times else NOTHING
        written = image(plan.number, nodes(plan), reading(plan, pool.cycled(_ROWS)), fold=fold, beside=beside)
        found.append((written, plan.scene, is_fold))
    return found


def _chain(session: Session, written: Image, scene: Scene, is_fold: bool) -> None:
    session.reset()
    window, base = session.allocate_bytes(len(written.data), scene)
    window.write(base, written.at(base))
    export = session.fold if is_fold else session.apply
    session.run(export, base + written.call_at, scene, _ROWS, lambda row: row)
