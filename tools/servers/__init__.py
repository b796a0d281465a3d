"""Real servers for tests, examples and benchmarks: Kafka, Redis and MariaDB as child processes, and a proxy that fails.

Each server runs on 127.0.0.1 with its files in a folder of its own; it can be killed, paused and started again on the
same port and data. `tools/setup.sh servers` brings the programs onto a machine. `python -m tools.servers`
runs them for a person, `tools.servers.fixtures` is the pytest plugin.
"""

from tools.servers.kafka import Kafka
from tools.servers.mariadb import MariaDb
from tools.servers.process import Server, ServerFailed
from tools.servers.proxy import FaultProxy
from tools.servers.redis import Redis, RedisCluster

__all__ = ["FaultProxy", "Kafka", "MariaDb", "Redis", "RedisCluster", "Server", "ServerFailed"]
