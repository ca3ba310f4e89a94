#!/usr/bin/env bash
# The store's contract, the way of a database to a server and back, and the headline story, against FerretDB: an implementation of the
# MongoDB protocol that nobody here wrote. What differs is listed in differences.json, and that list is kept true here (doc/scale.md).
# Needs Go 1.22 or newer.
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
# Its own exit code says only whether anything differs; judge.mjs says whether that is known.
MONGODB_URI='mongodb://127.0.0.1:27718/' npm run --silent jest -- --forceExit -w 1 --testTimeout 120000 --json --outputFile "$work/contract.json" \
  test/services/store/history test/services/store/records test/services/store/leases-store test/services/snapshots/retention-store \
  test/services/jobs/queue-store >"$work/contract.out" 2>&1 || true
[ -s "$work/contract.json" ] || { cat "$work/contract.out"; exit 1; }
node test/independent-server/judge.mjs "$work/contract.json"
end

serve move 27720
MONGODB_URI='mongodb://127.0.0.1:27720/' npm run --silent jest -- -w 1 test/bot/terminal/move.test.ts
end

serve story 27719
REWIND_DEMO_MONGODB_URI='mongodb://127.0.0.1:27719/' npm start --silent -- --play
end
echo 'FerretDB: the contract holds but for the differences listed, a database moves there and back whole, and the headline story plays'
