"""Bounds and defaults of a cluster's processes, each with its reason; as `limits.py`, which has those of the engine.

What it owns: how much the control plane carries and keeps, and its times. It imports nothing else of Lightflus.
"""

from __future__ import annotations

from typing import Final

from lightflus.limits import KIB, MIB

# --- control calls -------------------------------------------------------------------------------------------------
CONTROL_CALLS: Final = 256
"""Calls that one process answers at once: each waits on a thread. Agents and followers of logs wait in one each."""
CONTROL_MESSAGE_BYTES: Final = 16 * MIB
"""A message between processes: the wishes for a thousand fragments are half a MiB."""
CONTROL_RECONNECT_MS: Final = 200
"""How soon a lost connection is tried again: agents are back within a fifth of a second of a coordinator's start."""
CONTROL_STOP_SECONDS: Final = 1
"""How long calls may still take once a server ends: those that wait for news would wait for ever."""
FAILURE_TEXT: Final = 2_000
"""Characters of each text of an error that travels: more than a screen."""
FAILURE_PROBLEMS: Final = 50
"""Problems of one error that travel."""
FAILURE_BYTES: Final = 6 * KIB
"""An error that travels: it goes in trailing metadata, of which gRPC takes 8 KiB."""
LEASE_MS: Final = 3_000
"""Without an answer from the coordinator for so long, a worker ends what it runs: then it can run elsewhere."""
RESTART_FIRST_MS: Final = 200
"""The pause before a failed job is started again the first time: its worker is there, its servers may need a moment."""
RESTART_MOST_MS: Final = 30_000
"""The longest pause between two starts: a system that is back is used within half a minute."""
RESTART_CALM_MS: Final = 60_000
"""A job that has run for so long begins anew with its pauses when it fails."""

# --- jobs and workers ----------------------------------------------------------------------------------------------
STATUS_CHANGES: Final = 100
"""Changes of status that a job keeps: a day of a job that restarts every quarter of an hour."""
WORKER_SUBTASKS: Final = 8_192
"""Subtasks of one worker: a thousand small jobs, with room."""
SUBTASK_MEMORY_BYTES: Final = 2 * MIB
"""What a subtask is reckoned with when a job does not say: what a small one takes with its guest and kernel."""
JOB_TASKS: Final = 1_000
"""Tasks of one job: as many as operators of a graph."""
JOB_SUBTASKS: Final = 4_096
"""Subtasks of one job."""
NAME_CHARACTERS: Final = 200
"""Characters of the name of a job, namespace or worker."""
EVENTS_KEPT: Final = 1_000
"""Events of a job that are kept of each kind: statuses, errors and lines of its log."""
EVENTS_SPARE: Final = 100
"""After so many more the oldest are forgotten, all at once."""
REMEMBERED_ANSWERS: Final = 10_000
"""Requests with an idempotency key whose outcome is known: a client tries again within minutes."""
EVENT_TEXT: Final = 4_000
"""Characters of an event: a line of a log that is longer is cut."""
INVITE_SECONDS: Final = 1
"""How often a worker that is known by its address is told where its coordinator is: it may have begun again."""
TICK_MS: Final = 100
"""How often the coordinator looks for leases that have run out and pauses that are over."""
REFUSED_LEASE_MS: Final = 60_000
"""For how long a worker goes on while its coordinator's host answers that nobody listens: time to start a new one."""
HEARTBEAT_WAIT_MS: Final = 1_000
"""How long a heartbeat may wait for news: a worker needs an answer well within its lease."""
HEARTBEAT_EVENTS: Final = 1_000
"""Events of one heartbeat; what is more, its worker says with the next one or drops."""
HEARTBEAT_EVENT_BYTES: Final = 1 * MIB
"""Their bytes, but for the last one's: reports need room in the same message."""
EVENT_BYTES: Final = 32 * KIB
"""One event of a runner: EVENT_TEXT and FAILURE_BYTES, with room for characters of several bytes."""
JOB_EVENTS: Final = 200
"""Events of one job that wait to be told, in a runner and again in its agent: what a second of a job may say. The
oldest go first, and are counted."""
PART_ERRORS: Final = 20
"""Kinds of bad records that a part of a job tells of one by one between two reports, by operator, error and place."""
MODULE_CHUNK_BYTES: Final = 1 * MIB
"""A part of a module in one message."""
JOBS_PAGE: Final = 1_000
"""Jobs of one answer; there is a cursor to the next."""
MODULES_PAGE: Final = 1_000
"""Modules of one answer; there is a cursor to the next."""
MODULES_PAGE_CHARACTERS: Final = 2 * MIB
"""What is said of all modules of one answer: with four bytes for a character it fits into a message."""
EVENTS_AT_ONCE: Final = 100
"""Events that are read from the catalog at a time."""
FOLLOW_SECONDS: Final = 10
"""How often a follower of events looks without being told that there are any."""
TOKEN_BYTES: Final = 16
"""Chance in the token of a generation: nobody guesses it."""
STALL_MS: Final = 1_000
"""A coordinator that could not look for so long has heard nobody: all workers get another lease."""
# --- data between runners ------------------------------------------------------------------------------------------
EXCHANGE_CREDIT: Final = 4
"""Elements that may be on their way to an input in another process: as many as wait in a channel of one."""
FRAME_BYTES: Final = 256 * MIB
"""One frame between runners: twice what a record may take there, since Arrow adds layout. Most have ELEMENT_BYTES."""
GREETING_BYTES: Final = 8 * KIB
"""What a connection begins with: names of NAME_BYTES, as JSON."""
GREETING_SECONDS: Final = 5
"""How long it may take until both sides have said it."""
GREETERS: Final = 256
"""Connections to a runner that have not said yet what they want: of one job each runner makes one."""
PEER_SECONDS: Final = 5
"""How long a runner's host may be silent before it is lost; a host that lives confirms each second."""
KEPT_MODULES: Final = 256
"""Modules that a worker keeps on its disk; the ones not used for longest go first."""
ALONE_SECONDS: Final = 60
"""How long a worker goes on while the coordinator's host says that nobody listens: it is restarted meanwhile."""
RUNNER_NICE: Final = 5
"""How much nicer a runner is than its agent, whose heartbeats keep everything alive: a third of the weight."""
HEAVY_NICE: Final = 10
"""The same of a runner that takes more than its share: a third of the weight of the other runners."""
SHORT_SLICE_US: Final = 100
"""A turn of a thread on the CPU, the shortest that Linux knows: who asks for short turns gets his next one at once
where others ask for longer ones."""
LONG_SLICE_US: Final = 10_000
"""The same for whoever works for long, or takes more than his share: it costs nothing but that others come first."""
SHARE_LOOK_MS: Final = 200
"""How often an agent looks who takes more CPU than his share: it costs some 50 us a runner."""
RUNNER_STOPPED_SECONDS: Final = 2
"""A runner tells each second how its parts stand; one that does not, and was sent SIGSTOP, is ended after so long."""
RUNNER_STUCK_SECONDS: Final = 60
"""And any other: a machine that is busy with much else may keep one waiting for long."""
PARTS_AT_ONCE: Final = 4
"""Parts of jobs that a runner loads at once: more would only take turns, and its loop's among them."""
RUNNER_TIDY_MS: Final = 1_000
"""How long after the end of a part a runner looks for what that has left behind: once for all that end together."""
MEMORY_LOOK_MS: Final = 1_000
"""How often an agent looks what its runners take, and whether they speak."""


# --- the ApiServer -------------------------------------------------------------------------------------------------
API_CALLS: Final = 128
"""Requests that an ApiServer answers at once, streams aside; the next is told to come again."""
API_STREAMS: Final = 64
"""Followers of logs and events at once: each waits in a call to the coordinator (CONTROL_CALLS)."""
API_UPLOADS: Final = 4
"""Modules that are taken and inspected at once: each holds its bytes here and a child in the jail."""
API_BODY_BYTES: Final = 1 * MIB
"""A request in JSON: a job with a thousand bindings has 100 KiB."""
API_BODY_SECONDS: Final = 60
"""How long a request may take to arrive: 16 MiB over 2 Mbit/s."""
API_CALL_SECONDS: Final = 10
"""One call to the coordinator: it answers from memory; what takes longer is away."""
API_PAGE_ITEMS: Final = 100
"""Items of one page of a list, unless asked for fewer or more."""
API_PAGE_MOST_ITEMS: Final = 1_000
"""The most that may be asked for."""
API_EVENTS: Final = 1_000
"""Errors of a job in one answer."""
API_BEAT_SECONDS: Final = 15
"""A quiet stream says so, so that proxies keep it and a client that is gone is noticed."""
API_STOP_SECONDS: Final = 3
"""How long requests may still take once the ApiServer ends."""
API_PROBLEMS: Final = 50
"""Problems of one request that are told."""
DESCRIPTION_BYTES: Final = 8 * MIB
"""What inspecting a module says about it: its graph (GRAPH_BYTES) and a list of what it touches."""
ACCESS_BYTES: Final = 16 * MIB
"""The file of namespaces and hashed tokens: 100,000 of them."""
TOKENS: Final = 1_000
"""Tokens of one namespace."""
NAMESPACES: Final = 10_000
"""Namespaces of a cluster: the file that lists them is read whole."""
IDEMPOTENCY_KEY_BYTES: Final = 128
"""A key by which a repeated request is known: a UUID has 36."""

# --- its clients ---------------------------------------------------------------------------------------------------
CLIENT_CONNECT_SECONDS: Final = 5
"""Until an ApiServer is known to be away."""
CLIENT_ANSWER_SECONDS: Final = 120
"""One answer: a large module is inspected within a minute."""
CLIENT_ANSWER_BYTES: Final = 64 * MIB
"""One answer that a client reads."""
CLIENT_POLL_MS: Final = 300
"""How often `deploy --wait` and `status --watch` look."""
HEALTHCHECK_SECONDS: Final = 3
"""One probe: orchestrators ask every few seconds."""
CLUSTER_START_SECONDS: Final = 60
"""Until all processes of `cluster up` serve: each takes a second or two on a machine that is not busy."""
CLUSTER_LIVED_SECONDS: Final = 10
"""A process of `cluster up` that ends sooner after its start would end again; a later one is started again."""
CLUSTER_STOP_SECONDS: Final = 15
"""Until one of them has ended when it is told to; then it is killed. A job's last flush is within it."""
