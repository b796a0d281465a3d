"""Kafka, through confluent-kafka (librdkafka): `kafka:` as a source and as a sink, and exactly-once output.

What it owns: everything that knows Kafka; the only importer of confluent_kafka.
What it leaves: formats (handed in), positions of a job (the runtime), when to flush and commit (the runtime).
"""

from lightflus.connectors.kafka.sink import SINK
from lightflus.connectors.kafka.source import SOURCE

__all__ = ["SINK", "SOURCE"]
