"""`redis-stream:`: entries of streams as a source.

What it owns: the options, one split per stream, and what can be known to be wrong before the job starts.
What it leaves: reading (`reading.py`), entries as rows (`entries.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing

from lightflus.connectors.contract.kinds import SourceKind, SourceSpec
from lightflus.connectors.contract.options import Options
from lightflus.connectors.redis.checks import check_kind, check_server
from lightflus.connectors.redis.entries import EntryDecoder, FieldEntries, MessageEntries
from lightflus.connectors.redis.failures import opening
from lightflus.connectors.redis.ids import BEGINNING, EntryId
from lightflus.connectors.redis.lanes import Lane, lanes
from lightflus.connectors.redis.link import Link
from lightflus.connectors.redis.plan import EARLIEST, LATEST, ReadPlan
from lightflus.connectors.redis.reading import StreamReader
from lightflus.connectors.redis.server import Server, read_server
from lightflus.connectors.toolbox.retry import Patience
from lightflus.errors import BindingInvalid, SourceFailed
from lightflus.limits import CONNECT_SECONDS, REDIS_STREAMS
from lightflus.model.schemas import REDIS_STREAM
from lightflus.model.types import VALUE_COLUMN, StructType
from lightflus.ports.health import Health

_STARTS = "it is earliest, latest, group or the id of an entry, such as 1700000000000-0"


class StreamSource:
    """`ports.Source` over streams."""

    is_growing = False
    is_rewindable = True

    def __init__(self, server: Server, streams: Sequence[str], plan: ReadPlan, decoder: EntryDecoder) -> None:
        """Looks whether the streams are there and may be read. Raises BindingInvalid, SourceFailed."""
        self._server = server
        self._streams = tuple(streams)
        self._plan = plan
        self._decoder = decoder
        with opening(server, SourceFailed):
            _check_server(server)
            for lane in lanes(server, self._streams, reply_seconds=CONNECT_SECONDS):
                with closing(lane):
                    _check_streams(server, lane, plan)

    @property
    def is_committing(self) -> bool:
        """With a group: what is in the sinks is acknowledged."""
        return bool(self._plan.group)

    def splits(self) -> Sequence[str]:
        """The streams' names, as the job gives them."""
        return self._streams

    def reader(self, splits: Mapping[str, str | None], health: Health) -> StreamReader:
        """Positions are ids of entries: reading begins after that one."""
        patience = Patience(self._server.where, SourceFailed, health, self._server.retry_seconds)
        return StreamReader(self._server, splits, self._plan, self._decoder, patience)

    def close(self) -> None:
        """Connections belong to the readers."""


def _check_server(server: Server) -> None:
    with closing(Link(server, reply_seconds=CONNECT_SECONDS)) as link:
        check_server(server, link)


def _check_streams(server: Server, lane: Lane, plan: ReadPlan) -> None:
    for stream in lane.streams:
        check_kind(server, lane.link, stream, "stream", "stream")
        if lane.info(stream) is None:
            raise BindingInvalid(
                f"there is no stream `{stream}` in {server.name}",
                where=server.where,
                hint="check the options `stream` and `database`; an entry, or XGROUP CREATE ... MKSTREAM, makes one",
            )
        if plan.needs_all:
            _check_whole(server, lane, stream, plan)
        lane.probe(stream, plan)


def _check_whole(server: Server, lane: Lane, stream: str, plan: ReadPlan) -> None:
    """Raises BindingInvalid where state by key, which begins empty, cannot be built again."""
    info = lane.info(stream)
    is_trimmed = info is not None and info.added is not None and info.added > info.length
    if is_trimmed or (plan.group and lane.is_begun(stream, plan.group)):
        lost = "entries of it are gone" if is_trimmed else f"group `{plan.group}` has been given some of it before"
        raise BindingInvalid(
            f"the job keeps state by key, which begins empty and is built from the whole stream `{stream}`, but "
            f"{lost}: its results would replace better ones",
            where=server.where,
            hint="read without a group; to begin with what is left all the same: start.partial=true",
        )


def _open(spec: SourceSpec, options: Options) -> StreamSource:
    if spec.has_envelope:
        raise BindingInvalid(
            "`redis-stream:` has no message envelope", where=spec.name, hint="declare the fields of the entries instead"
        )
    server = read_server(options)
    named = options.text("stream").split(",")
    streams = list(dict.fromkeys(filter(None, (name.strip() for name in named))))
    if not 1 <= len(streams) <= REDIS_STREAMS:
        raise options.wrong("stream", ",".join(named)[:80], f"it is 1 to {REDIS_STREAMS:,} names, joined by commas")
    plan = _plan(options, spec)
    decoder = _decoder(spec, options.optional("field"))
    return StreamSource(server, streams, plan, decoder)


def _plan(options: Options, spec: SourceSpec) -> ReadPlan:
    group = options.optional("group") or ""
    consumer = options.text("consumer", f"{spec.namespace}.{spec.job}.{spec.name}")
    start = options.text("start", "group" if group else "earliest")
    if start == "group" and not group:
        raise options.wrong("start", start, "name the group with the option `group`")
    begin = {"earliest": EARLIEST, "group": EARLIEST, "latest": LATEST}.get(start) or EntryId.parse(start)
    if begin is None:
        raise options.wrong("start", start, _STARTS)
    is_bounded = options.choice("end") == "latest"
    needs_all = spec.is_stateful and not options.flag("start.partial") and start in ("earliest", "group")
    return ReadPlan(group, consumer, begin if begin != BEGINNING else EARLIEST, is_bounded, needs_all)


def _decoder(spec: SourceSpec, field: str | None) -> EntryDecoder:
    """Fields by name for a record with fields, unless one of them is said to hold the whole record."""
    if isinstance(spec.record, StructType) and not spec.record.nullable and field is None:
        return FieldEntries(spec.record, spec.value_decoder)
    return MessageEntries(field or VALUE_COLUMN, spec.message_decoder(), is_chosen=field is not None)


SOURCE = SourceKind(
    REDIS_STREAM.address, _open, options=REDIS_STREAM.source, ends={"end": "latest"}, follows={"start": "latest"}
)
