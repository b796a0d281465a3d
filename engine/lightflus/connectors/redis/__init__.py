"""Redis: `redis:` writes keys, hashes, sorted sets, streams and channels.

What it owns: the only importer of redis-py. A record's way in: fields (`fields.py`, `words.py`) -> commands
(`commands.py`) -> RESP (`resp.py`) -> a server (`sending.py`, `link.py`) or a cluster (`cluster.py`).
What it leaves: when to write and to flush (the runtime), how long to try again (`connectors/retry.py`).
"""
