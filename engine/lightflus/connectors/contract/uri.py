"""Connector URIs: `scheme:rest?option=value&...`, as `--bind` takes them.

What it owns: the grammar. Pure.
What it leaves: which schemes there are and how each is spelled (`registry.py`, `model.options.Address`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote

from lightflus.errors import BindingInvalid
from lightflus.limits import OPTION_BYTES
from lightflus.model.graph import Connector, is_secret
from lightflus.model.options import Address

_SCHEME = re.compile(r"[a-z][a-z0-9+-]*")
_PORT = re.compile(r"(.*?)(?::(\d+))?")
_PLACE = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(:\d+)?")
_PASSWORD = re.compile(r"(//[^/@:]*:).*(?=@)", re.DOTALL)
_SECRET_VALUE = re.compile(r"([^?&=]*)=([^&]*)")


def parse_uri(text: str, schemes: Iterable[str], address_of: Callable[[str], Address]) -> Connector:
    """A connector from its URI.

    Args:
        text: `file:book.txt`, `sqlite:out.db?table=words`, `redis://localhost:6379/0?hash=counts`.
        schemes: the schemes that there are.
        address_of: how a scheme of those is spelled.

    Raises:
        BindingInvalid: no scheme, an unknown one, an option without `=` or given twice.
    """
    scheme, colon, rest = text.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme):
        named = shown(text)
        raise BindingInvalid(
            f"`{named}` has no scheme", hint=f"write file:{named} for a file; there is also {listed(schemes)}"
        )
    if scheme not in schemes:
        raise BindingInvalid(
            f"there is no connector `{scheme}:`", where=shown(text), hint=f"there is {listed(schemes)}"
        )
    if len(text) > OPTION_BYTES:
        raise BindingInvalid(f"an address of {len(text):,} characters is too long", hint=f"at most {OPTION_BYTES:,}")
    body, _, query = rest.partition("?")
    address = address_of(scheme)
    if address.main is None and not address.is_network:
        return Connector(scheme, _options([*body.split(","), *query.split("&")]))
    parts = _network(body, address) if address.is_network else _local(body, address)
    options = _options(query.split("&"))
    for name in parts:
        if name in options:
            raise _twice(name)
    return Connector(scheme, {**parts, **options})


def _options(parts: Iterable[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in filter(None, parts):
        name, equals, value = part.partition("=")
        if not equals or not name:
            raise _no_option(part, options)
        if (plain := unquote(name)) in options:
            raise _twice(plain)
        options[plain] = unquote(value)
    return options


def _no_option(part: str, before: Iterable[str]) -> BindingInvalid:
    """Behind a secret it is not shown: it may be the rest of it."""
    if any(map(is_secret, before)):
        return BindingInvalid("what stands behind `&` is not an option", hint="`&` in a password is written %26")
    return BindingInvalid(f"`{part}` is not an option", hint="an option is name=value")


def _twice(name: str) -> BindingInvalid:
    return BindingInvalid(f"option `{name}` stands there twice", hint="leave one of them out")


def _local(body: str, address: Address) -> dict[str, str]:
    """`/abs` of `///abs` and `//localhost/abs`; anything else as it stands, %-escapes undone."""
    if body.startswith("//"):
        host, slash, path = body[2:].partition("/")
        if host not in ("", "localhost"):
            raise BindingInvalid(
                f"`{host.rpartition('@')[2]}` would be a host, but files are read on this machine",
                where=shown(body),
                hint="write file:relative/path, file:/absolute/path or file:///absolute/path",
            )
        body = slash + path
    return {address.main: unquote(body)} if body and address.main else {}


def _network(body: str, address: Address) -> dict[str, str]:
    """The parts of `//user:password@host:port/main`, or of `main` alone."""
    if not body.startswith("//"):
        return _named((address.main, body))
    authority, _, main = body[2:].partition("/")
    user, at, hosts = authority.rpartition("@")
    user, _, password = user.partition(":") if at else ("", "", "")
    found = _named((address.user, user), (address.password, password), (address.main, main))
    if "@" in main or not all(map(_PLACE.fullmatch, hosts.split(","))):
        raise _unescaped(address)
    if address.hosts is not None:
        return {**found, **_named((address.hosts, hosts))}
    host, port = _host_and_port(hosts)
    return {**found, **_named((address.host, host), (address.port, port))}


def _unescaped(address: Address) -> BindingInvalid:
    """The parts are not shown: one of them may be the half of a password."""
    hint = "write host:port or [IPv6 address]:port"
    if address.password is not None:
        hint += "; in a user or password, `/` is %2F, `?` %3F, `#` %23, `@` %40 and `:` %3A"
    return BindingInvalid("what stands behind `//` is no host, with or without a port", hint=hint)


def _host_and_port(text: str) -> tuple[str, str]:
    """`localhost:6379`, `[::1]:6379`; the port may be missing."""
    found = _PORT.fullmatch(text)
    assert found is not None
    return found[1].removeprefix("[").removesuffix("]"), found[2] or ""


def _named(*parts: tuple[str | None, str]) -> dict[str, str]:
    """Options of the parts that are there, %-escapes undone."""
    found = {}
    for name, value in parts:
        if not value:
            continue
        if name is None:
            raise BindingInvalid(
                f"`{unquote(value)}` has no place in this connector's address", hint="give it as an option behind `?`"
            )
        found[name] = unquote(value)
    return found


def shown(text: str) -> str:
    """An address as anybody may see it, also one that is none: passwords are `***`."""
    hidden = _PASSWORD.sub(r"\1***", text)
    return _SECRET_VALUE.sub(lambda found: f"{found[1]}=***" if is_secret(found[1]) else found[0], hidden)


def listed(names: Iterable[str]) -> str:
    """`file:, sqlite: and stdout:`."""
    words = [f"{name}:" for name in sorted(names)]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
