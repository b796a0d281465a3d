"""Writes engine/lightflus/model/schemas.py: what the engine checks options by, and knows of each what it names."""

from __future__ import annotations

from tools.connectors.schema import Connector, Option, connectors

HEAD = '''\
"""The options of our connectors and of formats. Made by `make generated` from proto/connectors: change it there."""

from lightflus.model.options import Address, Names, Option, Schema

'''
TAIL = """
SCHEMAS = {{schema.kind: schema for schema in ({kinds})}}

NAMES = {{option.name: option.names for schema in SCHEMAS.values() for option in schema.source + schema.sink}} | {{
    option.name + name: names
    for schema in SCHEMAS.values()
    for option in schema.source + schema.sink
    for name, names in option.properties.items()
}}
"""


def _names_of(word: str) -> str:
    return f"Names.{word.upper() or 'NOTHING'}"


def _option_of(option: Option) -> str:
    choices = ("true", "false") if option.type == "flag" else option.choices
    default = "false" if option.type == "flag" and option.default == "" else str(option.default)
    names = "secret" if option.type == "secret" else option.names
    parts = [repr(option.name)] + [f"{what}={value!r}" for what, value in (("default", default),) if value]
    parts += [f"least={option.least}, most={option.most}"] if option.type == "number" else []
    parts += [f"choices={choices!r}"] if choices else []
    parts += [f"names={_names_of(names)}"] if names else []
    if option.type == "prefix":
        pairs = [(name, what) for what, text in option.properties.items() for name in text.split()]
        parts.append("properties={" + ", ".join(f"{name!r}: {_names_of(what)}" for name, what in pairs) + "}")
        parts.append(f"kept={dict(option.kept)!r}")
    return f"    Option({', '.join(parts)}),\n"


def _schema_of(connector: Connector) -> str:
    address = ", ".join(f"{part}={option!r}" for part, option in connector.address.items())
    parts = [repr(connector.kind), f"Address({address})", repr(connector.example)]
    for role in ("source", "sink"):
        said = [option for option in connector.options if role in connector.roles and option.role in ("", role)]
        parts.append(f"{role}=(\n{''.join(map(_option_of, said))})")
    return f"{_name_of(connector)} = Schema({', '.join(parts)})\n"


def _name_of(connector: Connector) -> str:
    return connector.kind.upper().replace("-", "_")


def text() -> str:
    """The file."""
    ours = [connector for connector in connectors() if connector.kind]
    kinds = ", ".join(map(_name_of, ours))
    return HEAD + "".join(map(_schema_of, ours)) + TAIL.format(kinds=kinds)
