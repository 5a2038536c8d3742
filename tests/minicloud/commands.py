"""Short-lived commands, several at once, none left behind."""

from collections import abc
import contextlib
import os
import pathlib
import subprocess
import threading

from tests.minicloud import layout


class Runner:
    """Runs commands to their end; stop() ends those under way.

    :param log: gets what the commands say.
    """

    def __init__(self, log: pathlib.Path) -> None:
        self._log = log
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(
        self,
        *command: str | os.PathLike[str],
        env: abc.Mapping[str, str] | None = None,
    ) -> None:
        """Run the command and wait for it.

        :raises MinicloudError: when it fails, naming the log.
        """
        self._log.parent.mkdir(parents=True, exist_ok=True)
        words = [os.fspath(word) for word in command]
        with self._log.open('ab') as log:
            log.write(f'$ {" ".join(words)}\n'.encode())
            log.flush()
            process = self._start(words, env, log)
            code = process.wait()
        with self._lock:
            self._running.discard(process)
        if code:
            raise layout.MinicloudError(
                f'{" ".join(words[:4])} ... exited with {code}: '
                f'see {self._log}'
            )

    def _start(self, words, env, log):
        with self._lock:
            if self._stopped:
                raise layout.MinicloudError('interrupted')
            process = subprocess.Popen(
                words,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            self._running.add(process)
        return process

    def stop(self) -> None:
        """End what is running, and let nothing start any more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                with contextlib.suppress(ProcessLookupError):
                    # its whole session: uv and others have children
                    os.killpg(process.pid, 9)
