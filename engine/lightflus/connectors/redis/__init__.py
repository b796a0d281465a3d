"""Redis: `redis:` writes keys, hashes, sorted sets, streams and channels; `redis-stream:` reads streams.

What it owns: the only importer of redis-py. A record's way in: fields (`fields.py`, `words.py`) -> commands
(`commands.py`) -> RESP (`resp.py`) -> a server (`sending.py`, `link.py`) or a cluster (`cluster.py`). Its way out:
commands (`lanes.py`) -> order, positions, acknowledgements (`reading.py`, `cursor.py`) -> rows (`entries.py`,
`texts.py`).
What it leaves: when to write, flush and commit (the runtime), how long to try again (`connectors/toolbox/retry.py`).
"""
