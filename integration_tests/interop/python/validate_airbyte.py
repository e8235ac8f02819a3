"""Validates every line of standard input as a message of Airbyte's protocol, with Airbyte's own models.

Prints one JSON object: how many lines there were, how many of each type, and the first problems.
"""

import json
import sys
from collections import Counter

from airbyte_protocol.models import AirbyteMessage
from pydantic import ValidationError

# The member that holds a message's payload, where it is not the type in lower case.
PAYLOADS = {"CONNECTION_STATUS": "connectionStatus", "DESTINATION_CATALOG": "destination_catalog"}


def problem(line: str, types: Counter) -> str | None:
    try:
        message = AirbyteMessage.model_validate_json(line)
    except ValidationError as error:
        return f"{error.errors(include_url=False)[:3]}"
    kind = message.type.value
    types[kind] += 1
    if getattr(message, PAYLOADS.get(kind, kind.lower())) is None:
        return f"a {kind} message without its payload"
    return None


def main() -> None:
    types: Counter = Counter()
    problems = []
    lines = 0
    for line in sys.stdin.buffer:
        lines += 1
        text = line.decode("utf-8", errors="strict")
        found = problem(text, types) if text.endswith("\n") else "the last line has no end"
        if found is not None and len(problems) < 10:
            problems.append(f"line {lines}: {found}: {text[:300]}")
    print(json.dumps({"lines": lines, "types": types, "problems": problems}))


main()
