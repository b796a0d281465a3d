"""Every bound and default of the engine, each with its reason.

What it owns: numbers. It imports nothing. A queue, buffer, name or loop without a bound here is a defect.
Units are the last word of a name.
"""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

# --- records and batches -------------------------------------------------------------------------------------------
CALL_ROWS: Final = 8_192
"""Rows of one guest or kernel call: amortises a call (about 100 us of Python) and keeps its data in the L2 cache."""
FOLD_ROWS: Final = 131_072
"""Rows of one fold and of one kernel look-up. More than CALL_ROWS, since every call moves the state of each key that it
touches: at 10,000 distinct keys sixteen times the rows touch only 1.8 times the keys."""
FOLD_BYTES: Final = 4 * MIB
"""Data of one fold of more than one row."""
CALL_BYTES: Final = 1 * MIB
"""Data of one call of more than one row."""
RECORD_BYTES: Final = 16 * MIB
"""One record. A larger one is refused with its position."""
BAD_RECORD_BYTES: Final = 64 * KIB
"""What is kept of a record that is larger than RECORD_BYTES: enough to see what it is."""
READ_BYTES: Final = 1 * MIB
"""Bytes that a file source reads at a time."""
ELEMENT_ROWS: Final = 131_072
"""Rows of one batch in a channel: what a flatMap makes travels whole, and is cut only at the next call."""
ELEMENT_BYTES: Final = 4 * MIB
"""Data of one batch of more than one row in a channel; with CHANNEL_ELEMENTS it bounds what waits."""
ELEMENT_VALUES: Final = 4 * 1024 * 1024
"""Values of one batch of more than one row in a channel, fields and items of lists: a sink encodes a batch at a time,
and of a thousand fields of one bit each ELEMENT_BYTES would be gigabytes of JSON."""
CHANNEL_ELEMENTS: Final = 4
"""Elements that wait between two subtasks: enough to keep both busy, little enough to feel back-pressure at once."""

# --- the process ---------------------------------------------------------------------------------------------------
COLLECTED_OBJECTS: Final = 20_000
"""New objects after which Python looks for cycles among them (its own 700 make it look all the time at modules that are
being loaded, and at messages that a client hands over by the hundred): a tenth of a start, and of a Kafka source."""

SWITCH_US: Final = 500
"""How long a Python thread that others wait for goes on (its own 5,000 are most of what a batch takes): a neighbour's
latency; throughput is the same."""

# --- formats ---------------------------------------------------------------------------------------------------------
SCHEMA_BYTES: Final = 4 * MIB
"""A schema or descriptor set that a format reads: a file, or a registry's answer. Large ones have some 100 KiB."""
PROTOC_SECONDS: Final = 30
"""protoc as a child, before the start: a large schema takes less than a second."""
REGISTRY_SECONDS: Final = 5
"""One request to a schema registry: it answers from memory within milliseconds."""
REGISTRY_SCHEMAS: Final = 1_000
"""Schemas that are remembered: a topic has one per version of its producers."""

# --- the job graph -------------------------------------------------------------------------------------------------
GRAPH_BYTES: Final = 4 * MIB
"""Size of a graph's JSON."""
GRAPH_OBJECTS: Final = 100_000
"""JSON objects in a graph: what its reader allocates; a graph at all other limits has fewer in practice."""
GRAPH_PROBLEMS: Final = 100
"""Problems reported at once; more help nobody."""
GRAPH_OPERATORS: Final = 1_000
"""Nodes of one graph: far above what a person writes, far below what would slow planning down."""
GRAPH_FUNCTIONS: Final = 4_000
"""User functions of one graph: several per operator."""
TYPE_DEPTH: Final = 32
"""Nesting of a record type: the checker, the codec and Arrow recurse over it."""
TYPE_FIELDS: Final = 1_000
"""Fields of one struct."""
NAME_BYTES: Final = 256
"""Job, operator, field and option names."""
OPTION_BYTES: Final = 16 * KIB
"""One connector option."""
SHOWN_CHARACTERS: Final = 1_500
"""A text of a module, record or server in a message or a line of a report: what fits on a screen."""
TOLD_CHARACTERS: Final = OPTION_BYTES
"""The same in JSON for programs: the longest option is whole, a name of megabytes is not."""
BUG_REPORT_CHARACTERS: Final = MIB
"""A traceback, with the messages of all errors in it."""
SOURCE_BYTES: Final = 4 * MIB
"""A source file of which a message shows a line."""
PARALLELISM: Final = 128
"""Degree of one operator; never above KEY_GROUPS."""
JOB_SUBTASKS: Final = 2_000
"""Subtasks of a job: each that reads or writes has a thread, and a process has some thousands; a dozen tasks at the
highest parallelism have fewer."""
KEY_GROUPS: Final = 128
"""Key groups: fixed for the life of the state (Flink's default for small jobs)."""

# --- a guest -------------------------------------------------------------------------------------------------------
MODULE_BYTES: Final = 16 * MIB
"""A module: the ABI's bound (docs/abi.md, 1.1). Compilation time grows with it."""
VERIFY_SECONDS: Final = 300
"""All of `lightflus verify`: the calls of a large module take a minute; each that never ends takes a deadline."""
MODULE_NAME_BYTES: Final = 4 * KIB
"""The name of an import, an export or a section: a report lists them all."""
MODULE_SECTIONS: Final = 1_000
"""Sections of a module: about a dozen kinds, and custom ones."""
MODULE_TYPES: Final = 10_000
"""Function types of a module: a large program has some hundreds."""
MODULE_IMPORTS: Final = 1_000
"""Imports that are looked at before one of them is refused by name."""
MODULE_EXPORTS: Final = 1_000
"""A language's library exports some dozens; every instance looks each of them up."""
MODULE_FUNCTIONS: Final = 100_000
"""Functions of a module: 16 MiB of ordinary code hold fewer."""
FUNCTION_PARAMETERS: Final = 1_000
"""Parameters of a function or block: as many as any engine takes."""
FUNCTION_RESULTS: Final = 16
"""Results of a function or block: compilers make one or two, and a call of two bytes puts all of them on the stack."""
FUNCTION_STACK_VALUES: Final = 10_000
"""Values on the stack of a function while it works: validation and compilation keep track of each, and written code has
some dozens."""
JUMP_TARGETS: Final = 10_000
"""Targets of one `br_table`: a `switch` of that many cases."""
MODULE_JUMP_TARGETS: Final = 1_000_000
"""Those of a module together: each is checked against the results of its block."""
PORTABLE_MEMORY_BYTES: Final = 2 * MIB
"""What a portable module may begin with (docs/abi.md 1.3)."""
PORTABLE_BODY_BYTES: Final = 8_000
"""The largest function body of a portable module (docs/abi.md 1.7): a JVM interprets methods that are larger."""
SOURCEMAP_BYTES: Final = 8 * MIB
"""A larger source map is ignored: it serves messages only."""
SOURCEMAP_SEGMENTS: Final = 1_000_000
"""The same for its segments, which are kept while a job runs: 16 bytes each, one per expression of a program."""
SOURCEMAP_SOURCES: Final = 10_000
"""The same for the files that it names."""
GUEST_MEMORY_BYTES: Final = 64 * MIB
"""Linear memory of an instance in a shared cluster."""
RUN_GUEST_MEMORY_BYTES: Final = 1024 * MIB
"""The same in `lightflus run`: the machine is the user's own."""
JOB_GUEST_MEMORY_BYTES: Final = 512 * MIB
"""Linear memory of all instances of a job in a shared cluster: they share it equally, unless the job asks for less."""
RUN_JOB_GUEST_MEMORY_BYTES: Final = 2048 * MIB
"""The same in `lightflus run`: more is hardly wanted, and much more is not there."""
ANSWER_ITEMS: Final = 16 * 1024 * 1024
"""Items of all lists of one answer of a guest: as bits they take 2 MiB, but each is some bytes as JSON, and an object
where Python looks at it. An answer to several rows that has more is asked for again in halves."""
GUEST_TABLE_ELEMENTS: Final = 10_000
"""Function references of one instance; a table is host memory that no memory limit counts."""
GUEST_STACK_BYTES: Final = 512 * KIB
"""Wasm stack of one call; thread stacks lie well above, since a native overflow would end the process."""
TICK_MS: Final = 10
"""Period of the ticking thread: the resolution of deadlines."""
DEADLINE_MS: Final = 1_000
"""One guest call in a shared cluster."""
RUN_DEADLINE_MS: Final = 10_000
"""One guest call in `lightflus run`."""
GUEST_REPEATS: Final = 100
"""How often a call that was ended for another instance's sake is made again; each time somebody was interrupted."""
ARTEFACT_CACHE_FILES: Final = 256
"""Compiled modules that the cache keeps; the ones not used for longest go first (about 1 MiB each)."""
GUEST_MESSAGE_BYTES: Final = 4 * KIB
"""An abort message or one log line; longer ones are cut."""
GUEST_LOG_LINES_PER_BATCH: Final = 100
"""Log lines of one batch; later ones are counted and dropped."""
GUEST_HOST_CALLS_PER_CALL: Final = 100_000
"""Host calls of one guest call: each takes about 10 us and holds the GIL."""
TRAP_FRAMES: Final = 32
"""Frames of a trap that an error message lists, innermost first."""

# --- the jail ------------------------------------------------------------------------------------------------------
COMPILE_CPU_SECONDS: Final = 10
"""Inspecting and compiling a module: under a second for 1 MiB of ordinary code."""
COMPILE_MEMORY_BYTES: Final = 1024 * MIB
"""The same; compile bombs end there."""
ARTEFACT_BYTES: Final = 128 * MIB
"""Machine code of a module: several times the largest module. It is loaded into the process that runs it."""
DESCRIBE_MEMORY_BYTES: Final = 256 * MIB
"""What asking a module for its graph may take beside its linear memory: reading 4 MiB of JSON takes less."""
SOURCEMAP_CPU_SECONDS: Final = 5
"""Decoding a source map: as long as the first failure of a function may wait for its line."""
SOURCEMAP_MEMORY_BYTES: Final = 256 * MIB
"""The same: what the largest map takes."""
VERIFY_MEMORY_BYTES: Final = 1024 * MIB
"""What `lightflus verify` may take: two instances, what is made up for them, and what they make of it."""
VERIFY_ANSWER_BYTES: Final = 64 * MIB
"""A report, or the golden calls of a module."""
JAIL_WALL_SECONDS_PER_CPU_SECOND: Final = 6
"""When a child is given up: a busy machine gives it less than a core."""
JAIL_REQUEST_BYTES: Final = 2 * ARTEFACT_BYTES
"""What is handed to a child: a module and its machine code, at most."""
JAIL_FILES: Final = 64
"""Open files of a child: wasmtime keeps some for first contents of memories."""
JAIL_LINES: Final = 10_000
"""Log lines of one piece of work: verifying a module calls each function some hundred times."""
JAIL_LINE_BYTES: Final = 16 * KIB
"""One of them; a guest's own are cut at GUEST_MESSAGE_BYTES before."""
JAIL_ERROR_CHARACTERS: Final = 16 * KIB
"""One text of an error that a child ends with."""
JAIL_END_SECONDS: Final = 10
"""How long the server may take to say how a child has ended."""

# --- the kernel ----------------------------------------------------------------------------------------------------
KERNEL_MEMORY_BYTES: Final = 4096 * MIB - 64 * KIB
"""A wasm32 memory ends at 4 GiB; the kernel of one subtask may grow that far."""
JSON_MEMORY_BYTES: Final = 2048 * MIB
"""What reads or writes JSON at a time: a record of 16 MiB has at most some 100 MiB as columns, unless it is a list of
many objects of many fields that are not there. One that does not fit is a bad record."""
JSON_IDLE_BYTES: Final = 64 * MIB
"""What reads or writes JSON keeps for the next time: a block of a file takes a tenth. Linear memory never shrinks."""
KEY_BYTES: Final = 16 * MIB
"""One encoded key: any record may be its own key, such as a line without a space whose words are counted."""

# --- slots -------------------------------------------------------------------------------------------------------
LONG_WORK_MS: Final = 50
"""A piece of work after which others that wait for its slot go on on a spare thread: one batch takes a few ms."""
SPARE_THREADS: Final = 16
"""Threads of one slot that may be held up by long work at a time; when there are more, the others wait."""

# --- stopping ------------------------------------------------------------------------------------------------------
STOP_GRACE_MS: Final = 500
"""How long a cancelled job waits for threads that still read, write or compute before it leaves them behind."""

STOP_STILL_MS: Final = 400
"""After Ctrl-C, how long a job may move no row before it is cancelled: a guest that loops for ever moves none."""

STOP_FLUSH_MS: Final = 10_000
"""After Ctrl-C, how long a sink may take to flush what it holds: some hundred thousand rows of a table take seconds."""

# --- the command line ----------------------------------------------------------------------------------------------
COMPILER_SECONDS: Final = 120
"""The TypeScript compiler as a child of `lightflus build`: a large job takes seconds; what takes longer never ends."""
BUILD_CACHE_FILES: Final = 64
"""Built modules that `lightflus run job.ts` keeps; the ones not used for longest go first (about 50 KiB each)."""

# --- sinks ---------------------------------------------------------------------------------------------------------
HOLD_MS: Final = 1_000
"""Longest time that an upsert may wait for a later write of its key."""
SQLITE_CACHE_BYTES: Final = 64 * MIB
"""Pages that SQLite keeps in memory: a table of some hundred thousand keys is updated without reading it again."""
HELD_KEYS: Final = 262_144
"""Keys that an upsert sink holds before it flushes early."""
HELD_BYTES: Final = 64 * MIB
"""Data that a sink holds before it flushes early, when its rows are long."""
MYSQL_CHUNK_ROWS: Final = 5_000
"""Rows of one statement and transaction: a commit waits for the disk, and rows that wait are locked."""
MYSQL_CONNECT_SECONDS: Final = 4
"""How long a MySQL server may take to accept a connection, or to answer before the job starts: errors within 10 s."""
MYSQL_WAIT_SECONDS: Final = 30
"""How long it may take to answer while the job runs; above MYSQL_LOCK_SECONDS, so that it can say what it waits for."""
MYSQL_LOCK_SECONDS: Final = 10
"""How long a statement waits for the locks of others before it is tried again."""
STDOUT_TABLE_ROWS: Final = 40
"""Rows of the live table on a terminal."""

# --- sources -------------------------------------------------------------------------------------------------------
READ_WAIT_MS: Final = 100
"""How long a source waits for records before it looks whether the job wants something else of it."""
IDLE_READ_SECONDS: Final = 5
"""How long nothing is read where a reader says when there is something: then its lag and its health are looked at."""
IDLE_THREAD_SECONDS: Final = 10
"""How long a thread that many share waits for more work: as long as trio's own do."""
COMMIT_MS: Final = 1_000
"""How often sources learn what has reached the sinks: what a restart reads again, without checkpoints."""
DISCOVERY_MS: Final = 5_000
"""How often a growing source is asked for new splits: a new partition waits no longer than that."""
KNOWN_DEAD_LETTERS: Final = 100_000
"""Dead letters, the newest, that are recognised when a restart reads their records again: a file of some 50 MB."""
REJECTED_IN_A_ROW: Final = 1_000
"""Records that may be bad one after another before the job ends: then its type or format is wrong, not they."""

# --- event time ----------------------------------------------------------------------------------------------------
TIME_MS: Final = 8_640_000_000_000_000
"""The furthest event time before and after 1970, in milliseconds: JavaScript's. Sums of times and spans fit 64 bits."""
SPAN_MS: Final = 100 * 366 * 24 * 3_600_000
"""The longest window, gap, lateness or time to live: a century."""
WINDOWS_OF_RECORD: Final = 100_000
"""Windows that one record may be in: a day that slides by a second."""
MAX_DRIFT_MS: Final = 3_600_000
"""How far ahead of the slowest split of its source another one is read: what is between them waits in open windows."""
OPEN_SPLITS: Final = 256
"""Files of one reader that stay open between reads, where several are read in turn; a system gives a process 1,024."""
PROCESSING_TICK_MS: Final = 100
"""How often processing time goes on for those who listen to it."""
STATE_ROW_BYTES: Final = 32 * MIB
"""State of one key or window with its timers: two of the largest records, or all timers that a key may have. Each call
that touches the key moves it."""
KEY_TIMERS: Final = 1_000_000
"""Timers of one kind of one key: they travel with its state."""
WAITING_BYTES: Final = 1024 * MIB
"""Records of one subtask that wait for the watermark, to be handled in order of time."""
FIRED_GROUPS: Final = 8_192
"""Results of windows, or keys whose timers are due, of one call."""

# --- poison records ------------------------------------------------------------------------------------------------
POISON_IN_A_ROW: Final = 1_000
"""Records on which an operator's functions may fail one after another before the job ends: then its code is wrong."""
POISON_LEAST: Final = 1_000
"""Such records from which on POISON_PERCENT counts: a few among the first ones say nothing."""
POISON_PERCENT: Final = 10
"""Of a hundred records of an operator, how many may be such ones before the job ends."""
FAILED_CALLS_SECONDS: Final = 120
"""CPU time that the failed calls of a job may take: a record that never ends takes two deadlines."""
FAILED_CALLS_SHARE: Final = 4
"""What failed calls may take beyond that, for each second of calls that succeeded: a job that gets on may go on."""
LETTER_BYTES: Final = 16 * MIB
"""A decoded record, or a key, in a dead letter: any record of a source. Of a larger one the place is kept alone."""
LETTER_LINE_BYTES: Final = 128 * MIB
"""A line of a file of dead letters that is read at a time: its record, its bytes in base64 and as text fit in."""

# --- servers -------------------------------------------------------------------------------------------------------
CONNECT_SECONDS: Final = 5
"""How long a server may take to answer at the start: a wrong host is told within seconds."""
RETRY_SECONDS: Final = 60
"""How long a connector tries again while its server is away: a broker restarts in less; option `retry` changes it."""
PATIENCE_MOST_SECONDS: Final = 86_400
"""The longest option `retry`: a server that is away for a day needs a person."""
RETRY_FIRST_MS: Final = 100
"""The first pause between two tries; each is twice the last one, with jitter."""
RETRY_MOST_MS: Final = 5_000
"""The longest pause between two tries: a server that is back is used soon."""

# --- Redis ---------------------------------------------------------------------------------------------------------
REDIS_COMMAND_ROWS: Final = 4_096
"""Rows of one MSET, HSET, ZADD or pipelined part: the server does nothing else for about 2 ms meanwhile."""
REDIS_COMMAND_BYTES: Final = 1 * MIB
"""Bytes of one command of more than one row."""
REDIS_WINDOW_BYTES: Final = 4 * MIB
"""Bytes of commands that are sent before their replies are read; what is sent again after a lost connection."""
REDIS_REPLY_SECONDS: Final = 10
"""How long a reply may take once connected; a server that is that busy is treated as one that is away."""
REDIS_DATABASES: Final = 1_000_000
"""Highest number of a database; a server has 16 unless its `databases` says more."""
REDIS_TTL_SECONDS: Final = 10_000_000_000
"""Longest time to live: some centuries; the server refuses ones that overflow its clock."""
REDIS_STREAM_ENTRIES: Final = 1_000_000_000_000
"""Largest `maxlen` of a stream: more than a server's memory can hold."""
REDIS_PIPELINE_CALLS: Final = 1_000
"""Commands of one pipeline to a cluster, whose client packs them one by one."""
REDIS_READ_ENTRIES: Final = 1_000
"""Entries of one stream that are asked for at a time: amortises a round trip, and bounds a batch."""
REDIS_LOOK_MS: Final = 1_000
"""How often a stream is asked how long it is: for the lag, and whether what was not yet read is gone."""
REDIS_CLAIM_MS: Final = 60_000
"""For how long a consumer may not acknowledge an entry before another one takes it over when it starts."""
REDIS_STREAMS: Final = 1_000
"""Streams of one source."""

# --- Kafka ---------------------------------------------------------------------------------------------------------
KAFKA_BATCH_MESSAGES: Final = 500
"""Messages that are taken from librdkafka in one call: their values are copied while they are in the processor's cache,
and more than Python's collector of cycles (700) has patience for would be looked at again and again."""
KAFKA_READ_CALLS: Final = 32
"""Such calls of one read: 16,000 rows, as of two calls into a guest, make what a batch costs the engine small."""
KAFKA_READ_BYTES: Final = 4 * MIB
"""Values after which a read ends, however few: as much as a batch in a channel may have."""
KAFKA_QUEUE_BYTES: Final = 64 * MIB
"""Messages that one subtask's consumer has fetched ahead: what bounds its memory."""
KAFKA_VIEW_BYTES: Final = 1 * MIB
"""Messages that wait for one of many readers of a consumer: beyond that its partitions pause."""
KAFKA_VIEW_MESSAGES: Final = 1_000
"""The same by number: two batches."""
KAFKA_QUEUE_BACKOFF_MS: Final = 10
"""How soon a consumer whose queue was full fetches again: with librdkafka's second, a fast reader waits mostly."""
KAFKA_COORDINATOR_SECONDS: Final = 20
"""How long a group's coordinator may take: a new cluster makes its offsets topic first."""
KAFKA_SEND_MESSAGES: Final = 10_000
"""Messages that are handed to librdkafka in one call."""
KAFKA_PENDING_MESSAGES: Final = 100_000
"""Messages of one subtask that wait for their delivery; more hold the job up."""
KAFKA_PENDING_BYTES: Final = 64 * MIB
"""The same in bytes: what bounds a sink's memory while a broker is away."""
KAFKA_TRANSACTION_MS: Final = 60_000
"""When a broker gives up a transaction whose producer has died: until then readers of committed messages wait."""
KAFKA_EPOCHS_SEGMENT_BYTES: Final = 16 * MIB
"""Segments of the topic of markers: only those that are full are compacted, and all of them are read."""

# --- output that waits for its checkpoint --------------------------------------------------------------------------

# --- checkpoints ---------------------------------------------------------------------------------------------------

# --- servers of tests ----------------------------------------------------------------------------------------------
SERVER_START_SECONDS: Final = 60
"""How long a server may take until it answers: Kafka needs five seconds, on a loaded machine several times that."""
SERVER_STOP_SECONDS: Final = 10
"""How long a server may take to end when asked; then it is killed."""
PROXY_CONNECTIONS: Final = 256
"""Connections through a fault proxy; each has two threads."""
