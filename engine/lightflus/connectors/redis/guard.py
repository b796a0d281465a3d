"""Keeps runs that were replaced from writing: a script compares generations, then does what the sink has to do.

What it owns: the key of a sink's generation and markers, the scripts, and putting commands into them. Pure; any thread.
What it leaves: sending (`sending.py`, `cluster.py`), what is committed when (`epochs.py`).

In a cluster a script reaches one slot alone, so that each slot which is written has such a key of its own. It is made
with the first write there: until then nothing of this run is in that slot, and what an older one writes is written
again.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import count
from urllib.parse import quote

from lightflus.connectors.redis.resp import Call, Piece, Step, Words, counted_pieces, pieces
from lightflus.ports.sinks import SinkIdentity

SHUT_OUT = "SHUTOUT"
"""What a script's error begins with where a younger run has been there."""
_SLOTS = 16_384

_CHECK = b"""
local g=redis.call('HGET',KEYS[1],'generation')
if g~=ARGV[1] then
if g and tonumber(g)>tonumber(ARGV[1]) then return redis.error_reply('SHUTOUT generation '..g..' writes there') end
redis.call('HSET',KEYS[1],'generation',ARGV[1])
end
"""
_WRITE = (
    _CHECK
    + b"""
local n=tonumber(ARGV[2])
for i=n+3,#ARGV,4000 do
local to=math.min(i+3999,#ARGV)
if n==1 then redis.call(ARGV[3],unpack(ARGV,i,to)) else redis.call(ARGV[3],ARGV[4],unpack(ARGV,i,to)) end
end
return 0
"""
)
"""Lua takes at most 8,000 words in a call; a row has one or two."""
_ROWS = b"""
while i<=#ARGV do
local n=tonumber(ARGV[i])
redis.call(unpack(ARGV,i+1,i+n))
i=i+n+1
end
"""
_EACH = _CHECK + b"local i=2" + _ROWS + b"return 0"
_CLAIM = _CHECK + b"return redis.call('HMGET',KEYS[1],'epoch.'..ARGV[2],'part.'..ARGV[2])"
_APPEND = (
    _CHECK
    + b"""
local part='part.'..ARGV[2]
local e,d=string.match(redis.call('HGET',KEYS[1],part) or '0:0','(%d+):(%d+)')
if e==ARGV[3] and tonumber(d)>=tonumber(ARGV[5]) then return 0 end
local i=7
"""
    + _ROWS
    + b"""
redis.call('HSET',KEYS[1],part,ARGV[3]..':'..ARGV[5])
if ARGV[6]=='1' then redis.call('HSET',KEYS[1],'epoch.'..ARGV[2],ARGV[3]) end
return 0
"""
)


class Guard:
    """The generation of one sink of one run."""

    def __init__(self, identity: SinkIdentity, *, is_cluster: bool) -> None:
        who = (identity.namespace, identity.job, identity.incarnation, identity.sink)
        self._name = "/".join(quote(part, safe="") for part in who).encode()
        self._generation = b"%d" % identity.generation
        self._is_cluster = is_cluster

    def key(self, beside: bytes) -> bytes:
        """Where generation and markers lie: of a cluster, in the slot of the key `beside`."""
        tag = b"{%b}:" % tag_of(slot_of(beside)) if self._is_cluster else b""
        return b"lightflus:" + tag + self._name

    def pieces(self, step: Step) -> Iterator[Piece]:
        """A step by scripts, of many rows each; not in a cluster."""
        if step.is_many:
            return pieces(Step(self._head(b"", step.head), step.cells, step.tail, step.is_many))
        head = (b"EVAL", _EACH, b"1", self.key(b""), self._generation)
        return counted_pieces(step, lambda begin, end: head)

    def call(self, call: Call) -> Call:
        """The same, by a script in the slot of its key, which is the first word."""
        name, words = call
        eval_, *head = self._head(words[0], (name.encode(),))
        return eval_.decode(), [*head, *words]

    def claim(self, beside: bytes, subtask: int) -> Words:
        """Shuts out older runs; the answer is the subtask's last epoch, and `epoch:rows` of the last one begun."""
        return (b"EVAL", _CLAIM, b"1", self.key(beside), self._generation, b"%d" % subtask)

    def append(self, beside: bytes, subtask: int, epoch: int, steps: Sequence[Step], done: int) -> Iterator[Piece]:
        """Scripts that execute each row's command of an epoch once, from row `done` on, and mark how far they are."""
        total, before = sum(step.rows for step in steps), 0
        start = (b"EVAL", _APPEND, b"1", self.key(beside), self._generation, b"%d" % subtask, b"%d" % epoch)

        def head(first: int, begin: int, end: int) -> Words:
            return (*start, b"%d" % (first + begin), b"%d" % (first + end), b"%d" % (first + end == total))

        for step in steps:
            skipped = min(max(0, done - before), step.rows)
            yield from counted_pieces(step.after(skipped), partial(head, before + skipped))
            before += step.rows

    def _head(self, beside: bytes, head: Words) -> Words:
        return (b"EVAL", _WRITE, b"1", self.key(beside), self._generation, b"%d" % len(head), *head)


def slot_of(key: bytes) -> int:
    """The slot of a key, by what stands in its first braces, if anything does."""
    _, brace, rest = key.partition(b"{")
    tag, end, _ = rest.partition(b"}")
    return binascii.crc_hqx(tag if brace and end and tag else key, 0) % _SLOTS


def tag_of(slot: int) -> bytes:
    """A text that lies in a slot."""
    return _tags()[slot]


@cache
def _tags() -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for number in count():
        text = b"%x" % number
        found.setdefault(binascii.crc_hqx(text, 0) % _SLOTS, text)
        if len(found) == _SLOTS:
            return found
    raise AssertionError("unreachable")
