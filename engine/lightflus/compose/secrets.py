"""The operator's secrets: where each is, and what it is.

What it owns: the form `NAME=env:VARIABLE` or `NAME=file:path`, and reading one when it is needed: what is handed from
process to process is the place alone.
What it leaves: who may use them (`walls.py`), how a place is read (`connectors/contract/options.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lightflus.connectors.contract.options import Options
from lightflus.errors import UserError
from lightflus.model.policy import Policy, Right, Wish

_PLACES = ("env:", "file:")


def secret_places(texts: Iterable[str]) -> dict[str, str]:
    """The place of each, by its name. Raises UserError."""
    found = {}
    for text in texts:
        name, equals, place = text.partition("=")
        if not equals or not name or not place.startswith(_PLACES):
            raise UserError(
                f"--secret {name or '...'} does not say where the secret is",
                hint="write --secret NAME=env:VARIABLE or --secret NAME=file:path",
            )
        found[name] = place
    return found


def granting_secrets(policy: Policy, names: Iterable[str]) -> Policy:
    """The policy by which jobs may use these, too: who gives a secret wants it to be used."""
    return policy.granting(Wish(Right.SECRET, name, name, "", "--secret") for name in names)


def read_secrets(places: Mapping[str, str]) -> dict[str, str]:
    """The secrets themselves, by their names. Raises BindingInvalid: one is not there."""
    return {
        name: Options("--secret", {"password": place}, name, ()).secret("password") or ""
        for name, place in places.items()
    }
