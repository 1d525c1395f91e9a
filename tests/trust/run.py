"""Try the library with bad input, hostile input and long runs; write what held as JSON, and README's table from it.

python tests/trust/run.py                           # everything; 200,000 random cases, some 35 minutes on one core
python tests/trust/run.py --cases 2000 --json /tmp/out.json
python tests/trust/run.py --only models --only files
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.trust import table

# each has main(cases) -> (rows, failures); a module of its own, so that one part can be run without what another needs
PARTS = ("fuzz", "bombs", "models", "files", "xss", "soak", "faults")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200_000, help="random cases over all entry points")
    parser.add_argument(
        "--json", type=Path, default=table.RESULTS, help="where what held is kept; README shows the default one"
    )
    parser.add_argument("--only", action="append", choices=PARTS, help="a part, instead of all")
    given = parser.parse_args()
    failed = 0
    for name in given.only or PARTS:
        begun = time.monotonic()
        rows, failures = importlib.import_module(f"tests.trust.{name}").main(given.cases)
        found = {"seconds": round(time.monotonic() - begun), "rows": rows, "failures": failures}
        results = table.write(given.json, {name: found})
        failed += len(failures) + sum(row.cases - row.held for row in rows)
        print(json.dumps({name: found}, ensure_ascii=False), flush=True)
    if given.json == table.RESULTS:
        readme = table.ROOT / "README.md"
        readme.write_text(table.rendered_into(readme.read_text(encoding="utf-8"), results), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
