"""The peer: word count in bytewax as its own documentation writes it, from a file to a file.

Runs in an environment of its own (see `bench/word_count.py`): `python bytewax_word_count.py INPUT OUTPUT`.
"""

import json
import sys
from pathlib import Path

import bytewax.operators as op
from bytewax.connectors.files import FileSink, FileSource
from bytewax.dataflow import Dataflow
from bytewax.testing import run_main

source, target = map(Path, sys.argv[1:3])

flow = Dataflow("word_count")
lines = op.input("lines", flow, FileSource(source, batch_size=1000))
words = op.flat_map("split", lines, lambda line: line.split(" "))
counts = op.count_final("count", words, lambda word: word)
rows = op.map("format", counts, lambda pair: (pair[0], json.dumps(pair)))
op.output("write", rows, FileSink(target))

run_main(flow)
