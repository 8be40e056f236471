"""What went wrong with an answer, in a sentence for the person who reads ``longstop status`` in the morning."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twisted.python.failure import Failure

#: What a refusal means to the person who set the source up.
REFUSALS = {
    401: "the key is missing or wrong (401)",
    403: "access was refused (403): the key may not cover this, or the address may have moved",
    404: "there is nothing at this address (404)",
    429: "too many requests were made, and waiting did not help (429)",
}


def own_error(problem: Exception) -> str:
    """A sentence for an error in Longstop itself: what it was and where, for a report to its makers."""
    frames = extract_tb(problem.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"it met an error in Longstop itself, which please report: {type(problem).__name__}{where}: {problem}"


def why_unanswered(failure: Failure) -> str:
    """A sentence for a request that failed."""
    if failure.check("scrapy.exceptions.IgnoreRequest"):  # type: ignore[no-untyped-call]
        return str(failure.value) or "robots.txt does not allow it"
    kind = failure.type.__name__ if failure.type else "error"
    said = {
        "DNSLookupError": "the host cannot be found",
        "CannotResolveHostError": "the host cannot be found",
        "ConnectionRefusedError": "the server refuses connections",
        "DownloadConnectionRefusedError": "the server refuses connections",
        "DownloadTimeoutError": "the server did not answer in time",
        "TimeoutError": "the server did not answer in time",
        "TCPTimedOutError": "the server did not answer in time",
        "ResponseDataLossError": "the answer was cut short",
        "ResponseFailed": "the answer was cut short",
        "DownloadFailedError": "the answer was cut short",
        "ConnectionLost": "the answer was cut short",
        "ConnectionDone": "the answer was cut short",
        "ConnectionResetError": "the answer was cut short",
        "DownloadCancelledError": "the answer is larger than any file of this source",
        "CancelledError": "the answer is larger than any file of this source",
    }
    return said.get(kind, f"no answer ({kind})")
