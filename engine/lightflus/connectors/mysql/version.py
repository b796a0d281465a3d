"""What a server's version says about what it knows.

What it owns: reading the text that a server calls itself. Pure.
"""

from __future__ import annotations


def is_mysql_since(version: str, since: tuple[int, int, int]) -> bool:
    """Whether it is a MySQL of that version or a newer one; False for a MariaDB, which counts for itself.

    Args:
        version: `8.4.2`, `9.7.4-2`, `10.11.19-MariaDB-0+deb12u1`.
        since: the first version that counts.
    """
    numbers = version.partition("-")[0].split(".")
    is_mysql = "mariadb" not in version.lower() and all(number.isdigit() for number in numbers)
    return is_mysql and tuple(map(int, numbers)) >= since
