"""Rights and addresses are looked at before a job starts, and the error names the rule or the setting."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa
import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from kafka_helpers import SCHEMA, fresh_topic, sink, source, written
from tools.servers import Kafka
from tools.servers.ports import HOST, free_port

from lightflus.connectors.kafka.epochs import EPOCHS_TOPIC
from lightflus.connectors.kafka.sink import KafkaSink
from lightflus.errors import BindingInvalid, SinkFailed, SourceFailed
from lightflus.model.graph import Delivery
from lightflus.ports.sinks import SinkIdentity
from lightflus.testing.connectors import QuietHealth

pytestmark = pytest.mark.slow

USER, PASSWORD = "alice", "alice-in-wonderland"
_GUARD = f"""
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,BEHIND_PROXY:PLAINTEXT,USERS:SASL_PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.users.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
  user_{USER}="{PASSWORD}";
"""


class RuledKafka(Kafka):
    """A broker that asks what each user may do; who comes without a login may do everything."""

    def __init__(self) -> None:
        super().__init__()
        self.users = f"{HOST}:{free_port()}"

    def _prepare(self) -> None:
        super()._prepare()
        path = self.folder / "server.properties"
        lines = [
            f"{line},USERS://{self.users}" if line.startswith(("listeners=", "advertised.listeners=")) else line
            for line in path.read_text(encoding="utf-8").splitlines()
        ]
        path.write_text("\n".join([*lines, _GUARD]), encoding="utf-8")

    def allow(
        self,
        kind: ResourceType,
        name: str,
        *operations: AclOperation,
        pattern: ResourcePatternType = ResourcePatternType.LITERAL,
    ) -> None:
        """Adds rules for the user."""
        rules = [
            AclBinding(kind, name, pattern, f"User:{USER}", "*", operation, AclPermissionType.ALLOW)
            for operation in operations
        ]
        admin = AdminClient({"bootstrap.servers": self.address})  # it has to live until the answer is there
        for made in admin.create_acls(rules).values():
            made.result(30)


@pytest.fixture(scope="module")
def ruled() -> Iterator[RuledKafka]:
    with RuledKafka() as server:
        yield server


def options(ruled: RuledKafka) -> dict[str, str]:
    return {"brokers": ruled.users, "sasl_user": USER, "sasl_password": PASSWORD}


def test_who_may_not_read_a_topic_is_told_the_rule_to_add(ruled: RuledKafka) -> None:
    topic = fresh_topic(ruled)
    ruled.allow(ResourceType.TOPIC, topic, AclOperation.DESCRIBE)
    with pytest.raises(BindingInvalid, match=f"may not read topic `{topic}`") as caught:
        source(ruled, topic, **options(ruled))
    assert f"--allow-principal User:{USER} --operation Read --topic {topic}" in str(caught.value.hint)
    ruled.allow(ResourceType.TOPIC, topic, AclOperation.READ)
    source(ruled, topic, **options(ruled)).close()


def test_who_may_not_write_a_topic_is_told_the_rule_to_add(ruled: RuledKafka) -> None:
    topic = fresh_topic(ruled)
    ruled.allow(ResourceType.TOPIC, topic, AclOperation.READ)
    with pytest.raises(BindingInvalid, match=f"may not write topic `{topic}`") as caught:
        sink(ruled, topic, Delivery.APPEND, **options(ruled))
    assert "--operation Write" in str(caught.value.hint)
    ruled.allow(ResourceType.TOPIC, topic, AclOperation.WRITE)
    sink(ruled, topic, Delivery.APPEND, **options(ruled)).close()


def test_who_may_not_use_a_group_is_told_before_the_start(ruled: RuledKafka) -> None:
    topic = fresh_topic(ruled)
    ruled.allow(ResourceType.TOPIC, topic, AclOperation.READ)
    with pytest.raises(BindingInvalid, match=f"group `{topic}`") as caught:
        source(ruled, topic, group=topic, **options(ruled))
    assert f"--operation Read --group {topic}" in str(caught.value.hint)
    ruled.allow(ResourceType.GROUP, topic, AclOperation.READ)
    source(ruled, topic, group=topic, **options(ruled)).close()


def read(kafka: Kafka, topic: str, brokers: str) -> object:
    return source(kafka, topic, brokers=brokers)


def write(kafka: Kafka, topic: str, brokers: str) -> object:
    return sink(kafka, topic, brokers=brokers)


@pytest.mark.parametrize("make", [read, write])
def test_an_advertised_address_that_cannot_be_reached_is_told(
    kafka: Kafka, make: Callable[[Kafka, str, str], object]
) -> None:
    topic = fresh_topic(kafka)
    with pytest.raises((SourceFailed, SinkFailed), match=f"tells its clients to come to {HOST}:") as caught:
        make(kafka, topic, f"{HOST}:{kafka.behind_port}")
    assert "advertised.listeners" in str(caught.value.hint)


def test_what_a_sink_with_checkpoints_needs_is_told_one_after_the_other(ruled: RuledKafka) -> None:
    topic = fresh_topic(ruled)
    ruled.allow(ResourceType.TOPIC, topic, AclOperation.WRITE, AclOperation.DESCRIBE)
    opened = sink(ruled, topic, Delivery.APPEND, **options(ruled))
    assert isinstance(opened, KafkaSink)
    identity, prefixed = SinkIdentity("default", "job", topic, "out", 1), ResourcePatternType.PREFIXED
    with pytest.raises(SinkFailed, match="topic `__lightflus-epochs` cannot be made"):
        opened.begin(identity)
    ruled.allow(ResourceType.TOPIC, EPOCHS_TOPIC, AclOperation.CREATE, AclOperation.WRITE, AclOperation.READ)
    with pytest.raises(BindingInvalid, match="may not read group") as refused:
        opened.begin(identity)
    assert "--operation Read --group lightflus/ --resource-pattern-type prefixed" in (refused.value.hint or "")
    ruled.allow(ResourceType.GROUP, "lightflus/", AclOperation.READ, pattern=prefixed)
    opened.begin(identity)
    with pytest.raises(SinkFailed) as caught:
        opened.committer(0, QuietHealth())
    assert caught.value.hint == "allow this user to write transactional ids that begin with lightflus/"
    ruled.allow(ResourceType.TRANSACTIONAL_ID, "lightflus/", AclOperation.WRITE, pattern=prefixed)
    committer = opened.committer(0, QuietHealth())
    committer.recover([])
    writer = opened.staging_writer(0, QuietHealth())
    writer.write(pa.RecordBatch.from_pydict({"key": ["a"], "value": ["1"]}, schema=SCHEMA))
    committer.commit(writer.prepare(1))
    committer.close()
    assert written(ruled, topic) == [("a", "1")]
