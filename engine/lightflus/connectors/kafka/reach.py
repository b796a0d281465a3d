"""Whether clients can go where a cluster sends them: brokers answer at one address and may name another.

What it owns: that question, and its words. Blocks for seconds at most; any thread.
What it leaves: the first contact (`client.py`).
"""

from __future__ import annotations

import socket
from collections.abc import Sequence

from confluent_kafka.admin._metadata import BrokerMetadata

from lightflus.connectors.kafka.options import Cluster
from lightflus.errors import ExternalError

_LOOKED_AT = 8
"""Brokers that are tried: a wrong name is the same on all of them."""
_REACH_SECONDS = 2.0


def check_reach(brokers: Sequence[BrokerMetadata], cluster: Cluster, where: str, failure: type[ExternalError]) -> None:
    """Raises `failure` where a broker tells its clients to come to an address that cannot be reached from here."""
    for broker in brokers[:_LOOKED_AT]:
        address = f"{broker.host}:{broker.port}"
        if address in cluster.brokers.split(","):
            continue
        try:
            socket.create_connection((broker.host, broker.port), _REACH_SECONDS).close()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise failure(
                f"{cluster.brokers} answers, but tells its clients to come to {address}, which cannot be reached from "
                f"here: {reason}",
                where=where,
                hint="have the broker name an address that this machine knows (`advertised.listeners`), or name "
                "another listener of it in `brokers`",
            ) from error
