"""hawatch keeps a FreeBSD two-node CARP + HAST + MySQL pair honest."""

__version__ = "0.1.0"
