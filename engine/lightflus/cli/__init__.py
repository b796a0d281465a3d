"""The command line: it composes the engine and shows what happens; it computes nothing.

What it owns: commands, screens, exit codes, finding tools on the machine. Standard output belongs to data (`stdout:`,
`--json`); everything else goes to standard error. Commands import what they need when they run, so that `--help` is
quick.
"""
