"""Control calls between processes: gRPC at one end, trio at the other. The only file that imports grpc.

What it owns: one bridge. A server's handlers are async functions on the event loop, called from gRPC's threads; a
client's calls are awaited without a thread of their own. Deadlines and cancellation cross it in both directions,
streams are pulled one message at a time, and at most CONTROL_CALLS run at once: the rest is refused, not queued. Errors
travel as what they are (`failures.py`).
What it leaves: what the methods mean (`coordinator/`, `worker/`), the data between runners (`wire/data.py`).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Never, NoReturn, TypeVar, cast

import grpc
import trio
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from lightflus.cluster_limits import CONTROL_CALLS, CONTROL_MESSAGE_BYTES, CONTROL_RECONNECT_MS, CONTROL_STOP_SECONDS
from lightflus.errors import CallFailed, Conflict, ExternalError, LightflusError, NotFound, Superseded, UserError
from lightflus.proto.lightflus.v1.cluster_pb2 import Failure
from lightflus.proto.services import Method, Service
from lightflus.telemetry import traces
from lightflus.wire.failures import from_failure, to_failure

if TYPE_CHECKING:
    MethodHandler = grpc.RpcMethodHandler[Message, Message]

T = TypeVar("T")
Answer = TypeVar("Answer", bound=Message)
Handler = Callable[[Never], object]
"""`async def f(request) -> answer`; an async generator where the method gives a stream; where it takes one, `request`
is an async iterator. A generator holds no nursery or cancel scope across a `yield`: each step is a trio task of its
own."""

_Metadata = Iterable[tuple[str, str | bytes]]
_FAILURE: Final = "lightflus-failure-bin"
_CODES: Final = (
    (NotFound, grpc.StatusCode.NOT_FOUND),
    (Conflict, grpc.StatusCode.ABORTED),
    (Superseded, grpc.StatusCode.FAILED_PRECONDITION),
    (UserError, grpc.StatusCode.INVALID_ARGUMENT),
    (ExternalError, grpc.StatusCode.UNAVAILABLE),
)
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", CONTROL_MESSAGE_BYTES),
    ("grpc.max_send_message_length", CONTROL_MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),  # a second server on the same port is refused
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_retries", 0),  # who calls knows whether a second time is safe
    ("grpc.initial_reconnect_backoff_ms", CONTROL_RECONNECT_MS),
    ("grpc.min_reconnect_backoff_ms", CONTROL_RECONNECT_MS),
    ("grpc.max_reconnect_backoff_ms", CONTROL_RECONNECT_MS),
)
_log = logging.getLogger("lightflus.control")


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificates, as PEM. A server with an `authority` takes only clients that it has signed (mutual TLS).

    Attributes:
        authority: who has signed the other side; without it a client trusts the system's authorities.
        certificate: this side's own chain; a client needs one for mutual TLS only.
        key: its private key.
    """

    authority: bytes | None = None
    certificate: bytes | None = None
    key: bytes | None = None


# --- server --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def serving(
    address: str, services: Iterable[tuple[Service, Mapping[str, Handler]]], *, tls: Tls | None = None
) -> AsyncIterator[int]:
    """Answers calls at `host:port` (port 0: any) while the block runs; gives the port. With health and reflection.

    Raises:
        ExternalError: the address cannot be listened on.
    """
    token = trio.lowlevel.current_trio_token()
    threads = ThreadPoolExecutor(CONTROL_CALLS, "control")
    server = grpc.server(threads, options=_OPTIONS, maximum_concurrent_rpcs=CONTROL_CALLS)
    names = [health.SERVICE_NAME, reflection.SERVICE_NAME]
    for service, handlers in services:
        assert handlers.keys() == service.methods.keys(), f"{service.name} is not answered whole"
        found = {name: _handler(token, service.methods[name], handlers[name]) for name in handlers}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.name, found),))
        names.append(service.name)
    serves = health.HealthServicer()
    for name in ("", *names):
        serves.set(name, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(serves, server)
    reflection.enable_server_reflection(names, server)
    port = _listen(server, address, tls)
    server.start()
    try:
        yield port
    finally:
        with trio.CancelScope(shield=True):
            ended = server.stop(CONTROL_STOP_SECONDS)
            await trio.to_thread.run_sync(ended.wait)
            threads.shutdown(wait=False)


def _listen(server: grpc.Server, address: str, tls: Tls | None) -> int:
    try:
        if tls is None:
            return server.add_insecure_port(address)
        pair = [(tls.key or b"", tls.certificate or b"")]
        credentials = grpc.ssl_server_credentials(pair, tls.authority, tls.authority is not None)
        return server.add_secure_port(address, credentials)
    except RuntimeError as error:
        hint = "another process may have it; choose another port"
        raise ExternalError(f"cannot listen on {address}", where=address, hint=hint) from error


def _handler(token: trio.lowlevel.TrioToken, method: Method, handler: Handler) -> MethodHandler:
    assert not (method.takes_stream and method.gives_stream), f"{method.path} is a stream in both directions"

    async def answer(request: object) -> Message:
        if not method.takes_stream:
            return await cast(Awaitable[Message], handler(cast(Never, request)))
        async with aclosing(_pulled(cast(Iterator[Message], request))) as messages:
            return await cast(Awaitable[Message], handler(cast(Never, messages)))

    def answered(request: object, context: grpc.ServicerContext) -> Message:
        with traces.answering(method.path, _carried(context)):  # the loop's step has the thread's context
            return _Call(token, context).run(lambda: answer(request))

    def streamed(request: object, context: grpc.ServicerContext) -> Iterator[Message]:
        call = _Call(token, context)
        answers = cast(AsyncGenerator[Message, None], handler(cast(Never, request)))
        try:
            while True:
                yield call.run(answers.__anext__)
        except StopAsyncIteration:
            return
        finally:
            with suppress(trio.RunFinishedError, trio.Cancelled):
                trio.from_thread.run(answers.aclose, trio_token=token)

    shape: MethodHandler = grpc.RpcMethodHandler()
    shape.request_streaming, shape.response_streaming = method.takes_stream, method.gives_stream
    shape.request_deserializer = method.request.FromString
    shape.response_serializer = method.answer.SerializeToString
    shape.unary_unary = shape.unary_stream = shape.stream_unary = shape.stream_stream = None
    kind = f"{'stream' if method.takes_stream else 'unary'}_{'stream' if method.gives_stream else 'unary'}"
    setattr(shape, kind, streamed if method.gives_stream else answered)
    return shape


def _carried(context: grpc.ServicerContext) -> dict[str, str]:
    """What a call has brought along, as far as it is text."""
    return {name: value for name, value in cast(_Metadata, context.invocation_metadata()) if isinstance(value, str)}


class _CallOver(Exception):
    """Whoever called is gone, or its deadline has passed."""


class _Call:
    """One call that a thread of gRPC answers by the event loop: the thread waits, the loop works."""

    def __init__(self, token: trio.lowlevel.TrioToken, context: grpc.ServicerContext) -> None:
        self._token = token
        self._context = context
        self._is_over = not context.add_callback(self._end_soon)
        self._scope = trio.CancelScope()

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """One step on the loop; ends the call with a status where it fails."""
        try:
            return trio.from_thread.run(self._step, work, trio_token=self._token)
        except StopAsyncIteration:
            raise
        except LightflusError as error:
            self._refuse(error)
        except (_CallOver, trio.Cancelled, trio.RunFinishedError):
            self._context.abort(grpc.StatusCode.UNAVAILABLE, "the server ends, or nobody waits for this answer")
        except Exception as error:
            _log.exception("a call failed by our own fault")
            self._context.abort(grpc.StatusCode.INTERNAL, f"{type(error).__name__} in the server")

    async def _step(self, work: Callable[[], Awaitable[T]]) -> T:
        self._scope = trio.CancelScope()
        if self._is_over:
            raise _CallOver
        with self._scope:
            return await work()
        raise _CallOver

    def _end_soon(self) -> None:
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(self._end)

    def _end(self) -> None:
        self._is_over = True
        self._scope.cancel()

    def _refuse(self, error: LightflusError) -> NoReturn:
        code = next((code for kind, code in _CODES if isinstance(error, kind)), grpc.StatusCode.INTERNAL)
        self._context.set_trailing_metadata(((_FAILURE, to_failure(error).SerializeToString()),))
        self._context.abort(code, str(error).splitlines()[0] if str(error) else type(error).__name__)


def on_loop(work: Callable[[], T]) -> Callable[[], T]:
    """`work` for other threads: done on the loop of whoever asks for this, while they wait."""
    token = trio.lowlevel.current_trio_token()
    return lambda: trio.from_thread.run_sync(work, trio_token=token)


async def _pulled(messages: Iterator[Message]) -> AsyncGenerator[Message, None]:
    """A blocking iterator, one message at a time; the one who sends waits meanwhile."""
    limiter = trio.CapacityLimiter(1)
    nothing = object()
    while True:
        found = await trio.to_thread.run_sync(next, messages, nothing, abandon_on_cancel=True, limiter=limiter)
        if found is nothing:
            return
        yield cast(Message, found)


# --- client --------------------------------------------------------------------------------------------------------


class Connection:
    """Calls to one process. Connects when first used, and again by itself; close it with `with`."""

    def __init__(self, address: str, *, tls: Tls | None = None) -> None:
        """`address` is `host:port`; nothing is sent yet."""
        self.address = address
        if tls is None:
            self._channel = grpc.insecure_channel(address, _OPTIONS)
        else:
            credentials = grpc.ssl_channel_credentials(tls.authority, tls.key, tls.certificate)
            self._channel = grpc.secure_channel(address, credentials, _OPTIONS)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()

    async def call(self, method: Method, request: Message, answer: type[Answer], *, seconds: float) -> Answer:
        """One message for one. Cancelling it cancels the handler.

        Raises:
            CallFailed: nobody answered, or not within `seconds`.
            LightflusError: what the handler raised, as an error of the same class.
        """
        assert answer is method.answer
        stub = self._channel.unary_unary(method.path, type(request).SerializeToString, answer.FromString)
        with traces.calling(method.path) as carried:
            return await self._awaited(stub.future(request, timeout=seconds, metadata=tuple(carried.items())))

    async def send(self, method: Method, parts: Iterator[Message], answer: type[Answer], *, seconds: float) -> Answer:
        """A stream of messages, taken from `parts` on a thread as the server takes them; else like `call`."""
        assert answer is method.answer
        stub = self._channel.stream_unary(method.path, method.request.SerializeToString, answer.FromString)
        with traces.calling(method.path) as carried:
            return await self._awaited(stub.future(parts, timeout=seconds, metadata=tuple(carried.items())))

    async def stream(
        self, method: Method, request: Message, answer: type[Answer], *, seconds: float | None = None
    ) -> AsyncGenerator[Answer, None]:
        """A message for a stream of them; the server makes no more than are taken. Close it with `aclosing`."""
        assert answer is method.answer
        stub = self._channel.unary_stream(method.path, type(request).SerializeToString, answer.FromString)
        answers = stub(request, timeout=seconds)
        try:
            with _mapped(self.address):
                async with aclosing(_pulled(answers)) as messages:
                    async for message in messages:
                        yield cast(Answer, message)
        finally:
            answers.cancel()

    async def _awaited(self, call: grpc.Future[Answer]) -> Answer:
        token = trio.lowlevel.current_trio_token()
        done = trio.Event()

        def tell(_: object) -> None:
            with suppress(trio.RunFinishedError):
                token.run_sync_soon(done.set)

        call.add_done_callback(tell)
        try:
            await done.wait()
        finally:
            call.cancel()  # does nothing to one that is done
        with _mapped(self.address):
            return call.result()


@contextmanager
def _mapped(address: str) -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        carried = [value for key, value in cast(_Metadata, error.trailing_metadata() or ()) if key == _FAILURE]
        if carried and isinstance(carried[0], bytes):
            raise from_failure(Failure.FromString(carried[0])) from error
        if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
            raise CallFailed("no answer in time", where=address) from error
        raise CallFailed(f"no answer: {error.details()}", where=address) from error
    except grpc.FutureCancelledError as error:
        raise CallFailed("the connection was closed", where=address) from error


async def is_refused(address: str, *, seconds: float) -> bool:
    """Whether the host answers that nobody listens there; silence, as of a partition, is False."""
    host, _, port = address.rpartition(":")
    with trio.move_on_after(seconds):
        try:
            stream = await trio.open_tcp_stream(host.strip("[]"), int(port))
        except OSError as error:
            causes = (error, error.__cause__)
            return any(_is_refusal(cause) for cause in causes)
        await stream.aclose()
    return False


def _is_refusal(error: BaseException | None) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(_is_refusal(one) for one in error.exceptions)
    return isinstance(error, ConnectionRefusedError)
