"""``python -m exercise``: write the invented county's files into a folder, or serve it until stopped."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from exercise.county import AS_AT, FEWEST, MOST, build_county
from exercise.names import NOTICE
from exercise.publish import FORMATS, write_county
from exercise.site import serve


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m exercise", description=NOTICE)
    parser.add_argument("--homes", type=int, default=80, help=f"open care homes, {FEWEST} to {MOST:,} (default 80)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same county (default 7)")
    parser.add_argument("--as-at", type=date.fromisoformat, default=AS_AT, help=f"the files' day (default {AS_AT})")
    parser.add_argument("--months", type=int, default=0, help="months that pass after that day (default 0)")
    parser.add_argument("--out", type=Path, help="write the files into this folder")
    parser.add_argument(
        "--format", action="append", choices=FORMATS, help="form of CQC's monthly files; repeatable (default all)"
    )
    parser.add_argument("--serve", action="store_true", help="serve the county on loopback until stopped")
    parser.add_argument("--port", type=int, default=0, help="port to serve on (default: any that is free)")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns the exit status: 0 done, 2 bad usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.out is None and not options.serve:
        parser.error("say --out FOLDER, --serve, or both")
    try:
        county = build_county(options.homes, options.seed, options.as_at).later(options.months)
    except ValueError as error:
        parser.error(str(error))
    formats = options.format or FORMATS
    if options.out is not None:
        try:
            write_county(county, options.out, formats)
        except OSError as error:
            parser.error(f"cannot write to {options.out}: {error.strerror}")
        print(f"{county.name}: {county.homes:,} homes, {county.beds:,} beds, as at {county.as_at}, in {options.out}")
    if options.serve:
        with serve(county, directory_format=formats[0], port=options.port) as site:
            for name, value in site.settings().items():
                print(f"{name}={value}")
            sys.stdout.flush()
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                print("stopped", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
