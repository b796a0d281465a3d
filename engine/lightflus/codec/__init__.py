"""Arrow on one side, linear memory on the other.

What it owns: the constants of docs/abi.md, record types as Arrow types, writing arrays into a guest's or the kernel's
memory (`write.py`), reading and checking what comes back (`read.py`, `check.py`).
What it leaves: calls and what they mean (`sandbox/`, `kernel/`). Pure but for the memory it is given; any thread.
"""

from lightflus.codec.layout import Layout, Node, Shape, layout_of, layout_of_schema
from lightflus.codec.read import ListHeader, read_batch, read_columns_of, read_list, read_rows
from lightflus.codec.schema import arrow_type, record_type, schema_of
from lightflus.codec.write import Block, Child

__all__ = [
    "Block",
    "Child",
    "Layout",
    "ListHeader",
    "Node",
    "Shape",
    "arrow_type",
    "layout_of",
    "layout_of_schema",
    "read_batch",
    "read_columns_of",
    "read_list",
    "read_rows",
    "record_type",
    "schema_of",
]
