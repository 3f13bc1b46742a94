"""Builds the wheel, installs it in a fresh environment and runs the main job from an empty folder.

Run by `make wheel-test`: it installs all dependencies anew, which is too slow for the test suite.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = {"map.html", "report.html", "tables.xlsx", "plan.gpkg", "tables", "answer.json.gz", "run.json"}


def run(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "build", "--wheel", "--outdir", folder / "dist", ROOT, cwd=folder)
        (wheel,) = (folder / "dist").glob("*.whl")
        venv.create(folder / "env", with_pip=True)
        scripts = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin")
        run(scripts / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=folder)
        empty = folder / "empty"
        empty.mkdir()
        printed = run(scripts / "siting", "run", "--json", cwd=empty)
        result = json.loads(printed.splitlines()[-1])
        assert result["event"] == "result", result
        assert set(result["outputs"]) == EXPECTED, result["outputs"]
        assert all(service["verified"] for service in result["services"])
        produced = {path.name for path in (empty / "runs" / "three_services").iterdir()}
        assert produced == EXPECTED, produced
        size = wheel.stat().st_size / 1e6
        print(f"wheel of {size:.1f} MB installed in a fresh environment; the main job ran from an empty folder")


if __name__ == "__main__":
    main()
