"""From what a user calls a store of checkpoints to the store.

What it owns: which URIs there are.
What it leaves: the stores; the client of buckets is loaded only for a bucket.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from lightflus.checkpoint.directory import DirectoryStore
from lightflus.errors import ToolMissing, UserError
from lightflus.ports.stores import CheckpointStore

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_OPTIONS = ("endpoint", "region")
_FORMS = "a folder, file:FOLDER, or s3://BUCKET/PREFIX?endpoint=URL&region=NAME"


def open_store(uri: str, *, is_made: bool = False) -> CheckpointStore:
    """Opens a store: a folder's path, `file:` or `s3:`.

    Args:
        uri: what the user wrote.
        is_made: whether a job is to write there: then a folder is made, and a bucket asked for all that will be needed.

    Raises:
        UserError: there is no such form.
        StoreFailed: it is not there, or cannot be used.
        ToolMissing: the client of buckets is not installed.
    """
    scheme = _SCHEME.match(uri)
    match scheme[0] if scheme else "":
        case "":
            return DirectoryStore(Path(uri), is_made=is_made)
        case "file:":
            return DirectoryStore(Path(_folder(uri)), is_made=is_made)
        case "s3:":
            return _bucket(uri, is_made=is_made)
        case other:
            raise UserError(f"there are no checkpoints in {other!r}", where=uri, hint=f"name {_FORMS}")


def _folder(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.netloc not in ("", "localhost") or not parts.path:
        raise UserError("this is no folder of this machine", where=uri, hint="write file:FOLDER or file:///FOLDER")
    return unquote(parts.path)


def _bucket(uri: str, *, is_made: bool) -> CheckpointStore:
    parts = urlsplit(uri)
    options = _options(parts)
    try:
        from lightflus.checkpoint.bucket import BucketStore  # noqa: PLC0415
    except ImportError as error:
        hint = "pip install 'lightflus[s3]'"
        raise ToolMissing(
            "checkpoints in a bucket need the package obstore", where=f"s3://{parts.hostname}", hint=hint
        ) from error
    store = BucketStore(
        parts.netloc, parts.path.strip("/"), endpoint=options.get("endpoint"), region=options.get("region")
    )
    if is_made:
        store.probe()
    return store


def _options(parts: SplitResult) -> dict[str, str]:
    shown = f"s3://{parts.netloc.rpartition('@')[2]}{parts.path}"
    if "@" in parts.netloc:
        raise UserError(
            "a URI has no credentials",
            where=shown,
            hint="they are taken from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or whatever else AWS's clients read",
        )
    if not parts.netloc:
        raise UserError("the bucket is missing", where=shown, hint=f"name {_FORMS}")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name in options:
        if name not in _OPTIONS:
            raise UserError(f"there is no option {name!r}", where=shown, hint=f"there are {' and '.join(_OPTIONS)}")
    return options
