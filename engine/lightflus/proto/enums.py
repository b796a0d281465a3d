"""The enumerations of the protocol and of `model`, side by side.

What it owns: one table per enumeration, used in both directions. Any thread.
"""

from __future__ import annotations

from lightflus.model.extract import Emit
from lightflus.model.graph import BadRecords, Delivery, FunctionKind
from lightflus.model.types import Scalar
from lightflus.proto.lightflus.v1 import job_pb2

SCALARS = {job_pb2.Scalar.Value(scalar.name): scalar for scalar in Scalar}
SCALAR_NUMBERS = {scalar: number for number, scalar in SCALARS.items()}

FUNCTION_KINDS = {job_pb2.FunctionKind.Value(f"FUNCTION_KIND_{kind.name}"): kind for kind in FunctionKind}
FUNCTION_KIND_NUMBERS = {kind: number for number, kind in FUNCTION_KINDS.items()}

EMITS = {
    job_pb2.EMIT_UNSPECIFIED: Emit.UPDATES,
    job_pb2.EMIT_UPDATES: Emit.UPDATES,
    job_pb2.EMIT_FINAL: Emit.FINAL,
}
EMIT_NUMBERS = {Emit.UPDATES: job_pb2.EMIT_UPDATES, Emit.FINAL: job_pb2.EMIT_FINAL}

DELIVERIES = {
    job_pb2.DELIVERY_UNSPECIFIED: Delivery.APPEND,
    job_pb2.DELIVERY_APPEND: Delivery.APPEND,
    job_pb2.DELIVERY_UPSERT: Delivery.UPSERT,
}
DELIVERY_NUMBERS = {Delivery.APPEND: job_pb2.DELIVERY_APPEND, Delivery.UPSERT: job_pb2.DELIVERY_UPSERT}

BAD_RECORDS = {
    job_pb2.BAD_RECORDS_UNSPECIFIED: None,
    job_pb2.BAD_RECORDS_FAIL: BadRecords.FAIL,
    job_pb2.BAD_RECORDS_DEAD_LETTER: BadRecords.DEAD_LETTER,
    job_pb2.BAD_RECORDS_DROP: BadRecords.DROP,
}
BAD_RECORDS_NUMBERS = {policy: number for number, policy in BAD_RECORDS.items()}
