# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by scripts that run Prometheus: puts `prometheus` and `promtool` into PATH. They are Debian's package,
# unpacked into the cache and not installed: no service starts.

# shellcheck source=scripts/env.sh
. scripts/env.sh
tools=$ASSAY_CACHE/tools/prometheus
if [ ! -x "$tools/usr/bin/promtool" ]; then
	rm -rf "$tools"
	mkdir -p "$tools"
	fetch() { (cd "$tools" && apt-get -q download prometheus); }
	fetch 2>/dev/null || {
		if [ "$(id -u)" -eq 0 ]; then apt-get -q update; else sudo apt-get -q update; fi
		fetch
	}
	dpkg-deb -x "$tools"/prometheus_*.deb "$tools"
	rm "$tools"/prometheus_*.deb
fi
export PATH=$tools/usr/bin:$PATH
