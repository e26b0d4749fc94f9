"""``python -m portal.health``: does the web server of this container answer? The exit code says so.

Any answer below 500 counts: which names the server may be called by (ALLOWED_HOSTS) is not its business.
"""

import http.client
import sys

from portal.env import env_int


def is_healthy(port: int) -> bool:
    """Whether the portal answers on this machine, within five seconds and without an error of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not is_healthy(env_int("PORT", 8000, "网页服务的端口")))
