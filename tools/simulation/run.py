"""One simulated cluster from its seed: faults for a minute, then calm, and what must hold all along and at the end.

What it owns: which faults a seed brings, users who ask for things, invariants. A seed gives the same log each time.
What it leaves: the parts of the world (`world.py`, `coordinator.py`, `agents.py`), running many seeds (`__main__.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Final

from lightflus.coordinator.cluster import Cluster
from lightflus.errors import Conflict, LightflusError, NotFound
from lightflus.model.cluster.jobs import Job
from lightflus.model.cluster.statuses import JobStatus, Wish
from lightflus.model.cluster.values import JobKey, JobSpec, Subtask, TaskShape
from tools.simulation.agents import Agent
from tools.simulation.coordinator import DIGEST, NAMESPACE, Process
from tools.simulation.world import Faults, World

FAULTY_MS: Final = 60_000
CALM_MS: Final = 90_000
_WISHES: Final = (Wish.STOP, Wish.DRAIN, Wish.CANCEL, Wish.RESTART, Wish.RESTART, Wish.RESTART, Wish.DELETE)


class Broken(AssertionError):
    """What must hold did not."""


class Simulation:
    """One world. `run` it once; `log` says what happened."""

    def __init__(self, seed: int, faults: Faults | None = None) -> None:
        self.world = World(seed, faults or faults_of(seed))
        self.coordinator = Process(self.world)
        self.agents: list[Agent] = []
        self.accepted: dict[JobKey, JobSpec] = {}
        self.unsure: set[JobKey] = set()
        self.wished: dict[JobKey, int] = {}
        self._generations: dict[JobKey, int] = {}
        for number in range(self.world.between(1, 4)):
            self._begin(f"w{number}")

    @property
    def log(self) -> list[str]:
        """What happened, with its time."""
        return self.world.log

    def run(self, *, has_users: bool = True) -> None:
        """Raises Broken, or an AssertionError of the code that is tried."""
        world = self.world
        for number in range(world.between(1, 5)):
            world.after(world.between(0, 10_000), partial(self._deploy, number))
        self._every(50, self.check)
        self._every(700, self._break_something)
        if has_users:
            self._every(4_000, self._ask_something)
        world.run_until(FAULTY_MS)
        world.is_calm = True
        world.cut.clear()
        world.say("calm")
        world.run_until(FAULTY_MS + CALM_MS)
        self._check_end()

    # --- what happens ----------------------------------------------------------------------------------------------

    def _begin(self, name: str) -> None:
        """A new process of a worker, the first or one after another."""
        number = 1 + sum(agent.name == name for agent in self.agents)
        agent = Agent(self.world, self.coordinator, name, number, restart=lambda: self._begin(name))
        self.agents.append(agent)
        agent.start()

    def _every(self, ms: int, do: Callable[[], None]) -> None:
        def again() -> None:
            do()
            self.world.after(ms, again)

        self.world.after(ms, again)

    def _break_something(self) -> None:
        world, faults = self.world, self.world.faults
        if world.is_calm:
            return
        if faults.kills_coordinator and world.happens(0.04):
            self.coordinator.kill()
        if faults.jumps_clock and world.happens(0.1):
            world.jump_clock(world.chance.choice((-3_600_000, 3_600_000, -1_000)))
        for agent in [one for one in self.agents if one.is_alive]:
            if faults.kills_agents and world.happens(0.03):
                agent.kill()
                world.after(world.between(50, world.chance.choice((500, 6_000))), agent.restart)
            if faults.pauses_agents and world.happens(0.03):
                agent.pause(world.between(100, 10_000))
            if faults.cuts_links and world.happens(0.04):
                world.cut.add(agent.name)
                world.say(f"link of {agent.name} cut")
                world.after(world.between(500, 10_000), partial(world.cut.discard, agent.name))

    def _deploy(self, number: int) -> None:
        chance = self.world.chance
        parallelism = chance.randint(1, 4)
        tasks = (TaskShape(parallelism, (), 0), TaskShape(chance.randint(1, 4), (0,)))
        options = (("rows", "1"),) if chance.random() < 0.3 else ()
        key = JobKey(NAMESPACE, f"j{number}")
        spec = JobSpec(key, DIGEST, (), parallelism, options, tasks)
        self._create(spec, f"key-{number}", tries=200)

    def _create(self, spec: JobSpec, token: str, tries: int) -> None:
        """As the ApiServer does: again with the same idempotency key until there is an answer."""
        if spec.key in self.accepted:
            return
        self.unsure.add(spec.key)

        def create(cluster: Cluster) -> None:
            job = cluster.create(spec, token)
            self.world.send("user", lambda: self._accepted(job))

        self.world.send("user", lambda: self.coordinator.call(create, self._refused_creation))
        if tries and spec.key not in self.accepted:
            self.world.after(2_000, lambda: self._create(spec, token, tries - 1))

    def _accepted(self, job: Job) -> None:
        if job.key not in self.accepted:
            self.world.say(f"user knows that {job.key.name} was accepted")
            self.accepted[job.key] = job.spec

    def _refused_creation(self, error: LightflusError) -> None:
        if not isinstance(error, Conflict | NotFound):
            raise Broken(f"a job was refused with {error!r}") from error

    def _ask_something(self) -> None:
        if not self.accepted or self.world.is_calm:
            return
        key, wish = self.world.chance.choice(sorted(self.accepted)), self.world.chance.choice(_WISHES)
        if wish is Wish.DELETE:
            return

        def ask(cluster: Cluster) -> None:
            job = cluster.wish(key, wish)
            self.world.say(f"user: {wish.value} {key.name} -> {job.status.value}")

        def refuse(error: LightflusError) -> None:
            if not isinstance(error, Conflict):
                raise Broken(f"{wish.value} was refused with {error!r}") from error

        self.world.send("user", lambda: self.coordinator.call(ask, refuse))

    # --- what must hold --------------------------------------------------------------------------------------------

    def check(self) -> None:
        """No two generations of a job live, no subtask twice, nothing that was accepted is forgotten."""
        seen: dict[JobKey, int] = {}
        subtasks: set[tuple[JobKey, Subtask]] = set()
        for agent in self.agents:
            for fragment in agent.live():
                key, generation = fragment.wish.spec.key, fragment.wish.generation
                if seen.setdefault(key, generation) != generation:
                    raise Broken(f"{key.name} lives in the generations {seen[key]} and {generation}")
                for subtask in fragment.wish.subtasks:
                    if (key, subtask) in subtasks:
                        raise Broken(f"{key.name}: {subtask} lives twice")
                    subtasks.add((key, subtask))
        if self.coordinator.cluster is None:
            return
        jobs = {job.key: job for job in self.coordinator.cluster.jobs(NAMESPACE)}
        for key in self.accepted:
            if key not in jobs:
                raise Broken(f"the accepted job {key.name} is forgotten")
        for key, job in jobs.items():
            if job.generation < self._generations.get(key, 0):
                raise Broken(f"the generation of {key.name} went back")
            self._generations[key] = job.generation

    def _check_end(self) -> None:
        """In a calm world everything comes to where it ought to be."""
        cluster = self.coordinator.cluster
        if cluster is None:
            raise Broken("the coordinator did not come back")
        for key in self.unsure - self.accepted.keys():
            raise Broken(f"{key.name} was never accepted")
        for job in cluster.jobs(NAMESPACE):
            live = [(a, f) for a in self.agents for f in a.live() if f.wish.spec.key == job.key]
            if job.status is not JobStatus.RUNNING and not job.has_ended:
                raise Broken(f"{job.key.name} is still {job.status.value}: {job.history[-1].reason}")
            if job.has_ended and live:
                raise Broken(f"{job.key.name} has {job.status.value}, and lives")
            alive = {subtask for _, fragment in live for subtask in fragment.wish.subtasks}
            if job.status is JobStatus.RUNNING and not job.spec.option("rows") and alive != set(job.spec.subtasks):
                raise Broken(f"{job.key.name} is running, but only {sorted(alive)} live")
            numbers = [event.number for event in self.coordinator.catalog.events(job.key, 0, 10_000)]
            if numbers != sorted(set(numbers)):
                raise Broken(f"events of {job.key.name} are not in order")


def faults_of(seed: int) -> Faults:
    """Which faults a seed brings: each with an even chance, so that many worlds have some and few have all."""
    chance = random.Random(f"faults {seed}")

    def has() -> bool:
        return chance.random() < 0.5

    return Faults(
        loss=chance.choice((0.0, 0.02, 0.2)),
        doubles=chance.choice((0.0, 0.1)),
        late=chance.choice((0.0, 0.05)),
        kills_coordinator=has(),
        kills_agents=has(),
        pauses_agents=has(),
        cuts_links=has(),
        fails_fragments=has(),
        jumps_clock=has(),
    )
