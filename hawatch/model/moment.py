"""When something was seen: wall clock for people, monotonic clock for arithmetic."""

from __future__ import annotations

import msgspec


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a node's clocks.

    wall: seconds since 1970, for people; it may step [FACTS H24].
    monotonic: seconds of an arbitrary origin that never step, valid within one boot.
    boot: an id that changes at each boot; readings of two boots never compare.
    """

    wall: float
    monotonic: float
    boot: str

    def seconds_since(self, earlier: Moment) -> float:
        """Return the seconds from an earlier moment to this one.

        Within one boot this is monotonic time; across a boot only the wall clock is
        left, and a negative difference (a stepped clock) counts as zero.
        """
        if self.boot == earlier.boot:
            return max(0.0, self.monotonic - earlier.monotonic)
        return max(0.0, self.wall - earlier.wall)
