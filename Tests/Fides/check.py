"""Every way in which a Fides manifest is wrong, one a line; run by run.py where fideslang is installed."""

import sys

from fideslang.default_taxonomy import DEFAULT_TAXONOMY
from fideslang.manifests import load_yaml_into_dict
from fideslang.models import Taxonomy
from fideslang.parse import load_manifests_into_taxonomy

# Which kind of term each member names.
TERMS = {
    "data_categories": "data_category", "data_use": "data_use", "data_uses": "data_use", "data_subjects": "data_subject",
}


def main():
    manifest = load_yaml_into_dict(sys.argv[1])
    problems = find_problems(manifest)
    for problem in problems:
        print(problem)
    if not problems:
        counts = [f"{len(manifest[kind])} {kind}" for kind in sorted(manifest)]
        print(f"valid: {', '.join(counts)}")
    return 1 if problems else 0


def find_problems(manifest):
    for kind in ("system", "dataset", "organization"):
        if not manifest.get(kind):
            return [f"no {kind} is described"]
    try:
        parsed = load_manifests_into_taxonomy(manifest)
    except SystemExit as error:
        return [f"fideslang refuses it: {error}"]
    used = {kind: manifest[kind] for kind in ("system", "dataset")}
    read = parsed.model_dump(mode="json", exclude_unset=True)
    return lost(manifest, read, "") + extensions(manifest) + terms(used, known_terms(manifest), "") + references(manifest)


def lost(written, read, path):
    """fideslang skips members that it doesn't know: all that is written must be in what it read."""
    if isinstance(written, dict) and isinstance(read, dict):
        return [entry for name in written for entry in lost(written[name], read.get(name), f"{path}.{name}" if path else name)]
    if isinstance(written, list) and isinstance(read, list) and len(written) == len(read):
        pairs = zip(arranged(written), arranged(read))
        return [entry for index, (one, other) in enumerate(pairs) for entry in lost(one, other, f"{path}[{index}]")]
    return [] if written == read else [f"{path}: fideslang ignores or changes it"]


def arranged(items):
    """fideslang sorts some lists by name."""
    return sorted(items, key=lambda item: item.get("fides_key") or item["name"] if isinstance(item, dict) else item)


def known_terms(manifest):
    return {
        kind: default_keys(kind) | {term["fides_key"] for term in manifest.get(kind, [])} for kind in set(TERMS.values())
    }


def default_keys(kind):
    return {term.fides_key for term in getattr(DEFAULT_TAXONOMY, kind)}


def extensions(manifest):
    found = []
    for kind in sorted(set(TERMS.values())):
        for term in manifest.get(kind, []):
            if term["fides_key"] in default_keys(kind):
                found.append(f"{term['fides_key']} is an extension and in the default taxonomy")
            if "parent_key" in term and term["parent_key"] not in default_keys(kind):
                found.append(f"{term['fides_key']} extends {term['parent_key']}, which is no {kind}")
    return found


def terms(value, known, path):
    """Every term that is used, wherever, is one of the taxonomy or of the manifest."""
    found = []
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += terms(item, known, f"{path}[{index}]")
    if isinstance(value, dict):
        for name, member in value.items():
            if name in TERMS:
                used = member if isinstance(member, list) else [member]
                found += [f"{path}.{name}: {key} is no {TERMS[name]}" for key in used if key not in known[TERMS[name]]]
            else:
                found += terms(member, known, f"{path}.{name}" if path else name)
    return found


def references(manifest):
    """Systems, datasets and the organization that are named exist."""
    keys = {kind: [entry["fides_key"] for entry in manifest[kind]] for kind in ("system", "dataset", "organization")}
    found = [f"two of {kind} have one key" for kind, all_of_it in keys.items() if len(set(all_of_it)) != len(all_of_it)]
    for kind in Taxonomy.model_fields:
        for entry in manifest.get(kind, []):
            if kind != "organization" and entry.get("organization_fides_key") not in keys["organization"]:
                found.append(f"{kind} {entry['fides_key']} belongs to no organization of the manifest")
    for system in manifest["system"]:
        name = system["fides_key"]
        for flow in system.get("egress", []) + system.get("ingress", []):
            if flow["fides_key"] not in keys["system"]:
                found.append(f"{name} exchanges data with {flow['fides_key']}, which is no system")
        for holder in [system] + system["privacy_declarations"]:
            found += [f"{name} uses {key}, which is no dataset" for key in holder["dataset_references"] if key not in keys["dataset"]]
    return found


if __name__ == "__main__":
    sys.exit(main())
