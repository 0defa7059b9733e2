"""The traps of the platform: pure rules over a Machine, each with its remedy."""
