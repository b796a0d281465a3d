"""The options of our connectors and of formats. Made by `make generated` from proto/connectors: change it there."""

from lightflus.model.options import Address, Names, Option, Schema

FILE = Schema('file', Address(main='path'), 'file:book.txt', source=(
    Option('path', names=Names.FILE),
    Option('follow', default='false', choices=('true', 'false')),
    Option('bad', choices=('fail', 'dead-letter', 'drop')),
), sink=(
    Option('path', names=Names.FILE),
    Option('append', default='false', choices=('true', 'false')),
))
FORMAT = Schema('format', Address(), '', source=(
    Option('format'),
    Option('format.delimiter', default=','),
    Option('format.quote', default='"'),
    Option('format.null'),
    Option('format.header', choices=('true', 'false')),
    Option('format.schema', names=Names.FILE),
    Option('format.message'),
    Option('format.registry', names=Names.HOST),
    Option('format.registry.user', names=Names.ACCESS),
    Option('format.registry.password', names=Names.SECRET),
    Option('format.subject'),
    Option('format.uint64'),
    Option('format.deletes', default='bad', choices=('bad', 'skip')),
), sink=(
    Option('format'),
    Option('format.delimiter', default=','),
    Option('format.quote', default='"'),
    Option('format.null'),
    Option('format.header', choices=('true', 'false')),
    Option('format.schema', names=Names.FILE),
    Option('format.message'),
    Option('format.registry', names=Names.HOST),
    Option('format.registry.user', names=Names.ACCESS),
    Option('format.registry.password', names=Names.SECRET),
    Option('format.subject'),
    Option('format.uint64'),
))
GENERATE = Schema('generate', Address(), 'generate:rows=1000000,distinct=10000', source=(
    Option('rows', default='1000', least=0, most=1099511627776),
    Option('seed', default='1', least=0, most=9223372036854775807),
    Option('distinct', default='1000', least=1, most=1000000),
    Option('words', default='8', least=1, most=1000),
    Option('splits', default='1', least=1, most=128),
    Option('rate', default='0', least=0, most=1000000000),
    Option('bad', choices=('fail', 'dead-letter', 'drop')),
), sink=(
))
KAFKA = Schema('kafka', Address(main='topic', hosts='brokers'), 'kafka://localhost:9092/topic', source=(
    Option('brokers', names=Names.HOST),
    Option('topic'),
    Option('group'),
    Option('start', default='auto', choices=('auto', 'earliest', 'latest', 'group', 'timestamp', 'offsets')),
    Option('start.timestamp'),
    Option('start.offsets'),
    Option('start.partial', default='false', choices=('true', 'false')),
    Option('end', default='never', choices=('never', 'latest')),
    Option('isolation', default='read_committed', choices=('read_committed', 'read_uncommitted')),
    Option('tls', default='false', choices=('true', 'false')),
    Option('tls.ca', names=Names.FILE),
    Option('tls.cert', names=Names.FILE),
    Option('tls.key', names=Names.FILE),
    Option('tls.key.password', names=Names.SECRET),
    Option('sasl.mechanism', choices=('PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'), names=Names.ACCESS),
    Option('sasl.user', names=Names.ACCESS),
    Option('sasl.password', names=Names.SECRET),
    Option('bad', choices=('fail', 'dead-letter', 'drop')),
    Option('retry', default='60', least=0, most=86400),
    Option('librdkafka.', properties={'ssl.crl.location': Names.FILE, 'ssl.keystore.location': Names.FILE, 'https.ca.location': Names.FILE, 'sasl.kerberos.keytab': Names.FILE, 'sasl.oauthbearer.assertion.private.key.file': Names.FILE, 'sasl.oauthbearer.assertion.file': Names.FILE, 'sasl.oauthbearer.assertion.jwt.template.file': Names.FILE, 'offset.store.path': Names.FILE, 'sasl.oauthbearer.token.endpoint.url': Names.HOST, 'sasl.oauthbearer.metadata.authentication.type': Names.HOST, 'plugin.library.paths': Names.LIBRARY, 'ssl.engine.location': Names.LIBRARY, 'ssl.engine.id': Names.LIBRARY, 'ssl.providers': Names.LIBRARY, 'sasl.kerberos.kinit.cmd': Names.LIBRARY, 'ssl.key.pem': Names.SECRET, 'ssl.keystore.password': Names.SECRET, 'sasl.oauthbearer.config': Names.SECRET, 'sasl.oauthbearer.client.secret': Names.SECRET, 'sasl.oauthbearer.client.credentials.client.secret': Names.SECRET, 'sasl.oauthbearer.assertion.private.key.pem': Names.SECRET, 'sasl.oauthbearer.assertion.private.key.passphrase': Names.SECRET, 'debug': Names.ACCESS, 'enable.sasl.oauthbearer.unsecure.jwt': Names.ACCESS, 'enable.ssl.certificate.verification': Names.ACCESS, 'https.ca.pem': Names.ACCESS, 'sasl.kerberos.min.time.before.relogin': Names.ACCESS, 'sasl.kerberos.principal': Names.ACCESS, 'sasl.kerberos.service.name': Names.ACCESS, 'sasl.oauthbearer.assertion.algorithm': Names.ACCESS, 'sasl.oauthbearer.assertion.claim.aud': Names.ACCESS, 'sasl.oauthbearer.assertion.claim.exp.seconds': Names.ACCESS, 'sasl.oauthbearer.assertion.claim.iss': Names.ACCESS, 'sasl.oauthbearer.assertion.claim.jti.include': Names.ACCESS, 'sasl.oauthbearer.assertion.claim.nbf.seconds': Names.ACCESS, 'sasl.oauthbearer.assertion.claim.sub': Names.ACCESS, 'sasl.oauthbearer.client.credentials.client.id': Names.ACCESS, 'sasl.oauthbearer.client.id': Names.ACCESS, 'sasl.oauthbearer.extensions': Names.ACCESS, 'sasl.oauthbearer.grant.type': Names.ACCESS, 'sasl.oauthbearer.method': Names.ACCESS, 'sasl.oauthbearer.scope': Names.ACCESS, 'sasl.oauthbearer.sub.claim.name': Names.ACCESS, 'ssl.ca.certificate.stores': Names.ACCESS, 'ssl.ca.pem': Names.ACCESS, 'ssl.certificate.pem': Names.ACCESS, 'ssl.cipher.suites': Names.ACCESS, 'ssl.curves.list': Names.ACCESS, 'ssl.endpoint.identification.algorithm': Names.ACCESS, 'ssl.sigalgs.list': Names.ACCESS, 'acks': Names.NOTHING, 'allow.auto.create.topics': Names.NOTHING, 'api.version.fallback.ms': Names.NOTHING, 'api.version.request': Names.NOTHING, 'api.version.request.timeout.ms': Names.NOTHING, 'auto.commit.enable': Names.NOTHING, 'auto.commit.interval.ms': Names.NOTHING, 'batch.num.messages': Names.NOTHING, 'batch.size': Names.NOTHING, 'broker.address.family': Names.NOTHING, 'broker.address.ttl': Names.NOTHING, 'broker.version.fallback': Names.NOTHING, 'builtin.features': Names.NOTHING, 'check.crcs': Names.NOTHING, 'client.dns.lookup': Names.NOTHING, 'client.id': Names.NOTHING, 'client.rack': Names.NOTHING, 'compression.level': Names.NOTHING, 'connections.max.idle.ms': Names.NOTHING, 'consume.callback.max.messages': Names.NOTHING, 'coordinator.query.interval.ms': Names.NOTHING, 'enable.gapless.guarantee': Names.NOTHING, 'enable.metrics.push': Names.NOTHING, 'enable.random.seed': Names.NOTHING, 'enabled_events': Names.NOTHING, 'fetch.error.backoff.ms': Names.NOTHING, 'fetch.max.bytes': Names.NOTHING, 'fetch.message.max.bytes': Names.NOTHING, 'fetch.min.bytes': Names.NOTHING, 'fetch.queue.backoff.ms': Names.NOTHING, 'fetch.wait.max.ms': Names.NOTHING, 'group.instance.id': Names.NOTHING, 'group.protocol': Names.NOTHING, 'group.protocol.type': Names.NOTHING, 'group.remote.assignor': Names.NOTHING, 'heartbeat.interval.ms': Names.NOTHING, 'linger.ms': Names.NOTHING, 'log.connection.close': Names.NOTHING, 'log.queue': Names.NOTHING, 'log.thread.name': Names.NOTHING, 'log_level': Names.NOTHING, 'max.in.flight': Names.NOTHING, 'max.in.flight.requests.per.connection': Names.NOTHING, 'max.partition.fetch.bytes': Names.NOTHING, 'max.poll.interval.ms': Names.NOTHING, 'max.poll.records': Names.NOTHING, 'message.copy.max.bytes': Names.NOTHING, 'message.max.bytes': Names.NOTHING, 'message.send.max.retries': Names.NOTHING, 'metadata.max.age.ms': Names.NOTHING, 'metadata.recovery.rebootstrap.trigger.ms': Names.NOTHING, 'metadata.recovery.strategy': Names.NOTHING, 'offset.store.method': Names.NOTHING, 'offset.store.sync.interval.ms': Names.NOTHING, 'partition.assignment.strategy': Names.NOTHING, 'partitioner': Names.NOTHING, 'produce.offset.report': Names.NOTHING, 'queue.buffering.backpressure.threshold': Names.NOTHING, 'queue.buffering.max.kbytes': Names.NOTHING, 'queue.buffering.max.messages': Names.NOTHING, 'queue.buffering.max.ms': Names.NOTHING, 'queued.max.messages.kbytes': Names.NOTHING, 'queued.min.messages': Names.NOTHING, 'queuing.strategy': Names.NOTHING, 'receive.message.max.bytes': Names.NOTHING, 'reconnect.backoff.jitter.ms': Names.NOTHING, 'reconnect.backoff.max.ms': Names.NOTHING, 'reconnect.backoff.ms': Names.NOTHING, 'request.required.acks': Names.NOTHING, 'request.timeout.ms': Names.NOTHING, 'retries': Names.NOTHING, 'retry.backoff.max.ms': Names.NOTHING, 'retry.backoff.ms': Names.NOTHING, 'session.timeout.ms': Names.NOTHING, 'share.acknowledgement.mode': Names.NOTHING, 'socket.blocking.max.ms': Names.NOTHING, 'socket.connection.setup.timeout.ms': Names.NOTHING, 'socket.keepalive.enable': Names.NOTHING, 'socket.max.fails': Names.NOTHING, 'socket.nagle.disable': Names.NOTHING, 'socket.receive.buffer.bytes': Names.NOTHING, 'socket.send.buffer.bytes': Names.NOTHING, 'socket.timeout.ms': Names.NOTHING, 'statistics.interval.ms': Names.NOTHING, 'sticky.partitioning.linger.ms': Names.NOTHING, 'topic.blacklist': Names.NOTHING, 'topic.metadata.propagation.max.ms': Names.NOTHING, 'topic.metadata.refresh.fast.cnt': Names.NOTHING, 'topic.metadata.refresh.fast.interval.ms': Names.NOTHING, 'topic.metadata.refresh.interval.ms': Names.NOTHING, 'topic.metadata.refresh.sparse': Names.NOTHING, 'transaction.timeout.ms': Names.NOTHING}, kept={'bootstrap.servers': 'option `brokers`', 'metadata.broker.list': 'option `brokers`', 'group.id': 'option `group`', 'security.protocol': 'options `tls` and `sasl.mechanism`', 'ssl.ca.location': 'option `tls.ca`', 'ssl.certificate.location': 'option `tls.cert`', 'ssl.key.location': 'option `tls.key`', 'ssl.key.password': 'option `tls.key.password`', 'sasl.mechanism': 'option `sasl.mechanism`', 'sasl.mechanisms': 'option `sasl.mechanism`', 'sasl.username': 'option `sasl.user`', 'sasl.password': 'option `sasl.password`', 'auto.offset.reset': 'option `start`', 'enable.partition.eof': 'option `end`', 'compression.type': 'option `compression`', 'compression.codec': 'option `compression`', 'message.timeout.ms': 'option `retry`', 'delivery.timeout.ms': 'option `retry`', 'isolation.level': 'option `isolation`', 'enable.auto.commit': 'nothing: the engine commits what has reached the sinks', 'enable.auto.offset.store': 'nothing: the engine keeps the positions', 'enable.idempotence': 'nothing: it is always on', 'internal.termination.signal': "nothing: signals are the worker's", 'transactional.id': 'nothing: the engine names its transactions', 'delivery.report.only.error': 'nothing: the engine counts deliveries'}),
), sink=(
    Option('brokers', names=Names.HOST),
    Option('topic'),
    Option('tls', default='false', choices=('true', 'false')),
    Option('tls.ca', names=Names.FILE),
    Option('tls.cert', names=Names.FILE),
    Option('tls.key', names=Names.FILE),
    Option('tls.key.password', names=Names.SECRET),
    Option('sasl.mechanism', choices=('PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'), names=Names.ACCESS),
    Option('sasl.user', names=Names.ACCESS),
    Option('sasl.password', names=Names.SECRET),
    Option('compression', default='none', choices=('none', 'gzip', 'snappy', 'lz4', 'zstd')),
    Option('format'),
    Option('retry', default='60', least=0, most=86400),
    Option('librdkafka.', properties={'ssl.crl.location': Names.FILE, 'ssl.keystore.location': Names.FILE, 'https.ca.location': Names.FILE, 'sasl.kerberos.keytab': Names.FILE, 'sasl.oauthbearer.assertion.private.key.file': Names.FILE, 'sasl.oauthbearer.assertion.file': Names.FILE, 'sasl.oauthbearer.assertion.jwt.template.file': Names.FILE, 'offset.store.path': Names.FILE, 'sasl.oauthbearer.token.endpoint.url': Names.HOST, 'sasl.oauthbearer.metadata.authentication.type': Names.HOST, 'plugin.library.paths': Names.LIBRARY, 'ssl.engine.location': Names.LIBRARY, 'ssl.engine.id': Names.LIBRARY, 'ssl.providers': Names.LIBRARY, 'sasl.kerberos.kinit.cmd': Names.LIBRARY, 'ssl.key.pem': Names.SECRET, 'ssl.keystore.password': Names.SECRET, 'sasl.oauthbearer.config': Names.SECRET, 'sasl.oauthbearer.client.secret': Names.SECRET, 'sasl.oauthbearer.client.credentials.client.secret': Names.SECRET, 'sasl.oauthbearer.assertion.private.key.pem': Names.SECRET, 'sasl.oauthbearer.assertion.private.key.passphrase': Names.SECRET, 'debug': Names.ACCESS, 'enable.sasl.oauthbearer.unsecure.jwt': Names.ACCESS, 'enable.ssl.certificate.verification': Names.ACCESS, 'https.ca.pem': Names.ACCESS, 'sasl.kerberos.min.time.before.relogin': Names.ACCESS, 'sasl.kerberos.principal': Names.ACCESS, 'sasl.kerberos.service.name': Names.ACCESS, 'sasl.oauthbearer.assertion.algorithm': Names.ACCESS, 'sasl.oauthbearer.assertion.claim.aud': Names.ACCESS, 'sasl.oauthbearer.assertion.claim.exp.seconds': Names.ACCESS, 'sasl.oauthbearer.assertion.claim.iss': Names.ACCESS, 'sasl.oauthbearer.assertion.claim.jti.include': Names.ACCESS, 'sasl.oauthbearer.assertion.claim.nbf.seconds': Names.ACCESS, 'sasl.oauthbearer.assertion.claim.sub': Names.ACCESS, 'sasl.oauthbearer.client.credentials.client.id': Names.ACCESS, 'sasl.oauthbearer.client.id': Names.ACCESS, 'sasl.oauthbearer.extensions': Names.ACCESS, 'sasl.oauthbearer.grant.type': Names.ACCESS, 'sasl.oauthbearer.method': Names.ACCESS, 'sasl.oauthbearer.scope': Names.ACCESS, 'sasl.oauthbearer.sub.claim.name': Names.ACCESS, 'ssl.ca.certificate.stores': Names.ACCESS, 'ssl.ca.pem': Names.ACCESS, 'ssl.certificate.pem': Names.ACCESS, 'ssl.cipher.suites': Names.ACCESS, 'ssl.curves.list': Names.ACCESS, 'ssl.endpoint.identification.algorithm': Names.ACCESS, 'ssl.sigalgs.list': Names.ACCESS, 'acks': Names.NOTHING, 'allow.auto.create.topics': Names.NOTHING, 'api.version.fallback.ms': Names.NOTHING, 'api.version.request': Names.NOTHING, 'api.version.request.timeout.ms': Names.NOTHING, 'auto.commit.enable': Names.NOTHING, 'auto.commit.interval.ms': Names.NOTHING, 'batch.num.messages': Names.NOTHING, 'batch.size': Names.NOTHING, 'broker.address.family': Names.NOTHING, 'broker.address.ttl': Names.NOTHING, 'broker.version.fallback': Names.NOTHING, 'builtin.features': Names.NOTHING, 'check.crcs': Names.NOTHING, 'client.dns.lookup': Names.NOTHING, 'client.id': Names.NOTHING, 'client.rack': Names.NOTHING, 'compression.level': Names.NOTHING, 'connections.max.idle.ms': Names.NOTHING, 'consume.callback.max.messages': Names.NOTHING, 'coordinator.query.interval.ms': Names.NOTHING, 'enable.gapless.guarantee': Names.NOTHING, 'enable.metrics.push': Names.NOTHING, 'enable.random.seed': Names.NOTHING, 'enabled_events': Names.NOTHING, 'fetch.error.backoff.ms': Names.NOTHING, 'fetch.max.bytes': Names.NOTHING, 'fetch.message.max.bytes': Names.NOTHING, 'fetch.min.bytes': Names.NOTHING, 'fetch.queue.backoff.ms': Names.NOTHING, 'fetch.wait.max.ms': Names.NOTHING, 'group.instance.id': Names.NOTHING, 'group.protocol': Names.NOTHING, 'group.protocol.type': Names.NOTHING, 'group.remote.assignor': Names.NOTHING, 'heartbeat.interval.ms': Names.NOTHING, 'linger.ms': Names.NOTHING, 'log.connection.close': Names.NOTHING, 'log.queue': Names.NOTHING, 'log.thread.name': Names.NOTHING, 'log_level': Names.NOTHING, 'max.in.flight': Names.NOTHING, 'max.in.flight.requests.per.connection': Names.NOTHING, 'max.partition.fetch.bytes': Names.NOTHING, 'max.poll.interval.ms': Names.NOTHING, 'max.poll.records': Names.NOTHING, 'message.copy.max.bytes': Names.NOTHING, 'message.max.bytes': Names.NOTHING, 'message.send.max.retries': Names.NOTHING, 'metadata.max.age.ms': Names.NOTHING, 'metadata.recovery.rebootstrap.trigger.ms': Names.NOTHING, 'metadata.recovery.strategy': Names.NOTHING, 'offset.store.method': Names.NOTHING, 'offset.store.sync.interval.ms': Names.NOTHING, 'partition.assignment.strategy': Names.NOTHING, 'partitioner': Names.NOTHING, 'produce.offset.report': Names.NOTHING, 'queue.buffering.backpressure.threshold': Names.NOTHING, 'queue.buffering.max.kbytes': Names.NOTHING, 'queue.buffering.max.messages': Names.NOTHING, 'queue.buffering.max.ms': Names.NOTHING, 'queued.max.messages.kbytes': Names.NOTHING, 'queued.min.messages': Names.NOTHING, 'queuing.strategy': Names.NOTHING, 'receive.message.max.bytes': Names.NOTHING, 'reconnect.backoff.jitter.ms': Names.NOTHING, 'reconnect.backoff.max.ms': Names.NOTHING, 'reconnect.backoff.ms': Names.NOTHING, 'request.required.acks': Names.NOTHING, 'request.timeout.ms': Names.NOTHING, 'retries': Names.NOTHING, 'retry.backoff.max.ms': Names.NOTHING, 'retry.backoff.ms': Names.NOTHING, 'session.timeout.ms': Names.NOTHING, 'share.acknowledgement.mode': Names.NOTHING, 'socket.blocking.max.ms': Names.NOTHING, 'socket.connection.setup.timeout.ms': Names.NOTHING, 'socket.keepalive.enable': Names.NOTHING, 'socket.max.fails': Names.NOTHING, 'socket.nagle.disable': Names.NOTHING, 'socket.receive.buffer.bytes': Names.NOTHING, 'socket.send.buffer.bytes': Names.NOTHING, 'socket.timeout.ms': Names.NOTHING, 'statistics.interval.ms': Names.NOTHING, 'sticky.partitioning.linger.ms': Names.NOTHING, 'topic.blacklist': Names.NOTHING, 'topic.metadata.propagation.max.ms': Names.NOTHING, 'topic.metadata.refresh.fast.cnt': Names.NOTHING, 'topic.metadata.refresh.fast.interval.ms': Names.NOTHING, 'topic.metadata.refresh.interval.ms': Names.NOTHING, 'topic.metadata.refresh.sparse': Names.NOTHING, 'transaction.timeout.ms': Names.NOTHING}, kept={'bootstrap.servers': 'option `brokers`', 'metadata.broker.list': 'option `brokers`', 'group.id': 'option `group`', 'security.protocol': 'options `tls` and `sasl.mechanism`', 'ssl.ca.location': 'option `tls.ca`', 'ssl.certificate.location': 'option `tls.cert`', 'ssl.key.location': 'option `tls.key`', 'ssl.key.password': 'option `tls.key.password`', 'sasl.mechanism': 'option `sasl.mechanism`', 'sasl.mechanisms': 'option `sasl.mechanism`', 'sasl.username': 'option `sasl.user`', 'sasl.password': 'option `sasl.password`', 'auto.offset.reset': 'option `start`', 'enable.partition.eof': 'option `end`', 'compression.type': 'option `compression`', 'compression.codec': 'option `compression`', 'message.timeout.ms': 'option `retry`', 'delivery.timeout.ms': 'option `retry`', 'isolation.level': 'option `isolation`', 'enable.auto.commit': 'nothing: the engine commits what has reached the sinks', 'enable.auto.offset.store': 'nothing: the engine keeps the positions', 'enable.idempotence': 'nothing: it is always on', 'internal.termination.signal': "nothing: signals are the worker's", 'transactional.id': 'nothing: the engine names its transactions', 'delivery.report.only.error': 'nothing: the engine counts deliveries'}),
))
MYSQL = Schema('mysql', Address(main='database', host='host', port='port', user='user', password='password'), 'mysql://user@localhost:3306/shop?table=counts', source=(
), sink=(
    Option('host', default='localhost', names=Names.HOST),
    Option('port', default='3306', least=1, most=65535, names=Names.ACCESS),
    Option('user', names=Names.ACCESS),
    Option('password', names=Names.SECRET),
    Option('database'),
    Option('tls', default='offered', choices=('true', 'false', 'offered')),
    Option('tls.ca', names=Names.FILE),
    Option('tls.cert', names=Names.FILE),
    Option('tls.key', names=Names.FILE),
    Option('statement'),
    Option('table'),
    Option('key'),
    Option('retry', default='60', least=0, most=86400),
))
REDIS_STREAM = Schema('redis-stream', Address(main='database', host='host', port='port', user='user', password='password'), 'redis-stream://localhost:6379/0?stream=orders', source=(
    Option('host', default='localhost', names=Names.HOST),
    Option('port', default='6379', least=1, most=65535, names=Names.ACCESS),
    Option('user', names=Names.ACCESS),
    Option('password', names=Names.SECRET),
    Option('database', default='0', least=0, most=1000000),
    Option('tls', default='false', choices=('true', 'false')),
    Option('tls.ca', names=Names.FILE),
    Option('cluster', default='false', choices=('true', 'false')),
    Option('retry', default='60', least=0, most=86400),
    Option('stream'),
    Option('group'),
    Option('consumer'),
    Option('start'),
    Option('start.partial', default='false', choices=('true', 'false')),
    Option('end', default='never', choices=('never', 'latest')),
    Option('field'),
    Option('bad', choices=('fail', 'dead-letter', 'drop')),
), sink=(
))
REDIS = Schema('redis', Address(main='database', host='host', port='port', user='user', password='password'), 'redis://localhost:6379/0?hash=counts', source=(
), sink=(
    Option('host', default='localhost', names=Names.HOST),
    Option('port', default='6379', least=1, most=65535, names=Names.ACCESS),
    Option('user', names=Names.ACCESS),
    Option('password', names=Names.SECRET),
    Option('database', default='0', least=0, most=1000000),
    Option('tls', default='false', choices=('true', 'false')),
    Option('tls.ca', names=Names.FILE),
    Option('cluster', default='false', choices=('true', 'false')),
    Option('retry', default='60', least=0, most=86400),
    Option('command', choices=('set', 'hset', 'zadd', 'xadd', 'publish')),
    Option('hash'),
    Option('set'),
    Option('stream'),
    Option('channel'),
    Option('ttl', default='0', least=0, most=10000000000),
    Option('maxlen', default='0', least=0, most=1000000000000),
))
SQLITE = Schema('sqlite', Address(main='path'), 'sqlite:counts.db', source=(
), sink=(
    Option('path', names=Names.FILE),
    Option('table'),
))
STDIN = Schema('stdin', Address(), '', source=(
    Option('bad', choices=('fail', 'dead-letter', 'drop')),
), sink=(
))
STDOUT = Schema('stdout', Address(), '', source=(
), sink=(
    Option('form', default='lines', choices=('lines', 'table')),
))
BLACKHOLE = Schema('blackhole', Address(), '', source=(
), sink=(
))

SCHEMAS = {schema.kind: schema for schema in (FILE, FORMAT, GENERATE, KAFKA, MYSQL, REDIS_STREAM, REDIS, SQLITE, STDIN, STDOUT, BLACKHOLE)}

NAMES = {option.name: option.names for schema in SCHEMAS.values() for option in schema.source + schema.sink} | {
    option.name + name: names
    for schema in SCHEMAS.values()
    for option in schema.source + schema.sink
    for name, names in option.properties.items()
}
