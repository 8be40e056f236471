"""Who stands behind whom: the network of homes, providers, companies and people, and what can be said of it."""
