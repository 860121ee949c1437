"""What tells a query under way that its client has left."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable


class Gone:
    """Becomes readable once the client has left; a file is opened only where one is asked for."""

    def __init__(self, watch: Callable[[], object]) -> None:
        """Keep what begins to watch the client; it is called once, from any thread."""
        self._watch, self._lock = watch, threading.Lock()
        self._file, self._watched, self._closed = -1, False, False
        self.left = False

    def fileno(self) -> int:
        """Return the number of the file, which is open until the request is done."""
        with self._lock:
            if self._closed:
                raise ValueError("the request is done")
            if self._file < 0:
                self._file = os.eventfd(int(self.left), os.EFD_CLOEXEC | os.EFD_NONBLOCK)
                self._begin()
            return self._file

    def watch(self) -> None:
        """Begin to watch the client; to begin twice is to begin once."""
        with self._lock:
            self._begin()

    def tell(self) -> None:
        """Say that the client has left."""
        with self._lock:
            self.left = True
            if self._file >= 0 and not self._closed:
                os.eventfd_write(self._file, 1)

    def close(self) -> None:
        """Let the file go; the request is done."""
        with self._lock:
            self._closed = True
            if self._file >= 0:
                os.close(self._file)

    def _begin(self) -> None:
        if not self._watched:
            self._watched = True
            self._watch()
