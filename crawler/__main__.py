"""One crawl in a process of its own: ``python -m crawler REPORT`` with the job as JSON on standard input."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from crawler.refresh import Job, crawl
from register.database import DatabaseProblem, open_database
from register.intake import IntakeProblem


def main() -> int:
    """Crawl, and write the report; 2 with a sentence where the database or the disk fails."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    try:
        report = crawl(job, open_database(job.database_url))
    except (DatabaseProblem, IntakeProblem) as problem:
        print(f"{job.source}: {problem}", file=sys.stderr)
        return 2
    Path(sys.argv[1]).write_bytes(msgspec.json.encode(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
