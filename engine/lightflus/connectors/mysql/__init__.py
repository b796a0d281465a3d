"""`mysql:`, a sink for MySQL and MariaDB: a file per question, `sink.py` puts them together.

`tokens`, `insert` and `statement` understand the user's SQL; `completing` tells the job's graph what it says;
`settings`, `client`, `version` and `faults` are the server as we use it; `table`, `conversion`, `check` and `opening`
find what is wrong before the job starts; `writing`, `plan`, `run`, `writer` and `blame` write.
"""

from lightflus.connectors.mysql.sink import SINK

__all__ = ["SINK"]
