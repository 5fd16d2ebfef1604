#!/bin/sh
# Runs before every npm script: says in one sentence what is missing, where the scripts themselves would fail obscurely
# (without npm's Node they would even run, on whatever Node the host has).
cd "$(dirname "$0")/.." || exit 1
node=node_modules/.bin/node

fail() {
  echo "voeventd: $1" >&2
  exit 1
}

[ -d node_modules ] || fail 'the dependencies are not installed; run: npm ci'

if [ ! -e "$node" ]; then
  platform="$(uname -s)-$(uname -m)"
  case "$platform" in
    Linux-x86_64 | Linux-aarch64 | Darwin-arm64) fail 'Node 26 is missing; run: npm ci (without --omit=optional)' ;;
    *) fail "there is no Node 26 for $platform; build on Linux (x64, arm64) or macOS (arm64)" ;;
  esac
fi

said=$(NODE_OPTIONS='' "$node" --version 2>&1)
case "$said" in
  v26.*) ;;
  *libatomic*) fail 'Node needs the library libatomic; on Debian and Ubuntu run: apt-get install libatomic1' ;;
  *GLIBC*) fail 'Node 26 needs a newer C library (glibc 2.28 or later: Debian 10, RHEL 8)' ;;
  *'not found'*) fail 'Node 26 needs glibc; it does not run on musl systems such as Alpine' ;;
  v*) fail "node_modules has Node $said instead of Node 26; run: npm ci" ;;
  *) fail "$node does not run: $said" ;;
esac
