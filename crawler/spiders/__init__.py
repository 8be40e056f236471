"""One module a source: the requests, and pure functions from what comes to records."""
