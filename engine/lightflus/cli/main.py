"""The `lightflus` command: its sub-commands, options and help.

What it owns: the command line's shape. Each command is a few lines; what it does stands in a file of its own, which is
imported when the command runs, so that `lightflus --help` answers at once.
"""
# ruff: noqa: PLC0415 (that is what the last sentence says)

from __future__ import annotations

import gc
import signal
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from lightflus import __version__
from lightflus.build.sources import located
from lightflus.cli.allowing import AllowAll, AllowLibrary, AllowNet, AllowRead, AllowSecret, AllowWrite, Secret
from lightflus.cli.checkpoint_commands import checkpoint as of_checkpoints
from lightflus.cli.checkpoint_commands import state as keyed_state
from lightflus.cli.cluster_commands import cluster as as_a_whole
from lightflus.cli.cluster_commands import commands as of_a_cluster
from lightflus.cli.cluster_commands import token as of_tokens
from lightflus.cli.coordinator_command import coordinator
from lightflus.cli.flags import Command, Group
from lightflus.cli.guard import guarded
from lightflus.cli.screen import reserve_streams
from lightflus.cli.words import Bind, Job, Json, Parallelism
from lightflus.cli.worker_command import worker as run_worker
from lightflus.limits import COLLECTED_OBJECTS, SWITCH_US
from lightflus.model.graph import BadRecords

app = typer.Typer(
    cls=Group,
    name="lightflus",
    help="A stream processor in which user code is a sandboxed WebAssembly module.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)


def _languages() -> list[str]:
    """For completion."""
    from lightflus.cli.new import TEMPLATES

    return list(TEMPLATES)


Poison = Annotated[
    BadRecords | None,
    typer.Option(
        "--poison",
        help="What happens to a record on which a function of the job fails. By default as the job says; else "
        "dead-letter behind a broker, where nobody waits in front of it, and fail behind everything else.",
        show_default=False,
    ),
]
DeadLetters = Annotated[
    str | None,
    typer.Option(
        "--dead-letters",
        metavar="FILE|URI",
        help="Where records go that are put aside: a file, by default one named after the job and made with the "
        "first; or any sink: kafka://host:9092/topic.",
        show_default=False,
    ),
]
Checkpoints = Annotated[
    str | None,
    typer.Option(
        "--checkpoints",
        metavar="FOLDER|URI",
        help="Where the job keeps its state and how far it has come, so that the next run goes on from there.",
        show_default=False,
    ),
]
Every = Annotated[
    str, typer.Option("--every", metavar="TIME", help="From one checkpoint to the next: 500ms, 1s, 2min.")
]
AcceptDuplicates = Annotated[
    bool,
    typer.Option(
        "--accept-duplicates", help="Go on from a checkpoint although a sink shows more: that will come again."
    ),
]


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"lightflus {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and end.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    pass


@app.command(cls=Command, epilog="Example: lightflus new wordcount --lang rust")
def new(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="The project's folder; its last part is its name.")],
    lang: Annotated[
        str, typer.Option(metavar="LANGUAGE", help="Language of the job: ts, rust.", autocompletion=_languages)
    ] = "ts",
) -> None:
    """Begin a project: a job, sample data, types for the editor, and a README with the next commands."""
    from lightflus.cli.new import new_project

    new_project(name, lang)


@app.command(cls=Command, epilog="Example: lightflus build job.ts -o job.wasm")
def build(
    job: Annotated[
        Path, typer.Argument(metavar="JOB", help="A job: job.ts, or the Cargo.toml of a Rust job.", show_default=False)
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The module; by default the job's name with .wasm."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compile a job to one .wasm file that holds its functions and its dataflow."""
    from lightflus.cli.building import build_job

    build_job(located(job), output, as_json=as_json)


@app.command(cls=Command, epilog="Example: lightflus inspect job.wasm --bind redis=sqlite:out.db")
def inspect(job: Job, bind: Bind = None, parallelism: Parallelism = 1, as_json: Json = False) -> None:
    """Show what a job or module declares: its graph, types, plan, imports, sizes and limits. Runs no record."""
    from lightflus.cli.inspecting import inspect_job

    inspect_job(located(job), bind or [], parallelism, as_json=as_json)


@app.command(
    cls=Command, epilog="Example: lightflus run wordCount.ts --bind topic=file:book.txt --bind redis=sqlite:counts.db"
)
def run(
    job: Job,
    bind: Bind = None,
    parallelism: Parallelism = 1,
    *,
    allow_read: AllowRead = None,
    allow_write: AllowWrite = None,
    allow_net: AllowNet = None,
    allow_secret: AllowSecret = None,
    allow_library: AllowLibrary = None,
    allow_all: AllowAll = False,
    secret: Secret = None,
    dead_letters: DeadLetters = None,
    checkpoints: Checkpoints = None,
    every: Every = "1s",
    accept_duplicates: AcceptDuplicates = False,
    poison: Poison = None,
    drain: Annotated[
        bool,
        typer.Option("--drain", help="Ctrl-C is taken for the end of the sources: what waits for that is written."),
    ] = False,
    as_json: Json = False,
    stats: Annotated[
        bool, typer.Option("--stats/--quiet", "-s/-q", help="Show progress and a summary on standard error.")
    ] = True,
) -> None:
    """Run a job in this process until its sources end. Ctrl-C stops it, a second one cancels it."""
    from lightflus.cli.checkpointing import seconds_of
    from lightflus.cli.permissions import Permissions
    from lightflus.cli.running import run_job
    from lightflus.compose.resuming import Wanted
    from lightflus.model.policy import Right

    named = {
        Right.READ: allow_read,
        Right.WRITE: allow_write,
        Right.NET: allow_net,
        Right.SECRET: allow_secret,
        Right.LIBRARY: allow_library,
    }
    grants = {right: texts for right, texts in named.items() if texts}
    run_job(
        located(job),
        bind or [],
        parallelism,
        permissions=Permissions(grants, allow_all, secret or ()),
        poison=poison,
        dead_letters=dead_letters,
        checkpoints=Wanted(checkpoints, seconds_of(every), accept_duplicates) if checkpoints else None,
        is_draining=drain,
        as_json=as_json,
        has_stats=stats,
    )


Fields = Annotated[
    str | None,
    typer.Option(
        "--fields",
        metavar="NAME:TYPE,...",
        help="The fields of a record and their types, such as id:bigint,name:string?; without, it is one text.",
        show_default=False,
    ),
]


@app.command(cls=Command, epilog="Example: lightflus peek kafka://localhost:9092/topic -n 5 --places")
def peek(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The URI of a source, as --bind takes it.")],
    fields: Fields = None,
    *,
    count: Annotated[int, typer.Option("--count", "-n", min=0, metavar="N", help="How many records; 0 is all.")] = 10,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for new records instead, until Ctrl-C.")] = False,
    places: Annotated[bool, typer.Option("--places", help="Show the place of each record in front of it.")] = False,
    as_json: Json = False,
) -> None:
    """Show records of a topic, stream or file, as they are or decoded."""
    from lightflus.cli.peeking import peek as look

    most = None if follow or count == 0 else count
    look(source, fields=fields, most=most, follows=follow, has_places=places, as_json=as_json)


@app.command(cls=Command, epilog="Example: lightflus send kafka://localhost:9092/topic 'hello world' --create")
def send(
    sink: Annotated[str, typer.Argument(metavar="SINK", help="The URI of a sink, as --bind takes it.")],
    lines: Annotated[
        list[str] | None,
        typer.Argument(metavar="LINE", help="Records; without any, the lines of standard input.", show_default=False),
    ] = None,
    *,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="A file of lines instead.")] = None,
    fields: Fields = None,
    key: Annotated[
        str, typer.Option("--key", metavar="NAME,...", help="The fields that are the key of an upsert.")
    ] = "",
    create: Annotated[bool, typer.Option("--create", help="Make the topic, if there is none.")] = False,
) -> None:
    """Write lines to a topic, table or key: each is a text, or with --fields a JSON object."""
    from lightflus.cli.sending import send as write

    write(sink, lines or [], file=file, fields=fields, key=key, creates=create)


@app.command(cls=Command, epilog="Example: lightflus verify job.wasm --portable")
def verify(
    job: Job,
    portable: Annotated[bool, typer.Option("--portable", help="Check the portable profile as well.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer repetitions where there are very many.")] = False,
    golden: Annotated[
        Path | None,
        typer.Option("--golden", metavar="DIR", help="Write calls and their results as files for other hosts."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a module against the guest ABI, rule by rule, with inputs made up. Exit code 2 if a rule is broken."""
    from lightflus.cli.verifying import verify_module

    verify_module(located(job), is_portable=portable, is_quick=quick, golden=golden, as_json=as_json)


@app.command(cls=Command, epilog="Example: lightflus evil --kind loops --kind answers --json")
def evil(
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", help="Only attacks of this kind. Repeatable.", show_default=False),
    ] = None,
    *,
    name: Annotated[
        str, typer.Option("--name", metavar="TEXT", help="Only attacks with this in their name.", show_default=False)
    ] = "",
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="DIR", help="Write the hostile modules instead of running them."),
    ] = None,
    cluster: Annotated[
        str, typer.Option("--cluster", metavar="HOST:PORT", help="Attack a running cluster.", show_default=False)
    ] = "",
    as_json: Json = False,
) -> None:
    """Attack this engine with hostile modules, each beside an honest job. Exit code 1 if anything did not hold."""
    from lightflus.cli.attacking import attack

    attack(kind or [], name=name, save=save, cluster=cluster, as_json=as_json)


def _group(name: str, about: str) -> typer.Typer:
    """A command above commands of its own."""
    group = typer.Typer(cls=Group, no_args_is_help=True, help=about)
    app.add_typer(group, name=name)
    return group


def _with_commands_of_other_files() -> typer.Typer:
    """`lightflus` with those commands, too, that stand in files of their own."""
    app.add_typer(of_checkpoints, name="checkpoint")
    app.command("state", cls=Command, epilog="Example: lightflus state checkpoints counts hello")(keyed_state)
    app.command(cls=Command, epilog="Example: lightflus coordinator --listen 127.0.0.1:8791 --data ./catalog")(
        coordinator
    )
    app.command(cls=Command, epilog="Example: lightflus worker --coordinator 127.0.0.1:8791 --slots 4 --allow-net")(
        run_worker
    )
    app.add_typer(of_a_cluster)
    app.add_typer(as_a_whole, name="cluster")
    app.add_typer(of_tokens, name="token")
    return app


_ = _with_commands_of_other_files()
letters = _group("dead-letters", "Look at records that a run has put aside.")
Letters = Annotated[
    Path, typer.Argument(metavar="FILE", help="The file of dead letters, as a run has named it.", show_default=False)
]
OfOperator = Annotated[
    str | None, typer.Option("--operator", help="Only letters of this operator.", show_default=False)
]
OfKind = Annotated[
    str | None,
    typer.Option("--kind", help="Only letters of this kind of error: GuestTrapped, RecordInvalid.", show_default=False),
]


@letters.command("list", cls=Command, epilog="Example: lightflus dead-letters list wordcount.dead-letters.jsonl")
def list_letters(file: Letters, operator: OfOperator = None, kind: OfKind = None, as_json: Json = False) -> None:
    """A line per record: number, time, operator, kind, position, message."""
    from lightflus.cli import dead_letters

    dead_letters.list_letters(file, dead_letters.Choice(operator, kind), as_json=as_json)


@letters.command("show", cls=Command, epilog="Example: lightflus dead-letters show wordcount.dead-letters.jsonl 3")
def show_letter(
    file: Letters,
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="Its number in the list.", show_default=False)],
    as_json: Json = False,
) -> None:
    """One record whole: what was decoded, its bytes, where the function failed and why."""
    from lightflus.cli import dead_letters

    dead_letters.show_letter(file, number, as_json=as_json)


@letters.command("export", cls=Command, epilog="Example: lightflus dead-letters export FILE --kind GuestTrapped > x")
def export_letters(file: Letters, operator: OfOperator = None, kind: OfKind = None) -> None:
    """Print letters as JSON, an object a line, for another program."""
    from lightflus.cli import dead_letters

    dead_letters.export_letters(file, dead_letters.Choice(operator, kind))


@app.command(cls=Command, epilog="Example: lightflus doctor --json")
def doctor(as_json: Json = False) -> None:
    """Say what is missing on this machine and how to get it. Exit code 2 if something needed is missing."""
    from lightflus.cli.doctor import show_findings

    show_findings(as_json=as_json)


def main() -> None:
    """Entry of the `lightflus` executable."""
    gc.set_threshold(COLLECTED_OBJECTS)
    sys.setswitchinterval(SWITCH_US / 1_000_000)
    reserve_streams()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C: children and files are cleared away
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character shows ?
    raise SystemExit(guarded(app))
