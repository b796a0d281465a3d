"""What the kit's instances may use: what a shared cluster gives, so that a module that passes runs there."""

from __future__ import annotations

from typing import Final

from lightflus.sandbox.limits import GuestLimits

LIMITS: Final = GuestLimits()
