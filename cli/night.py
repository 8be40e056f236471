"""What one night does: each source in turn, then the tracing of landlords and the digest of what has changed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import Any, TextIO

from cli.loading import crawl_source, run_document
from cli.session import now
from crawler.nightly import ready
from crawler.refresh import CrawlFailed, NotConfigured
from crawler.source import SOURCES, SourceProblem
from crawler.terms import NotAccepted
from crawler.watch import Watch
from register.database import DatabaseProblem, open_database
from register.intake import IntakeProblem
from register.mail import MailProblem, post_of
from register.matching.tracing import is_traced
from register.settings import Settings
from register.spool import KEPT_ASIDE
from register.status import first_learnt, holds_titles

#: Seconds that the tracing of landlords and the digest may take, each.
MOST_SECONDS = 3 * 3600.0
#: Days for which what was staged by a run that was kept aside lies beside the spools.
KEPT_ASIDE_DAYS = 30
#: Run when every source has had its turn: a command's words, and the source that it waits for.
TRACE, DIGEST = "trace", "changes"


@dataclass(slots=True)
class Log:
    """Events on a stream: lines of words, or with ``as_json`` one JSON object a line with ``time`` and ``event``."""

    stream: TextIO
    as_json: bool = False

    def tell(self, event: str, **facts: Any) -> None:
        """Write one event at once. ``message`` is its sentence; other facts stand in the JSON alone."""
        moment = now()[0].replace(microsecond=0)
        if self.as_json:
            line = json.dumps({"time": moment.isoformat(), "event": event, **facts}, ensure_ascii=False)
        else:
            about = f"{facts['source']}: " if "source" in facts else ""
            line = f"{moment:%Y-%m-%d %H:%M:%S} UTC {event}: {about}{facts.get('message', '')}".rstrip(": ")
        print(line, file=self.stream, flush=True)


@dataclass(slots=True)
class Night:
    """The turns of a night. ``stop`` is set to end it: the crawl that goes on abandons its run, or publishes it whole.

    ``today`` (none: the day in London) is for trying out; ``troubles`` gathers a sentence for each turn gone wrong;
    ``tries`` counts the turns of sources whose runs came to nothing.
    """

    settings: Settings
    log: Log
    stop: Event = field(default_factory=Event)
    full: bool = False
    today: date | None = None
    troubles: list[str] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)

    def whole(self) -> bool:
        """Every source that is configured, in order, and what follows; true where nothing went wrong."""
        names, lacking = ready(self.settings)
        for name, sentence in lacking.items():
            self.log.tell("not configured", source=name, message=sentence.partition(": ")[2])
        for name in names:
            if self.stop.is_set():
                return False
            self.source(name)
        self.afterwards()
        return not self.troubles

    def source(self, name: str) -> bool:
        """One source's turn. Its trouble is told, and never stops the others.

        False where nothing was made of what it says, because it could not be had or could not be kept.
        """
        watch = Watch(most=SOURCES[name].schedule.most_hours * 3600.0, stop=self.stop)
        if self.log.as_json:
            watch.said = lambda line: self.log.tell("progress", source=name, message=line)
        self.log.tell("begun", source=name)
        try:
            report = crawl_source(name, self.settings, full=self.full, today=self.today, watch=watch)
        except (NotConfigured, NotAccepted) as problem:
            self.log.tell("not configured", source=name, message=str(problem).removeprefix(f"{name}: "))
            return True
        except (CrawlFailed, SourceProblem, IntakeProblem, DatabaseProblem) as problem:
            self._trouble(name, str(problem))
        except OSError as problem:
            self._trouble(name, f"{name}: {problem.filename or 'the disk'}: {problem.strerror or problem}")
        else:
            facts = run_document(report)
            facts.pop("source")
            said = [*report.reasons, *report.notes, *report.nothing_new]
            self.log.tell(report.state, source=name, message=" ".join(said), changed=report.changed, **facts)
            if report.state != "published" or report.notes:
                self.troubles.append(f"{name} {report.state}: {' '.join([*report.reasons, *report.notes])}")
            if report.state == "abandoned":
                return False
            self.tries.pop(name, None)
            return True
        return False

    def afterwards(self) -> None:
        """When the sources have had their turns: trace the landlords, say what has changed, tidy up."""
        yesterday = (self.today or now()[1]) - timedelta(days=1)
        try:
            engine = open_database(self.settings)
            titles, first = holds_titles(engine), first_learnt(engine)
            traced = titles and is_traced(engine)
            engine.dispose()
        except DatabaseProblem as problem:
            self._trouble(DIGEST, str(problem))
            return
        if traced:
            self.log.tell("skipped", source=TRACE, message="nothing has changed since the landlords were last traced")
        elif titles:
            self._command(TRACE, [TRACE])
        if first is None or first.date() > yesterday:
            self.log.tell("skipped", source=DIGEST, message=f"nothing was known by the end of {yesterday}")
        else:
            self._digest(yesterday)
        self._tidy()

    def _digest(self, since: date) -> None:
        """Write what has changed since the end of a day as pages, text and feed; mail it, where mail is configured."""
        folder = self.settings.data_dir / "changes"
        words = [DIGEST, "--learnt-since", since.isoformat()]
        for option, name in (("--html", "changes.html"), ("--text", "changes.txt"), ("--atom", "changes.atom")):
            words += [option, str(folder / name)]
        try:
            mail = ["--mail"] if post_of(self.settings) is not None else []
        except MailProblem as problem:
            self._trouble(DIGEST, str(problem))
            mail = []
        self._command(DIGEST, words + mail)

    def _trouble(self, name: str, sentence: str) -> None:
        self.troubles.append(sentence)
        self.log.tell("failed", source=name, message=sentence.removeprefix(f"{name}: "))

    def _command(self, name: str, words: list[str]) -> None:
        """One of our own commands in a process of its own; 1 is "done, but something is missing", 2 "refused".

        Tracing refuses where there is nothing to trace, or its libraries are not installed: that is no trouble.
        """
        if self.stop.is_set():
            return
        command = [sys.executable, "-c", "from cli.main import run; run()", *words]
        said: list[str] = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            try:
                status = Watch(most=MOST_SECONDS, stop=self.stop, said=said.append).over(process)
            finally:
                process.kill()
        if self.stop.is_set():
            return
        last = " ".join(line for line in said if line.startswith("longstop: ")) or (said[-1] if said else "")
        if status in (0, 1):
            self.log.tell("done", source=name, status=status, message=last if status else "")
        elif status == 2 and name == TRACE:
            self.log.tell("skipped", source=name, message=last)
        else:
            self._trouble(name, f"{name}: ended with status {status}. {last}".strip())

    def _tidy(self) -> None:
        """Remove what was staged by runs that were kept aside long ago: nobody has looked at it since."""
        oldest = time.time() - KEPT_ASIDE_DAYS * 86400
        for path in sorted(self.settings.spool_dir.glob(KEPT_ASIDE)):
            _remove_if_older(path, oldest)


def _remove_if_older(path: Path, oldest: float) -> None:
    try:
        if path.stat().st_mtime < oldest:
            path.unlink()
    except OSError:
        return  # somebody else has, or the next night will
