# Where the script is in the image: what moves it or makes a link to it, and where it asks for its own place.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

alone() # the Dockerfile is the input
{
  cat >Dockerfile
  rm -rf rootfs
  run --separate-stderr reeve-migrate Dockerfile -o rootfs/etc/services.d
  report=$output
  [ "$status" -eq 0 ] || { echo "# exit code $status: $stderr"; return 1; }
  checked
}

@test "a script is found by a link to it, and where a RUN has moved it" {
  local run
  mkdir -p docker
  printf '#!/bin/sh\nhelper &\nexec "$@"\n' >docker/start.sh
  for run in 'ln -s /opt/start.sh /entry' 'ln -sf opt/start.sh /entry' 'mv /opt/start.sh /entry && chmod +x /entry' 'set -e; cp -p "/opt/start.sh" /entry' \
    'install -m 755 /opt/start.sh /entry' $'<<EOS\nset -e\nln -s /opt/start.sh /entry\nEOS' 'mv /opt/start.sh /opt/go && ln -s /opt/go /entry'; do
    alone <<<$'FROM debian\nCOPY docker/start.sh /opt/\nRUN '"$run"$'\nENTRYPOINT ["/entry"]\nCMD ["web"]'
    services helper web || { echo "# $run"; return 1; }
    told 'input: docker/start.sh, which ENTRYPOINT executes'
    untold TODO
  done
  alone <<<$'FROM debian\nCOPY docker /opt/docker\nRUN cp /opt/docker/start.sh /usr/local/bin/ && chmod +x /usr/local/bin/start.sh\nENTRYPOINT ["start.sh"]\nCMD ["web"]'
  services helper web
  alone <<<$'FROM debian\nCOPY docker/start.sh /opt/\nRUN ln -s /opt/start.sh /other\nENTRYPOINT ["/entry"]\nCMD ["web"]'
  services entry
}

@test "a script by its name alone is found in any folder" {
  mkdir -p docker
  printf '#!/bin/sh\nhelper &\nexec "$@"\n' >docker/start.sh
  alone <<<$'FROM debian\nENV HOME_OF=/opt/app\nCOPY docker/start.sh ${HOME_OF}/\nENV PATH=$HOME_OF:$PATH\nENTRYPOINT ["start.sh"]\nCMD ["web"]'
  services helper web
}

@test "where the script asks for its own place, the files have that" {
  local place
  printf 'FROM debian\nWORKDIR /srv\nCOPY . .\nENTRYPOINT ["./start.sh"]\n' >Dockerfile
  for place in '$(dirname "$0")' '$(dirname -- "$0")' '`dirname $0`' '${0%/*}' '$(dirname "${BASH_SOURCE[0]}")' '$(dirname "$(readlink -f "$0")")' '$(dirname $(realpath "$BASH_SOURCE"))'; do
    printf '#!/bin/bash\ncd "%s"\n./prepare\nhelper &\nexec web\n' "$place" >start.sh
    patched
    grep -q -x 'cd "/srv"' "$init/10-start" && grep -q -x 'cd "/srv"' "$tree/helper/run" || { echo "# $place"; cat "$init/10-start"; return 1; }
    told 'note: where the script asked for its own place, the files have /srv/start.sh'
    untold TODO
  done
  printf '#!/bin/bash\ncd "$(dirname "$0")"\nhelper &\nexec web\n' >start.sh
  printf 'FROM debian\nCOPY start.sh /usr/local/bin/\nENTRYPOINT ["start.sh"]\n' >Dockerfile
  patched
  told 'TODO: it asks where the script is, and this file is elsewhere'
  printf '#!/bin/bash\nhelper "$(basename "$0")" &\nexec web\n' >start.sh
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  patched
  told "TODO: it asks for the script's name"
}

@test "a shell that CMD names by a relative path is found from each service directory" {
  local shell
  printf '#!/bin/sh\nhelper &\nexec web\n' >start.sh
  for shell in bin/bash ./bin/bash; do
    alone <<<$'FROM debian\nWORKDIR /\nCOPY start.sh /\nCMD ["'"$shell"'", "start.sh"]'
    head -n 1 "$tree/web/run" | grep -qxF '#!/bin/bash'
    alone <<<$'FROM debian\nWORKDIR /usr\nCOPY start.sh /usr/\nCMD ["'"$shell"'", "start.sh"]'
    head -n 1 "$tree/web/run" | grep -qxF '#!/usr/bin/bash'
  done
}

@test "the folder that the script was in at first counts, wherever it goes then" {
  for back in 'cd -' 'cd "$OLDPWD"' 'cd - >/dev/null'; do
    wrapper <<<$'#!/bin/bash\ncd /opt/a\n./a &\n'"$back"$'\nexec ./web'
    migrate
    [ "$(sed -n 2,3p "$tree/web/run")" = $'cd "${REEVE_WORKDIR:-/}" || exit 111\ncd /opt/a' ]
  done
  wrapper <<<$'#!/bin/bash\nhere=$PWD\ncd /opt/a\n./a &\ncd "$here"\nexec ./web'
  migrate
  [ "$(sed -n 2,3p "$tree/web/run")" = $'cd "${REEVE_WORKDIR:-/}" || exit 111\nhere=$PWD' ]
  wrapper <<<$'#!/bin/bash\ncd /opt/a\nexec ./web'
  migrate
  run ! grep REEVE_WORKDIR "$tree/web/run"
}

@test "readlink -f of a link to the script is the script's own place" {
  local run
  mkdir -p bin
  printf '#!/bin/sh\ncd "$(dirname "$(readlink -f "$0")")"\nhelper &\nexec web\n' >bin/all
  for run in 'ln -s /srv/bin/all /run-all' 'ln -s /srv/bin/all /a && ln -s a /run-all'; do
    alone <<<$'FROM debian\nCOPY bin/ /srv/bin/\nRUN '"$run"$'\nCMD ["/run-all"]'
    grep -q -x 'cd "/srv/bin"' "$tree/web/run" || { echo "# $run"; return 1; }
  done
  alone <<<$'FROM debian\nCOPY bin/all /opt/all\nRUN cp /opt/all /run-all\nCMD ["/run-all"]'
  grep -q -x 'cd "/"' "$tree/web/run"
  printf '#!/bin/sh\ncd "$(dirname "$0")"\nhelper &\nexec web\n' >bin/all
  alone <<<$'FROM debian\nCOPY bin/ /srv/bin/\nRUN ln -s /srv/bin/all /opt/run-all\nCMD ["/opt/run-all"]'
  grep -q -x 'cd "/opt"' "$tree/web/run"
}

@test "work in a folder that goes back to where it was leaves the folder of what comes later" {
  local work
  for work in 'cd web && make && cd ..' 'cd web && make && cd -' 'cd /srv/web && make && cd "$OLDPWD"' 'pushd web && make && popd' 'cd web && { make; cd ..; }' $'cd web && \\\n  make && \\\n  cd ..'; do
    wrapper <<<$'#!/bin/bash\n'"$work"$'\nhelper &\nexec server'
    migrate
    grep -q '^ *cd' "$init/10-start" "$init"/* || grep -q pushd "$init/10-start"
    becomes server 'exec server'
    run ! grep -E '^(cd [^"]|pushd)' "$tree/server/run" "$tree/helper/run"
    wrapper <<<$'#!/bin/bash\nhelper &\n'"$work"$'\nexec server'
    migrate
    has make/flag-oneshot
    run ! grep -E '^(cd [^"]|pushd)' "$tree/server/run" "$tree/helper/run"
    untold TODO
  done
  wrapper <<<$'#!/bin/bash\ncd a && x && cd ../b && y && cd ..\nexec server'
  migrate
  grep -qx 'cd a && cd ../b && cd ..' "$tree/server/run"
  wrapper <<<$'#!/bin/bash\ncd a/b && make && cd ..\nexec server'
  migrate
  grep -qx 'cd a/b && cd ..' "$tree/server/run"
}
