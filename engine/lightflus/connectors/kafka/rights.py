"""What this user may do with a topic and a group, asked before the job starts.

What it owns: the questions, and the words that name the rule to add. Any thread. What it leaves: the first contact
(`client.py`), failures while the job runs (`failures.py`).
"""

from __future__ import annotations

from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from typing import Literal

from confluent_kafka import KafkaError, KafkaException, TopicCollection

from lightflus.connectors.kafka.client import new_admin
from lightflus.connectors.kafka.failures import error_of
from lightflus.connectors.kafka.options import Cluster
from lightflus.errors import BindingInvalid
from lightflus.limits import CONNECT_SECONDS

_REFUSED = (KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED)


@dataclass(frozen=True, slots=True)
class Right:
    """What somebody wants to do: `Read` a topic or a group, `Write` a topic.

    `prefix` is what the rule to add is about, where names are made up as they are needed; else it is the name.
    """

    operation: Literal["Read", "Write"]
    kind: Literal["topic", "group"]
    name: str
    prefix: str = ""

    def check(self, cluster: Cluster, where: str) -> None:
        """Raises BindingInvalid where this user may not. Where the cluster does not say, nothing is said."""
        allowed = self._allowed(cluster)
        if allowed is None or self.operation.upper() in allowed:
            return
        user = cluster.security.get("sasl.username", "USER")
        first = cluster.brokers.partition(",")[0]
        what = f"{self.prefix} --resource-pattern-type prefixed" if self.prefix else self.name
        raise BindingInvalid(
            f"this user may not {self.operation.lower()} {self.kind} `{self.name}`",
            where=where,
            hint=f"have the rule added: kafka-acls.sh --bootstrap-server {first} --add "
            f"--allow-principal User:{user} --operation {self.operation} --{self.kind} {what}",
        )

    def _allowed(self, cluster: Cluster) -> set[str] | None:
        """Names of operations; None where the cluster does not say."""
        admin = new_admin(cluster)  # it has to live until the answer is there
        try:
            if self.kind == "topic":
                asked = admin.describe_topics(
                    TopicCollection([self.name]), include_authorized_operations=True, request_timeout=CONNECT_SECONDS
                )
            else:
                asked = admin.describe_consumer_groups(
                    [self.name], include_authorized_operations=True, request_timeout=CONNECT_SECONDS
                )
            found = asked[self.name].result(CONNECT_SECONDS + 1)
        except KafkaException as exception:
            return set() if error_of(exception).code() in _REFUSED else None
        except Late:
            return None
        return {operation.name for operation in found.authorized_operations or ()} or None
