"""The bids of Nexmark, as its generator writes them: any of them from a seed and the number of its event.

Owns the rules for bids alone; persons and auctions are counted, not made. A seed gives the same lines on every machine.
Draws are a SplitMix64's (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators").
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from math import floor

MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15
COLD, HOT, POOL = 1 << 63, (1 << 63) + 10_000, (1 << 63) + 20_000
POOL_SIZE = 1 << 20
HOT_CHANNELS = ("Google", "Facebook", "Baidu", "Apple")
EVENTS_PER_EPOCH, BIDS_FROM = 50, 4
SEED, RATE, BEGIN_MS = 42, 10_000, 1_436_918_400_000
POWER: tuple[float, ...] = (1.0, 0.6931471805599453, 0.2402265069591007, 0.055504108664821576, 0.009618129107628477)
POWER += (0.0013333558146428441, 0.00015403530393381606, 1.5252733804059838e-05, 1.3215486790144305e-06)
POWER += (1.0178086009239696e-07, 7.054911620801121e-09, 4.44553827187081e-10, 2.5678435993488196e-11)
POWER += (1.3691488853904124e-12,)
"""Coefficients of 2^f."""
LOG2_OF_A_MILLION = 19.931568569324174


def mix(z: int) -> int:
    """SplitMix64's finalizer."""
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
    return z ^ z >> 31


class Draws:
    """The draws of one event."""

    def __init__(self, event: int) -> None:
        self._state = mix((mix((SEED + STEP) & MASK) + (event + 1) * STEP) & MASK)

    def word(self, draw: int) -> int:
        """64 bits."""
        return mix((self._state + (draw + 1) * STEP) & MASK)

    def below(self, draw: int, limit: int) -> int:
        """A number from 0 on."""
        return (self.word(draw) >> 32) * limit >> 32

    def segment(self, place: int) -> str:
        """Three or four letters; one in thirteen is an underscore."""
        first = 8 + 4 * place
        values = (self.below(draw, 338) for draw in range(first, first + 3 + self.below(place, 2)))
        return "".join("_" if value < 26 else chr(ord("a") + value % 26) for value in values)

    def price(self, draw: int) -> int:
        """100 to 100 million, as many below 10,000 as above."""
        t = (self.word(draw) >> 11) * 2.0**-53 * LOG2_OF_A_MILLION
        whole = floor(t + 0.5)
        power = 0.0
        for coefficient in reversed(POWER):
            power = power * (t - whole) + coefficient
        return floor(power * 100.0 * 2.0**whole + 0.5)


@functools.cache
def pool() -> str:
    """Text that `extra` is cut from: letters, and a backslash now and then."""
    draws = Draws(POOL)
    values = (draws.below(place, 52) for place in range(POOL_SIZE))
    return "".join(chr(ord("a") + (value if value < 26 else 26 - value)) for value in values)


@functools.cache
def channel(number: int) -> tuple[str, str]:
    """The name and address of a channel; those from 10,000 on are hot."""
    draws = Draws(COLD + number)
    places = "/".join(draws.segment(place) for place in range(3))
    url = f"https://www.nexmark.com/{places}/item.htm?query=1"
    if number >= HOT - COLD:
        return HOT_CHANNELS[number - (HOT - COLD)], url
    if draws.below(3, 10) > 0:
        reversed_bits = int(f"{number:032b}"[::-1], 2)
        shown = -(1 << 31) if reversed_bits == 1 << 31 else min(reversed_bits, (1 << 32) - reversed_bits)
        url += f"&channel_id={shown}"
    return f"channel-{number}", url


def bid(event: int) -> str:
    """A line without its end."""
    epoch, draws = event // EVENTS_PER_EPOCH, Draws(event)
    last = 3 * epoch + 2
    low = max(last - 100, 0)
    auction = last // 100 * 100 if draws.below(0, 2) > 0 else low + draws.below(1, last - low + 11)
    active = min(epoch + 1, 1_000)
    cold_bidder = epoch + 1 - active + draws.below(3, active + 10)
    bidder = epoch // 100 * 100 + 1 if draws.below(2, 4) > 0 else cold_bidder
    is_hot = draws.below(5, 2) > 0
    name, url = channel(HOT - COLD + draws.below(6, 4) if is_hot else draws.below(6, 10_000))
    size = 68 - 14 + draws.below(7, 28)
    begin = draws.below(8, POOL_SIZE - size)
    extra = pool()[begin : begin + size].replace("\\", "\\\\")
    time = BEGIN_MS + int(event * (1_000_000.0 / RATE)) // 1_000
    return (
        f'{{"auction":{auction + 1000},"bidder":{bidder + 2000},"price":{draws.price(4)},"channel":"{name}",'
        f'"url":"{url}","dateTime":{time},"extra":"{extra}"}}'
    )


def bids(count: int) -> Iterator[str]:
    """The first ones."""
    events = (event for event in range(2 * count + EVENTS_PER_EPOCH) if event % EVENTS_PER_EPOCH >= BIDS_FROM)
    return (bid(event) for event, _ in zip(events, range(count), strict=False))
