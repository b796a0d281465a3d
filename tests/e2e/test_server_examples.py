"""The examples between real servers: what they write there is what their folders say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from live_jobs import ROOT, LiveJob, consume, count_messages, produce
from tools.servers import Kafka, MariaDb
from tools.servers.mariadb import PASSWORD, USER

pytestmark = pytest.mark.slow


def records(example: str, name: str) -> list[dict[str, object]]:
    lines = (ROOT / "examples" / example / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_enrichment_reads_one_topic_and_writes_another(
    kafka: Kafka, unique: Callable[[str], str], tmp_path: Path
) -> None:
    payments, enriched = kafka.create_topic(unique("payments"), 3), kafka.create_topic(unique("enriched"), 2)
    produce(kafka, payments, records("enrichment", "payments.jsonl"))
    job = LiveJob(
        ROOT / "examples/enrichment/enrichment.ts",
        f"payments=kafka://{kafka.address}/{payments}?group=g",
        f"enriched_payments=kafka://{kafka.address}/{enriched}",
        cwd=tmp_path,
    )
    expected = sorted(
        (str(row["key"]).encode(), json.dumps(row["value"])) for row in records("enrichment", "expected.jsonl")
    )
    with job:
        job.wait_until(lambda: count_messages(kafka, enriched) == len(expected))
    found = sorted((key or b"", json.dumps(json.loads(value or b"null"))) for key, value in consume(kafka, enriched))
    assert found == expected


def test_user_actions_reach_their_table(
    kafka: Kafka, mariadb: MariaDb, unique: Callable[[str], str], tmp_path: Path
) -> None:
    topic, database = kafka.create_topic(unique("user_actions")), mariadb.create_database("user_actions")
    readme = (ROOT / "examples/user_actions/README.md").read_text(encoding="utf-8")
    create = readme.split("```sql\n")[1].split("```")[0]
    with mariadb.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(create)
    produce(kafka, topic, records("user_actions", "actions.jsonl"))
    job = LiveJob(
        ROOT / "examples/user_actions/userActions.ts",
        f"user_actions=kafka://{kafka.address}/{topic}?group=g",
        f"mysql=mysql://{USER}@{mariadb.address}/{database}?password=env:MYSQL_PASSWORD",
        cwd=tmp_path,
        env={"MYSQL_PASSWORD": PASSWORD},
    )
    expected = [tuple(row.values()) for row in records("user_actions", "expected.jsonl")]

    def rows() -> list[tuple[object, ...]]:
        with mariadb.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("select id, user, page, seconds from slow_pages order by id")
            return list(cursor.fetchall())

    with job:
        job.wait_until(lambda: len(rows()) == len(expected))
    assert rows() == expected
