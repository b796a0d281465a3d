"""A certificate authority of one afternoon and a server's certificate from it, made by `openssl`.

What it owns: the files. For 127.0.0.1 and localhost, valid for two days.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from tools.servers.process import program

_KEY: Final = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_NAMES: Final = "subjectAltName=IP:127.0.0.1,DNS:localhost"


class Certificates:
    """Where the files are, once `make` has run.

    Attributes:
        authority: what a client must trust (`tls.ca`).
        certificate: the server's, signed by it.
        key: the server's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority_key = folder / "authority.key"
        self.authority = folder / "authority.pem"
        self.certificate = folder / "certificate.pem"
        self.key = folder / "certificate.key"

    def make(self) -> None:
        """Writes the files."""
        self._openssl("-subj", "/CN=Lightflus tests", "-keyout", self._authority_key, "-out", self.authority)
        signed = ("-CA", self.authority, "-CAkey", self._authority_key, "-addext", _NAMES)
        end = ("-addext", "basicConstraints=critical,CA:FALSE")
        self._openssl("-subj", "/CN=localhost", *signed, *end, "-keyout", self.key, "-out", self.certificate)

    def redis_options(self) -> list[str]:
        """Names and values for redis.conf; clients need no certificate of their own."""
        files = {"cert": self.certificate, "key": self.key, "ca-cert": self.authority}
        named = [word for name, path in files.items() for word in (f"tls-{name}-file", str(path))]
        return [*named, "tls-auth-clients", "no"]

    def mariadb_options(self) -> list[str]:
        """Options of `mariadbd`, which then refuses whoever speaks plainly."""
        files = {"cert": self.certificate, "key": self.key, "ca": self.authority}
        return [*(f"--ssl-{name}={path}" for name, path in files.items()), "--require-secure-transport=ON"]

    def _openssl(self, *arguments: str | Path) -> None:
        command = [program("openssl"), "req", "-x509", "-days", "2", *_KEY, *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True)
