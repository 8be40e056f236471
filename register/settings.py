"""Settings: environment variables ``LONGSTOP_…``, or the same keys in a ``longstop.toml`` in the working directory.

The environment goes before the file, the file before the default. ``effective`` lists every value with where it
came from; keys are masked.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from platformdirs import user_data_dir
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from register.refusal import Refusal

PREFIX = "LONGSTOP_"
FILE = "longstop.toml"


class SettingsProblem(Refusal, ValueError):
    """A setting, or the file of settings, that cannot be used. The message names it and what was expected."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One effective value, masked where it is secret, and where it came from: environment, file or default."""

    name: str
    value: str | None
    origin: str


def _read_file(path: Path) -> dict[str, str]:
    """The file's keys as variable names (``database_url`` and ``LONGSTOP_DATABASE_URL`` are one). SettingsProblem."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as problem:
        raise SettingsProblem(f"cannot read {path.name}: {problem.strerror}.") from None
    try:
        keys = tomllib.loads(text.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SettingsProblem(f"cannot read {path.name}: it is not valid TOML ({problem}).") from None
    read: dict[str, str] = {}
    for key, value in keys.items():
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise SettingsProblem(f'{path.name}: "{key}" must be text in quotes.')
        name = key.upper() if key.upper().startswith(PREFIX) else PREFIX + key.upper()
        read[name] = str(value)
    return read


@dataclass(frozen=True, slots=True)
class Settings:
    """Effective settings. Made with ``read_settings``; what neither environment nor file sets takes its default."""

    database_url: str
    data_dir: Path
    osrm_url: str | None
    smtp_url: str | None
    mail_from: str | None
    mail_to: str | None
    _environment: Mapping[str, str] = field(repr=False)
    _file: Mapping[str, str] = field(repr=False)

    def source_url(self, name: str) -> str | None:
        """The base address set for a source (``cqc_api``), ``None`` for the publisher's own."""
        value = self._setting(f"{name}_URL").value
        return value.rstrip("/") if value else None

    def source_key(self, name: str) -> str | None:
        """The key set for a source, ``None`` where there is none: such a source is "not configured"."""
        return self._setting(f"{name}_KEY").value

    def said(self, name: str) -> str | None:
        """Any other setting, by its name without the prefix: ``contact``; None where it is not set."""
        return self._setting(name).value

    def whole_number(self, name: str) -> int | None:
        """A setting that is a whole number above nought. Raises SettingsProblem where it is another thing."""
        value = self.said(name)
        if value is not None and not (value.isdecimal() and value.isascii() and int(value)):
            raise SettingsProblem(f"{PREFIX}{name.upper()}: {value!r} is no whole number above 0.")
        return int(value) if value else None

    @property
    def spool_dir(self) -> Path:
        """Where runs are staged until they are published."""
        return self.data_dir / "staged"

    def effective(self, sources: Iterable[str] = ()) -> tuple[Setting, ...]:
        """Every effective value and where it came from, in a stated order, secrets masked; then those of sources."""
        values = {
            "DATABASE_URL": mask_url(self.database_url),
            "DATA_DIR": str(self.data_dir),
            "OSRM_URL": mask_url(self.osrm_url) if self.osrm_url else None,
            "SMTP_URL": mask_url(self.smtp_url) if self.smtp_url else None,
            "MAIL_FROM": self.mail_from,
            "MAIL_TO": self.mail_to,
            "CONTACT": self.said("contact"),
        }
        shown = [replace(self._setting(name), value=value) for name, value in values.items()]
        for source in sources:
            address, key = self._setting(f"{source}_URL"), self._setting(f"{source}_KEY")
            shown.append(replace(address, value=mask_url(address.value) if address.value else None))
            shown.append(replace(key, value=mask(key.value) if key.value else None))
            more = [self._setting(f"{source}_{what}") for what in ("RATE", "TIMEOUT", "PARTNER_CODE")]
            shown += [one for one in more if one.value is not None]
        return tuple(shown)

    def _setting(self, name: str) -> Setting:
        """A variable as it was set, by its name without the prefix, in capitals or not."""
        name = PREFIX + name.upper()
        if value := self._environment.get(name):
            return Setting(name, value, "environment")
        if value := self._file.get(name):
            return Setting(name, value, FILE)
        return Setting(name, None, "default")


def read_settings() -> Settings:
    """The settings of this process. SettingsProblem, in one sentence, where one cannot be used."""
    file = _read_file(Path.cwd() / FILE)
    environment = {name.upper(): value for name, value in os.environ.items() if value}
    found = {name.removeprefix(PREFIX).lower(): value for name, value in (file | environment).items() if value}
    try:
        data_dir = Path(found.get("data_dir") or user_data_dir("longstop", appauthor=False)).expanduser().absolute()
    except RuntimeError as problem:
        raise SettingsProblem(f"{PREFIX}DATA_DIR: {problem}") from None
    return Settings(
        database_url=found.get("database_url") or f"sqlite:///{(data_dir / 'longstop.db').as_posix()}",
        data_dir=data_dir,
        osrm_url=found.get("osrm_url"),
        smtp_url=found.get("smtp_url"),
        mail_from=found.get("mail_from"),
        mail_to=found.get("mail_to"),
        _environment=environment,
        _file=file,
    )


def mask(secret: str) -> str:
    """A secret as it may be shown: its last two characters at most, and none of a short one."""
    return "*" * 6 + (secret[-2:] if len(secret) > 12 else "")


def mask_url(address: str) -> str:
    """An address with its password, if any, masked."""
    try:
        return make_url(address).render_as_string(hide_password=True)
    except ArgumentError:
        return address
