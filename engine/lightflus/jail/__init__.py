"""A jail for work over strangers' bytes: a process of its own, forked for one piece of work and limited by the system.

What it owns: the server that forks (`server.py`), what a child may use and how it answers (`child.py`), asking
(`asking.py`), errors as plain data (`telling.py`), messages (`frames.py`).
What it leaves: the pieces of work, which are functions of bytes to bytes: `sandbox/examining.py`, `verify/jailed.py`.
What a child answers is bounded and read as data; it is as little believed as the bytes that it has read.
"""

from lightflus.jail.asking import Jail, ask
from lightflus.jail.bounds import Bounds, Exceeded, Hear, Task
from lightflus.jail.child import is_inside

__all__ = ["Bounds", "Exceeded", "Hear", "Jail", "Task", "ask", "is_inside"]
