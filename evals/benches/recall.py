"""How many of the true nearest passages the served dense search finds: run as ``python -m evals.benches.recall DATA``."""

import json
import sys
from pathlib import Path

import numpy as np

from assistant.bootstrap import open_app
from assistant.settings import load_settings
from evals.benches.texts import queries
from vectorstore.vectors import Rows, picture

NEAREST, ASKED = 10, 200


def recalls(data: Path) -> dict[str, float]:
    """Share of the exact ten nearest found, with all passages and with every fiftieth allowed.

    A passage as near as the tenth counts as found: which of equals is taken is nobody's mistake.
    """
    app = open_app(load_settings(data_dir=data, database_url=None))
    index = app.finder.index
    embedder = index.embedder
    with app.store.database.reading() as connection:
        exact = picture(connection, embedder.identity)
        served = index.neighbours(connection)
        some: dict[str, Rows | None] = {"all": None, "2 % filter": exact.rows[::50]}
        right = dict.fromkeys(some, 0)
        for query in queries(ASKED):
            vector = embedder.embed_query(query)
            for name, allowed in some.items():
                _, truth = exact.nearest(vector, NEAREST, allowed)
                _, found = served.nearest(vector, NEAREST, allowed)
                right[name] += int(np.sum(found[:NEAREST] >= truth[-1] - 1e-4))
    return {name: count / (ASKED * NEAREST) for name, count in right.items()}


if __name__ == "__main__":
    print(json.dumps(recalls(Path(sys.argv[1]))))
