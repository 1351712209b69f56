#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""schema.py DEFINITION [--lines] < JSON : it is what doc/control.schema.json says of DEFINITION, and has no member that is missing there.

With --lines, each line is one. Prints what is wrong. As a module: check(DEFINITION, object) returns a list of faults.
"""
import json
import os
import sys

from jsonschema import Draft202012Validator

FILE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../doc/control.schema.json")


def close(schema):
    """The schema lets new members come; for evpnd of the same version they must be in it."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            close(value)
    elif isinstance(schema, list):
        for value in schema:
            close(value)
    return schema


with open(FILE, encoding="utf-8") as stream:
    SCHEMA = json.load(stream)
Draft202012Validator.check_schema(SCHEMA)
close(SCHEMA)


def check(definition, value):
    if definition not in SCHEMA["$defs"]:
        return [f"no definition of {definition}"]
    validator = Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]})
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(value)]


def main():
    definition, lines = sys.argv[1], sys.argv[2:] == ["--lines"]
    text = sys.stdin.read()
    values = [json.loads(line) for line in text.splitlines()] if lines else [json.loads(text)]
    faults = [fault for value in values for fault in check(definition, value)]
    if lines and not values:
        faults.append("there is no line")
    print(*faults, sep="\n", file=sys.stderr)
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
