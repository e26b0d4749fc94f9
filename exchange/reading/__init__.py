"""Reading what people really send, without ever trusting it.

A file is read in a child process with limits on memory and time; the parent sees rows in
chunks, or one :class:`Refused` with a sentence for the person who sent the file. Nothing in
this package imports Django: the child has to start fast.
"""

from exchange.reading.archives import expand_zip, is_archive
from exchange.reading.book import Book, open_book
from exchange.reading.refusals import Refused
from exchange.reading.shapes import Limits, Note, Row, SheetInfo

__all__ = ["Book", "Limits", "Note", "Refused", "Row", "SheetInfo", "expand_zip", "is_archive", "open_book"]
