#!/usr/bin/env bash
# The store contract and the headline story against FerretDB, an implementation of the MongoDB protocol that nobody here wrote.
# Needs Go 1.22 or newer. One client at a time (SQLite), so nothing about locks or leases is proven here: see doc/scale.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
server=
stop() {
  [ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
  rm -rf "$work"
  return 0
}
trap stop EXIT

(cd test/independent-server && go build -o "$work/ferretdb" .)

serve() { # serve FOLDER PORT
  mkdir -p "$work/$1"
  "$work/ferretdb" -listen "127.0.0.1:$2" -folder "$work/$1" >"$work/$1.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do
    grep -q '^mongodb://' "$work/$1.log" && return 0
    sleep 0.1
  done
  cat "$work/$1.log"
  return 1
}
end() {
  kill "$server" && wait "$server" 2>/dev/null || true
  server=
}

serve contract 27718
MONGODB_URI='mongodb://127.0.0.1:27718/' npm run --silent jest -- -w 1 test/services/store/history/history-store.test.ts
end

serve story 27719
REWIND_DEMO_MONGODB_URI='mongodb://127.0.0.1:27719/' npm start --silent -- --play
end
echo 'FerretDB: the history contract and the headline story hold'
