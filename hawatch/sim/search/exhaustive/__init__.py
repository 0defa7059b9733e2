"""The abstract pair, explored breadth first through the same rules and planner.

Seconds, bytes and texts are left out; what is left is who is up, who has the VIP, each
role, mount and process, who hears whom, which copy has every acknowledged row, what is
latched, and how much of a plan is still to be done. From each state every look, every
step, every election, every accident and every cut of an agent is tried. A look builds a
Situation from the abstract state and asks `decide`, so the rules are the real ones.
"""
