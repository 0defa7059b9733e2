"""Time in which nothing happens is not played look by look.

A settled pair looks every ten seconds, sees what it saw, and decides what it decided.
While nothing that a look could show has changed, such a look is left out; before the
first one that matters the memory is brought to where it would be. The world itself goes
on as ever: clients write, adverts and keepalives are sent, timers run.
"""
