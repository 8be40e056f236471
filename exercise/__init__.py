"""An invented county in the regulators' own file formats, and a loopback site that serves it as the real ones do."""

from exercise.capacity import write_residents, write_vacancies
from exercise.county import County, build_county
from exercise.publish import write_county
from exercise.site import Fault, Site, serve

__all__ = ["County", "Fault", "Site", "build_county", "serve", "write_county", "write_residents", "write_vacancies"]
