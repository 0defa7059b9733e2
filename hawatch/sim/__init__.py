"""The simulated pair: two FreeBSD nodes on one virtual clock, seeded and repeatable.

The models (carp, hast, storage, services, client) know what FreeBSD does, the text
modules know how its tools say it, and SimHost puts a node behind the same waist as a
real machine. It is the only fake of the project.
"""
