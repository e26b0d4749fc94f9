"""The peer tuned: django-import-export's bulk mode, no differences, keys looked up from memory."""

from importing import run
from tables import Bulk

if __name__ == "__main__":
    run(Bulk, __doc__)
