"""The nouns: enumerations and frozen structs that every other part passes around.

Nothing here asks a machine, decides or writes; the modules import each other in one
direction only: fact, then the kinds of facts, then what is made of them.
"""
