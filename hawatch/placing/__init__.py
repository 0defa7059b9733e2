"""Putting files where FreeBSD looks for them, and taking them back again."""
