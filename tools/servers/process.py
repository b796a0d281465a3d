"""A server as a child process: started, killed, paused, started again on the same port and data, and never left behind.

What it owns: the process, its folder, its log, the wait until it answers. What it leaves: which program, and what an
answer is (`kafka.py`, `redis.py`, `mariadb.py`); how processes share one (`sharing.py`). One thread at a time, no trio.

Servers die with the program that started them, by any signal: where the system can tie a child to the thread that made
it (Linux), children are made on one thread that lives as long as the program.
"""

from __future__ import annotations

import atexit
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from lightflus.errors import ExternalError, ToolMissing
from lightflus.limits import SERVER_START_SECONDS, SERVER_STOP_SECONDS
from tools.servers.ports import HOST, free_port, is_free

_starter = ThreadPoolExecutor(1, thread_name_prefix="servers")
_POLL_SECONDS = 0.05
_LOG_LINES = 40


class ServerFailed(ExternalError):
    """A server did not start, or ended by itself; the message has the end of its log."""


class Server(ABC):
    """One server. Subclasses say what to run and how to ask whether it answers.

    Attributes:
        kind: how the command line and messages call it.
        port: where it listens, the same for its whole life.
        folder: its files: configuration, data, `server.log`; removed by `close`.
    """

    kind: ClassVar[str]

    def __init__(self, *, port: int | None = None) -> None:
        """A server that does not run yet.

        Args:
            port: where it shall listen; None takes a free one.
        """
        self.port = port or free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"lightflus-{self.kind}-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._is_prepared = False
        self._is_lent = False
        self._owner: pwd.struct_passwd | None = None
        atexit.register(self.close)

    def __getstate__(self) -> dict[str, object]:
        """What another process needs to use the server. The copy there is lent: the process is not its own."""
        return {**vars(self), "_process": None, "_is_lent": True}

    # --- what a subclass says

    @abstractmethod
    def _prepare(self) -> None:
        """Writes configuration and empty data into `folder`; called before the first start."""

    @abstractmethod
    def _command(self) -> Sequence[str]:
        """The program that becomes the server, in the foreground."""

    @abstractmethod
    def _ask(self) -> None:
        """Makes a real request; raises whatever its client raises while the server does not answer."""

    # --- what a test does

    @property
    def address(self) -> str:
        """`127.0.0.1:port`."""
        return f"{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """Everything that it wrote to its standard streams, over all starts."""
        return self.folder / "server.log"

    @property
    def pid(self) -> int:
        """Process id. Only while it runs."""
        self._check_own()
        assert self._process is not None, f"{self.kind} does not run"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is there; a paused one is."""
        self._check_own()
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Starts it and waits until it answers a request. On the data of its last life, if it had one.

        Raises:
            ServerFailed: the port is taken, it ended, it did not answer within SERVER_START_SECONDS, or it is lent.
            ToolMissing: the program is not on this machine.
        """
        assert not self.is_running, f"{self.kind} runs already"
        if not self._is_prepared:
            self._prepare()
            self._is_prepared = True
        if not is_free(self.port):
            raise ServerFailed(f"{self.kind} cannot start: port {self.port} is taken", hint="name another port")
        self._process = self._spawn(self._command())
        try:
            self._wait_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """Asks it to end (SIGTERM), and ends it (SIGKILL) if it takes longer than SERVER_STOP_SECONDS."""
        self._check_own()
        if self._process is None:
            return
        self.resume()
        self._process.terminate()
        try:
            self._process.wait(SERVER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """`kill -9`: no goodbye, no flush. `start` brings it back."""
        self._check_own()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """SIGSTOP: its connections stay open and nothing is answered, as behind a network that went silent."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT: it goes on after `pause`."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """Stops it and removes its folder. May be called twice."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        """Starts it."""
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops it and removes its folder."""
        self.close()

    # --- inside

    def _check_own(self) -> None:
        if self._is_lent:
            raise ServerFailed(
                f"this {self.kind} is shared with other tests",
                hint=f"make one of your own, `with {type(self).__name__}()`",
            )

    def _signal(self, number: signal.Signals) -> None:
        self._check_own()
        if self._process is not None:
            self._process.send_signal(number)

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """The process, in a session of its own, so that Ctrl-C reaches only the program that owns it."""
        with self.log.open("ab") as log:
            return _starter.submit(
                subprocess.Popen,
                [*_tied(self._owner), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
            ).result()

    def _run(self, *command: str) -> None:
        """Runs a program that prepares the data."""
        process = self._spawn(command)
        if process.wait(SERVER_START_SECONDS) != 0:
            raise ServerFailed(f"{command[0]} ended with code {process.returncode}:\n{self.log_end()}")

    def _wait_ready(self) -> None:
        try:
            wait_until(self._ask, while_true=lambda: self.is_running)
        except Exception as error:
            reason = f"did not answer within {SERVER_START_SECONDS} s" if self.is_running else "ended while it started"
            raise ServerFailed(f"{self.kind} {reason}: {error}\n{self.log_end()}") from error

    def log_end(self) -> str:
        """The last lines of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-_LOG_LINES:])


def wait_until(ask: Callable[[], object], *, while_true: Callable[[], bool] = lambda: True) -> None:
    """Asks until that does not raise, for SERVER_START_SECONDS and while there is hope; then raises what it raised."""
    deadline = time.monotonic() + SERVER_START_SECONDS
    while True:
        try:
            ask()
        except Exception:
            if time.monotonic() > deadline or not while_true():
                raise
        else:
            return
        time.sleep(_POLL_SECONDS)


def program(name: str) -> str:
    """Where a program is, also when the superuser's folders are not on the path.

    Raises:
        ToolMissing: it is nowhere.
    """
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
    if found is None:
        raise ToolMissing(f"{name} is not on this machine", hint="run tools/setup.sh servers")
    return found


def _tied(owner: pwd.struct_passwd | None) -> list[str]:
    """A prefix that makes the child another user's, and ends it together with us where the system can do that."""
    setpriv = program("setpriv") if owner else shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
    return [*prefix, "--reuid", str(owner.pw_uid), "--regid", str(owner.pw_gid), "--clear-groups"] if owner else prefix
