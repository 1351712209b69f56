#!/bin/sh
# Prints the version: $EVPND_VERSION where a package's build sets it; from git in a checkout; from the frozen file in a tarball.
cd "$(dirname "$0")" || exit 1
if [ -n "${EVPND_VERSION:-}" ]; then
	echo "$EVPND_VERSION"
elif [ -f .tarball-version ]; then
	cat .tarball-version
elif v=$(git describe --tags --match 'v[0-9]*' --dirty 2>/dev/null); then
	echo "${v#v}"
elif v=$(git rev-parse --short HEAD 2>/dev/null); then
	echo "0.1.0-g$v"
else
	echo 0.1.0
fi
