"""A request begins a trace or goes on with its caller's, and what it asks of the coordinator belongs to it."""

from __future__ import annotations

from api_server import description, opened
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lightflus.apiserver.access import Access
from lightflus.apiserver.calls import Services
from lightflus.apiserver.remote import RemoteCoordinator
from lightflus.proto.services import CONTROL
from lightflus.telemetry.traces import traced_by
from lightflus.testing.coordinator import MemoryCoordinator
from lightflus.wire.control import Connection, serving

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_a_request_and_its_call_are_of_the_callers_trace() -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with traced_by(provider):
        async with serving("127.0.0.1:0", [(CONTROL, MemoryCoordinator().handlers())]) as port:
            with Connection(f"127.0.0.1:{port}") as connection:
                async with opened(Services(RemoteCoordinator(connection), Access(), description)) as server:
                    await server.ask("GET", "/namespaces/default/jobs/a", headers={"traceparent": CALLER})
    called = kept.get_finished_spans()
    assert [span.name for span in called] == [
        "lightflus.v1.Control/GetJob",
        "lightflus.v1.Control/GetJob",
        "GET /v1/namespaces/{namespace}/jobs/{job}",
    ]
    request = called[-1]
    assert {format(span.context.trace_id, "032x") for span in called} == {CALLER.split("-")[1]}
    assert request.parent is not None
    assert format(request.parent.span_id, "016x") == CALLER.split("-")[2]
    assert request.attributes == {"http.response.status_code": 404}
