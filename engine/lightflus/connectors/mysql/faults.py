"""What the server's error codes mean for a sink: try again, the record is bad, or an option has to be changed.

What it owns: the codes of MySQL and MariaDB that are told apart, and the way out for each. Pure.
What it leaves: catching the driver's exceptions (`client.py`), trying again and finding the record (`writer.py`).
Sources: "Server Error Message Reference" and "Client Error Message Reference" of MySQL's manual, "MariaDB Error Codes".
"""

from __future__ import annotations

from enum import Enum


class Fault(Enum):
    """What to do about an error."""

    AWAY = "away"
    """The server cannot be reached, or the connection is lost: connect and try again."""
    BUSY = "busy"
    """Other transactions are in the way: roll back and try again."""
    RECORD = "record"
    """A value does not go into its column: without that record the rest can be written."""
    LARGE = "large"
    """More than the server takes at once: try with fewer rows."""
    OTHER = "other"
    """Everything else: nothing helps but a person."""


ACCESS_DENIED = 1045
DUPLICATE = 1062
TOO_LARGE = 1153
UNKNOWN_HOST = 2005
NOT_SPEAKING = -1
"""Ours: what answers is no MySQL server."""
NOT_AVAILABLE = -2
"""Ours: the driver lacks something for this way of logging in."""
TLS_FAILED = 2026
_REFUSES = 2003
_NO_ROWS_IN = 1471
"""A view that sums up, or has no column for them."""

_AWAY = frozenset({
    0, 2002, _REFUSES, UNKNOWN_HOST, 2006, 2013, 2014, 2027, 2055,  # the client's: no server, connection lost
    1040, 1203, 1226,  # too many connections
    1053, 1077, 1079, 1927, 3032, 3169, 4031,  # shutting down, killed, offline for a while, closed for idleness
    1158, 1159, 1160, 1161, 1184,  # the network between
    1290, 1792, 1836,  # read-only for now: a replica that is being made the primary
})  # fmt: skip
_BUSY = frozenset({1205, 1213, 1317, 1412, 1637, 1969, 3024, 3058, 3101, 3572})
"""Lock wait timeout, deadlock, interrupted or too slow, the table was altered meanwhile, conflicts of clusters."""
_RECORD = frozenset({
    1048, DUPLICATE, 1169, 1216, 1217, 1451, 1452, 1557, 1586, 1761, 1762,  # null, duplicate, foreign keys
    1264, 1265, 1292, 1365, 1366, 1367, 1406, 1411, 1441, 1525, 1690,  # range, length, dates, characters
    1644, 3140, 3156, 3157, 3819, 3854, 4025, 4078,  # SIGNAL in a trigger, JSON, CHECK constraints
    1369, 1416, 1526, 1591, 1748, 3037, 3055,  # CHECK OPTION of a view, no partition for it, geometry
})  # fmt: skip
_LARGE = frozenset({TOO_LARGE, 1301, 1436})

_HINTS = {
    ACCESS_DENIED: "change the options `user` and `password`",
    1698: "change the options `user` and `password`; that user may log in without a password only",
    1820: "give that user a new password on the server, then change the option `password`",
    1862: "give that user a new password on the server, then change the option `password`",
    3118: "have the account be unlocked, or change the option `user`",
    3955: "change the option `password`, and have the account be unlocked",
    4151: "have the account be unlocked, or change the option `user`",
    3032: "wait until the server is online again, or change the option `host`",
    1044: "change the option `database`, or have the user be granted rights on it",
    1049: "change the option `database`",
    1130: "change the option `host`, or have that user be allowed in from this machine",
    1142: "have the user be granted that right, or change the option `user`",
    1143: "have the user be granted that right, or change the option `user`",
    1370: "have the user be granted that right, or change the option `user`",
    1290: "change the option `host` to a server that can be written",
    1792: "change the option `host` to a server that can be written",
    1836: "change the option `host` to a server that can be written",
    1146: "change the table's name, or make that table",
    _NO_ROWS_IN: "change the option `table` to a table that rows can be added to",
    1054: "change the column's name, or add that column to the table",
    1064: "change the option `statement`: it is the server that reads it",
    1305: "make that procedure or function, or change the option `statement`",
    1136: "change the option `statement`: as many values as columns",
    1292: "write dates and times in UTC, as SQL has them (`2026-01-31 23:59:59.5`) or as `toISOString()` does; "
    "columns of type timestamp begin at 1970-01-01 00:00:01, those of type datetime earlier",
    DUPLICATE: "let the statement say what happens to a row that is there: ON DUPLICATE KEY UPDATE; a job that starts "
    "again writes some records twice",
    3159: "set the option `tls` to true",
    UNKNOWN_HOST: "change the option `host`",
    _REFUSES: "change the options `host` and `port`, or start the server",
    NOT_SPEAKING: "change the options `host` and `port`: what answers there does not speak MySQL's protocol",
    NOT_AVAILABLE: "install that package beside Lightflus, or have the user log in in another way",
    TLS_FAILED: "change the option `tls`, or `tls.ca` to the certificate of who signed the server's",
    TOO_LARGE: "raise `max_allowed_packet` of the server, or write smaller values",
}


class ServerError(Exception):
    """What the driver raised, as values; it stays inside of this package.

    Attributes:
        code: the server's or the client library's number; ours are negative.
        text: its message.
        row: which of the rows that were run one by one failed, or None.
    """

    def __init__(self, code: int, text: str, row: int | None = None) -> None:
        super().__init__(f"{text} (MySQL error {code})" if code > 0 else text)
        self.code = code
        self.text = text
        self.row = row

    @property
    def fault(self) -> Fault:
        """What to do about it."""
        if self.code in _AWAY:
            return Fault.AWAY
        if self.code in _BUSY:
            return Fault.BUSY
        if self.code in _LARGE:
            return Fault.LARGE
        return Fault.RECORD if self.code in _RECORD else Fault.OTHER

    @property
    def is_of_server(self) -> bool:
        """Whether a MySQL server has said it, and not the driver about what it heard."""
        return self.code >= 1_000 and not 2_000 <= self.code < 3_000

    @property
    def hint(self) -> str | None:
        """The way out, with the option to change."""
        usual = "change the value in the job, or what the table takes" if self.fault is Fault.RECORD else None
        return _HINTS.get(self.code, usual)
