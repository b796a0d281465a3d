"""Spells the methods of a class in any language: each has a pair of patterns per kind of method, filled in here."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tools.connectors.schema import Class, Method, Option, shared

ANY = (
    Option(
        name="",
        type="any",
        about="An option of the engine's connector that this API has no word for: docs/connectors.md lists them.",
    ),
    Method(name="option"),
)
"""The method that every class has besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What a language has for methods."""

    types: Mapping[str, str]  # of parameters, by the schema's types; other types are enums
    enum: Callable[[str], str]  # the type of an enum's words
    says: Mapping[str, tuple[str, str]]  # by kind of method (`kind_of`) its parameters and what it does
    method: str  # the pattern of all of it
    name: Callable[[Method], str]  # makes a method's name of TypeScript's; empty = the language has no such method
    comment: Callable[[str], str]  # makes a comment of what a method does
    secret: str  # how the content of a variable is named
    is_placed: Callable[[Option, Method], bool] = lambda _option, _method: False  # is it told where the user wrote it?
    placed: tuple[str, str] = ("", "")  # what then stands before its name, and behind its parameters


def kind_of(option: Option, method: Method) -> str:
    """What a method is: the name of a group, `does` or `checks`, `value`, `enum`, or the option's type."""
    if method.group or method.does:
        return method.group or ("checks" if method.may_fail else "does")
    if method.value or option.type == "flag":
        return "value"
    return "enum" if method.type in shared("enums") else option.type


def may_fail(option: Option, method: Method) -> bool:
    """Whether a method may find its argument wrong."""
    return method.may_fail or option.type == "number"


def method_of(language: Language, option: Option, method: Method) -> str:
    """A method that says an option."""
    kind, name = method.type or option.type, language.name(method)
    before, behind = language.placed if language.is_placed(option, method) else ("", "")
    words = {
        "option": option.name,
        "name": name,
        "argument": method.argument,
        "type": language.enum(kind) if kind in shared("enums") else language.types.get(kind, ""),
        "value": method.value or "true",
        "least": option.least if method.least is None else method.least,
        "most": option.most,
        "bits": next(bits for bits in (16, 32, 64) if option.most < 1 << bits),
        "unit": option.unit,
        "does": camel(method.does[0]) if method.does else "",
        "snake": snake(method.does[0]) if method.does else "",
        "said": "".join(f'"{word}", ' for word in method.does[1:]),
    }
    given, says = (part.format(**words) for part in language.says.get(kind_of(option, method), language.says["text"]))
    about = language.comment(described(option, method, language.secret))
    given = ", ".join(filter(None, [given, behind]))
    return language.method.format(about=about, before=before, name=name, given=given, says=says)


def methods_of(language: Language, one: Class) -> str:
    """All methods of a class that say options."""
    return "".join(method_of(language, *pair) for pair in [*one.methods, ANY] if language.name(pair[1]))


def described(option: Option, method: Method, secret: str) -> str:
    """What a method does; `secret` is how the language names the content of a variable."""
    about = method.about or option.about
    if option.type == "secret":
        return f"{about[:-1]}, as `{secret}`: one written here stands in the module for everyone to read."
    is_told = option.default != "" and not (method.about or method.value)
    default = option.default if isinstance(option.default, int) else f"`{option.default}`"
    return f"{about[:-1]}; {default} unless told." if is_told else about


def wrapped(text: str, begin: str) -> list[str]:
    """A comment's lines."""
    return textwrap.wrap(text, 118, initial_indent=begin, subsequent_indent=begin, break_long_words=False)


def camel(name: str) -> str:
    """`key.password` -> `keyPassword`."""
    return re.sub(r"[.-](\w)", lambda found: found[1].upper(), name)


def snake(name: str) -> str:
    """`startAtOffsets` -> `start_at_offsets`."""
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower().replace(".", "_")
