"""The seeded fault search: worse luck than a site has in its life, from one number.

A seed draws a pair, its configuration, its clients and hours of faults (draw.py, what
each fault is: episodes.py). The pair is played with the real program on it (play.py),
what must never happen is judged on the world itself (judge.py), and after everything
has been healed the pair has to come to rest, by itself or with what a person is asked
to do (person.py). What fails is cut down to the least that still fails (shrink.py) and
left as a scenario that `hawatch simulate` plays.

For `hawatch prove` (proof.py, page.py) each kind of fault is also played alone
(alone.py, outages.py), and again under each timer halved and doubled (change.py,
sweep.py), by processes that are fed one play after the other (labour.py).
"""
