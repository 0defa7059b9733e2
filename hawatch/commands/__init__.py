"""One module a command; each has `main(words) -> int` and its own parser."""
