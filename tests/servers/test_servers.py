"""The servers that tests run: they start, keep their data over a kill, and leave nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer
from tools.servers import Kafka, MariaDb, Redis, RedisCluster, Server, ServerFailed
from tools.servers.ports import free_port, is_free
from tools.servers.process import wait_until

pytestmark = pytest.mark.slow


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_redis_keeps_what_it_has_answered_over_a_kill() -> None:
    with Redis() as server:
        with server.client() as client:
            client.set("k", "v")
        server.kill()
        assert not server.is_running
        server.start()
        with server.client() as client:
            assert client.get("k") == "v"


def test_mariadb_keeps_what_it_has_committed_over_a_kill() -> None:
    with MariaDb() as server:
        database = server.create_database("d")
        with server.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("create table t (k int primary key)")
            cursor.execute("insert into t values (7)")
        server.kill()
        server.start()
        with server.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("select k from t")
            assert cursor.fetchall() == ((7,),)


def test_kafka_keeps_what_it_has_acknowledged_over_a_kill() -> None:
    with Kafka() as server:
        server.create_topic("t")
        producer = Producer({"bootstrap.servers": server.address})
        producer.produce("t", b"hello")
        assert producer.flush(60) == 0
        server.kill()
        server.start()
        consumer = Consumer({"bootstrap.servers": server.address, "group.id": "g", "auto.offset.reset": "earliest"})
        consumer.subscribe(["t"])
        messages = consumer.consume(1, timeout=60)
        consumer.close()
        assert [message.value() for message in messages] == [b"hello"]


def test_a_cluster_spreads_its_keys_over_its_nodes() -> None:
    with RedisCluster() as cluster:
        client = cluster.client()
        for number in range(100):
            client.set(f"k{number}", "v")
        assert all(node.client().dbsize() for node in cluster.nodes)
        client.close()


@pytest.mark.parametrize("kind", [Redis, MariaDb])
def test_nothing_is_left_of_a_server_that_was_closed(kind: type[Server]) -> None:
    with kind() as server:
        pid, folder, port = server.pid, server.folder, server.port
        assert is_alive(pid)
    assert not is_alive(pid)
    assert not folder.exists()
    assert is_free(port)


def test_a_paused_server_is_there_and_answers_when_it_goes_on() -> None:
    with Redis() as server:
        server.pause()
        assert server.is_running
        with socket.create_connection(("127.0.0.1", server.port), 0.5) as connection:
            connection.sendall(b"PING\r\n")
            with pytest.raises(TimeoutError):
                connection.recv(1)
        server.resume()
        with server.client() as client:
            assert client.ping()


def test_a_port_that_is_taken_is_told() -> None:
    with Redis() as server:
        other = Redis(port=server.port)
        with pytest.raises(ServerFailed, match=f"port {server.port} is taken"):
            other.start()
        other.close()


def test_servers_end_with_the_program_that_started_them(tmp_path: Path) -> None:
    program = (
        "import os, signal; from tools.servers import Redis; "
        "print(Redis().start().port, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == -signal.SIGKILL

    def check() -> None:
        assert is_free(int(done.stdout))

    wait_until(check)


@pytest.mark.parametrize(("named", "said"), [("oracle", "there are kafka, redis"), ("redis:99999", "no port")])
def test_the_command_refuses_what_it_cannot_start(named: str, said: str) -> None:
    command = [sys.executable, "-m", "tools.servers", named]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_starts_what_is_named_and_stops_at_ctrl_c() -> None:
    port = free_port()
    command = [sys.executable, "-m", "tools.servers", f"redis:{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                process.send_signal(signal.SIGINT)
    assert process.returncode == 0
    assert f"--bind redis=redis://127.0.0.1:{port}" in "".join(lines)
    assert is_free(port)


def test_the_command_says_which_server_has_ended_by_itself() -> None:
    command = [sys.executable, "-m", "tools.servers", f"redis:{free_port()}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            if found := re.search(r"pid (\d+)", line):
                pid = int(found[1])
            if "Ctrl-C" in line:
                os.kill(pid, signal.SIGKILL)
        said = process.stderr.read()
    assert process.returncode == 1
    assert said.startswith("error: redis has ended by itself")
