"""The conformance kit: whether a module keeps the rules of docs/abi.md, rule by rule.

What it owns: inputs made from a module's own types, calls made by hand (`caller.py`, with an encoder of its own), the
checks, the report, golden files for other hosts. It is an edge above `sandbox`, since it looks at what that runs.
What it leaves: printing (`cli/verifying.py`). Blocking; any thread, one module at a time.
"""

from lightflus.verify.golden import write_golden
from lightflus.verify.kit import verify
from lightflus.verify.report import Failure, Report, RuleResult, Verdict

__all__ = ["Failure", "Report", "RuleResult", "Verdict", "verify", "write_golden"]
