#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges runs of test networks: scripts/workshop/analyze_simnet.py, from any folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from scripts.workshop.analyze_simnet import main  # noqa: E402

sys.exit(main())
