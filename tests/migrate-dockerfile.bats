# The patch to the Dockerfile.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

patched() # applies the patch in a copy; $result
{
  migrate --dockerfile Dockerfile
  mkdir -p copy
  cp Dockerfile copy
  sed -n '/^--- /,$p' <<<"$report" | patch -s -p0 -d copy
  result=$(cat copy/Dockerfile)
}

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

@test "supervisord's package goes as well" {
  input=supervisord.conf
  printf 'FROM debian\nRUN apt-get install -y supervisor nginx\nCOPY supervisord.conf /etc/\nCMD ["supervisord", "-n"]\n' >Dockerfile
  wrapper <<<$'[program:a]\ncommand=a'
  patched
  [[ $result == *'RUN apt-get install -y nginx'* ]]
  [[ $result != *supervisor* ]]
}

@test "a tree beside the image's root is copied part by part" {
  printf 'FROM debian\nENTRYPOINT ["/start.sh"]\n' >Dockerfile
  wrapper <<<$'mkdir /x\nexec web'
  run reeve-migrate start.sh -o out/services --dockerfile Dockerfile
  [[ $output == *'+COPY out/services/ /etc/services.d/'*'+COPY out/cont-init.d/ /etc/cont-init.d/'* ]]
}

@test "an init goes, whatever way it came; what is left of one is named" {
  cat >Dockerfile <<'EOS'
FROM debian:bookworm
ENV TINI_VERSION v0.19.0
ARG DUMB_INIT_VERSION=1.2.5
COPY tini /tini
COPY --from=build /usr/bin/tini-static /sbin/
ADD https://github.com/krallin/tini/releases/download/${TINI_VERSION}/tini /usr/bin/tini
RUN wget -O /usr/local/bin/dumb-init https://example.com/dumb-init_amd64 && chmod +x /usr/local/bin/dumb-init
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
RUN apk add --no-cache nginx tini curl
RUN make tini && make app
ENTRYPOINT ["/tini", "--", "/start.sh"]
EOS
  wrapper <<<$'worker &\nexec web'
  patched
  diff -u - <(echo "$result") <<'EOS'
FROM debian:bookworm
RUN apk add --no-cache nginx curl
RUN make tini && make app
ADD reeve-overlay-amd64.tar.gz /
COPY rootfs/ /
RUN ["reeve", "check", "/etc/services.d"]
ENTRYPOINT ["/init"]
EOS
  told 'note: Dockerfile, line 10: tini is not needed any more'
}
