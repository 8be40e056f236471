"""An invented county in the regulators' own file formats, and a loopback site that serves it as the real ones do."""
