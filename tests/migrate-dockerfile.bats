# The patch to the Dockerfile.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "the wrapper goes, the overlay comes" {
  cat >Dockerfile <<'EOS'
FROM python:3 AS build
COPY start.sh /elsewhere
FROM debian:bookworm
RUN apt-get update \
 && apt-get install -y tini \
      curl dumb-init
WORKDIR /app
COPY start.sh /start.sh
RUN chmod +x /start.sh
COPY app /app
STOPSIGNAL SIGQUIT
EXPOSE 80
ENTRYPOINT ["/usr/bin/tini", "--", "/start.sh"]
CMD ["web"]
EOS
  wrapper <<<$'mkdir /x\nworker &\nexec "$@"'
  patched
  diff -u - <(echo "$result") <<'EOS'
FROM python:3 AS build
COPY start.sh /elsewhere
FROM debian:bookworm
RUN apt-get update \
 && apt-get install -y \
      curl
WORKDIR /app
COPY app /app
STOPSIGNAL SIGTERM
EXPOSE 80
ADD reeve-overlay-amd64.tar.gz /
COPY rootfs/ /
RUN ["reeve", "check", "/etc/services.d"]
ENTRYPOINT ["/init"]
EOS
  grep -qx 'cd /app || exit 111' "$tree/web/run"
}

@test "escapes of the Dockerfile's words are none of the folder's" {
  local line
  wrapper <<<'exec web'
  for line in 'WORKDIR /srv/a\ b' 'WORKDIR "/srv/a b"' 'WORKDIR /srv/"a b" ' $'ENV AT=/srv/a\\ b N=1\nWORKDIR $AT' $'WORKDIR /srv\nWORKDIR a\\ b'; do
    printf 'FROM debian\n%s\nCOPY start.sh /\nCMD ["/start.sh"]\n' "$line" >Dockerfile
    migrate --dockerfile Dockerfile
    grep -qxF "cd '/srv/a b' || exit 111" "$tree/web/run"
  done
  printf '# escape=`\nFROM debian\nWORKDIR /srv/a` b\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  grep -qxF "cd '/srv/a b' || exit 111" "$tree/web/run"
}

@test "a log file that is a link to the container's output is shown as before" {
  local run
  wrapper <<<$'web >/var/log/web.log 2>&1 &\ntail -F /var/log/web.log'
  for run in 'RUN ln -sf /dev/stdout /var/log/web.log' $'RUN mkdir -p /var/log \\\n && ln -s /proc/1/fd/1 /var/log/web.log' $'ENV LOG=/var/log/web.log\nRUN ln -sf /proc/self/fd/2 $LOG' \
    $'RUN <<EOF\nln -sf /dev/stderr "/var/log/web.log"\nEOF'; do
    printf 'FROM debian\n%s\nCOPY start.sh /\nCMD ["/start.sh"]\n' "$run" >Dockerfile
    migrate --dockerfile Dockerfile
    untold 'does not show any more'
    told "a link to the container's output: /var/log/web.log"
    lacks logs
  done
  for run in 'RUN ln -sf /dev/stdout /var/log/other.log' 'RUN ln -sf /data/log /var/log/web.log' ''; do
    printf 'FROM debian\n%s\nCOPY start.sh /\nCMD ["/start.sh"]\n' "$run" >Dockerfile
    migrate --dockerfile Dockerfile
    grep -qx 'exec tail -F /var/log/web.log' "$tree/logs/run"
  done
  wrapper <<<$'ln -sf /dev/stdout /var/log/web.log\nweb >/var/log/web.log 2>&1 &\ntail -F /var/log/web.log /var/log/other.log'
  migrate
  told 'does not show any more: /var/log/other.log ('
}

@test "a script that is CMD, and a base image that is stopped by another signal" {
  printf 'FROM nginx:1.25\nCMD ["/start.sh", "--fast"]' >Dockerfile
  wrapper <<<$'web "$1" &\nwait'
  patched
  [[ $result == *$'STOPSIGNAL SIGTERM\nENTRYPOINT ["/init"]'* ]]
  [[ $result != *start.sh* ]]
  grep -qx 'set -- --fast # CMD' "$tree/web/run"
}

@test "a script that is copied under another name, and a shell's CMD" {
  cat >Dockerfile <<'EOS'
FROM debian
COPY --chmod=755 docker/start.sh /usr/local/bin/entry
ENTRYPOINT ["entry"]
CMD exec web --now
EOS
  wrapper <<<'exec "$@"'
  patched
  tail -n 1 "$tree"/*/run | grep -qx "exec /bin/sh -c 'exec web --now'"
  [[ $result != *entry* ]]
  [[ $result == *'ENTRYPOINT ["/init"]'* ]]
}

@test "a tree beside the image's root is copied part by part" {
  printf 'FROM debian\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'mkdir /x\nexec web'
  run reeve-migrate start.sh -o out/services --dockerfile Dockerfile
  [[ $output == *'+COPY out/services/ /etc/services.d/'*'+COPY out/cont-init.d/ /etc/cont-init.d/'* ]]
}

@test "COPY names a place in the build context, wherever the tree is written" {
  mkdir -p context "$dir/else where"
  printf 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n' >context/Dockerfile
  wrapper <<<$'worker &\nexec web'
  run reeve-migrate start.sh -o "$dir/context/tree/etc/services.d" --dockerfile context/Dockerfile
  [[ $output == *'+COPY tree/ /'* ]]
  run reeve-migrate start.sh -o "$dir/rootfs/etc/services.d" --dockerfile Dockerfile
  rm -rf "$dir/rootfs"
  cp context/Dockerfile .
  run reeve-migrate start.sh -o "$dir/rootfs/etc/services.d" --dockerfile Dockerfile
  [[ $output == *'+COPY rootfs/ /'* && $output != *"+COPY $dir"* ]]
  run reeve-migrate start.sh -o "$dir/else where/etc/services.d" --dockerfile context/Dockerfile
  [[ $output == *'+COPY ["else where/", "/"]'* ]]
  cd context
  run reeve-migrate ../start.sh -o ../out/etc/services.d --dockerfile Dockerfile
  [[ $output == *'+COPY rootfs/etc/services.d'* || $output == *'+COPY rootfs/ /'* ]]
  [[ $output == *'COPY reads from the build context alone: move ../out/etc/services.d to rootfs/etc/services.d'* ]]
}

@test "when the image executes another program, that stays as CMD, unless a service runs it" {
  printf 'FROM debian\nCOPY start.sh /\nCMD ["/bin/other", "-x"]\n' >Dockerfile
  wrapper <<<$'worker &\nexec web'
  patched
  [[ $result == *'COPY start.sh /'*$'ENTRYPOINT ["/init"]\nCMD ["/bin/other", "-x"]' ]]
  told 'note: TODO: the Dockerfile does not execute start.sh, but /bin/other -x'
}

@test "what the image executes ahead of the script stays ahead of /init, and is read" {
  printf 'FROM debian\nCOPY start.sh entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'worker &\nexec web'
  printf '#!/bin/sh\n[ "$1" = /start.sh ] && setup\nexec "$@"\n' >entry.sh
  patched
  [[ $result == *$'ENTRYPOINT ["/entry.sh", "/init"]' && $result != *CMD* ]]
  told 'it asks what its first argument is, which is /init now'
  printf '#!/bin/sh\nsetup\n' >entry.sh
  patched
  told 'it does not end in exec "$@", so that /init would never start'
  printf '#!/bin/sh\nsetup\nexec /start.sh\n' >entry.sh
  patched
  told 'note: line 3 of /entry.sh executed start.sh: exec /start.sh; it stays ahead of /init: the patch writes exec "$@" there'
  [[ $result == *$'ENTRYPOINT ["/entry.sh", "/init"]' && $result != *CMD* ]]
  printf 'FROM jetty\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  patched
  told 'ENTRYPOINT ["/init"] takes the place of the one that jetty may have'
}

@test "a Dockerfile that does not execute the script says so, also if it copies its whole folder" {
  local command
  wrapper <<<$'worker &\nexec web'
  for command in '["python3", "-m", "app"]' '["node", "server.js"]' 'gunicorn app:app' '["/usr/bin/nginx", "-g", "daemon off;"]' 'cd /app && python3.11 app.py'; do
    printf 'FROM debian\nWORKDIR /app\nCOPY . /app\nCMD %s\n' "$command" >Dockerfile
    patched
    told 'note: TODO: the Dockerfile does not execute start.sh, but'
    grep -q '^CMD \[.*\(app\|server.js\|nginx\)' <<<"$result"
  done
}

@test "a Dockerfile without ENTRYPOINT and CMD executes no script" {
  wrapper <<<$'worker &\nexec web'
  printf 'FROM debian\nCOPY . /app\n' >Dockerfile
  patched
  told 'note: TODO: nothing in the Dockerfile executes start.sh'
}

@test "what is taken for the script under another name is named" {
  wrapper <<<$'worker &\nexec web'
  printf 'FROM debian\nCOPY . /app\nCMD ["/app/bin/boot"]\n' >Dockerfile
  patched
  told 'note: the Dockerfile does not name start.sh: boot, which it executes, was taken for that file'
  [[ $result != *boot* ]]
  printf 'FROM debian\nCOPY . /app\nCMD ["/app/start.sh"]\n' >Dockerfile
  patched
  untold 'was taken for'
}

@test "the overlay is that of the image's platform, or the report says why that is not known" {
  local from architecture
  wrapper <<<$'web &\nwait'
  while IFS='|' read -r from architecture; do
    printf "$from"'\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
    migrate --dockerfile Dockerfile
    told "+ADD reeve-overlay-$architecture.tar.gz /"
    untold TARGETARCH.tar
  done <<'EOS'
FROM --platform=linux/arm64 debian|arm64
ARG TARGETARCH=arm64\nFROM --platform=linux/${TARGETARCH} debian|arm64
FROM --platform=linux/arm64/v8 debian AS base\nRUN x\nFROM base|arm64
FROM arm64v8/debian:12|arm64
FROM balenalib/aarch64-debian:bookworm|arm64
FROM debian AS build\nRUN arch=x86_64 make\nFROM debian|amd64
FROM --platform=linux/amd64 debian|amd64
EOS
  for from in 'FROM --platform=$TARGETPLATFORM debian' 'FROM --platform=linux/arm/v7 debian' 'FROM i386/debian' 'FROM resin/rpi-raspbian:jessie' 'FROM armhf/alpine' 'FROM debian\nARG TARGETARCH' \
    'FROM --platform=$BUILDPLATFORM debian AS build\nFROM debian' 'FROM golang AS build\nARG TARGETOS TARGETARCH\nRUN make\nFROM debian' \
    'FROM debian\nRUN echo "deb [arch=$(dpkg --print-architecture)] https://repo"' 'FROM debian AS build\nRUN <<EOF\ncurl https://x/app-$(uname -m)\nEOF\nFROM debian' \
    'FROM debian\nRUN curl https://x/$(arch)/app'; do
    printf "$from"'\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
    migrate --dockerfile Dockerfile
    told '+ADD reeve-overlay-amd64.tar.gz /' || { echo "# $from"; return 1; }
    told 'ARG TARGETARCH ahead of ADD reeve-overlay-${TARGETARCH}.tar.gz / takes that of each'
  done
  # A name may also say what a compiler makes code for.
  printf 'FROM mycorp/arm64-tools:1\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: the image seems to be for linux/arm64, by the name of mycorp/arm64-tools:1: the patch adds the overlay for arm64'
  # So may what is fetched: where something else is for amd64, it is.
  printf 'FROM debian\nARG ARCH=arm64\nRUN curl -L "https://x/app-linux-$ARCH.gz" >/app.gz\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: the image seems to be for linux/arm64, by line 3, which fetches app-linux-arm64.gz: the patch adds the overlay for arm64'
  sed -i '4iADD https://x/tini-amd64 /tini' Dockerfile
  migrate --dockerfile Dockerfile
  told '+ADD reeve-overlay-amd64.tar.gz /'
  untold 'seems to be'
}

@test "the ARGs ahead of the first FROM count in FROM" {
  wrapper <<<$'web &\nwait'
  printf 'ARG V=8.3-fpm\nFROM debian\nARG V=8.3-cli\nFROM php:${V}\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'php has another one (QUIT)'
}

@test "what the Dockerfile itself writes is named; a RUN ahead of a COPY does not need its file" {
  local write
  wrapper <<<$'web &\nwait'
  for write in 'RUN printf "web &" >/start.sh && chmod +x /start.sh' 'COPY <<EOF /start.sh\nweb &\nwait\nEOF' 'COPY --chmod=755 <<-"EOF" /start.sh\nweb\nEOF' \
    'RUN echo web | tee /start.sh' 'RUN cat > "/start.sh" <<EOF\nweb\nEOF'; do
    printf 'FROM debian\n'"$write"'\nCMD ["/start.sh"]\n' >Dockerfile
    migrate --dockerfile Dockerfile
    told 'of start.sh, whose text is in the Dockerfile, stays in the image' || { echo "# $write"; return 1; }
  done
  printf 'FROM debian\nRUN mkdir -p /etc/app && ls /etc/app\nCOPY start.sh /etc/app/\nCMD ["/etc/app/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'note: Dockerfile, line 3: the patch takes out COPY of start.sh'
  untold 'whose text'
}

@test "a file that only looks like the wrapper keeps nothing in the image" {
  input=entrypoint.sh
  wrapper <<<$'#!/bin/sh\nexporter &\nexec /docker-entrypoint.sh nginx'
  printf 'FROM nginx\nCOPY entrypoint.sh /entrypoint.sh\nENV X=my.entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told '-COPY entrypoint.sh /entrypoint.sh'
  wrapper <<<$'#!/bin/sh\nexporter &\nexec /opt/app/entrypoint.sh nginx'
  migrate --dockerfile Dockerfile
  told '-COPY entrypoint.sh /entrypoint.sh'
  wrapper <<<$'#!/bin/sh\nexporter --hook "$HOME/entrypoint.sh" &\nexec nginx'
  migrate --dockerfile Dockerfile
  told 'entrypoint.sh stays in the image, though /init does not need it: a service, or the setup, names it'
}

@test "a script in a copied folder that is ahead of the input is read" {
  mkdir docker
  printf '#!/bin/sh\nsetup\nexec tini -- "$@"\n' >docker/entry.sh
  printf 'FROM debian\nCOPY docker/ /docker/\nCOPY start.sh /\nENTRYPOINT ["/docker/entry.sh"]\nCMD ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'worker &\nexec web'
  patched
  told '/docker/entry.sh ran ahead of the input, and stays ahead of /init: it executes its arguments by way of tini'
}

@test "files that a supervisord.conf includes go with it, stay with it, or are named" {
  mkdir -p docker/apps docker/more
  printf '[program:b]\ncommand=b\n' >docker/apps/b.conf
  printf '[program:c]\ncommand=c\n' >docker/more/c.conf
  input=docker/supervisord.conf
  wrapper docker/supervisord.conf <<<$'[program:a]\ncommand=a\n[include]\nfiles=/etc/sup/*.conf /etc/sup/d/*.conf'
  dockerfile() { printf 'FROM debian\n%s\nCOPY docker/supervisord.conf /etc/\nCOPY ./docker/apps/b.conf /etc/sup/b.conf\nCMD ["supervisord"]\n' "$@" >Dockerfile; }
  dockerfile 'COPY docker/more/ /etc/sup/d/'
  migrate --dockerfile Dockerfile
  services a b c
  told 'note: Dockerfile, line 4: the patch takes out COPY of b.conf'
  told 'note: Dockerfile, line 2: COPY brings what supervisord included, and /init does not need: c.conf'
  dockerfile 'COPY docker/more/*.conf /etc/sup/d/'
  migrate --dockerfile Dockerfile
  told 'note: Dockerfile, line 2: COPY brings what supervisord included, and /init does not need: c.conf'
  dockerfile 'HEALTHCHECK CMD cat /etc/supervisord.conf'
  migrate --dockerfile Dockerfile
  told 'note: Dockerfile, line 4: b.conf stays in the image, though /init does not need it: supervisord.conf, which stays, includes it'
}

@test "ONBUILD CMD of the input goes, another one is marked" {
  wrapper <<<$'exec web'
  printf 'FROM debian\nCOPY start.sh /start.sh\nONBUILD COPY . /app\nONBUILD CMD ["sh", "/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told '-ONBUILD CMD ["sh", "/start.sh"]'
  told 'the patch takes out ONBUILD CMD, which executed start.sh in images made from this one'
  untold TODO
  printf 'FROM debian\nCOPY start.sh /\nONBUILD CMD ["other"]\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: Dockerfile, line 3: ONBUILD CMD stays: in images made from this one it is started beside the services'
}

@test "another stage that starts the input as well is named" {
  wrapper <<<$'worker &\nexec web'
  printf 'FROM debian AS base\nCOPY start.sh /\nFROM base AS production\nCMD ["/start.sh"]\nFROM base AS test\nRUN check\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: another stage, production (from line 3 on) starts start.sh, too, and stays as it is'
  printf 'FROM node AS build\nCMD ["npm", "start"]\nFROM debian AS base\nCMD ["/start.sh"]\nFROM base\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'another stage'
}

@test "a stage that the last one is made from, and that starts the input as well, is named" {
  local copy start last
  input=docker/start.sh
  mkdir docker
  wrapper <<<$'worker &\nexec web'
  while IFS='|' read -r copy start last; do
    printf 'FROM debian AS base\n%s\nRUN chmod +x /docker/start.sh\n%s\nFROM base AS last\n%b' "$copy" "$start" "$last" >Dockerfile
    migrate --dockerfile Dockerfile
    told "TODO: another stage, base (from line 1 on) starts start.sh, too" || { echo "# $copy|$start"; return 1; }
    told "put what the patch adds there, in place of its ${start%% *} (line 4)"
    case $copy in
      *.sh*) told 'line 2: the COPY of start.sh is in another stage'; told 'line 3: the RUN that prepares start.sh is in another stage' ;;
      *) told 'line 3: RUN names start.sh, which the COPY of line 2 brings with all others' ;;
    esac
  done <<'EOS'
COPY docker/ /docker/|CMD ["/docker/start.sh"]|COPY ssr.conf /etc/\n
COPY docker/start.sh /docker/|ENTRYPOINT ["/docker/start.sh"]|COPY ssr.conf /etc/\n
COPY . /|CMD ["/docker/start.sh"]|CMD ["/docker/start.sh"]\n
EOS
}

@test "a script that comes from another stage stays, and the report says so" {
  wrapper <<<$'worker &\nexec web'
  printf 'FROM debian AS build\nCOPY . /src\nFROM debian\nCOPY --from=build /src/start.sh /app/start.sh\nCMD ["/app/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'note: Dockerfile, line 4: start.sh stays in the image, though /init does not need it: it comes from another stage'
  untold '-COPY --from'
}

@test "a comment goes with all that stands below it, or stays" {
  cat >Dockerfile <<'EOS'
FROM debian:bookworm

# The start script,
# which must be executable
COPY start.sh /start.sh
RUN chmod +x /start.sh
# The application and how it starts
COPY app /app
COPY start.sh /app/start.sh
# COPY older.sh /older.sh
COPY start.sh /other/start.sh

# How it starts
COPY start.sh /start.sh
CMD ["/start.sh"]
EOS
  wrapper <<<$'/app/worker &\nexec /app/server'
  patched
  diff -u - <(echo "$result" | sed '/^ADD/,$d') <<'EOS'
FROM debian:bookworm

# The application and how it starts
COPY app /app
# COPY older.sh /older.sh

# How it starts
EOS
}

@test "another stage that starts the same input without the script ahead of it is named, too" {
  input=supervisord.conf
  wrapper <<<$'[program:web]\ncommand=web'
  printf '#!/bin/sh\nprepare\nexec supervisord -n\n' >entry.sh
  printf 'FROM debian AS base\nCOPY supervisord.conf /etc/\nFROM base AS dev\nCMD ["supervisord", "-n"]\nFROM base AS test\nCMD ["pytest"]\nFROM base\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: another stage, dev (from line 3 on) starts supervisord, too'
  untold 'another stage, test'
}

@test "a comment that names what /init takes the place of goes with that; another one stays" {
  local comment cmd
  supervisord_conf
  printf '#!/bin/sh\nexec supervisord -n\n' >entry.sh
  while IFS='|' read -r comment cmd; do
    printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY entry.sh /\n\n# In the end\n# %s\n%b\n' "$comment" "$cmd" >Dockerfile
    patched
    [[ $result != *"$comment"* && $result != *'In the end'* ]] || { echo "# $comment: $result"; return 1; }
  done <<'EOS'
Start Supervisor|CMD ["/usr/bin/supervisord", "-c", "/etc/supervisord.conf"]
Start supervisord, with tini.|ENTRYPOINT ["tini", "--"]\nCMD ["supervisord"]
supervisor as the main process|CMD supervisord -n
supervisord is started by the entrypoint|ENTRYPOINT ["/entry.sh"]
EOS
  while IFS='|' read -r comment cmd; do
    printf 'FROM debian\nCOPY supervisord.conf /etc/\nCOPY entry.sh /\n\n# In the end\n# %s\n%b\n' "$comment" "$cmd" >Dockerfile
    patched
    [[ $result == *$'# In the end\n# '"$comment"* ]] || { echo "# $comment: $result"; return 1; }
  done <<'EOS'
Start the container|CMD ["/usr/bin/supervisord", "-c", "/etc/supervisord.conf"]
entry.sh makes the folders|ENTRYPOINT ["/entry.sh"]
Set the entry|ENTRYPOINT ["/entry.sh"]
EOS
}
