"""The web pages. None are built yet: they have their own issue."""
