# Packages of the image, and inits, that /init takes the place of.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "supervisord's package goes as well" {
  input=supervisord.conf
  printf 'FROM debian\nRUN apt-get install -y supervisor nginx\nCOPY supervisord.conf /etc/\nCMD ["supervisord", "-n"]\n' >Dockerfile
  wrapper <<<$'[program:a]\ncommand=a'
  patched
  [[ $result == *'RUN apt-get install -y nginx'* ]]
  [[ $result != *supervisor* ]]
}

@test "supervisor's package stays if what uses Python gets it from there alone" {
  local command
  input=supervisord.conf
  python() # [LINE-OF-THE-DOCKERFILE]
  {
    printf 'FROM %s\nRUN apt-get update && apt-get install -y supervisor nginx\n%s\nCOPY supervisord.conf /etc/\nCMD ["supervisord", "-n"]\n' "${2:-debian:12}" "${1:-}" >Dockerfile
    patched
  }
  for command in 'python3 -m http.server' '/usr/bin/env python3 /app.py' '/usr/bin/python /app.py'; do
    wrapper <<<$'[program:a]\ncommand='"$command"
    python
    [[ $result == *'install -y supervisor nginx'* ]] && told 'line 2: the package supervisor stays: something executes Python, which came with it: install python3' || { echo "# $command"; return 1; }
  done
  python 'RUN apt-get install -y python3-venv'
  [[ $result == *'install -y nginx'* ]]
  python '' python:3.12-slim
  [[ $result == *'install -y nginx'* ]]
  wrapper <<<$'[program:a]\ncommand=web'
  python 'RUN python3 -c "open(1)"'
  [[ $result == *'install -y supervisor nginx'* ]]
  python 'HEALTHCHECK CMD python3 /check.py'
  [[ $result == *'install -y supervisor nginx'* ]]
  python
  [[ $result == *'install -y nginx'* ]]
}

@test "programs that may need the Python of supervisor's package are in the note about it" {
  input=supervisord.conf
  alpine() # PROGRAM ; what supervisor.conf has besides nginx
  {
    printf '[program:nginx]\ncommand=nginx -g "daemon off;"\n[program:tool]\ncommand=%s\n' "$1" >supervisord.conf
    printf 'FROM %s\nRUN apk add --no-cache nginx supervisor\nCOPY supervisord.conf /etc/\nCMD ["supervisord", "-n"]\n' "${2:-alpine}" >Dockerfile
    patched
  }
  alpine /opt/tool
  [[ $result == *'RUN apk add --no-cache nginx'* && $result != *supervisor* ]]
  told 'note: the package supervisor also brought Python, and nothing here is seen to execute that: install python3 if something does (tool, what a RUN downloads'
  for program in 'php-fpm -F' 'node server.js' 'crond -f' 'redis-server'; do
    alpine "$program"
    told 'if something does (what a RUN downloads' || { echo "# $program"; return 1; }
  done
  alpine /opt/tool python:3-alpine
  untold 'also brought Python'
  alpine 'gunicorn app:app' # that is written in Python
  [[ $result == *'nginx supervisor'* ]] && told 'the package supervisor stays: something executes Python, which came with it'
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

@test "a package that something still calls stays, and so does its variable" {
  cat >Dockerfile <<'EOS'
FROM debian
ENV TINI_VERSION v0.19.0
ADD https://example.com/${TINI_VERSION}/tini /tini
RUN chmod +x /tini && /tini --version
RUN apt-get update && apt-get install -y dumb-init && dumb-init true
COPY start.sh /
ENTRYPOINT ["/tini", "--", "/start.sh"]
EOS
  wrapper <<<$'worker &\nexec web'
  patched
  [[ $result == *'ENV TINI_VERSION v0.19.0'*'/tini /tini'*'RUN chmod +x /tini && /tini --version'*'install -y dumb-init && dumb-init true'* ]]
  [[ $result != *'COPY start.sh'* ]]
}

@test "a command that installs nothing else goes out of its list, wherever it stands" {
  cat >Dockerfile <<'EOS'
FROM debian
RUN apt-get install -y tini && make one \
 && make two
RUN make three && \
    apt-get install -y tini && \
    # why
    make four
RUN make five \
 && apk add tini
RUN apt-get update; apt-get install -y tini; rm -rf /var/lib/apt/lists/*
COPY start.sh /
CMD /start.sh
EOS
  wrapper <<<$'worker &\nexec web'
  patched
  diff -u - <(sed '/^ADD/,$d' <<<"$result") <<'EOS'
FROM debian
RUN make one \
 && make two
RUN make three && \
    # why
    make four
RUN make five
EOS
}

@test "an init stays where a script that stays executes it, or may do so" {
  cat >Dockerfile <<'EOS'
FROM debian
RUN apt-get update && apt-get install -y curl tini
COPY --chmod=755 entry.sh start.sh /
ENTRYPOINT ["/entry.sh"]
CMD ["/start.sh"]
EOS
  wrapper <<<$'worker &\nexec web'
  printf '#!/bin/sh\nsetup\nexec tini -- "$@"\n' >entry.sh
  patched
  [[ $result == *'install -y curl tini'* ]]
  told 'note: Dockerfile, line 2: the package tini stays: entry.sh, which stays in the image, names it'
  told 'it executes its arguments by way of tini, so that /init would not be PID 1'
  untold 'tini is not needed any more'
  printf '#!/bin/sh\nsetup\nexec "$@"\n' >entry.sh # it does not need tini
  patched
  [[ $result == *$'install -y curl\n'* ]]
  rm entry.sh # nobody knows
  patched
  [[ $result == *'install -y curl tini'* ]]
  told 'the package tini stays: /entry.sh, which stays ahead of /init, may execute it'
}

@test "an init, and the wrapper, stay where a copied script, or one that the Dockerfile writes, names them" {
  mkdir -p app/bin
  printf '#!/bin/sh\nexec /tini -- app\n' >app/bin/run
  printf '#!/bin/sh\nexec sh /start.sh\n' >app/again
  cat >Dockerfile <<'EOS'
FROM debian
COPY tini /tini
RUN wget -O /bin/dumb-init https://example.com/dumb-init
RUN apt-get install -y catatonit
RUN printf '#!/bin/sh\nexec catatonit "$@"' >/later.sh
COPY <<EOF /other.sh
exec dumb-init other
EOF
COPY app /app
COPY start.sh /
CMD ["/start.sh"]
EOS
  wrapper <<<$'worker &\nexec /app/bin/run'
  patched
  [[ $result == *'COPY tini /tini'*'RUN wget -O /bin/dumb-init'*'install -y catatonit'*'COPY start.sh /'* ]]
  told 'tini stays in the image, though /init does not need it: app/bin/run, which stays in the image, names it'
  told 'start.sh stays in the image, though /init does not need it: app/again, which stays in the image, names it'
  echo data >app/bin/run
  echo data >app/again
  patched
  [[ $result != *'COPY tini /tini'* && $result != *'COPY start.sh /'* ]]
}

@test "an init's package stays where a RUN uses its file" {
  cat >Dockerfile <<'EOS'
FROM debian
RUN apt-get update && apt-get install -y curl tini && cp /usr/bin/tini /sbin/first
RUN apt-get install -y dumb-init wget && ln -s "$(which dumb-init)" /sbin/second
RUN apt-get install -y catatonit jq
COPY start.sh /
ENTRYPOINT ["/start.sh"]
EOS
  wrapper <<<$'worker &\nexec web'
  patched
  [[ $result == *'curl tini && cp'*'dumb-init wget && ln'*$'install -y jq\n'* ]]
  told 'note: Dockerfile, line 2: the package tini stays: RUN in line 2 uses its file'
}

@test "supervisor's package stays where a RUN uses its files, or its service" {
  local run
  input=supervisord.conf
  printf '[supervisord]\nnodaemon=true\n[program:web]\ncommand=web\n' >supervisord.conf
  for run in 'rc-update add supervisord' 'systemctl enable supervisor' 'update-rc.d -f supervisor remove' 'sed -i s/a/b/ /etc/supervisor/supervisor.conf' \
    'chmod 700 /var/log/supervisor && true' 'mkdir -p /data/var/log/supervisor && chmod 700 /var/log/supervisor' 'mkdir -p /x; touch /var/log/supervisor/x' 'ln -s /usr/bin/supervisord /start' 'echo "[program:a]" >/etc/supervisor/conf.d/a.conf'; do
    printf 'FROM debian\nRUN apt-get install -y nginx supervisor\nRUN %s\nCOPY supervisord.conf /etc/supervisord.conf\nCMD ["supervisord", "-n"]\n' "$run" >Dockerfile
    patched
    told 'Dockerfile, line 2: the package supervisor stays: '
    grep -q 'nginx supervisor' <<<"$result"
  done
  # These do without it.
  for run in 'rc-update add nginx' 'mkdir -p /var/log/supervisor && chown app /var/log/supervisor' 'rm -rf /etc/supervisor/conf.d/*' 'chmod 600 /etc/supervisord.conf' \
    'touch /var/log/supervisord.log' 'mkdir -p /etc/supervisor/conf.d && echo >/etc/supervisor/conf.d/a.conf'; do
    printf 'FROM debian\nRUN apt-get install -y nginx supervisor\nCOPY supervisord.conf /etc/supervisord.conf\nRUN %s\nCMD ["supervisord", "-n"]\n' "$run" >Dockerfile
    patched
    untold 'the package supervisor stays'
    grep -q 'nginx$' <<<"$result"
  done
}

@test "supervisor goes whatever installs it, or is named where the patch leaves it" {
  local run
  input=supervisord.conf
  wrapper <<<$'[program:web]\ncommand=web'
  for run in 'pacman -Syu --noconfirm supervisor nginx' '/venv/bin/pip install supervisor nginx' 'conda install -y supervisor nginx' 'uv pip install --system supervisor==4.2 nginx' 'tdnf install -y nginx supervisor'; do
    printf 'FROM fedora AS python\nRUN %s\nCOPY supervisord.conf /etc/\nCMD ["supervisord", "-n"]\n' "$run" >Dockerfile
    patched
    [[ $result != *supervisor* && $result == *nginx* ]] || { echo "# $run"; return 1; }
  done
  for run in 'emerge supervisor' $'<<EOF\napt-get install -y supervisor\nEOF' 'brew install supervisor'; do
    printf 'FROM python\nRUN %s\nCOPY supervisord.conf /etc/\nCMD ["supervisord", "-n"]\n' "$run" >Dockerfile
    patched
    told ': supervisor is not needed any more, unless something else uses it: /init does its work; the patch leaves it in' || { echo "# $run"; return 1; }
  done
  # A stage that the last one is made from may serve others.
  printf 'FROM python AS base\nRUN pip install supervisor\nADD supervisord.conf /etc/\nFROM base\nCOPY . /app\nCMD ["supervisord", "-n"]\n' >Dockerfile
  patched
  [[ $result == *'pip install supervisor'*'ADD supervisord.conf'* ]]
  told 'line 2: supervisor is not needed any more'
  told 'line 3: the ADD of supervisord.conf is in another stage than the last, which alone the patch changes: take it out, if no other stage needs it'
}

@test "what stays as CMD is named by its program, and not by its shell" {
  input=supervisord.conf
  wrapper <<<$'[program:web]\ncommand=web'
  for command in 'sleep 5 && other' '["bash", "-e", "/other.sh"]'; do
    printf 'FROM debian\nRUN apt-get install -y supervisor\nCOPY supervisord.conf /etc/\nCMD %s\n' "$command" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'which stays as CMD, may execute something of it'
    untold '/sh, which stays as CMD'
    untold 'bash, which stays as CMD'
  done
}

@test "a RUN that names Python, and does not install it, brings none" {
  local run
  supervisord_conf
  for run in 'ln -s /usr/bin/python3 /usr/bin/python' 'update-alternatives --install /usr/bin/python python /usr/bin/python3 1'; do
    printf 'FROM alpine\nRUN apk add supervisor x && %s\nCOPY supervisord.conf /etc/\nCMD ["supervisord", "-n"]\n' "$run" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'the package supervisor also brought Python' || { echo "# $run"; return 1; }
  done
  for run in 'apk add python3' 'pip install x' 'apk add py3-pip' '/usr/bin/python3 -m pip install x'; do
    printf 'FROM alpine\nRUN apk add supervisor x && %s\nCOPY supervisord.conf /etc/\nCMD ["supervisord", "-n"]\n' "$run" >Dockerfile
    migrate --dockerfile Dockerfile
    untold 'also brought Python' || { echo "# $run"; return 1; }
  done
}
