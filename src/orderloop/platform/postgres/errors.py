"""What can go wrong with the embedded cluster, in words a person can act on."""


class ClusterError(Exception):
    """The embedded database cannot be used as it is; the message says what to do."""


class NotStarted(ClusterError):
    """The server did not come up in time; the message ends with the last lines of its log."""


class NotStopped(ClusterError):
    """The server did not go down in time."""


class NotDurable(Exception):
    """A setting of the server allows a committed transaction to be lost.

    `setting` is the setting's name, `where` says what sets it.
    """

    def __init__(self, setting: str, where: str) -> None:
        self.setting = setting
        self.where = where
        super().__init__(
            f"{setting} is off ({where}): a committed order could be lost. Turn {setting} on before starting."
        )


class BlindSearch(Exception):
    """The database's character type does not know Chinese letters, so text search would silently find nothing."""

    def __init__(self, database: str) -> None:
        super().__init__(
            f"Text search in database {database} does not see Chinese characters: create it with LC_CTYPE 'C.UTF-8'."
        )
