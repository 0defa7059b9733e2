"""From waiting messages to people: whom to tell, when, in which words, how often.

Everything here but the sending itself; hawatch.notify does that in its own process.
"""
