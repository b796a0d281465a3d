"""The commands of a cluster: their options and help. Each is a few lines, as in `main.py`.

What it owns: the command line's shape. What it leaves: what a command does (`remote.py`, `remote_cluster.py`,
`apiserving.py`, `probing.py`), which are imported when it runs.
"""
# ruff: noqa: PLC0415 (so that `lightflus --help` answers at once)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lightflus.build.sources import located
from lightflus.cli.flags import Command, Group
from lightflus.cli.process_words import Authority, Certificate, Key, LogFormat, Traces
from lightflus.cli.words import Bind, Job, Json, Parallelism
from lightflus.telemetry.logs import LogForm

commands = typer.Typer(cls=Group)
cluster = typer.Typer(cls=Group, no_args_is_help=True, help="A whole cluster on this machine.")
token = typer.Typer(cls=Group, no_args_is_help=True, help="Tokens of a namespace, for operators of the cluster.")


def _jobs(incomplete: str) -> list[str]:
    from lightflus.cli.completing import job_names

    return job_names(incomplete)


Name = Annotated[
    str,
    typer.Argument(metavar="JOB", help="The name of a job in the cluster.", show_default=False, autocompletion=_jobs),
]


@commands.command(cls=Command, epilog="Example: lightflus deploy wordCount.ts --bind redis=redis://cache:6379")
def deploy(
    job: Job,
    bind: Bind = None,
    parallelism: Parallelism = 1,
    *,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Its name in the cluster; by default its own.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it runs, or has ended.")] = False,
    as_json: Json = False,
) -> None:
    """Compile a job if need be, upload its module to the cluster and start it there."""
    from lightflus.cli.remote import deploy as upload

    upload(located(job), name, bind or [], parallelism, waits=wait, as_json=as_json)


@commands.command(cls=Command, epilog="Example: lightflus jobs --status running")
def jobs(
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help="Only jobs of this status.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """List the jobs of the namespace."""
    from lightflus.cli.remote import list_jobs

    list_jobs(status, as_json=as_json)


@commands.command(cls=Command, epilog="Example: lightflus status wordCount --watch")
def status(
    job: Name,
    watch: Annotated[bool, typer.Option("--watch", help="Print a line at every change until it has ended.")] = False,
    as_json: Json = False,
) -> None:
    """Show a job: its status and history, where it runs, its last error."""
    from lightflus.cli.remote import show_status

    show_status(job, watches=watch, as_json=as_json)


@commands.command(cls=Command, epilog="Example: lightflus logs wordCount -f")
def logs(
    job: Name,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines until it has ended.")] = False,
    as_json: Json = False,
) -> None:
    """Print the log lines of a job."""
    from lightflus.cli.remote import show_logs

    show_logs(job, follows=follow, as_json=as_json)


@commands.command(cls=Command, epilog="Example: lightflus errors wordCount")
def errors(job: Name, as_json: Json = False) -> None:
    """Print the last errors of a job."""
    from lightflus.cli.remote import show_errors

    show_errors(job, as_json=as_json)


@commands.command(cls=Command, epilog="Example: lightflus metrics wordCount --json")
def metrics(job: Name, as_json: Json = False) -> None:
    """Print what each operator of a job has done since it was last started."""
    from lightflus.cli.remote import show_metrics

    show_metrics(job, as_json=as_json)


@commands.command(cls=Command, epilog="Example: lightflus stop wordCount --drain")
def stop(
    job: Name,
    drain: Annotated[
        bool, typer.Option("--drain", help="As if its sources had ended: what waits for that is written.")
    ] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="At once; what is under way is dropped.")] = False,
    as_json: Json = False,
) -> None:
    """Stop a job: its sources are read no further, what is under way is written, nothing fires."""
    from lightflus.cli.remote import change
    from lightflus.errors import UserError

    if drain and cancel:
        raise UserError("a job is either drained or canceled", hint="give one of --drain and --cancel")
    change(job, "stop", {"mode": "drain" if drain else "cancel" if cancel else "keep"}, as_json=as_json)


@commands.command(cls=Command, epilog="Example: lightflus restart wordCount")
def restart(job: Name, as_json: Json = False) -> None:
    """Start a job again, whether it runs or has ended."""
    from lightflus.cli.remote import change

    change(job, "restart", None, as_json=as_json)


@commands.command(cls=Command, epilog="Example: lightflus delete wordCount")
def delete(job: Name, as_json: Json = False) -> None:
    """Forget a job that has ended."""
    from lightflus.cli.remote import delete as forget

    forget(job, as_json=as_json)


@commands.command(cls=Command, epilog="Example: lightflus modules")
def modules(
    delete: Annotated[
        str | None, typer.Option("--delete", metavar="DIGEST", help="Delete this one.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """List the modules of the namespace, or delete one that no job uses."""
    from lightflus.cli.remote_cluster import list_modules

    list_modules(delete, as_json=as_json)


@commands.command(cls=Command, epilog="Example: lightflus workers")
def workers(as_json: Json = False) -> None:
    """List the workers of the cluster; for its operators."""
    from lightflus.cli.remote_cluster import list_workers

    list_workers(as_json=as_json)


@commands.command(cls=Command, epilog="Example: lightflus namespaces --create team")
def namespaces(
    create: Annotated[
        str | None, typer.Option("--create", metavar="NAME", help="Make this one.", show_default=False)
    ] = None,
    delete: Annotated[
        str | None,
        typer.Option("--delete", metavar="NAME", help="Delete this one, if it is empty.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the namespaces of the cluster, make or delete one; for its operators."""
    from lightflus.cli.remote_cluster import list_namespaces

    list_namespaces(create, delete, as_json=as_json)


@token.command("create", cls=Command, epilog="Example: LIGHTFLUS_NAMESPACE=team lightflus token create ci")
def create_token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the token is called.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Make a token and print it, once."""
    from lightflus.cli import remote_cluster

    remote_cluster.create_token(name, as_json=as_json)


@token.command("list", cls=Command, epilog="Example: lightflus token list")
def list_tokens(as_json: Json = False) -> None:
    """List the names of the namespace's tokens."""
    from lightflus.cli import remote_cluster

    remote_cluster.list_tokens(as_json=as_json)


@token.command("revoke", cls=Command, epilog="Example: lightflus token revoke ci")
def revoke_token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the token is called.", show_default=False)],
    as_json: Json = False,
) -> None:
    """End a token: it opens nothing from now on."""
    from lightflus.cli import remote_cluster

    remote_cluster.revoke_token(name, as_json=as_json)


@commands.command(cls=Command, epilog="Example: lightflus apiserver --coordinator localhost:8791 --insecure-dev")
def apiserver(
    coordinator: Annotated[
        str,
        typer.Option("--coordinator", metavar="HOST:PORT", help="The coordinator.", envvar="LIGHTFLUS_COORDINATOR_URI"),
    ] = "localhost:8791",
    listen: Annotated[str, typer.Option("--listen", metavar="HOST:PORT", help="Where to listen.")] = "127.0.0.1:8080",
    *,
    tokens: Annotated[
        Path | None,
        typer.Option("--tokens", metavar="FILE", help="Keep namespaces and hashed tokens here; else in memory."),
    ] = None,
    operator_token: Annotated[
        Path | None,
        typer.Option("--operator-token", metavar="FILE", help="A file that holds the token of an operator."),
    ] = None,
    insecure_dev: Annotated[
        bool, typer.Option("--insecure-dev", help="Nobody needs a token; on a loopback address only.")
    ] = False,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="FILE", help="For TLS: the chain, as PEM.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help="For TLS: its private key.")] = None,
    tls_authority: Authority = None,
    tls_certificate: Certificate = None,
    tls_key: Key = None,
    log_format: LogFormat = LogForm.TEXT,
    traces: Traces = "",
) -> None:
    """Serve the cluster's REST API until Ctrl-C. The options --tls-... are for its calls to the coordinator."""
    from lightflus.cli.apiserving import serve
    from lightflus.cli.certificates import client_tls
    from lightflus.cli.process_logs import watched

    with watched(log_format, traces, "apiserver"):
        serve(
            listen,
            coordinator,
            tokens=tokens,
            operator_token=operator_token,
            is_insecure=insecure_dev,
            certificate=certificate,
            key=key,
            tls=client_tls(tls_authority, tls_certificate, tls_key),
        )


@cluster.command("up", cls=Command, epilog="Example: lightflus cluster up --workers 2")
def cluster_up(
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, metavar="N", help="How many workers.")] = 1,
    slots: Annotated[int, typer.Option("--slots", min=1, max=256, metavar="N", help="Compute threads of each.")] = 2,
    *,
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="Where the ApiServer listens.")
    ] = "127.0.0.1:8080",
    coordinator: Annotated[
        str, typer.Option("--coordinator", metavar="HOST:PORT", help="Where the coordinator listens.")
    ] = "127.0.0.1:8791",
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Everything that it keeps, logs too.")] = Path(
        "lightflus-cluster"
    ),
) -> None:
    """Run coordinator, workers and ApiServer on this machine until Ctrl-C; your commands find its token."""
    from lightflus.cli.clustering import Shape, run_cluster

    run_cluster(Shape(workers, slots, coordinator, listen, data))


@commands.command(cls=Command, epilog="Example: lightflus healthcheck localhost:8080")
def healthcheck(
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="host:port; of an ApiServer a URL, too.", show_default=False)
    ],
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            metavar="PATH",
            help="The probe of a coordinator (/coordinator.CoordinatorApi/Probe) or worker "
            "(/worker.TaskWorkerApi/Probe); without, the target is an ApiServer.",
            show_default=False,
        ),
    ] = None,
    probe: Annotated[
        int, typer.Option("--probe", min=0, max=1, metavar="N", help="0 asks whether it lives, 1 whether it can serve.")
    ] = 0,
    *,
    tls_authority: Authority = None,
    tls_certificate: Certificate = None,
    tls_key: Key = None,
) -> None:
    """Ask one process of a cluster whether it is well. Exit code 1 if it is not, or does not answer."""
    from lightflus.cli import probing
    from lightflus.cli.certificates import client_tls

    probing.probe(target, method, probe, client_tls(tls_authority, tls_certificate, tls_key))
