# SPDX-License-Identifier: Apache-2.0
"""What the scripts do in Python: checks, measurements and networks. Run from the clone's root, such as
`python3 -m scripts.workshop.embed --check`. The standard library is enough for all of it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
