"""The register: what is known of homes, since when, and from whom."""
