"""Who works for Botseller with personal data, and under which terms."""


def register(story):
    report, mesh = story.report, story.mesh
    officer = mesh.actors["privacyOfficer"]
    entry = {
        "name": f"Example Models {story.number}", "kind": "ai", "country": "US", "transfer": "standardClauses",
        "terms": "https://models.example/terms", "erasureChannel": "privacy@models.example", "isEnded": False,
        "uses": [{"category": "communication", "purpose": "provideService"}]}
    version = mesh.ask("subprocessors.set", {"subprocessor": entry}, actor=officer)["version"]
    again = mesh.ask("subprocessors.set", {"subprocessor": entry}, actor=officer)["version"]
    report.equal("what the register says already is no news", version, again)
    seen = mesh.ask("subprocessors.list", {}, actor=mesh.actors["owner"])
    ours = [found for found in seen["subprocessors"] if found["version"] == version]
    report.equal("an owner sees what is new", [entry], [found["subprocessor"] for found in ours])
    for use, expected in (
        ({"category": "communication", "purpose": "profiling"}, ("fault", "purposeForbidden")),
        ({"category": "communication", "purpose": "curiosity"}, ("refused", "unknownPurpose")),
        ({"category": "communication", "purpose": "improveProduct"}, ("refused", "useNotAllowed")),
    ):
        found = mesh.outcome("subprocessors.set", {"subprocessor": {**entry, "uses": [use]}}, actor=officer)
        report.equal(f"nobody gets {use['category']} data for {use['purpose']}", expected, found)
    bad = mesh.outcome("subprocessors.set", {"subprocessor": {**entry, "terms": "http://models.example"}}, actor=officer)
    report.equal("terms are read over https", ("fault", "malformed"), bad)
    record = mesh.meshctl("datamap", "--format", "article30").decode()
    report.check("the record of processing names it", entry["name"], entry["name"] in record)
