#!/usr/bin/env bash
# Clients that nobody here wrote drive the sandbox, unmodified: Microsoft's for JavaScript and for Python, Hamilton for Go.
# Only addresses, credentials, the certificate authority and "no instance discovery" are set. Needs `npm ci` and a build.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
sandbox=
trap '[ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || true; rm -rf "$work"' EXIT

node bot/setup.mjs --build
node dist/sandbox/main.js --users 250 --groups 40 --seed 7 --any-ports --json >"$work/ready.json" 2>"$work/sandbox.err" &
sandbox=$!
for _ in $(seq 300); do
  [ -s "$work/ready.json" ] && break
  kill -0 "$sandbox" 2>/dev/null || { cat "$work/sandbox.err"; exit 1; }
  sleep 0.2
done
field() { node -pe "JSON.parse(require('fs').readFileSync('$work/ready.json','utf8').split('\n')[0]).$1"; }
CA=$(field caFile)
control=$(field control)
ran=0

# The number of violations of Microsoft's description so far in the sandbox's own answers, whoever asked.
wrong_answers() {
  curl -s "$control/_sandbox/stats" | node -pe '
    const { violations } = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const wrong = violations.filter(({ direction }) => direction === "answer");
    wrong.map(({ client, method, path, text }) => `${client} ${method} ${path}: ${text}`).join("\n")'
}

drive() { # name, command…
  local name=$1
  shift
  echo "$name"
  if ! "$@"; then
    echo "FAILED: $name; the sandbox said:"
    cat "$work/sandbox.err"
    exit 1
  fi
  ran=$((ran + 1))
}

drive 'JavaScript: @microsoft/microsoft-graph-client with @azure/msal-node' \
  env NODE_EXTRA_CA_CERTS="$CA" node test/clients/javascript/flow.mjs "$work/ready.json"

if command -v python3 >/dev/null 2>&1; then
  python3 -m venv "$work/python"
  "$work/python/bin/pip" install --quiet --disable-pip-version-check --no-compile -r test/clients/python/requirements.txt
  drive 'Python: msgraph-sdk with azure-identity' \
    env SSL_CERT_FILE="$CA" REQUESTS_CA_BUNDLE="$CA" "$work/python/bin/python" test/clients/python/flow.py "$work/ready.json"
else
  echo 'SKIPPED: no Python 3 at hand, so its client was not tried'
fi

if command -v go >/dev/null 2>&1; then
  (cd test/clients/go && go build -o "$work/go-flow" .)
  drive 'Go: hamilton' env SSL_CERT_FILE="$CA" "$work/go-flow" "$work/ready.json"
else
  echo 'SKIPPED: no Go at hand, so its client was not tried'
fi

wrong=$(wrong_answers)
[ -z "$wrong" ] || { printf 'answers of the sandbox that are not as described:\n%s\n' "$wrong"; exit 1; }
echo "$ran clients passed"
