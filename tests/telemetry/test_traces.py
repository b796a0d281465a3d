"""Traces of calls: one from the request of a user to the coordinator, and none at all where nobody wants them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lightflus.errors import NotFound, ToolMissing
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import CONTROL, WORKERS
from lightflus.telemetry import traces
from lightflus.testing.coordinator import MemoryCoordinator
from lightflus.wire.control import Connection, Handler, serving

GET, LIST = "lightflus.v1.Control/GetJob", "lightflus.v1.Control/ListJobs"


@contextmanager
def seen() -> Iterator[list[ReadableSpan]]:
    """What ended while the block ran."""
    kept, provider, found = InMemorySpanExporter(), TracerProvider(), list[ReadableSpan]()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with traces.traced_by(provider):
        yield found
    found += kept.get_finished_spans()


async def ask(connection: Connection, name: str = "a") -> None:
    request = pb.JobRequest(namespace="default", name=name)
    await connection.call(CONTROL.methods["GetJob"], request, pb.Job, seconds=30)


def parent_of(span: ReadableSpan, spans: list[ReadableSpan]) -> ReadableSpan | None:
    return next((one for one in spans if span.parent and one.context.span_id == span.parent.span_id), None)


async def test_a_call_is_a_span_on_both_sides_of_one_trace() -> None:
    with seen() as spans:
        async with serving("127.0.0.1:0", [(CONTROL, MemoryCoordinator().handlers())]) as port:
            with Connection(f"127.0.0.1:{port}") as connection, pytest.raises(NotFound):
                await ask(connection)
    server, client = spans
    assert (server.name, client.name) == (GET, GET)
    assert (server.kind.name, client.kind.name) == ("SERVER", "CLIENT")
    assert parent_of(server, spans) is client
    assert (client.status.status_code.name, client.status.description) == ("ERROR", "NotFound")


async def test_what_a_handler_calls_belongs_to_what_it_answers() -> None:
    async with serving("127.0.0.1:0", [(CONTROL, MemoryCoordinator().handlers())]) as behind:
        with Connection(f"127.0.0.1:{behind}") as further:

            async def asks_further(_: pb.ListJobsRequest) -> pb.ListJobsResponse:
                with pytest.raises(NotFound):
                    await ask(further)
                return pb.ListJobsResponse()

            handlers: dict[str, Handler] = {**MemoryCoordinator().handlers(), "ListJobs": asks_further}
            with seen() as spans:
                async with serving("127.0.0.1:0", [(CONTROL, handlers)]) as port:
                    with Connection(f"127.0.0.1:{port}") as connection:
                        await connection.call(
                            CONTROL.methods["ListJobs"], pb.ListJobsRequest(), pb.ListJobsResponse, seconds=30
                        )
    assert [span.name for span in spans] == [GET, GET, LIST, LIST]
    assert len({span.context.trace_id for span in spans}) == 1
    assert parent_of(spans[1], spans) is spans[2]


async def test_heartbeats_make_no_spans() -> None:
    async def beat(_: pb.HeartbeatRequest) -> pb.HeartbeatResponse:
        return pb.HeartbeatResponse()

    handlers: dict[str, Handler] = dict.fromkeys(WORKERS.methods, beat)
    with seen() as spans:
        async with serving("127.0.0.1:0", [(WORKERS, handlers)]) as port:
            with Connection(f"127.0.0.1:{port}") as connection:
                method = WORKERS.methods["Heartbeat"]
                await connection.call(method, pb.HeartbeatRequest(), pb.HeartbeatResponse, seconds=30)
    assert not spans


class Collector(BaseHTTPRequestHandler):
    """Notes what is sent to it."""

    came: list[bytes]

    def do_POST(self) -> None:
        self.came.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


def test_spans_go_to_the_collector_before_a_process_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Collector, "came", [], raising=False)
    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with traces.tracing(f"http://127.0.0.1:{server.server_port}/v1/traces", "worker"), traces.calling("a/Call"):
            pass
        server.shutdown()
    (sent,) = Collector.came
    assert b"lightflus-worker" in sent
    assert b"a/Call" in sent


def test_without_opentelemetry_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ToolMissing) as caught, traces.tracing("http://localhost:4318", "worker"):
        pass
    assert caught.value.hint == "pip install 'lightflus[otel]'"


def test_where_nobody_wants_traces_nothing_is_carried_and_nothing_imported() -> None:
    with traces.calling("a/Call") as carried, traces.answering("a/Call", {}) as note:
        note("b")
    assert carried == {}
