"""`python -m hawatch` is the command line."""

from __future__ import annotations

import sys

from hawatch.cli import main

sys.exit(main())
