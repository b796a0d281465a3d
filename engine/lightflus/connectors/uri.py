"""Connector URIs: `scheme:rest?option=value&...`, as `--bind` takes them.

What it owns: the grammar. Pure.
What it leaves: which schemes and options there are (`registry.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from lightflus.errors import BindingInvalid
from lightflus.limits import OPTION_BYTES
from lightflus.model.graph import Connector

_SCHEME = re.compile(r"[a-z][a-z0-9+-]*")


def parse_uri(text: str, main_options: dict[str, str | None]) -> Connector:
    """A connector from its URI.

    Args:
        text: `file:book.txt`, `sqlite:out.db?table=words`, `generate:rows=1000,seed=7`.
        main_options: by scheme, the option that the part after the colon is the value of; None: it is a list of
            options, separated by commas.

    Raises:
        BindingInvalid: no scheme, an unknown one, an option without `=`.
    """
    scheme, colon, rest = text.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme):
        raise BindingInvalid(
            f"`{text}` has no scheme", hint=f"write file:{text} for a file; there is also {listed(main_options)}"
        )
    if scheme not in main_options:
        raise BindingInvalid(f"there is no connector `{scheme}:`", where=text, hint=f"there is {listed(main_options)}")
    if len(text) > OPTION_BYTES:
        raise BindingInvalid(f"an address of {len(text):,} characters is too long", hint=f"at most {OPTION_BYTES:,}")
    body, _, query = rest.partition("?")
    main = main_options[scheme]
    if main is None:
        return Connector(scheme, _options([*body.split(","), *query.split("&")], text))
    options = _options(query.split("&"), text)
    if body and main in options:
        raise _twice(main, text)
    return Connector(scheme, {main: _path(body), **options} if body else options)


def _options(parts: Iterable[str], where: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in filter(None, parts):
        name, equals, value = part.partition("=")
        if not equals or not name:
            raise BindingInvalid(f"`{part}` is not an option", where=where, hint="an option is name=value")
        if (plain := unquote(name)) in options:
            raise _twice(plain, where)
        options[plain] = unquote(value)
    return options


def _twice(name: str, where: str) -> BindingInvalid:
    return BindingInvalid(f"option `{name}` stands there twice", where=where, hint="leave one of them out")


def _path(body: str) -> str:
    """`/abs` of `///abs` and `//localhost/abs`; anything else as it stands, %-escapes undone."""
    if body.startswith("//"):
        host, slash, path = body[2:].partition("/")
        if host not in ("", "localhost"):
            raise BindingInvalid(
                f"`{host}` would be a host, but files are read on this machine",
                where=body,
                hint="write file:relative/path, file:/absolute/path or file:///absolute/path",
            )
        body = slash + path
    return unquote(body)


def listed(names: Iterable[str]) -> str:
    """`file:, sqlite: and stdout:`."""
    words = [f"{name}:" for name in sorted(names)]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
