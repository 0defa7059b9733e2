"""From check files to findings: collect, bind, isolate, judge.

collect finds and reads files without running them, scan tells which checks they hold,
facts binds their arguments, bulkhead runs each file in a child of its own, judge turns
what happened into a verdict, and engine is the door to all of it.
"""
