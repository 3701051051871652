"""The operator's copy of a service's file, read by another program than the one that made it."""

import pathlib
import sqlite3
import tempfile

from mesh import now


def copy(story):
    report, mesh = story.report, story.mesh
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "conversation-store.sqlite"
        made = mesh.ask("holder.copy", {"file": str(path)}, to="conversation-store")
        report.equal("a copy is as large as it says", made["bytes"], path.stat().st_size)
        report.equal("and private", 0o600, path.stat().st_mode & 0o777)
        with sqlite3.connect(path) as database:
            report.equal("and sound", [("ok",)], database.execute("PRAGMA integrity_check").fetchall())
            report.check("and says that it is one", "a mark", database.execute("PRAGMA user_version").fetchone()[0] > 0)
        again = mesh.outcome("holder.copy", {"file": str(path)}, to="conversation-store")
        report.equal("nothing is written over", ("refused", "fileNotMade"), again)
        nowhere = mesh.outcome("holder.copy", {"file": "relative.sqlite"}, to="conversation-store")
        report.equal("a path is whole", ("fault", "malformed"), nowhere)
        taken = {"madeAt": now(), "expiresAt": now() + 30 * 86_400_000}
        for _ in range(2):
            last = mesh.ask("backups.record", {"backup": taken})["lastExpiresAt"]
            report.equal("a backup is on record, once", taken["expiresAt"], last)
        report.equal("and listed", [taken], mesh.ask("backups.list", {"limit": 1})["backups"])
        backwards = mesh.outcome("backups.record", {"backup": {"madeAt": 2, "expiresAt": 1}})
        report.equal("one that ends before it begins is none", ("refused", "endsBeforeItBegins"), backwards)
