"""The weekly monitor (一周一监测): what has gone stale or overdue, as to-dos that close themselves."""
