"""A job is put together inside a running loop, without the command line: what a worker will do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from job_modules import write_job

PROGRAM = """
import sys
from contextlib import closing
from io import BytesIO
from pathlib import Path

import trio

from lightflus.compose.loading import bound_graph, load_module
from lightflus.compose.running import composed
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.files.dead_letters import FileDeadLetters
from lightflus.connectors.files.letter_lines import LetterForm
from lightflus.model.plan import plan_job
from lightflus.ports.reach import UNBOUNDED
from lightflus.runtime.slots import ThreadSlots


async def main(folder):
    wasm = (folder / "job.wasm").read_bytes()
    module = await trio.to_thread.run_sync(load_module, wasm, print)
    bindings = [f"numbers=file:{folder}/in.txt", f"redis=file:{folder}/out.jsonl"]
    plan = plan_job(bound_graph(module.graph, bindings), parallelism=2)
    letters = FileDeadLetters(str(folder / "letters"), LetterForm("job", module.report.digest))
    with closing(ThreadSlots(2)) as slots:
        streams = Streams(0, BytesIO())
        run = composed(plan, module, slots=slots, streams=streams, letters=letters, reaches=lambda _: UNBOUNDED)
        result = await run.run()
    print([name for name in sys.modules if name.startswith("lightflus.cli")], result.operators[0].rows_in)


trio.run(main, Path(sys.argv[1]))
"""


@pytest.mark.slow
def test_a_job_runs_in_a_loop_of_somebody_elses_without_the_command_line(tmp_path: Path) -> None:
    write_job(tmp_path / "job.wasm")
    (tmp_path / "in.txt").write_text("1\n2\n3\n")
    done = subprocess.run([sys.executable, "-c", PROGRAM, tmp_path], capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout) == ("", "[] 3\n")
    assert (tmp_path / "out.jsonl").read_text().splitlines()[0] == '{"key":2,"value":2}'
