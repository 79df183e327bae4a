#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Does what a newcomer does in the first hour: in a fresh clone of the commit that is checked out, or from a release
# archive, it runs the commands of the documents and nothing else. scripts/workshop/walks.py says which documents.
#
#   scripts/test/walk.sh tester    README's quick start, then the first network: builds, and takes default ports
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec python3 -B -m scripts.workshop.walks "$@"
