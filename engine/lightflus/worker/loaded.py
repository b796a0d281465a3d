"""A job as one of its fragments has it: module, plan, walls; and what is done once for all fragments before it runs.

What it owns: loading and binding as the wish says; of sources and sinks whose subtask 0 is here, listing splits and
preparing what is written to. On threads: all of it may block.
What it leaves: when any of it happens (`part.py`), the run (`compose/running.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from lightflus.compose.letters import open_letters
from lightflus.compose.loading import bound_graph, load_module, planned
from lightflus.compose.opening import has_to_prepare, opened_source, prepare_sink
from lightflus.compose.running import lean_plan
from lightflus.compose.secrets import granting_secrets, read_secrets
from lightflus.compose.walls import Walls, wished_by
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.files.letter_lines import LetterForm
from lightflus.model.graph import Operator, OperatorId
from lightflus.model.plan import Plan, SubtaskId
from lightflus.ports.letters import DeadLetters
from lightflus.ports.sources import Source
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule
from lightflus.worker.house import House
from lightflus.worker.modules import kept_module
from lightflus.worker.saying import ToldLetters, Voice


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a fragment is made of.

    Attributes:
        module: makes its guests.
        plan: the whole job.
        walls: what the job may touch.
        letters: where records go that are put aside.
        flowing: the plan with the records that flow, also to other processes.
        streams: the standard streams.
    """

    module: LoadedModule
    plan: Plan
    walls: Walls
    letters: DeadLetters
    flowing: Plan
    streams: Streams

    def prepare(self, own: Sequence[SubtaskId], generation: int) -> None:
        """Makes ready what sinks write to, before any fragment writes. What the job goes on with stays as it is.

        Raises:
            SinkFailed, SourceFailed: a system cannot be reached.
        """
        firsts = [self.plan.tasks[subtask.task] for subtask in own if subtask.number == 0]
        sinks = [task.last.operator for task in firsts if has_to_prepare(task.last.operator)]
        if sinks and not (generation > 1 and self._keeps_positions()):
            for sink in sinks:
                prepare_sink(sink)

    def first_sources(self, own: Sequence[SubtaskId]) -> dict[OperatorId, Source]:
        """The sources whose subtask 0 is here, opened: they list splits for all fragments. Raises SourceFailed."""
        heads = (self.plan.tasks[subtask.task].head.operator for subtask in own if subtask.number == 0)
        return {head.id: self._opened(head) for head in heads if not head.inputs}

    def _keeps_positions(self) -> bool:
        """Whether another start of the job goes on where the last one was, and not from the beginning."""
        for operator in self.plan.graph.operators:
            if not operator.inputs:
                with closing(self._opened(operator)) as source:
                    if source.is_committing:
                        return True
        return False

    def _opened(self, operator: Operator) -> Source:
        name = self.plan.names[operator.id]
        return opened_source(self.plan.graph, operator, name, self.streams, self.walls.reach(name))


def load(wish: pb.FragmentWish, house: House, voice: Voice) -> Loaded:
    """The job of a wish; `voice` is its fragment's. Raises LightflusError."""
    wasm = kept_module(house.modules, wish.digest)
    module = load_module(wasm, voice.log, GuestLimits())
    graph = bound_graph(module.graph, list(wish.bindings))
    policy = granting_secrets(house.policy, house.secrets)
    walls = Walls(policy, read_secrets(house.secrets), ())  # bindings are the tenant's, as the module is
    walls.check(wished_by(graph, ()))
    plan = planned(module, graph, parallelism=wish.parallelism)
    place = house.letters / f"{_safe(wish.namespace)}.{_safe(wish.job)}.dead-letters.jsonl"
    kept = open_letters(None, str(place), LetterForm(wish.job, wish.digest), house.streams)
    letters = ToldLetters(kept, voice)
    return Loaded(module, plan, walls, letters, lean_plan(plan, letters), house.streams)


def _safe(name: str) -> str:
    return re.sub(r"[^\w-]", "-", name)
