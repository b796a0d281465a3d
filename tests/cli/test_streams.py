"""Standard streams that are full, closed, or read by somebody who has had enough."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

LIGHTFLUS = [sys.executable, "-c", "from lightflus.cli.main import main; main()"]
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")


def lightflus(redirection: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    shell = ["sh", "-c", f'exec "$@" {redirection}', "sh", *LIGHTFLUS, *map(str, arguments)]
    return subprocess.run(shell, capture_output=True, text=True, timeout=60, check=False)


@FULL
@pytest.mark.parametrize("arguments", [["inspect"], ["inspect", "--json"], ["run", "--json"]])
def test_results_that_cannot_be_written_are_an_error_in_words(arguments: list[str], numbers_job: Path) -> None:
    bindings = ["--bind", "numbers=generate:", "--bind", "redis=blackhole:"]
    done = lightflus(">/dev/full", *arguments, numbers_job, *bindings)
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot be written: No space left on device\n  in: standard output\n")


@FULL
def test_words_that_cannot_be_written_are_no_reason_to_fail(numbers_job: Path, tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text("1\n2\n")
    done = lightflus("2>/dev/full", "run", numbers_job, "--bind", f"numbers=file:{source}", "--bind", "redis=stdout:")
    assert (done.returncode, done.stdout.count("\n")) == (0, 2)


def test_a_closed_standard_output_is_an_error_in_words(numbers_job: Path) -> None:
    done = lightflus(">&-", "inspect", "--json", numbers_job)
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot be written: Bad file descriptor")


def test_a_closed_standard_input_cannot_be_read(numbers_job: Path) -> None:
    done = lightflus("<&-", "run", numbers_job, "--bind", "numbers=stdin:", "--bind", "redis=blackhole:")
    assert done.returncode == 1
    assert "cannot be read: bad file descriptor" in done.stderr


def test_a_report_that_nobody_reads_any_more_ends_the_job_without_words(numbers_job: Path) -> None:
    arguments = [
        "run",
        "--json",
        str(numbers_job),
        "--bind",
        "numbers=generate:rows=0,rate=10",
        "-b",
        "redis=blackhole:",
    ]
    job = subprocess.Popen([*LIGHTFLUS, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert job.stdout is not None
    assert job.stderr is not None
    with job, job.stdout, job.stderr:
        job.stdout.readline()
        job.stdout.close()
        assert job.wait(60) == 1
        assert job.stderr.read() == b""


def test_a_pipe_that_the_job_writes_and_nobody_reads_any_more_is_an_error_in_words(
    numbers_job: Path, tmp_path: Path
) -> None:
    source, pipe = tmp_path / "in.txt", tmp_path / "some.fifo"
    source.write_text("1\n" * 100_000)
    os.mkfifo(pipe)
    arguments = ["run", "-q", str(numbers_job), "--bind", f"numbers=file:{source}", "--bind", f"redis=file:{pipe}"]
    with subprocess.Popen([*LIGHTFLUS, *arguments], stderr=subprocess.PIPE, text=True) as job:
        with pipe.open("rb") as reader:
            reader.readline()
        _, said = job.communicate(timeout=60)
    assert job.returncode == 1
    assert said.startswith("error: cannot be written: broken pipe\n")
