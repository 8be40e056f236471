"""Settings: environment variables ``LONGSTOP_…``, or the same keys in a ``longstop.toml`` in the working directory.

The environment goes before the file, the file before the default. ``effective`` lists every value with where it
came from; keys are masked.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_dir
from pydantic import PrivateAttr, ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "LONGSTOP_"
FILE = "longstop.toml"

#: Sources that a URL or key may be set for, in capitals as in the variable's name.
SOURCES = (
    "CQC_API",
    "CQC_DIRECTORY",
    "CARE_INSPECTORATE",
    "CIW",
    "RQIA",
    "COMPANIES_HOUSE",
    "COMPANIES_HOUSE_STREAM",
    "COMPANIES_HOUSE_BULK",
    "COMPANIES_HOUSE_ACCOUNTS",
    "HMLR",
    "GAZETTE",
    "CHARITY_COMMISSION",
    "ONS_BOUNDARIES",
)


class SettingsProblem(ValueError):
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


class Settings(BaseSettings):
    """Effective settings. Made with ``read_settings``; fields left out of environment and file take the default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", env_ignore_empty=True)

    database_url: str = ""
    data_dir: Path = Path(user_data_dir("longstop", appauthor=False))
    osrm_url: str | None = None
    smtp_url: str | None = None
    mail_from: str | None = None
    mail_to: str | None = None

    _file: dict[str, str] = PrivateAttr(default_factory=dict)
    _environment: dict[str, str] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then ``longstop.toml`` in the working directory."""
        read = _read_file(Path.cwd() / FILE)
        fields = {name: read[PREFIX + name.upper()] for name in cls.model_fields if PREFIX + name.upper() in read}
        in_file: dict[str, Any] = dict(fields)
        return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=in_file)

    def model_post_init(self, context: object, /) -> None:
        """Fill in the database's default address, which depends on the data directory."""
        self._file = _read_file(Path.cwd() / FILE)
        self._environment = {key.upper(): value for key, value in os.environ.items() if value}
        self.data_dir = self.data_dir.expanduser().absolute()
        if not self.database_url:
            self.database_url = f"sqlite:///{(self.data_dir / 'longstop.db').as_posix()}"

    def _look_up(self, name: str) -> tuple[str | None, str]:
        """A variable's value and where it came from."""
        if value := self._environment.get(name):
            return value, "environment"
        if value := self._file.get(name):
            return value, FILE
        return None, "default"

    def source_url(self, name: str) -> str | None:
        """The base address set for a source (``cqc_api``), ``None`` for the publisher's own."""
        value, _ = self._look_up(f"{PREFIX}{name.upper()}_URL")
        return value.rstrip("/") if value else None

    def source_key(self, name: str) -> str | None:
        """The key set for a source, ``None`` where there is none: such a source is "not configured"."""
        return self._look_up(f"{PREFIX}{name.upper()}_KEY")[0]

    @property
    def spool_dir(self) -> Path:
        """Where runs are staged until they are published."""
        return self.data_dir / "staged"

    def effective(self) -> tuple[Setting, ...]:
        """Every effective value and where it came from, in a stated order, secrets masked."""
        shown = []
        values: Mapping[str, str | None] = {
            "DATABASE_URL": mask_url(self.database_url),
            "DATA_DIR": str(self.data_dir),
            "OSRM_URL": mask_url(self.osrm_url) if self.osrm_url else None,
            "SMTP_URL": mask_url(self.smtp_url) if self.smtp_url else None,
            "MAIL_FROM": self.mail_from,
            "MAIL_TO": self.mail_to,
        }
        for name, value in values.items():
            shown.append(Setting(PREFIX + name, value, self._look_up(PREFIX + name)[1]))
        for source in SOURCES:
            address, origin = self._look_up(f"{PREFIX}{source}_URL")
            shown.append(Setting(f"{PREFIX}{source}_URL", mask_url(address) if address else None, origin))
            key, origin = self._look_up(f"{PREFIX}{source}_KEY")
            shown.append(Setting(f"{PREFIX}{source}_KEY", mask(key) if key else None, origin))
        return tuple(shown)


def read_settings() -> Settings:
    """The settings of this process. Raises SettingsProblem, in one sentence, for a value that cannot be used."""
    try:
        return Settings()
    except ValidationError as problem:
        first = problem.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsProblem(f"{name}: {first['msg']}.") from None


def mask(secret: str) -> str:
    """A secret as it may be shown: its last two characters at most, and none of a short one."""
    return "*" * 6 + (secret[-2:] if len(secret) > 12 else "")


def mask_url(address: str) -> str:
    """An address with its password, if any, masked."""
    try:
        return make_url(address).render_as_string(hide_password=True)
    except ArgumentError:
        return address
