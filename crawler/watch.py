"""Keeps watch over a crawl that goes on in another process: how long it may take, when to stop it, what it says."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic

#: A crawl that is asked to stop abandons its run, or ends a publication that has begun; after so long it is killed.
GRACE = 60.0
#: After so long it is told not to wait for the answers that are on their way.
SOON = 3.0
#: How often a crawl is looked at, in seconds.
_LOOK = 0.2


@dataclass(slots=True)
class Watch:
    """``most``: seconds that a crawl may take; ``stop``: set to end it; ``said``: called with each line that it prints.

    ``grace``: seconds that a crawl which is asked to stop may take over it.
    """

    most: float | None = None
    stop: Event = field(default_factory=Event)
    said: Callable[[str], None] | None = None
    grace: float = GRACE

    def over(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for a process to end; its exit status. One that is stopped publishes nothing it had not begun to."""
        reader = None
        if self.said is not None:
            reader = Thread(target=self._read, args=(process,), daemon=True)
            reader.start()
        begun = monotonic()
        while True:
            with suppress(subprocess.TimeoutExpired):
                status = process.wait(_LOOK)
                break
            if self.stop.is_set() or (self.most is not None and monotonic() - begun > self.most):
                status = self._end(process)
                break
        if reader is not None:
            reader.join(_LOOK)
        return status

    def _end(self, process: subprocess.Popen[bytes]) -> int:
        """Ask a process to stop; ask again, which lets it drop the answers that it waits for; then kill it."""
        for patience in (min(SOON, self.grace), self.grace):
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                return process.wait(patience)
        process.kill()
        return process.wait()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        for line in process.stdout or process.stderr or ():
            words = line.decode(errors="replace").strip()
            if words and self.said is not None:
                self.said(words)
