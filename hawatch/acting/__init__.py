"""Act: perform a plan step by step, verify each by a new look, stop at the first doubt.

The only part that changes a machine. A step's command is a hint; its goal is read back.
"""
