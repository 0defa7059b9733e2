"""Seeds that once found something, kept for good."""

from __future__ import annotations

KEPT = (
    *(3, 6, 161, 284, 292, 312, 320, 787),
    *(20024, 20094, 20166, 20194, 20209, 30102),
    *(40332, 40420, 40843, 42696, 42800, 44302),
    *(100846, 101300, 101685, 102832, 103682, 104211, 104596, 105325, 107025),
    *(110251, 111106, 111866, 113556, 115379, 115425, 116667, 119781),
    *(120885, 122039, 123639, 124260, 124892, 125073, 125532),
    *(127471, 133045, 137514, 138114, 139339, 144209, 144683, 152192, 154044, 158775),
    *(177608, 196629, 203827),
)
"""They are part of a default run: what was mended has to stay mended."""

FIRST = 1000
"""Seeds of a default run, from 0 on."""

DEFAULT_RUN = (*range(FIRST), *(seed for seed in KEPT if seed >= FIRST))
"""What `hawatch simulate --seeds` plays, and what the tables of the proof speak of."""
