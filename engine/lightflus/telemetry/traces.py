"""Traces of what the control plane is asked, for OpenTelemetry: the only importer of it, and only where it is wanted.

What it owns: spans of requests and calls, on both sides, and how one that begins in another process is gone on with
(W3C's `traceparent`). Without `tracing` each of them is a look at a name that is None. Any thread.
What it leaves: which calls there are (`wire/control.py`), requests (`apiserver/`); streams of heartbeats are no spans.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final, Protocol

from lightflus.errors import ToolMissing

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, SpanKind

_QUIET: Final = frozenset({"Heartbeat", "Probe", "Invite"})
"""Calls that come every second and say nothing of what anybody has asked for."""


class Noting(Protocol):
    """What a span is told while it lasts."""

    def __call__(self, name: str, **attributes: str | int) -> None:
        """It is called so, and this is known of it."""
        ...


class Tracer:
    """Makes spans with a provider of OpenTelemetry's."""

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 (a dependency that need not be there)
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        self._tracer = provider.get_tracer("lightflus")
        self._words = TraceContextTextMapPropagator()
        self._client, self._server = SpanKind.CLIENT, SpanKind.SERVER

    @contextmanager
    def calling(self, name: str) -> Iterator[dict[str, str]]:
        """A call that goes out; gives what it takes along. It may last over a stream, and so is not current."""
        from opentelemetry.trace import set_span_in_context  # noqa: PLC0415

        span, carried = self._tracer.start_span(name, kind=self._client), dict[str, str]()
        self._words.inject(carried, set_span_in_context(span))
        with _ended(span):
            yield carried

    @contextmanager
    def answering(self, name: str, carried: Mapping[str, str]) -> Iterator[Noting]:
        """What is being answered; what is called meanwhile belongs to it."""
        with self._spanned(name, carried, self._server) as span:

            def note(name: str, **attributes: str | int) -> None:
                span.update_name(name)
                span.set_attributes(attributes)

            yield note

    def _spanned(self, name: str, carried: Mapping[str, str], kind: SpanKind) -> AbstractContextManager[Span]:
        parent = self._words.extract(dict(carried))
        return self._tracer.start_as_current_span(name, context=parent, kind=kind)


_tracer: Tracer | None = None


def calling(name: str) -> AbstractContextManager[Mapping[str, str]]:
    """Around a call to another process: gives what it takes along as metadata."""
    if _tracer is None or name.rpartition("/")[2] in _QUIET:
        return nullcontext({})
    return _tracer.calling(name.lstrip("/"))


def answering(name: str, carried: Mapping[str, str]) -> AbstractContextManager[Noting]:
    """Around answering a call or request, which has brought this along."""
    if _tracer is None or name.rpartition("/")[2] in _QUIET:
        return nullcontext(_note_nothing)
    return _tracer.answering(name.lstrip("/"), carried)


@contextmanager
def tracing(endpoint: str, process: str) -> Iterator[None]:
    """While the block runs spans go to a collector (OTLP by HTTP); to an empty endpoint none. Raises ToolMissing."""
    if not endpoint:
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise ToolMissing("traces need OpenTelemetry", hint="pip install 'lightflus[otel]'") from error
    about = Resource.create({"service.name": f"lightflus-{process}"})
    provider = TracerProvider(resource=about, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    try:
        with traced_by(provider):
            yield
    finally:
        provider.shutdown()


@contextmanager
def traced_by(provider: TracerProvider) -> Iterator[None]:
    """While the block runs spans are this provider's."""
    global _tracer  # noqa: PLW0603 (one process, one way out: what is called has nobody to be handed it by)
    _tracer = Tracer(provider)
    try:
        yield
    finally:
        _tracer = None


@contextmanager
def _ended(span: Span) -> Iterator[None]:
    from opentelemetry.trace import StatusCode  # noqa: PLC0415

    try:
        yield
    except Exception as error:
        span.set_status(StatusCode.ERROR, type(error).__name__)
        raise
    finally:
        span.end()


def _note_nothing(name: str, **attributes: str | int) -> None:
    """Where there is no span."""
