"""Tests of the product, laid out as it is.

Several processes share few processors here: a library of numbers that starts a thread for each of them in each process has
them wait for each other in circles, which takes five times as long. It looks at these once, when it is loaded.
"""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
