"""Progress of long work on standard error: a bar on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

#: Seconds between two lines where there is no terminal.
EVERY = 10.0


class Progress:
    """Counts records as they are read. ``total`` may become known on the way. Quiet where ``shown`` is false."""

    def __init__(self, title: str, *, shown: bool = True) -> None:
        self._title, self._shown = title, shown
        self._bar: Bar | None = None
        self._done = 0
        self._total: int | None = None
        self._last = time.monotonic()
        if shown and sys.stderr.isatty():
            self._bar = _bar()
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


def _bar() -> Bar:
    """A bar on the terminal, read in only where there is a terminal: a night of crawls has none."""
    from rich import progress  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415

    columns = (
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
    )
    return progress.Progress(*columns, console=Console(stderr=True, highlight=False), transient=True)
