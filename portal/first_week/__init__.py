"""From an empty database to a county that works: set-up by code, then the steps of the first week."""
