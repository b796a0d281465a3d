"""What a connector's options are, as values: names, defaults, bounds, and what in the world around a job each names.

What it owns: the form; ours are in `schemas.py`, made from proto/connectors, and packages of others declare theirs in
the same form. Pure. What it leaves: taking the values of one job (`connectors/contract/options.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Names(Enum):
    """What an option's value names, for those who decide what a job may reach."""

    NOTHING = ""
    FILE = "file"
    """A file or directory of the worker."""
    HOST = "host"
    """Another machine that the worker talks to."""
    ACCESS = "access"
    """Nothing by itself, but how a host is reached: port, user, mechanism, whose certificates are trusted."""
    LIBRARY = "library"
    """Code that the worker would load or run."""
    SECRET = "secret"
    """A password or token, or `env:NAME` or `file:path` where one is: it is shown nowhere."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Attributes:
        name: as users write it; with a `.` at its end, all options that begin with it.
        default: the value where none is given, in the option's own spelling; empty = there is none.
        least: of a number; with `most`.
        most: 0 = it is no number.
        choices: the words that it may be; empty = any text.
        names: what its value names.
        properties: of a prefix, what may follow it, and what each of these names.
        kept: of a prefix, what may not follow it, and what to use instead.
    """

    name: str
    default: str = ""
    least: int = 0
    most: int = 0
    choices: tuple[str, ...] = ()
    names: Names = Names.NOTHING
    properties: Mapping[str, Names] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)

    def covers(self, name: str) -> bool:
        """Whether it is the option of that name."""
        return name == self.name or (self.name.endswith(".") and name.startswith(self.name))


@dataclass(frozen=True, slots=True)
class Address:
    """How a connector is spelled behind its scheme, before `?`; each attribute names the option that a part becomes.

    With no part at all, what stands there is a list of options: `generate:rows=10,seed=1`. With `main` alone it is a
    path or a name: `file:book.txt`. Else it may begin with an authority: `redis://user:password@host:6379/0`.

    Attributes:
        main: what follows the colon, or the authority.
        hosts: all of `host:port,host:port`, for systems that have several.
        host: the host of an authority.
        port: its port.
        user: what stands before `@`.
        password: what stands behind the user's colon.
    """

    main: str | None = None
    hosts: str | None = None
    host: str | None = None
    port: str | None = None
    user: str | None = None
    password: str | None = None

    @property
    def is_network(self) -> bool:
        """Whether it may have an authority."""
        return self.hosts is not None or self.host is not None


@dataclass(frozen=True, slots=True)
class Schema:
    """All that is declared of a kind of connector.

    Attributes:
        kind: the scheme.
        address: how it is spelled.
        example: an address, for hints; may be empty.
        source: the options that it has as a source.
        sink: those that it has as a sink.
    """

    kind: str
    address: Address
    example: str = ""
    source: tuple[Option, ...] = ()
    sink: tuple[Option, ...] = ()
