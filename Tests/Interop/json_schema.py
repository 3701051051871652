"""A validator for exactly those keywords of JSON Schema 2020-12 that the mesh's catalogue uses. Any other keyword is an error: a check
that is silently left out would pass everything."""

import re

KEYWORDS = {
    "type", "properties", "required", "items", "maxItems", "minLength", "maxLength", "pattern", "minimum", "maximum", "enum",
    "additionalProperties",
}
# bool is an int to Python, and never to JSON.
TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
}


class SchemaError(Exception):
    """The schema itself uses something that this validator doesn't know."""


def check(schema):
    """Goes through a whole schema, so that a keyword is known before a value happens to need it."""
    unknown = set(schema) - KEYWORDS
    if unknown:
        raise SchemaError(f"unknown keywords {sorted(unknown)}")
    if "type" in schema and schema["type"] not in TYPES:
        raise SchemaError(f"unknown type {schema['type']}")
    if "pattern" in schema and not (schema["pattern"].startswith("^") and schema["pattern"].endswith("$")):
        raise SchemaError(f"a pattern that is not for the whole text: {schema['pattern']}")
    if not set(schema.get("required", [])) <= set(schema.get("properties", {})):
        raise SchemaError("a required member is not described")
    for inner in [*schema.get("properties", {}).values(), *(schema[name] for name in ("items", "additionalProperties") if name in schema)]:
        check(inner)


def problems(schema, value, path="body"):
    """What is wrong with a value, as a list of texts; empty when it fits. Lengths are counted in Unicode code points.

    Stricter than JSON Schema in one thing: where an object's members are described, others are a problem, because a catalogue that
    leaves out what its own service sends is wrong.
    """
    check(schema)
    return list(_problems(schema, value, path))


def _problems(schema, value, path):
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: expected one of {schema['enum']}"
    kind = schema.get("type")
    if kind is None:
        return
    if not TYPES[kind](value):
        yield f"{path}: expected {kind}"
        return
    if kind == "integer":
        if value < schema.get("minimum", value):
            yield f"{path}: expected at least {schema['minimum']}"
        if value > schema.get("maximum", value):
            yield f"{path}: expected at most {schema['maximum']}"
    elif kind == "string":
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            yield f"{path}: expected {schema.get('minLength', 0)} to {schema.get('maxLength')} characters"
        # Python's $ would also match before a last newline.
        if "pattern" in schema and not re.fullmatch(schema["pattern"][1:-1], value):
            yield f"{path}: expected to match {schema['pattern']}"
    elif kind == "array":
        if len(value) > schema.get("maxItems", len(value)):
            yield f"{path}: expected at most {schema['maxItems']} items"
        for index, item in enumerate(value):
            yield from _problems(schema.get("items", {}), item, f"{path}[{index}]")
    elif kind == "object":
        yield from _object_problems(schema, value, path)


def _object_problems(schema, value, path):
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            yield f"{path}: expected member {name}"
    for name, member in value.items():
        if name in properties:
            yield from _problems(properties[name], member, f"{path}.{name}")
        elif "additionalProperties" in schema:
            yield from _problems(schema["additionalProperties"], member, f"{path}.{name}")
        else:
            yield f"{path}: the member {name} is not described"


def sample(schema):
    """The smallest value that a schema allows."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: sample(schema["properties"][name]) for name in schema.get("required", [])}
    if kind == "integer":
        return max(schema.get("minimum", 0), 0)
    if kind == "string":
        return _text(schema)
    return {"array": [], "boolean": False, None: None}[kind]


def _text(schema):
    """As short as may be; where a pattern lists whole words, one of them."""
    shortest, pattern = "x" * schema.get("minLength", 0), schema.get("pattern", "^.*$")
    return next((text for text in (shortest, *re.findall(r"\w+", pattern)) if re.fullmatch(pattern[1:-1], text)), shortest)


def without_each_required(schema, value):
    """The value once for each member that its schema requires, at any depth, without that member."""
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for name in schema.get("required", []):
            yield {other: member for other, member in value.items() if other != name}
        for name, member in value.items():
            for inner in without_each_required(properties.get(name, schema.get("additionalProperties", {})), member):
                yield {**value, name: inner}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for inner in without_each_required(schema.get("items", {}), item):
                yield [*value[:index], inner, *value[index + 1 :]]
