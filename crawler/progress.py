"""Progress of long work on standard error: a bar on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

#: Seconds between two lines where there is no terminal.
EVERY = 10.0


class Progress:
    """Counts records as they are read. ``total`` may become known on the way. Quiet where ``shown`` is false."""

    def __init__(self, title: str, *, shown: bool = True) -> None:
        self._title, self._shown = title, shown
        self._console = Console(stderr=True, highlight=False)
        self._bar: Bar | None = None
        self._done = 0
        self._total: int | None = None
        self._last = time.monotonic()
        if shown and self._console.is_terminal:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self._bar = Bar(*columns, TimeRemainingColumn(), console=self._console, transient=True)
            self._task = self._bar.add_task(title, total=None)

    def expect(self, more: int) -> None:
        """That many more records are to come."""
        self._total = (self._total or 0) + more
        if self._bar is not None:
            self._bar.update(self._task, total=self._total)

    def advance(self) -> None:
        """One record more."""
        self._done += 1
        if self._bar is not None:
            self._bar.advance(self._task)
        elif self._shown and self._done % 256 == 0 and time.monotonic() - self._last >= EVERY:
            self._last = time.monotonic()
            of = f" of {self._total:,}" if self._total else ""
            print(f"{self._title}: {self._done:,}{of} records", file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop showing; without a terminal, say how many there were."""
        if self._bar is not None:
            self._bar.stop()
        elif self._shown and self._done:
            print(f"{self._title}: {self._done:,} records read", file=sys.stderr, flush=True)
