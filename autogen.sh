#!/bin/sh
# Makes configure and Makefile.in from configure.ac and Makefile.am. Needs autoconf, automake, libtool, pkg-config.
set -e
cd "$(dirname "$0")"
mkdir -p m4
autoreconf --force --install --warnings=all,no-portability
# configure removes core dumps when it ends, and trips over our folder of that name.
sed -i 's/rm -f core /rm -f /' configure
