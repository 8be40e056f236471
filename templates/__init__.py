"""The report pages: Jinja2, typst and CSS, read with importlib.resources so that they work from a wheel."""
