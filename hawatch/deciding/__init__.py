"""From facts to decisions: pure functions of values, no host, no clock, no files."""
