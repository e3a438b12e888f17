"""Lets schemathesis reach the embedded cloud's API under its own name.

The name is known to the embedded cloud's DNS server only. Requests keep their URL, so that the certificate is verified and
`Host` is right; only address and port that the name leads to are others. Loaded through SCHEMATHESIS_HOOKS.
"""

import os
import socket

_HOST = os.environ["CONTRACT_HOST"]
_HOME = (os.environ["CONTRACT_ADDRESS"], int(os.environ["CONTRACT_PORT"]))
_getaddrinfo = socket.getaddrinfo


def _lead_home(host, port, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if name == _HOST:
        host, port = _HOME
    return _getaddrinfo(host, port, *args, **kwargs)


socket.getaddrinfo = _lead_home
