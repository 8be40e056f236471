"""What a person gave that cannot be used: said in one sentence, with no traceback, whichever part found it."""

from __future__ import annotations


class Refusal(Exception):
    """Bad usage, bad input, or a database, disk or source that cannot be used. The message is for the person.

    Whatever is one is shown as its sentence, and the command ends with status 2.
    """
