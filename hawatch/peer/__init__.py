"""What the other node says, as facts with an age; and what this node tells it."""
