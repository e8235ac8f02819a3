"""Loaded by Python before a measured peer, from PYTHONPATH; the peer itself is as it came from PyPI.

- Its fixed login host is the simulator's, whose certificate authority is trusted (requests only: all peers use it).
- A refresh token is no means of signing in to the simulator, which knows applications only: the application signs in
  instead, in the tenant that is there.
- When it ends, what it used is written to the file in BENCH_USAGE, as bench/harness/usage-hook.mjs does for Node.
"""

import atexit
import json
import os
import re
import resource
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

LOGIN_HOST = "login.microsoftonline.com"


def redirect_requests():
    import requests

    authority = urlsplit(os.environ["BENCH_PEERS_AUTHORITY"])
    tenant = os.environ["BENCH_PEERS_TENANT"]
    trusted = os.environ["BENCH_PEERS_CA"]
    send = requests.Session.send

    def redirected(self, request, **options):
        to = urlsplit(request.url)
        if to.netloc == LOGIN_HOST:
            path = re.sub(r"^/common/", f"/{tenant}/", to.path)
            request.url = urlunsplit((authority.scheme, authority.netloc, path, to.query, ""))
            request.prepare_body(as_application(request.body), None)
        options["verify"] = trusted
        return send(self, request, **options)

    requests.Session.send = redirected


def as_application(form):
    text = form.decode() if isinstance(form, bytes) else form
    fields = dict(parse_qsl(text))
    if fields.get("grant_type") == "refresh_token":
        fields["grant_type"] = "client_credentials"
    return urlencode(fields)


def write_usage():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    with open(os.environ["BENCH_USAGE"], "w") as file:
        json.dump(
            {
                # The process's own exit code tells whether it failed.
                "exitCode": 0,
                "userSeconds": usage.ru_utime,
                "systemSeconds": usage.ru_stime,
                "peakBytes": high_water_mark() or usage.ru_maxrss * 1024,
            },
            file,
        )


def high_water_mark():
    try:
        with open("/proc/self/status") as file:
            found = re.search(r"^VmHWM:\s+(\d+) kB$", file.read(), re.MULTILINE)
    except OSError:
        return None
    return int(found.group(1)) * 1024 if found else None


# pip and other programs of the environment run without these.
if "BENCH_PEERS_AUTHORITY" in os.environ:
    redirect_requests()
if "BENCH_USAGE" in os.environ:
    atexit.register(write_usage)
