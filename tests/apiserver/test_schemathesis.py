"""A thousand requests that schemathesis makes up from the OpenAPI document: every answer is one that it names.

The ApiServer is real, and so are the coordinator behind it and the jail; a worker that says of every job that it has
finished lets all routes be reached.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
import trio
from api_cluster import serving_cluster

from lightflus.apiserver.routes import ROUTES

pytestmark = pytest.mark.slow

HOOKS: Final = Path(__file__).with_name("any_bytes.py")
CONFIG: Final = """
hooks = "{hooks}"
seed = 1
request-timeout = 20
warnings = false

[auth.openapi]
token = {{ bearer = "{token}" }}

[generation]
max-examples = 20
database = "none"
no-shrink = true

[phases.stateful]
enabled = false

[parameters]
namespace = "default"
job = "a"
digest = "{digest}"
worker = "w"

# What a deletion deletes is not what the others look at.
[[operations]]
include-method = "DELETE"
parameters = {{ job = "b", digest = "{other}", token = "b" }}

# Most bytes are no module, and most bindings bind nothing: a request can have the right shape and be refused.
[[operations]]
include-operation-id = ["put_module", "create_job"]
checks = {{ positive_data_acceptance = {{ enabled = false }} }}
"""


async def test_no_request_is_answered_in_a_way_that_the_document_does_not_name(
    tmp_path: Path, numbers_job: Path
) -> None:
    async with serving_cluster(tmp_path / "coordinator") as server:
        digest = await server.upload(numbers_job.read_bytes())
        for name in ("a", "b"):
            await server.ask("POST", "/namespaces/default/jobs", {"name": name, "module": digest})
            await server.ask("POST", "/namespaces/default/tokens", {"name": name})
        config = tmp_path / "schemathesis.toml"
        config.write_text(CONFIG.format(hooks=HOOKS, token=server.token, digest=digest, other="0" * 64))
        program = Path(sys.executable).with_name("st")
        document = f"http://127.0.0.1:{server.port}/v1/openapi.json"
        told = await trio.run_process(
            [program, "--config-file", config, "--no-color", "run", document],
            cwd=tmp_path,
            check=False,
            capture_stdout=True,
            stderr=subprocess.STDOUT,
        )
    said = told.stdout.decode()
    assert told.returncode == 0, said
    assert f"Tested: {len(ROUTES)}" in said
