"""The peer as it comes: django-import-export's ModelResource, preview with differences, then confirm."""

from importing import run
from tables import Default

if __name__ == "__main__":
    run(Default, __doc__)
