"""The only place that knows FreeBSD's words: what is asked, and what the answers mean.

words.py builds command lines, the parse_*.py files turn text into facts and touch
nothing, look.py joins the two through a host; host.py is the machine itself.
"""
