"""Who stands behind whom. Nothing is built here yet: ownership has its own issue."""
