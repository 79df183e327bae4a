#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Does what a newcomer does in the first hour: in a fresh clone of the commit that is checked out, or from a release
# archive, it runs the commands of the documents and nothing else. scripts/workshop/walks.py says which documents.
#
#   scripts/test/walk.sh tester               README's quick start, then the first network: builds, and takes default
#                                             ports
#   scripts/test/walk.sh validator ARCHIVE    a validator's first hour, from a release with its .sha256: takes default
#                                             ports, and needs the packages that docs/first-hour.md names
#   scripts/test/walk.sh cairo                from an empty folder to a final statement on a run of a Cairo program, by
#                                             docs/cairo.md and the programs that scripts/build/programs.sh and
#                                             scripts/build/cairo.sh build, or that are in ASSAY_PROGRAMS: takes default
#                                             ports, and 5 GB of memory
#   scripts/test/walk.sh builder              scripts/test/template.sh: a chain of one's own, by docs/integrate.md
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if [ "${1:-}" = builder ]; then
	shift
	exec scripts/test/template.sh "$@"
fi
if [ "${1:-}" = cairo ]; then
	ASSAY_PROGRAMS=$(scripts/build/programs.sh)
	export ASSAY_PROGRAMS
	[ -x "$ASSAY_PROGRAMS/assay-cairo" ] || scripts/build/cairo.sh setup
fi
exec python3 -B -m scripts.workshop.walks "$@"
