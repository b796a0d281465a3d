"""TLS between runners: both ends show a certificate that the cluster's authority has signed.

What it owns: the contexts, what of TLS we take (1.3 alone), and which side is asked for which name. A stream that is
cut off is no end here: what ends is said in frames. What it leaves: frames, and where streams come from.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import trio

from lightflus.errors import UserError

Stream = trio.SocketStream | trio.SSLStream[trio.SocketStream]
"""Between two runners."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Files of PEM: who signs the others' certificates, this side's own chain, its private key."""

    authority: str
    certificate: str
    key: str


class DataTls:
    """Makes streams of one process secure."""

    def __init__(self, files: TlsFiles) -> None:
        """Reads the files. Raises UserError."""
        self._server = _context(files, ssl.PROTOCOL_TLS_SERVER)
        self._client = _context(files, ssl.PROTOCOL_TLS_CLIENT)

    def accepted(self, stream: trio.SocketStream) -> Stream:
        """The side that listens; the other one has to show a certificate."""
        return trio.SSLStream(stream, self._server, server_side=True, https_compatible=True)

    def called(self, stream: trio.SocketStream, host: str) -> Stream:
        """The side that connects to `host`, whose certificate has to name it."""
        return trio.SSLStream(stream, self._client, server_hostname=host, https_compatible=True)


def _context(files: TlsFiles, protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_verify_locations(files.authority)
        context.load_cert_chain(files.certificate, files.key)
    except (OSError, ssl.SSLError) as error:
        hint = "--tls-authority, --tls-certificate and --tls-key name files of PEM; the key has no password"
        raise UserError(f"TLS cannot be set up: {error}", hint=hint) from error
    return context
