"""A whole program that writes into MariaDB while it, or the server, is killed: nothing is lost, upserts end equal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from tools.servers import MariaDb
from tools.servers.mariadb import PASSWORD, USER
from tools.servers.process import wait_until

pytestmark = pytest.mark.slow

LIGHTFLUS = [sys.executable, "-c", "from lightflus.cli.main import main; main()"]
ROWS = 200_000


@pytest.fixture
def database(mariadb: MariaDb, unique: Callable[[str], str]) -> str:
    database = mariadb.create_database(unique("job"))
    with mariadb.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE pairs (`key` BIGINT PRIMARY KEY, value BIGINT NOT NULL)")
    return database


@pytest.fixture
def job(numbers_job: Path, mariadb: MariaDb, database: str, tmp_path: Path) -> list[str]:
    """Writes the numbers from 1,001 on, each under itself."""
    (tmp_path / "in.txt").write_text("".join(f"{number}\n" for number in range(1_000, 1_000 + ROWS)))
    sink = f"mysql://{USER}:{quote(PASSWORD, safe='')}@{mariadb.address}/{database}?table=pairs"
    binds = ["--bind", f"numbers=file:{tmp_path / 'in.txt'}", "--bind", f"redis={sink}"]
    return [*LIGHTFLUS, "run", str(numbers_job), "--quiet", *binds]


def written(server: MariaDb, database: str) -> tuple[int, int]:
    """How many rows there are, and how many of them are right."""
    with server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*), COALESCE(SUM(`key` = value AND `key` > 1000), 0) FROM pairs")
        count, right = cursor.fetchone() or (0, 0)
    return int(count), int(right)


def is_writing(server: MariaDb, database: str) -> None:
    assert 0 < written(server, database)[0] < ROWS


def test_a_job_that_is_killed_and_started_again_has_written_every_row(
    job: list[str], mariadb: MariaDb, database: str
) -> None:
    with subprocess.Popen(job) as first:
        wait_until(lambda: is_writing(mariadb, database))
        first.kill()
    assert written(mariadb, database)[0] < ROWS, "it was killed in the middle"
    subprocess.run(job, check=True, timeout=120)
    assert written(mariadb, database) == (ROWS, ROWS)


def test_a_job_outlives_a_server_that_is_killed_and_comes_back(job: list[str], mariadb: MariaDb, database: str) -> None:
    with subprocess.Popen(job) as running:
        wait_until(lambda: is_writing(mariadb, database))
        mariadb.kill()
        mariadb.start()
        assert running.wait(120) == 0
    assert written(mariadb, database) == (ROWS, ROWS)
