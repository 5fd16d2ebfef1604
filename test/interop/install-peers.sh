#!/bin/sh
# Installs the peers that the interop tests speak with, Comet and pygcn, as a Python environment in .cache/peers.
# Does nothing when they are there already: the environment keeps a copy of the requirements it was made from.
set -eu
cd "$(dirname "$0")/../.."
requirements=test/interop/requirements.txt
peers=.cache/peers
made_from=$peers/requirements.txt

fail() {
  echo "interop peers: $1" >&2
  exit 1
}

if cmp -s "$requirements" "$made_from" && "$peers/bin/python" -c 'import comet, gcn' 2>/dev/null; then
  exit 0
fi

command -v python3 >/dev/null ||
  fail 'Python is missing; on Debian and Ubuntu run: apt-get install python3 python3-venv'
python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
  fail "Python 3.10 or later is needed, and this is $(python3 --version)"
python3 -c 'import venv, ensurepip' 2>/dev/null ||
  fail 'Python has no venv module; on Debian and Ubuntu run: apt-get install python3-venv'

python3 -m venv --clear "$peers" || fail "no Python environment could be made in $peers"
pip() {
  "$peers/bin/python" -m pip --quiet --disable-pip-version-check "$@" ||
    fail "pip could not install what $requirements names"
}
# First setuptools alone: the build of Comet is to use this one, not whichever is the newest.
pip install "$(grep '^setuptools==' "$requirements")"
pip install --no-build-isolation --use-pep517 --requirement "$requirements"
"$peers/bin/python" -c 'import comet, gcn' || fail 'Comet and pygcn are installed but do not run'
cp "$requirements" "$made_from"
echo "Comet and pygcn are in $peers, on $("$peers/bin/python" --version)"
