"""Open data in: what others publish of who owns what, checked, as a network that the same questions are asked of."""
