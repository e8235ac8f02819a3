"""Prints tables of a DuckDB file as JSON lines: for each an object of its columns' types, then one object a row.

Arguments: database file, schema, tables. Every value is the text that Dataverse would write; doubles alone are numbers.
"""

import datetime
import decimal
import json
import sys

import duckdb


def text(value):
    if value is None or isinstance(value, (str, float)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (int, datetime.date)):
        return str(value)
    raise TypeError(f"there is no rule for {value!r}")


def main() -> None:
    path, schema, *tables = sys.argv[1:]
    connection = duckdb.connect(path, read_only=True)
    connection.execute("set timezone = 'UTC'")
    for table in tables:
        described = connection.execute(f'describe "{schema}"."{table}"').fetchall()
        types = {name: kind for name, kind, *_ in described}
        print(json.dumps({"table": table, "types": types}))
        for row in connection.execute(f'select * from "{schema}"."{table}"').fetchall():
            values = {name: text(value) for name, value in zip(types, row)}
            print(json.dumps({"table": table, "row": values}))


main()
