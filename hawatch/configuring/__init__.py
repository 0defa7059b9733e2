"""From the text of hawatch.toml to a Config, and back: every mistake at once.

text -> tree (reading) -> values, leaf by leaf (conversion, with legal for each text)
-> judged as a whole (relations, and deciding/inequalities). showing and digest go the
other way. `hawatch.config` is the door.
"""
