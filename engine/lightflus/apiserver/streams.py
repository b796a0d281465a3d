"""Events of a job as server-sent events: one message each, numbered, until the job or the client ends.

What it owns: the form of the messages, beats in between, ending with the client. A stream holds one call to the
coordinator, which is cancelled with it. On the event loop.
What it leaves: which events there are (the coordinator).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import aclosing
from typing import cast

import trio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lightflus.apiserver.calls import Call
from lightflus.apiserver.jobs import event_fields
from lightflus.apiserver.problems import Refusal
from lightflus.cluster_limits import API_BEAT_SECONDS, API_STREAMS
from lightflus.errors import LightflusError
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb

_MOST_NUMBER = (1 << 63) - 1


async def get_events(call: Call) -> Response:
    """Statuses, errors and log lines, followed until the job has ended."""
    return await _opened(call, (), follow=True)


async def get_logs(call: Call) -> Response:
    """Log lines: those that there are, or with `follow` those to come, too."""
    return await _opened(call, ("log",), follow=call.query.get("follow") == "true")


async def _opened(call: Call, kinds: Sequence[str], *, follow: bool) -> Response:
    name = call.path["job"]
    await call.services.coordinator.get_job(pb.JobRequest(namespace=call.namespace, name=name))
    request = pb.EventsRequest(
        namespace=call.namespace, job=name, after=_last_number(call), follow=follow, kinds=list(kinds)
    )
    return EventStream(call, request)


def _last_number(call: Call) -> int:
    text = call.headers.get("last-event-id", "0")
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > _MOST_NUMBER:
        raise Refusal(422, "request-invalid", "Last-Event-ID is not the number of an event")
    return int(text)


class EventStream(Response):
    """An answer that goes on while there is something to say and somebody to hear it."""

    media_type = "text/event-stream"

    def __init__(self, call: Call, request: pb.EventsRequest) -> None:
        super().__init__(None, 200, {"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._call = call
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends, and ends as soon as the client has gone."""
        streams = self._call.services.streams
        try:
            streams.acquire_on_behalf_of_nowait(self)
        except trio.WouldBlock:
            text = f"there are {API_STREAMS} followers already"
            raise Refusal(429, "too-many-requests", text, headers={"Retry-After": "5"}) from None
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_wait_gone, receive, nursery.cancel_scope)
                await self._send_all(send, nursery)
                nursery.cancel_scope.cancel()
        finally:
            streams.release_on_behalf_of(self)

    async def _send_all(self, send: Send, nursery: trio.Nursery) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        lock = trio.Lock()

        async def put(text: str) -> None:
            async with lock:
                await send({"type": "http.response.body", "body": text.encode(), "more_body": True})

        async def beat() -> None:
            while True:
                await trio.sleep(API_BEAT_SECONDS)
                await put(": \n\n")

        nursery.start_soon(beat)
        try:
            async with aclosing(self._call.services.coordinator.events(self._request)) as events:
                async for event in events:
                    await put(message(event))
        except LightflusError as error:
            await put(f"event: end\ndata: {json.dumps({'error': type(error).__name__, 'message': str(error)})}\n\n")
        else:
            await put("event: end\ndata: {}\n\n")
        async with lock:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _wait_gone(receive: Receive, scope: trio.CancelScope) -> None:
    while cast(str, (await receive())["type"]) != "http.disconnect":
        pass
    scope.cancel()


def message(event: pb.Event) -> str:
    """One event as a message; JSON has no line breaks."""
    return f"id: {event.number}\nevent: {event.kind}\ndata: {json.dumps(event_fields(event))}\n\n"
