"""The peer: JSON -> filter -> project -> Kafka in quixstreams, as its documentation writes it.

Runs in an environment of its own (see `bench/kafka`): `python quixstreams_purchases.py BROKER INPUT OUTPUT COUNT`.
Says how much CPU its process used from the start of the application to its end.
"""

import json
import logging
import resource
import sys

from quixstreams import Application

broker, source, target, count = sys.argv[1:5]
logging.disable(logging.INFO)


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


begin = cpu_seconds()
app = Application(
    broker_address=broker,
    consumer_group=f"quix-{target}",
    auto_offset_reset="earliest",
    auto_create_topics=False,
    loglevel="ERROR",
)
actions = app.dataframe(app.topic(source, value_deserializer="json"))
purchases = actions[actions["action"] == "buy"].apply(lambda a: {"user": a["user"], "amount": a["amount"]})
purchases.to_topic(app.topic(target, value_serializer="json"), key=lambda p: p["user"])
app.run(count=int(count), timeout=60)
print(json.dumps({"cpu": cpu_seconds() - begin}))
