"""Commands about a cluster rather than a job: modules, workers, namespaces, tokens.

What it owns: what is asked and how it is shown. What it leaves: HTTP (`client/`), the jobs (`remote.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from lightflus.cli.problems import told_as_json
from lightflus.cli.remote import api
from lightflus.cli.screen import emit, emit_json, say, show
from lightflus.cli.tables import table
from lightflus.client.api import Json, segment
from lightflus.client.endpoint import namespace


def list_modules(delete: str | None, *, as_json: bool) -> None:
    """Prints the namespace's modules, or deletes one. Raises LightflusError."""
    path = f"/namespaces/{segment(namespace())}/modules"
    if delete is not None:
        _done("DELETE", f"{path}/{segment(delete)}", None, f"deleted {delete}", as_json=as_json)
        return
    with told_as_json(is_wanted=as_json):
        found = list(api().pages(path))
    rows = [(m["digest"], m.get("job", ""), _names(m, "sources"), _names(m, "sinks"), f"{m['bytes']:,}") for m in found]
    _print(found, ("MODULE", "JOB", "READS", "WRITES", "BYTES"), rows, as_json=as_json)


def _names(module: Json, what: str) -> str:
    """`topic (kafka)` of each source or sink."""
    return ", ".join(f"{one['name']} ({one['connector']})" for one in cast("list[Json]", module.get(what, [])))


def list_workers(*, as_json: bool) -> None:
    """Prints the cluster's workers. Raises LightflusError."""
    found = _items("/workers", as_json=as_json)
    rows = [(w["name"], w["status"], w["host"], w["slots"], w["subtasks"]) for w in found]
    _print(found, ("WORKER", "STATUS", "HOST", "SLOTS", "SUBTASKS"), rows, as_json=as_json)


def list_namespaces(create: str | None, delete: str | None, *, as_json: bool) -> None:
    """Prints all namespaces, or makes or deletes one. Raises LightflusError."""
    if create is not None:
        _done("POST", "/namespaces", {"name": create}, f"made {create}", as_json=as_json)
    elif delete is not None:
        _done("DELETE", f"/namespaces/{segment(delete)}", None, f"deleted {delete}", as_json=as_json)
    else:
        found = _items("/namespaces", as_json=as_json)
        _print(found, ("NAMESPACE",), [(one["name"],) for one in found], as_json=as_json)


def list_tokens(*, as_json: bool) -> None:
    """Prints the names of a namespace's tokens. Raises LightflusError."""
    found = _items(_tokens(), as_json=as_json)
    _print(found, ("TOKEN",), [(one["name"],) for one in found], as_json=as_json)


def create_token(name: str, *, as_json: bool) -> None:
    """Prints a new token, once. Raises LightflusError."""
    with told_as_json(is_wanted=as_json):
        made = api().ask("POST", _tokens(), {"name": name})
    if as_json:
        emit_json(made)
        return
    say(f"token {name} of namespace {namespace()}; it is shown now and never again", "bold")
    emit(str(made["token"]))


def revoke_token(name: str, *, as_json: bool) -> None:
    """Ends a token. Raises LightflusError."""
    _done("DELETE", f"{_tokens()}/{segment(name)}", None, f"revoked {name}", as_json=as_json)


def _tokens() -> str:
    return f"/namespaces/{segment(namespace())}/tokens"


def _items(path: str, *, as_json: bool) -> list[Json]:
    with told_as_json(is_wanted=as_json):
        return cast("list[Json]", api().ask("GET", path)["items"])


def _print(found: list[Json], titles: Sequence[str], rows: Sequence[Sequence[object]], *, as_json: bool) -> None:
    if as_json:
        emit_json({"items": found})
    else:
        show(table(titles, rows))


def _done(method: str, path: str, body: Json | None, words: str, *, as_json: bool) -> None:
    with told_as_json(is_wanted=as_json):
        said = api().ask(method, path, body)
    if as_json:
        emit_json(said or {"ok": True})
    else:
        say(words, "bold")
