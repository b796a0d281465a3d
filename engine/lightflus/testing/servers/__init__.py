"""Real servers for tests, examples and benchmarks: Kafka, Redis and MariaDB as child processes, and a proxy that fails.

Each server runs on 127.0.0.1 with its files in a folder of its own; it can be killed, paused and started again on the
same port and data. `tools/setup.sh servers` brings the programs onto a machine. `python -m lightflus.testing.servers`
runs them for a person, `lightflus.testing.servers.fixtures` is the pytest plugin.
"""

from lightflus.testing.servers.kafka import Kafka
from lightflus.testing.servers.mariadb import MariaDb
from lightflus.testing.servers.process import Server, ServerFailed
from lightflus.testing.servers.proxy import FaultProxy
from lightflus.testing.servers.redis import Redis, RedisCluster

__all__ = ["FaultProxy", "Kafka", "MariaDb", "Redis", "RedisCluster", "Server", "ServerFailed"]
