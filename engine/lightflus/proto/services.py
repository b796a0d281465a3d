"""The services of the protocol files as values: what each method is called on the wire, what it takes and gives.

What it owns: reading the descriptors, so that no generated code of gRPC is kept. Any thread.
What it leaves: calling and answering (`wire/control.py`), what the methods mean (`proto/lightflus/v1/cluster.proto`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from lightflus.proto.coordinator import probe_pb2 as coordinator_probe
from lightflus.proto.lightflus.v1 import cluster_pb2
from lightflus.proto.worker import probe_pb2 as worker_probe


@dataclass(frozen=True, slots=True)
class Method:
    """One method of a service.

    Attributes:
        path: `/package.Service/Method`, as HTTP/2 carries it.
        request: the class of what it takes; a stream of them where `takes_stream`.
        answer: the class of what it gives; a stream of them where `gives_stream`.
    """

    path: str
    request: type[Message]
    answer: type[Message]
    takes_stream: bool
    gives_stream: bool


@dataclass(frozen=True, slots=True)
class Service:
    """A service by its full name, and its methods by theirs."""

    name: str
    methods: dict[str, Method]


def _service(descriptor: ServiceDescriptor) -> Service:
    methods = {
        method.name: Method(
            f"/{descriptor.full_name}/{method.name}",
            GetMessageClass(method.input_type),
            GetMessageClass(method.output_type),
            method.client_streaming,
            method.server_streaming,
        )
        for method in descriptor.methods
    }
    return Service(descriptor.full_name, methods)


WORKERS: Final = _service(cluster_pb2.DESCRIPTOR.services_by_name["Workers"])
"""For agents."""
CONTROL: Final = _service(cluster_pb2.DESCRIPTOR.services_by_name["Control"])
"""For the ApiServer."""
INVITATIONS: Final = _service(cluster_pb2.DESCRIPTOR.services_by_name["Invitations"])
"""For a coordinator, of a worker that waits for one."""
COORDINATOR_PROBE: Final = _service(coordinator_probe.DESCRIPTOR.services_by_name["CoordinatorApi"])
"""The probe that the published compose file asks the coordinator with."""
WORKER_PROBE: Final = _service(worker_probe.DESCRIPTOR.services_by_name["TaskWorkerApi"])
"""The same of a worker."""
