"""A running cluster under attack, from outside: hostile modules run in one namespace, beside an honest job of another.

What it owns: both namespaces, the honest job, uploading, running and clearing away one attack, whether everything is
still as it was: the coordinator answers, each worker lives, the honest job, which is on all of them, goes on and has
never started again. Blocking. What it leaves: HTTP (`client/`), the attacks, the verdict (`suite.py`).

An attack that names its own sources and sinks is uploaded, but not run: a cluster's policy may allow it what it wants.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable
from contextlib import suppress
from time import monotonic, sleep
from typing import Final, Self, cast

from lightflus import errors
from lightflus.client.api import Api, Json, segment
from lightflus.cluster_limits import CLIENT_POLL_MS
from lightflus.errors import ExternalError, InternalError, JobInvalid, LightflusError, NotFound, UserError
from lightflus.evil.arena import Fight
from lightflus.evil.attack import NOTHING, Attack
from lightflus.evil.guests import guest
from lightflus.evil.jobs import EVIL_ROWS, SINK, SOURCE

_HONEST: Final = {SOURCE: "generate:rows=0,rate=2000,distinct=20", SINK: "blackhole:"}
_EVIL: Final = {SOURCE: f"generate:rows={EVIL_ROWS},distinct={EVIL_ROWS},seed=2", SINK: "blackhole:"}
"""With this seed 19 is among them, on which some attacks wait."""
_PATIENCE_SECONDS: Final = 60.0
"""For any one thing."""
_START_SECONDS: Final = 20.0
"""What a cluster may take beyond an attack's own time: an upload, placing, a process."""
_REFUSED: Final = frozenset({"ModuleInvalid", "JobInvalid", "BindingInvalid", "NotAllowed", "UserError"})
"""By an ApiServer, as a client sees it."""
_ENDED: Final = ("stopped", "finished", "failed", "canceled")


class Siege:
    """A context manager: the honest job runs inside, and is cleared away with everything else at its end."""

    def __init__(self, api: Api) -> None:
        """`api` has the operator's token."""
        self._api = api
        mark = secrets.token_hex(4)
        self._honest, self._evil = f"honest-{mark}", f"evil-{mark}"
        self._known: Json = {}
        self._rows = 0.0

    def __enter__(self) -> Self:
        """Raises LightflusError: the cluster cannot be reached, or runs no honest job."""
        self._known = self._workers()
        for namespace in (self._honest, self._evil):
            self._api.ask("POST", "/namespaces", {"name": namespace})
        try:
            self._start(self._honest, self._upload(self._honest, guest({})), _HONEST, len(self._known))
            self._require(self._goes_on, "the honest job does not begin")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for namespace in (self._evil, self._honest):
            self._clear(namespace)
            with suppress(LightflusError):
                self._api.ask("DELETE", f"/namespaces/{segment(namespace)}")

    def fight(self, attack: Attack) -> Fight:
        """Uploads an attack, runs it if it is taken, and looks after everything else. Raises LightflusError."""
        fight, begun = Fight(), monotonic()
        try:
            digest = self._upload(self._evil, attack.module())
            if attack.is_bound:
                self._start(self._evil, digest, _EVIL)
                fight.error = self._outcome()
        except LightflusError as error:
            fight.error = error
        fight.seconds = monotonic() - begun
        self._clear(self._evil)
        fight.is_neighbour_right = self._is_whole()
        return fight

    def _is_whole(self) -> bool:
        with suppress(LightflusError):
            self._api.ask("GET", "/ready")
            return self._workers() == self._known and self._until(self._goes_on)
        return False

    def _workers(self) -> Json:
        """Those that are alive, by name."""
        return {str(one["name"]): one["id"] for one in self._api.pages("/workers") if one["status"] == "alive"}

    def _goes_on(self) -> bool:
        """Whether the honest job has written more than when this was asked last, in its first generation."""
        job = self._jobs(self._honest)
        if job["status"] != "running" or job["generation"] != 1:
            return False
        found = cast("list[Json]", self._api.ask("GET", f"{self._path(self._honest)}/metrics")["items"])
        rows = sum(cast("dict[str, float]", one["values"])["rows_in"] for one in found if one["operator"] == SINK)
        before, self._rows = self._rows, rows
        return rows > before

    def _outcome(self) -> LightflusError | None:
        """What the attack's job has come to: its first error, also where it is going to be tried again."""
        found: list[Json] = []

        def is_told() -> bool:
            found.append(self._jobs(self._evil))
            return bool(found[-1]["error"]) or found[-1]["status"] in _ENDED

        if not self._until(is_told):
            return ExternalError(f"after {_PATIENCE_SECONDS:.0f} s its job is {found[-1]['status']}")
        return _error(cast("Json | None", found[-1]["error"]))

    def _upload(self, namespace: str, wasm: bytes) -> str:
        return str(self._api.ask("POST", f"/namespaces/{segment(namespace)}/modules", wasm=wasm)["digest"])

    def _start(self, namespace: str, digest: str, bindings: dict[str, str], parallelism: int = 1) -> None:
        job: Json = {"name": "job", "module": digest, "bindings": dict(bindings), "parallelism": parallelism}
        self._api.ask("POST", f"/namespaces/{segment(namespace)}/jobs", job)

    def _path(self, namespace: str) -> str:
        return f"/namespaces/{segment(namespace)}/jobs/job"

    def _jobs(self, namespace: str) -> Json:
        return self._api.ask("GET", self._path(namespace))

    def _clear(self, namespace: str) -> None:
        """Takes away a namespace's job and modules, as far as they are there."""
        path = self._path(namespace)
        with suppress(LightflusError):
            self._api.ask("POST", f"{path}/stop", {"mode": "cancel"})
        with suppress(NotFound):
            self._until(lambda: self._jobs(namespace)["status"] in _ENDED)
            self._api.ask("DELETE", path)
        for one in list(self._api.pages(f"/namespaces/{segment(namespace)}/modules")):
            self._api.ask("DELETE", f"/namespaces/{segment(namespace)}/modules/{one['digest']}")

    def _require(self, is_so: Callable[[], bool], text: str) -> None:
        if not self._until(is_so):
            raise ExternalError(f"{text} within {_PATIENCE_SECONDS:.0f} s", where=self._api.where.name)

    def _until(self, is_so: Callable[[], bool]) -> bool:
        deadline = monotonic() + _PATIENCE_SECONDS
        while monotonic() < deadline:
            if is_so():
                return True
            sleep(CLIENT_POLL_MS / 1_000)
        return False


def abroad(attack: Attack) -> Attack:
    """What is expected of an attack by a cluster: that it is refused by name, or ends as it does anywhere."""
    ends = attack.ends if attack.ends == {NOTHING} else attack.ends | _REFUSED
    if not attack.is_bound:
        ends |= {NOTHING}
    return dataclasses.replace(attack, ends=ends, seconds=attack.seconds + _START_SECONDS)


def _error(told: Json | None) -> LightflusError | None:
    """An error of `errors.py` as a job's fields tell of it."""
    if told is None:
        return None
    kind = vars(errors).get(str(told["kind"]), InternalError)
    return cast(LightflusError, (kind if kind is not JobInvalid else UserError)(str(told["message"])))
