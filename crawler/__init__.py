"""The crawler asks politely, reads exactly, and changes nobody's words."""
