"""Apache Kafka, one node in KRaft mode: broker and controller in one JVM, from the jars that Maven fetched.

What it owns: its configuration, and topics made for tests. What it leaves: the process (`process.py`), producing and
consuming (the caller's client). A new one answers after three to five seconds on two cores, and so does one that was
killed, since the controller gives up a broker that it does not hear for two seconds. No message is too old to be kept,
whatever time it names: by itself Kafka removes those of more than a week, some minutes after it has started.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from lightflus.errors import ToolMissing
from tools.servers.ports import HOST, free_port
from tools.servers.process import Server, ServerFailed, program
from tools.servers.proxy import FaultProxy

_CLUSTER: Final = "bGlnaHRmbHVzLXRlc3RzMQ"
_HEAP: Final = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_LOGGING: Final = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
_ASK_SECONDS: Final = 1.0
_ADMIN_SECONDS: Final = 60.0
_CONFIGURATION: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{host}:{port},BEHIND_PROXY://{host}:{behind},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},BEHIND_PROXY://{host}:{proxy}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,BEHIND_PROXY:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
num.partitions=1
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=2000
log.segment.bytes=67108864
log.retention.ms=-1
"""


class Kafka(Server):
    """A Kafka broker. Topics are made by `create_topic` only, so that a missing topic is an error as in production."""

    kind: ClassVar[str] = "kafka"
    _formatted: ClassVar[dict[Path, bytes]] = {}
    """What formatting leaves in an empty folder of data, by file; empty before the first broker."""

    def __init__(self, *, port: int | None = None) -> None:
        """A broker that does not run yet.

        Args:
            port: where it shall listen; None takes a free one.
        """
        super().__init__(port=port)
        self.behind_port, self._proxy_port = free_port(), free_port()
        self._jars = jars()

    def proxy(self) -> FaultProxy:
        """A proxy that clients cannot get round: whoever asks it for brokers is told of itself. One at a time."""
        return FaultProxy(self.behind_port, port=self._proxy_port)

    def create_topic(self, name: str, partitions: int = 1, **configuration: str) -> str:
        """Makes a topic and returns its name. Settings are spelt with `_` for `.`: `max_message_bytes="1000"`.

        Raises:
            ServerFailed: the broker refuses it, or there is one of that name.
        """
        settings = {key.replace("_", "."): value for key, value in configuration.items()}
        topic = NewTopic(name, num_partitions=partitions, replication_factor=1, config=settings)
        admin = self._admin()
        try:
            admin.create_topics([topic])[name].result(_ADMIN_SECONDS)
        except KafkaException as error:
            raise ServerFailed(f"topic {name}: {error}") from error
        return name

    def _prepare(self) -> None:
        text = _CONFIGURATION.format(
            host=HOST,
            port=self.port,
            controller=free_port(),
            behind=self.behind_port,
            proxy=self._proxy_port,
            data=self.folder / "data",
        )
        (self.folder / "server.properties").write_text(text, encoding="utf-8")
        self._format(self.folder / "data")

    def _format(self, data: Path) -> None:
        """Has the first broker's storage formatted; any other begins with the same few files."""
        if not Kafka._formatted:
            self._run(*self._java("kafka.tools.StorageTool"), "format", "-t", _CLUSTER, "-c", "server.properties")
            files = (path for path in data.rglob("*") if path.is_file())
            Kafka._formatted = {file.relative_to(data): file.read_bytes() for file in files}
        for name, content in Kafka._formatted.items():
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            (data / name).write_bytes(content)

    def _command(self) -> Sequence[str]:
        return [*self._java("kafka.Kafka"), "server.properties"]

    def _java(self, main: str) -> list[str]:
        return [program("java"), *_HEAP, _LOGGING, "-cp", f"{self._jars}/*", main]

    def _ask(self) -> None:
        if not self._admin().list_topics(timeout=_ASK_SECONDS).brokers:
            raise ServerFailed("no broker has registered yet")

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.address, "log_level": 0})


def jars() -> Path:
    """The folder with Kafka's jars: `LIGHTFLUS_KAFKA_JARS`, else what `tools/setup.sh servers` put into the checkout.

    Raises:
        ToolMissing: there is none.
    """
    named = os.environ.get("LIGHTFLUS_KAFKA_JARS")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / ".build" / "kafka"
    if not list(folder.glob("kafka_2.13-*.jar")):
        hint = "run tools/setup.sh servers in a checkout of Lightflus, or name a folder in LIGHTFLUS_KAFKA_JARS"
        raise ToolMissing(f"there are no jars of Kafka in {folder}", hint=hint)
    return folder
