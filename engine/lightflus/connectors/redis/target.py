"""What a sink does in Redis, from its options: which command, on which name.

What it owns: the options `command`, `hash`, `set`, `stream`, `channel`, `ttl`, `maxlen` and how they go together. Pure.
What it leaves: the commands themselves (`commands.py`), the server's options (`server.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lightflus.connectors.contract.options import Options
from lightflus.errors import BindingInvalid

NAMES = {"hset": "hash", "zadd": "set", "xadd": "stream", "publish": "channel"}
"""By command, the option that names what it writes to; `set` needs none: each key is a name."""
COMMANDS = ("set", *NAMES)
UPSERTING = ("set", "hset", "zadd")
KINDS = {"hset": "hash", "zadd": "zset", "xadd": "stream"}
"""What `TYPE name` should say."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows go.

    Attributes:
        command: one of COMMANDS.
        name: of the hash, sorted set, stream or channel; empty for `set`.
        ttl: seconds until what was written expires; 0 = never.
        maxlen: entries that a stream keeps, about; 0 = all.
    """

    command: str = "set"
    name: str = ""
    ttl: int = 0
    maxlen: int = 0

    @property
    def is_upserting(self) -> bool:
        """Whether the last write of a key stands."""
        return self.command in UPSERTING


def command_of(options: Mapping[str, str]) -> str:
    """What `command` says, else what the name that is given belongs to, else `set`."""
    named = [command for command, option in NAMES.items() if options.get(option)]
    return options.get("command") or (named[0] if named else "set")


def read_target(options: Options, given: Mapping[str, str], where: str) -> Target:
    """Takes the options; `given` are all of them. Raises BindingInvalid where they do not go together."""
    command = options.choice("command", default=command_of(given))
    names = {option: options.optional(option) for option in NAMES.values()}
    wanted = NAMES.get(command)
    for option, name in names.items():
        if name and option != wanted:
            needs = f"needs the option `{wanted}`" if wanted else "has no name: each key is one"
            raise BindingInvalid(
                f"option `{option}` does not go with command={command}", where=where, hint=f"that command {needs}"
            )
    if wanted and not names[wanted]:
        hint = f"for example redis://localhost:6379?{wanted}={where}"
        raise BindingInvalid(f"command={command} needs the option `{wanted}`", where=where, hint=hint)
    found = Target(
        command,
        (names[wanted] or "") if wanted else "",
        options.number("ttl"),
        options.number("maxlen"),
    )
    if found.maxlen and command != "xadd":
        raise options.wrong("maxlen", str(found.maxlen), "only a stream has it (command=xadd)")
    if found.ttl and command == "publish":
        raise options.wrong("ttl", str(found.ttl), "what is published is not stored; leave it out")
    return found
