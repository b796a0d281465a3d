"""The OpenAPI document names every route, and every answer that was seen is one that it names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

from api_server import serving

from lightflus.apiserver.openapi import document, refusals
from lightflus.apiserver.problems import TITLES
from lightflus.apiserver.routes import ROUTES

Json = dict[str, object]


def test_every_route_has_an_operation_of_its_own() -> None:
    paths = cast("dict[str, Json]", document()["paths"])
    assert {(r.path, r.method.lower()) for r in ROUTES} == {(p, m) for p, ops in paths.items() for m in ops}
    assert len({route.name for route in ROUTES}) == len(ROUTES)


def test_every_shape_that_is_referred_to_is_there() -> None:
    found = document()
    shapes = cast("dict[str, dict[str, object]]", found["components"])["schemas"]
    assert set(re.findall(r"#/components/schemas/(\w+)", str(found))) <= shapes.keys()


def test_every_status_of_a_refusal_has_a_title() -> None:
    assert {status for route in ROUTES for status in refusals(route)} <= TITLES.keys()


async def test_the_document_is_served_to_anybody() -> None:
    async with serving() as server:
        answer = await server.ask("GET", "/openapi.json", token=None)
        assert (answer.status, answer.json["openapi"]) == (200, "3.1.0")


def test_every_route_stands_in_the_page_about_them() -> None:
    page = (Path(__file__).parents[2] / "docs" / "rest-api.md").read_text(encoding="utf-8")
    assert not [r.path for r in ROUTES if f"| `{r.method} {r.path}` |" not in page]
