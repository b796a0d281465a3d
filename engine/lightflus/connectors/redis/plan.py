"""What a stream source shall do: where it begins and ends, alone or in a group. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lightflus.connectors.redis.ids import EntryId


class Place(Enum):
    """A place in a stream that has no id yet."""

    EARLIEST = "0-0"
    LATEST = "$"


EARLIEST, LATEST = Place.EARLIEST, Place.LATEST


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """How streams are read.

    Attributes:
        group: the consumer group; empty = none, and the job alone keeps the position.
        consumer: the job's name in the group.
        begin: where reading begins; with a group, where a new one begins.
        is_bounded: whether reading ends at what is there when it begins.
        needs_all: whether the job is wrong where entries before its start are left out.
    """

    group: str
    consumer: str
    begin: Place | EntryId
    is_bounded: bool
    needs_all: bool = False
