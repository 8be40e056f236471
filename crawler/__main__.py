"""One crawl in a process of its own: the job as a line of JSON on standard input, its outcome on standard output.

Standard input stays open for as long as the crawl is wanted: at its end the process ends too, so that no crawl goes on
that nobody waits for.
"""

from __future__ import annotations

import os
import signal
import sys
from threading import Thread

import msgspec

from crawler.crawl import crawl
from crawler.refresh import Job, Outcome
from register.database import DatabaseProblem, open_database
from register.intake import IntakeProblem


def main() -> int:
    """Crawl, and write the outcome: a report, or a sentence where the database or the disk fails (status 2)."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    Thread(target=_end_with_standard_input, daemon=True).start()
    said = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is a message, and no outcome
    outcome = outcome_of(job)
    try:
        with os.fdopen(said, "wb") as answer:
            answer.write(msgspec.json.encode(outcome))
    except OSError as problem:
        print(f"{job.source}: the outcome cannot be written ({problem.strerror}). {outcome.trouble}", file=sys.stderr)
        return 2
    return 2 if outcome.trouble else 0


def outcome_of(job: Job) -> Outcome:
    """Crawl in this process, once."""
    try:
        return Outcome(crawl(job, open_database(job.database_url)))
    except DatabaseProblem as problem:
        return Outcome(trouble=f"{job.source}: {problem}")
    except IntakeProblem as problem:
        return Outcome(trouble=str(problem))
    except KeyboardInterrupt:
        return Outcome(trouble=f"{job.source}: the crawl was stopped before it had begun; nothing was published.")
    except OSError as problem:
        why = problem.strerror or problem
        return Outcome(trouble=f"{job.source}: the disk failed the crawl ({why}); nothing was published.")


def _end_with_standard_input() -> None:
    """Wait for the end of standard input, which is the end of who started this; then end at once."""
    while os.read(0, 4096):
        pass
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main())
