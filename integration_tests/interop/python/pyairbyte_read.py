"""Reads with PyAirbyte into a DuckDB cache, as a notebook would, and prints what happened as one JSON object.

Arguments: executable, config file, cache file, then the streams (none: all).
"""

import json
import os
import sys

# Before the import: without it PyAirbyte asks its registry even about a local executable.
os.environ["AIRBYTE_OFFLINE_MODE"] = "1"
os.environ["DO_NOT_TRACK"] = "1"

import airbyte as ab  # noqa: E402


def main() -> None:
    executable, config, path, *streams = sys.argv[1:]
    with open(config, encoding="utf-8") as file:
        source = ab.get_source("source-dynamics365", local_executable=executable, config=json.load(file))
    source.check()
    available = source.get_available_streams()
    source.select_streams(streams or "*")
    cache = ab.caches.DuckDBCache(db_path=path, schema_name="dynamics365")
    result = source.read(cache=cache)
    print(json.dumps({"available": sorted(available), "processed": result.processed_records}))


main()
