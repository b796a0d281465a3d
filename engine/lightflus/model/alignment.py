"""Several inputs made one: when their control elements count for the operator behind them.

What it owns: the rules for watermarks, barriers, idleness and ends over any number of inputs. Pure: facts in, controls
out; no clock, no channel.
What it leaves: holding back the inputs that `blocked` names (`runtime/channel.py`), acting on what comes out
(`runtime/subtask.py`).
"""

from __future__ import annotations

from lightflus.model.elements import Barrier, Control, EndOfInput, Idle, SplitEnded, SplitFound, Stop, Watermark


class Alignment:
    """The state of the inputs of one subtask.

    A watermark counts when no active input is behind it; a barrier when every input that has not ended has sent it;
    the end when all have ended; where any of them was stopped, all together have stopped, not ended. An idle input is
    active again with its next watermark.
    """

    def __init__(self, inputs: int) -> None:
        self._watermarks: list[int | None] = [None] * inputs
        self._idle = [False] * inputs
        self._ended = [False] * inputs
        self._stopped: set[int] = set()
        self._at_barrier: set[int] = set()
        self._epoch = 0
        self._sent: int | None = None
        self._is_idle = False

    @property
    def blocked(self) -> frozenset[int]:
        """Inputs that are ahead of a barrier: nothing may be taken from them."""
        return frozenset(self._at_barrier)

    @property
    def is_ended(self) -> bool:
        """Whether nothing follows on any input (at once, if there is none)."""
        return all(self._ended)

    def receive(self, source: int, control: Control) -> tuple[Control, ...]:
        """Takes a control element of input `source` and returns what now counts for all inputs, in order."""
        match control:
            case Watermark(time_ms):
                self._watermarks[source] = time_ms
                self._idle[source] = False
                return self._progress()
            case SplitFound() | SplitEnded():
                return (control,)
            case Idle():
                self._idle[source] = True
                return self._progress()
            case Barrier(epoch):
                self._at_barrier.add(source)
                self._epoch = epoch
                return self._aligned()
            case EndOfInput() | Stop():
                self._ended[source] = True
                if isinstance(control, Stop):
                    self._stopped.add(source)
                self._at_barrier.discard(source)
                return (*self._aligned(), *self._progress(), *self._end())

    def _end(self) -> tuple[Control, ...]:
        if not self.is_ended:
            return ()
        return (Stop() if self._stopped else EndOfInput(),)

    def _progress(self) -> tuple[Control, ...]:
        # what was stopped goes on in another run: its watermark still holds the others back
        active = [number for number, ended in enumerate(self._ended) if not ended or number in self._stopped]
        awake = [number for number in active if not self._idle[number]]
        if not awake:
            newly_idle = bool(active) and not self._is_idle
            self._is_idle = True
            return (Idle(),) if newly_idle else ()
        self._is_idle = False
        times = [self._watermarks[number] for number in awake]
        known = [time for time in times if time is not None]
        if len(known) < len(times) or (self._sent is not None and min(known) <= self._sent):
            return ()
        self._sent = min(known)
        return (Watermark(self._sent),)

    def _aligned(self) -> tuple[Control, ...]:
        waiting = [n for n, ended in enumerate(self._ended) if not ended and n not in self._at_barrier]
        if waiting or not self._at_barrier:
            return ()
        self._at_barrier.clear()
        return (Barrier(self._epoch),)
