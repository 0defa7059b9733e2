"""What outlives a cycle: the lock, the memory, the journal, the outbox and the spool.

This package is imported by the fast path of `hawatch event`: keep it empty.
"""
