"""The conformance kit: whether a module keeps the rules of docs/abi.md, rule by rule.

What it owns: inputs made from a module's own types, calls made by hand (`caller.py`, with an encoder of its own), the
checks, the report, golden files for other hosts. It is an edge above `sandbox`, since it looks at what that runs.
It works in the jail (`jailed.py`). What it leaves: printing (`cli/verifying.py`). Blocking; any thread.
"""

from lightflus.verify.jailed import verify, write_golden
from lightflus.verify.report import Failure, Report, RuleResult, Verdict

__all__ = ["Failure", "Report", "RuleResult", "Verdict", "verify", "write_golden"]
