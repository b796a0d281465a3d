"""Peak memory of the whole program: below a bound, and no growth with the input (1 M lines against 10 M)."""

from __future__ import annotations

from bench.inputs import expected_counts, lines_file
from bench.measure import record, table
from bench.word_count import build_module, lightflus_counts, run_lightflus

SHORT_LINES = 1_000_000
LONG_LINES = 10_000_000
BOUND_MIB = 400


def main() -> None:
    """Runs both lengths, compares the shorter one's counts, prints."""
    module = build_module()
    peaks = {}
    for lines in (SHORT_LINES, LONG_LINES):
        source = lines_file(lines)
        used = run_lightflus(module, source)
        if lines == SHORT_LINES and lightflus_counts() != expected_counts(source):
            raise SystemExit("counted wrong")
        peaks[lines] = used.peak_rss_mib
    table(
        f"peak memory (bound {BOUND_MIB} MiB)",
        ["lines", "peak MiB"],
        [[f"{lines:,}", f"{peak:.0f}"] for lines, peak in peaks.items()],
    )
    print(f"  ten times the input : {peaks[LONG_LINES] / peaks[SHORT_LINES]:.2f} times the memory")
    record("memory", {str(lines): peak for lines, peak in peaks.items()})
