# A Dockerfile alone as the input: what its ENTRYPOINT and CMD execute is migrated, and the patch is made.
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

alone() # [NAME] ; the Dockerfile is stdin
{
  input=${1:-Dockerfile}
  cat >"$dir/$input"
  rm -rf "$dir/rootfs"
  run --separate-stderr reeve-migrate "$input" -o rootfs/etc/services.d
  report=$output
  [ "$status" -eq 0 ] || { echo "# exit code $status: $stderr"; return 1; }
  checked
  mkdir -p copy
  cp "$input" copy
  sed -n '/^--- /,$p' <<<"$report" | patch -s -p0 -d copy
  result=$(cat "copy/$input")
  grep -q '^ENTRYPOINT .*"/init"]$' <<<"$result"
}

refused() # TEXT ; the Dockerfile is stdin
{
  cat >"$dir/Dockerfile"
  rm -rf "$dir/rootfs"
  run --separate-stderr reeve-migrate Dockerfile -o rootfs/etc/services.d
  [ "$status" -eq 1 ] && [ -z "$output" ] && [ ! -e rootfs ] || { echo "# exit code $status: $output"; return 1; }
  [[ $stderr == *"refused: Dockerfile is a Dockerfile, and $1"* ]] || { echo "# $stderr"; return 1; }
}

# The same services as of a script that has the code, but for the lines' numbers.
same_as_script() # CODE
{
  mv rootfs alone
  wrapper start.sh <<<"$1"
  printf 'FROM debian\nWORKDIR /srv\nCOPY start.sh /\nCMD ["sh", "/start.sh"]\n' >Dockerfile.script
  input=start.sh
  migrate --dockerfile Dockerfile.script
  diff -r alone/etc/services.d rootfs/etc/services.d
  rm -r alone
}

@test "shell code is migrated as a script that has it" {
  local code
  for code in 'nginx && python app.py' 'service cron start && gunicorn a:a' 'redis-server & exec node server.js' 'a & b & wait -n'; do
    alone <<<$'FROM debian\nWORKDIR /srv\nCMD '"$code"
    told 'summary: input: the shell code of CMD (Dockerfile, line 3)'
    same_as_script "$code"
    alone <<<$'FROM debian\nWORKDIR /srv\nENTRYPOINT ["tini", "--", "sh", "-c", "'"$code"'"]'
    told 'summary: input: the shell code of ENTRYPOINT (Dockerfile, line 3)'
    same_as_script "$code"
  done
}

@test "the report and the TODOs have the lines of the Dockerfile" {
  alone <<<$'FROM debian\n\nCMD nginx && \\\n    # the app\n    python app.py\n\nEXPOSE 80'
  told 'line 3: services.d/nginx/run: service nginx'
  told 'line 5: services.d/app/run: service app'
  untold 'line 1:'
  untold 'line 7:'
}

@test "a shell in the shell's code, its options, and what is ahead of it" {
  alone <<<$'FROM debian\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nCMD a & b'
  head -n 1 "$tree/b/run" | grep -q bash
  alone <<<$'FROM debian\nCMD sh -c "bash -c \'a & b\'"'
  services a b
  head -n 1 "$tree/b/run" | grep -q bash
  alone <<<$'FROM debian\nENTRYPOINT ["bash", "-lc"]\nCMD ["a & b"]'
  told 'TODO: the image'"'"'s shell was a login shell (-l)'
  alone <<<$'FROM debian\nENTRYPOINT ["front"]\nCMD a & b'
  grep -q -x -F 'ENTRYPOINT ["front", "/init"]' <<<"$result"
}

@test "what is outside of the build context is not read" {
  local from
  mkdir context
  printf '#!/bin/sh\nsupervisorctl status\n' >outside.sh
  printf '#!/bin/sh\nnginx &\nexec worker\n' >context/start.sh
  cd context
  local dir=$dir/context
  for from in / .. ../; do
    alone <<<$'FROM debian\nCOPY '"$from"$' /app\nCMD ["/app/start.sh"]'
    told 'services: nginx, worker' && untold outside.sh || { echo "# $from"; return 1; }
  done
}

@test "a script of the build context is read, by all the ways that lead to it" {
  local line
  mkdir -p docker app/bin
  printf '#!/bin/sh\na &\nexec b $1\n' | tee docker/start.sh app/start.sh app/bin/start.sh >start
  for line in \
    $'COPY docker/start.sh /\nCMD ["/start.sh"]' \
    $'COPY docker/start.sh /usr/local/bin/\nENTRYPOINT ["tini", "-g", "--", "start.sh"]' \
    $'COPY docker/*.sh /opt/\nCMD ["sh", "/opt/start.sh"]' \
    $'WORKDIR /srv\nCOPY app .\nCMD ./start.sh' \
    $'COPY / /srv\nCMD ["/srv/docker/start.sh"]' \
    $'COPY ../docker/start.sh /\nCMD ["/start.sh"]' \
    $'WORKDIR /srv\nCOPY app .\nCMD exec bash bin/start.sh' \
    $'COPY app /srv\nCMD cd /srv/bin && sleep 1 && ./start.sh' \
    $'COPY docker/start.sh /x.sh\nRUN mv /x.sh /usr/bin/start.sh\nCMD ["gosu", "www", "/x.sh"]'; do
    alone <<<$'FROM debian\n'"$line" || { echo "# $line"; return 1; }
    services a b
    told 'start.sh, which'
  done
  printf '#!/bin/sh\nexport A=1\nexec "$@"\n' >docker/entry.sh
  alone <<<$'FROM debian\nCOPY docker /docker\nENTRYPOINT ["/docker/entry.sh"]\nCMD ["/docker/start.sh", "--fast"]'
  services a b
  grep -q -x -F 'ENTRYPOINT ["/docker/entry.sh", "/init"]' <<<"$result"
  alone <<<$'FROM debian\nCOPY docker /docker\nENTRYPOINT ["/docker/entry.sh"]\nCMD ["sh", "-c", "c & d"]'
  services c d
  told 'input: docker/entry.sh, which ENTRYPOINT executes'
}

@test "a script that the Dockerfile itself has is read, if the builder leaves its variables alone" {
  local quoted=$'#!/bin/sh\nredis-server &\nexec gunicorn -b :$PORT a:a\nEOF'
  alone <<<$'FROM debian\nCOPY <<"EOF" /start.sh\n'"$quoted"$'\nCMD ["/start.sh"]'
  services redis-server gunicorn
  told 'input: /start.sh, which CMD executes (Dockerfile, line 7)'
  alone <<<$'FROM debian\nWORKDIR /app\nCOPY <<EOF run.sh\n#!/bin/sh\na &\nexec b\nEOF\nCMD sh run.sh'
  services a b
  alone <<<$'FROM debian\nCOPY <<\'EOF\' /entry.sh\n#!/bin/sh\nexport A=1\nexec "$@"\nEOF\nENTRYPOINT ["/entry.sh"]\nCMD ["gunicorn", "a:a"]'
  services gunicorn
  refused '/start.sh, which it executes, is in that itself, where the builder expands its variables' <<<$'FROM debian\nCOPY <<EOF /start.sh\n'"$quoted"$'\nCMD ["/start.sh"]'
}

@test "a file that a RUN writes is named with that RUN" {
  refused '/start.sh, which it executes, is written by the RUN in line 2 (docker run --rm --entrypoint cat IMAGE FILE shows it): give that script' \
    <<<$'FROM debian\nRUN echo "a &" >/start.sh && echo "exec b" >>/start.sh && chmod +x /start.sh\nCMD ["tini", "--", "/start.sh"]'
  refused 'supervisord, which it executes, reads /etc/app.conf, which is written by the RUN in line 3' \
    <<<$'FROM debian\nRUN apt-get install -y supervisor\nRUN printf "[program:a]\\ncommand=a\\n" > /etc/app.conf\nCMD ["supervisord", "-c", "/etc/app.conf"]'
  refused 'foreman, which it executes, reads Procfile, which is written by the RUN in line 2' <<<$'FROM ruby\nRUN echo "web: puma" | tee Procfile\nCMD foreman start'
  alone <<<$'FROM debian\nRUN printf "a &\\nexec b\\n" >/usr/local/bin/boot\nCMD ["/usr/local/bin/boot"]'
  services boot
  told 'note: TODO: /usr/local/bin/boot is written by the RUN in line 2 (docker run --rm --entrypoint cat IMAGE FILE shows it): if it is a script, give that script'
}

@test "such a script is found by the name that a RUN gave it, and by PATH" {
  alone <<<$'FROM debian\nCOPY <<"EOF" /run-all\n#!/bin/sh\na "$A" &\nexec b\nEOF\nRUN chmod +x /run-all && ln -s /run-all /entry\nCMD ["/entry"]'
  services a b
  told 'input: /run-all, which CMD executes (Dockerfile, line 8)'
  told 'lines 2-6: COPY of run-all, whose text is in the Dockerfile, stays in the image'
  untold TODO
  alone <<<$'FROM debian\nCOPY <<EOF /tmp/x\n#!/bin/sh\na &\nexec b\nEOF\nRUN mv /tmp/x /usr/local/bin/go\nCMD ["go"]'
  services a b
  alone <<<$'FROM debian\nCOPY <<EOF /run-all\n#!/bin/sh\na "$A" &\nexec b\nEOF\nCMD ["/run-all"]'
  services run-all
  told 'TODO: /run-all is in the Dockerfile itself, where the builder expands its variables (<<EOF without quotes): give that script'
}

@test "what supervisord and the runners of a Procfile read" {
  mkdir -p conf
  printf '[program:a]\ncommand=a\n' | tee conf/a.conf >conf/supervisord.conf
  printf '[program:b]\ncommand=b\n' >conf/b.conf
  printf 'web: puma\n' | tee Procfile >conf/Procfile.prod
  alone <<<$'FROM debian\nCOPY conf/supervisord.conf /etc/supervisor/conf.d/x.conf\nCMD ["/usr/bin/supervisord", "-c", "/etc/supervisor/conf.d/x.conf"]'
  services a
  told 'input: conf/supervisord.conf, which supervisord reads (Dockerfile, line 3)'
  alone <<<$'FROM debian\nWORKDIR /app\nCOPY conf .\nCMD service cron start && supervisord -n'
  services a cron
  alone <<<$'FROM debian\nCOPY conf/[ab].conf /etc/supervisor/conf.d/\nCMD ["supervisord", "-n"]'
  services a b
  told 'input: /etc/supervisor/supervisord.conf of the package'
  alone <<<$'FROM ruby\nWORKDIR /app\nCOPY . .\nCMD ["bundle", "exec", "foreman", "start", "-f", "conf/Procfile.prod"]'
  becomes web 'exec bundle exec puma'
  alone <<<$'FROM python\nWORKDIR /app\nCOPY . .\nCMD honcho start'
  told 'input: Procfile, which honcho reads'
}

@test "a file that COPY puts beside the package's supervisord.conf is read once, whatever it is called" {
  printf '[supervisord]\nnodaemon=true\n[program:web]\ncommand=web\n' | tee shop.conf >supervisord.conf
  local name
  for name in supervisord.conf shop.conf; do
    alone <<<$'FROM debian\nRUN apt-get install -y supervisor\nCOPY '"$name /etc/supervisor/conf.d/$name"$'\nCMD ["/usr/bin/supervisord"]'
    services web
    grep -q -x "lines 1-2: dropped: included files: $name" <<<"$report"
    untold 'set again below'
  done
}

@test "what the package's supervisord.conf includes goes with the package, and stays with it" {
  printf '[program:web]\ncommand=web\n' >shop.conf
  alone <<<$'FROM debian\nRUN apt-get install -y supervisor\nCOPY shop.conf /etc/supervisor/conf.d/shop.conf\nCMD ["supervisord", "-n"]'
  [[ $result != *supervisor* && $result != *shop* ]]
  untold 'which stays'
  alone <<<$'FROM alpine\nRUN apk add nginx supervisor\nCOPY shop.conf /etc/supervisor.d/shop.ini\nCMD ["supervisord", "-n"]'
  [[ $result != *supervisor* && $result != *shop* ]]
  untold 'which stays'
  # It is still used, or nothing says that it goes.
  alone <<<$'FROM debian\nRUN apt-get install -y supervisor\nCOPY shop.conf /etc/supervisor/conf.d/shop.conf\nHEALTHCHECK CMD supervisorctl status\nCMD ["supervisord", "-n"]'
  told 'shop.conf stays in the image, though /init does not need it: supervisord.conf, which stays, includes it'
  grep -q '^COPY shop' <<<"$result"
  alone <<<$'FROM shop/base\nCOPY shop.conf /etc/supervisor/conf.d/shop.conf\nCMD ["supervisord", "-n"]'
  told 'supervisord.conf, which stays, includes it'
}

@test "the report has no double slash where the COPY's folder ends in one" {
  local folder
  mkdir -p scripts/go
  printf '#!/bin/sh\nqueue &\nexec web\n' | tee scripts/go.sh >scripts/go/go.sh
  for folder in ./scripts/ scripts// scripts; do
    alone <<<$'FROM debian\nCOPY '"$folder"$' /opt/s/\nCMD ["/opt/s/go.sh"]'
    told 'input: scripts/go.sh, which CMD executes'
    alone <<<$'FROM debian\nCOPY '"$folder"$' /opt/s/\nCMD ["/opt/s/go/go.sh"]'
    told 'input: scripts/go/go.sh, which CMD executes'
  done
  untold 'scripts//'
}

@test "one program is a service" {
  alone app.dockerfile <<<$'FROM python\nWORKDIR /srv\nCMD ["gunicorn", "-b", "0.0.0.0:80", "a:a"]'
  becomes gunicorn 'exec gunicorn -b 0.0.0.0:80 a:a'
  has gunicorn/flag-main
  told 'input: the program that CMD executes (app.dockerfile, line 3)'
}

@test "what may be a script, and is not here, is named" {
  alone <<<$'FROM debian\nCOPY boot /opt/boot\nCMD ["/opt/boot"]'
  told 'note: TODO: /opt/boot, which COPY brings, is not in the build context here: if it is a script, give that script'
  alone <<<$'FROM debian\nCOPY boot /opt/boot\nCMD exec /opt/boot --all'
  told 'note: TODO: /opt/boot, which COPY brings'
  alone <<<$'FROM debian\nCOPY --from=build /boot /opt/boot\nCMD ["/opt/boot"]'
  untold 'which COPY brings'
  printf '\177ELF' >boot
  alone <<<$'FROM debian\nCOPY boot /opt/boot\nCMD ["/opt/boot"]'
  untold 'which COPY brings'
}

@test "what cannot be found is refused, and named" {
  refused '/start.sh, which it executes, is not in the build context here: give that script' <<<$'FROM debian\nCOPY start.sh /\nCMD ["/start.sh"]'
  refused './serve.sh, which it executes, is not in the build context here' <<<$'FROM debian\nCMD ./serve.sh'
  refused 'supervisord, which it executes, reads /etc/x.conf, which is not' <<<$'FROM debian\nCMD supervisord -c /etc/x.conf'
  refused 'foreman, which it executes, reads Procfile, which is not' <<<$'FROM debian\nCMD foreman start'
  refused 'has neither ENTRYPOINT nor CMD, so that what its base image postgres has' <<<$'FROM postgres:16\nEXPOSE 1'
  refused 'its ENTRYPOINT is an /init of its own' <<<$'FROM debian\nENTRYPOINT ["/init"]'
  echo 'FROM debian' >Other
  run -100 reeve-migrate Dockerfile --dockerfile Other
}

@test "a script of the build context that is called supervisord is a script" {
  mkdir -p docker
  printf '#!/bin/bash\nset -e\nexport A=1\nexec /usr/bin/supervisord -c /app/docker/supervisord.conf\n' >docker/supervisord
  printf '#!/bin/sh\nexec "$@"\n' >docker/entry.sh
  alone <<<$'FROM debian\nWORKDIR /app\nCOPY . .\nENTRYPOINT ["./docker/entry.sh"]\nCMD ["./docker/supervisord"]'
  services supervisord
  becomes supervisord 'exec /usr/bin/supervisord -n -c /app/docker/supervisord.conf'
  told 'input: docker/supervisord, which CMD executes (Dockerfile, line 5)'
  told 'TODO: services.d/supervisord: supervisord starts and watches processes of its own: give reeve-migrate its supervisord.conf'
}

@test "supervisord's configuration is the input, where a script ahead of it executes CMD, and -c does not name it" {
  mkdir -p bin etc/supervisor
  printf '#!/bin/sh\nprepare\nexec "$@"\n' >bin/entry.sh
  printf '[supervisord]\nnodaemon=true\n[program:web]\ncommand=web\n' >etc/supervisor/supervisord.conf
  alone <<'EOS'
FROM debian
ADD bin /usr/bin
ADD etc /etc
ENTRYPOINT ["/usr/bin/entry.sh"]
CMD ["supervisord"]
EOS
  told 'summary: input: etc/supervisor/supervisord.conf, which supervisord reads'
  has web/run
  [[ $result == *'ENTRYPOINT ["/usr/bin/entry.sh", "/init"]'* ]]
}

@test "supervisord as a module of Python, and a Procfile of any name, are found" {
  rm -rf rootfs
  supervisord_conf
  printf 'FROM python\nRUN pip install supervisor\nCOPY supervisord.conf /etc/\nCMD exec python -m supervisor.supervisord -n -c /etc/supervisord.conf\n' >Dockerfile
  run reeve-migrate Dockerfile -o rootfs/etc/services.d
  services web
  [[ $output = *'-RUN pip install supervisor'* && $output = *'+ENTRYPOINT ["/init"]'* ]]
  rm -rf rootfs
  printf 'web: gunicorn app:app\nworker: celery -A app worker\n' >x.conf
  printf 'FROM python\nCOPY x.conf .\nCMD honcho start -f x.conf\n' >Dockerfile
  run reeve-migrate Dockerfile -o rootfs/etc/services.d
  services web worker
}

@test "scripts that shell code executes among others, and that are not here, and a shell in the middle of it, are named" {
  printf 'FROM debian\nRUN wget http://x/begin.sh\nCMD /bin/bash begin.sh ; /bin/bash ; /bin/bash end.sh\n' >Dockerfile
  run reeve-migrate Dockerfile
  [[ $output = *'TODO: begin.sh, which the code executes, '*'what it starts, and whether that goes on behind it, is not known here'* ]]
  [[ $output = *'# TODO reeve-migrate: line 3: somebody worked in this shell, and what follows came when it had ended'* ]]
  touch begin.sh end.sh
  printf 'FROM debian\nCOPY *.sh /\nCMD /bin/bash /begin.sh && exec /bin/bash\n' >Dockerfile
  run reeve-migrate Dockerfile
  [[ $output = *'services: bash (main)'* && $output != *TODO* ]]
}

@test "a variable that nothing sets is no folder of the build context" {
  rm -rf rootfs
  supervisord_conf
  printf 'FROM debian\nCOPY $GITHUB_WORKSPACE/supervisord.conf /\nCMD ["supervisord", "-c", "/supervisord.conf"]\n' >Dockerfile
  run reeve-migrate Dockerfile -o rootfs/etc/services.d
  services web
}

no_instruction() # LINE TEXT
{
  rm -rf "$dir/rootfs"
  run --separate-stderr reeve-migrate "${@:3}" -o rootfs/etc/services.d
  [ "$status" -eq 1 ] && [ -z "$output" ] && [ ! -e rootfs ] || { echo "# exit code $status: $output"; return 1; }
  [[ $stderr == *"refused: Dockerfile: line $1 begins with no instruction of a Dockerfile, so that no image can be built from it: $2" ]] || { echo "# $stderr"; return 1; }
}

@test "a line that no builder reads is an error of the Dockerfile, and named" {
  printf '%s\n' 'FROM debian:12' 'CMD ["sh", "-c", "' ' ./a & \' ' ./b \' '"]' >Dockerfile
  no_instruction 3 './a & \. If it belongs to CMD in line 2, write that JSON on one line, or end each of its lines but the last one in \' Dockerfile
  wrapper <<<$'#!/bin/sh\n./a &\nexec ./b'
  no_instruction 3 './a & \. If it belongs to CMD in line 2, write that JSON on one line, or end each of its lines but the last one in \' start.sh --dockerfile Dockerfile
  printf '%s\n' '# escape=`' 'FROM debian:12' 'RUN apt-get update &&' '  apt-get install x' 'CMD ["web"]' >Dockerfile
  no_instruction 4 'apt-get install x. If it belongs to RUN in line 3, end each of its lines but the last one in `' Dockerfile
}

@test "what may be for another reader, or in a here-document, is no such error" {
  local lines
  for lines in '# syntax=example/reader:1\nFROM debian\nINCLUDE common' '// syntax=example/reader:1\nFROM debian' '\xC2\xA0FROM debian' '\v\fFROM\fdebian\nRUN\vmake \\\n\xC2\xA0# b\n && c' 'FROM debian\n{{ if x }}\nUSER app\n{{ end }}' 'FROM debian\nRUN <<EOF\nmake all\nEOF' \
    'FROM debian\nRUN <<my-end\nmake all\nmy-end' 'FROM debian\nONBUILD RUN <<EOF\nmake all\nEOF' '\xEF\xBB\xBFFROM debian' 'from debian\nrun a \\\n\n# b\n  && c' \
    'FROM debian\nMAINTAINER me\nONBUILD RUN x\nSTOPSIGNAL INT\nHEALTHCHECK NONE\nSHELL []\nVOLUME /x\nLABEL a=b\nEXPOSE 1\nARG X\nENV a=b'; do
    printf '%b\nCMD ["web"]\n' "$lines" >Dockerfile
    run --separate-stderr reeve-migrate Dockerfile
    [ "$status" -eq 0 ] || { echo "# $lines: $stderr"; return 1; }
  done
}

@test "a path is below the WORKDIR that holds there, whatever came ahead of it" {
  mkdir -p docker
  printf '#!/bin/sh\nnginx &\nexec worker\n' >docker/start.sh
  alone <<<$'FROM debian\nWORKDIR /app/src\nRUN make\nWORKDIR /app\nCOPY docker/start.sh /app/src\nCMD ["src/start.sh"]'
  services nginx worker
}

@test "here-documents may be called as files are, and what makes a Dockerfile of a template is no error" {
  local head
  printf '#!/bin/sh\nnginx &\nexec worker\n' >start.sh
  alone <<<$'FROM debian\nCOPY <<EOF <<b.conf /etc/\nfoo bar\nEOF\nbar baz\nb.conf\nCOPY start.sh /start.sh\nCMD ["/start.sh"]'
  services nginx worker
  for head in '${EXTRA}' 'include(base.m4)'; do
    alone <<<$'FROM debian\n'"$head"$'\nCOPY start.sh /start.sh\nCMD ["/start.sh"]' || { echo "# $head"; return 1; }
  done
}

@test "an image without a shell is marked: no run would start in it" {
  local base line
  for base in scratch gcr.io/distroless/static:nonroot gcr.io/distroless/cc-debian12 cgr.dev/chainguard/static@sha256:1; do
    alone <<<$'FROM golang AS build\nRUN make\nFROM '"$base"$'\nCOPY --from=build /server /server\nCMD ["/server"]'
    told "note: TODO: FROM $base brings no shell, and each script that is written begins with #!/bin/sh: no service would start"
  done
  for line in 'COPY --from=busybox:musl /bin/ /bin/' 'COPY --from=busybox /bin/busybox /bin/sh' 'ADD rootfs.tar /' 'RUN adduser app'; do
    alone <<<$'FROM scratch\n'"$line"$'\nCOPY server /server\nCMD ["/server"]'
    untold 'brings no shell'
  done
  for base in debian scratchy gcr.io/distrolessly/x; do
    alone <<<"FROM $base"$'\nCOPY server /server\nCMD ["/server"]'
    untold 'brings no shell'
  done
}

@test "a file that shell code names by ENV is found, and a script in a folder of ENV's PATH" {
  local line
  printf '#!/bin/sh\nnginx &\nexec worker\n' >start.sh
  for line in 'ENTRYPOINT sh $APP_HOME/$SCRIPT' 'CMD ["sh", "-c", "exec ${APP_HOME}/start.sh"]' 'CMD "$APP_HOME/start.sh"'; do
    alone <<<$'FROM debian\nENV APP_HOME=/srv/app SCRIPT=start.sh\nWORKDIR $APP_HOME\nCOPY start.sh ./\n'"$line"
    services nginx worker || { echo "# $line"; return 1; }
    told 'is /srv/app/start.sh by ENV: where docker run gave that another value, the container executed another file'
  done
  # Any other word may be set by docker run.
  alone <<<$'FROM debian\nENV PORT=80\nCMD server --port $PORT'
  becomes server 'exec server --port $PORT'
  mkdir scripts
  mv start.sh scripts/run
  alone <<<$'FROM debian\nENV PATH="/scripts:$PATH"\nCOPY scripts/ /scripts/\nCMD ["run"]'
  services nginx worker
}

@test "a configuration that the Dockerfile itself has is read there" {
  alone <<<$'FROM debian\nRUN apt-get install -y supervisor nginx\nCOPY <<\'EOF\' /etc/supervisord.conf\n[program:web]\ncommand=nginx -g "daemon off;"\nEOF\nCMD ["supervisord", "-c", "/etc/supervisord.conf"]'
  services web
  told 'summary: input: /etc/supervisord.conf, which supervisord reads'
  untold TODO
  alone <<<$'FROM debian\nCOPY <<EOF /etc/supervisor/conf.d/app.conf\n[program:web]\ncommand=nginx -g "daemon off;"\nEOF\nCMD ["/usr/bin/supervisord"]'
  services web
  told 'included: /etc/supervisor/conf.d/app.conf, lines 1-2: services.d/web/run'
  alone <<<$'FROM debian\nCOPY <<EOF /app/Procfile\nweb: puma\nworker: sidekiq\nEOF\nWORKDIR /app\nCMD ["foreman", "start"]'
  services web worker
  untold TODO
  refused 'supervisord, which it executes, reads /etc/supervisord.conf, which is in that itself, where the builder expands its variables' \
    <<<$'FROM debian\nCOPY <<EOF /etc/supervisord.conf\n[program:web]\ncommand=web $PORT\nEOF\nCMD ["supervisord", "-c", "/etc/supervisord.conf"]'
}

@test "a word that goes on behind a backslash at the end of a line is one word, as for the builder" {
  local cmd
  for cmd in $'server --list=a,\\\nb & exec web' $'server --list=a,\\  \n# comment\n\nb & exec web' $'\\\n server --list=\'a,\\\nb\' & exec web' \
    $'["sh", "-c", "server --list=a,\\\nb & exec web"]'; do
    printf 'FROM debian\nCMD %s\n' "$cmd" >Dockerfile
    input=Dockerfile
    run --separate-stderr reeve-migrate Dockerfile -o rootfs/etc/services.d --force
    [ "$status" -eq 0 ] || return 1
    [[ "$(tr -d '\\\n'"'" <"$tree/server/run")" == *'server --list=a,b' ]] || { echo "# $cmd"; sed 's/^/# /' "$tree/server/run"; return 1; }
  done
}

@test "an ENTRYPOINT of empty quotes names no program" {
  local entrypoint
  for entrypoint in '""' "''"; do
    printf 'FROM debian\nENTRYPOINT %s\nCMD ["web"]\n' "$entrypoint" >Dockerfile
    run --separate-stderr reeve-migrate Dockerfile -o rootfs/etc/services.d
    [ "$status" -ne 0 ] && [[ $stderr == *"$entrypoint, which a shell executes as it is, names no program"* ]] || { echo "# $entrypoint: $stderr"; return 1; }
  done
}

@test "Bash stays in front of the last command of a list of CMD, also where it is sh" {
  local from
  for from in centos:7 fedora $'debian:12\nSHELL ["/bin/bash", "-c"]'; do
    alone <<<"FROM $from"$'\nCMD redis-server & node app.js'
    told 'mistake: no trap for TERM'
    untold 'docker stop signals'
  done
  alone <<<$'FROM alpine\nCMD redis-server & node app.js'
  told 'mistake: docker stop signals app alone'
}

@test "a script with arguments that a RUN writes or fetches, or another stage brings, is asked for" {
  local how
  for how in $'RUN <<EOF\ncat >/entrypoint.sh <<X\n#!/bin/sh\na & b\nX\nEOF' 'RUN curl -o /entrypoint.sh https://x.y/e.sh' 'COPY --from=b /x/entrypoint.sh /entrypoint.sh'; do
    alone <<<$'FROM debian AS b\nFROM debian\n'"$how"$'\nENTRYPOINT ["/entrypoint.sh"]\nCMD ["serve"]'
    told 'TODO: /entrypoint.sh ' || { echo "# $how"; return 1; }
  done
  alone <<<$'FROM nginx\nRUN chmod +x /docker-entrypoint.sh\nCMD ["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"]'
  untold 'if it is a script'
}

@test "what ENTRYPOINT's shell hands on to the script is CMD" {
  local code
  wrapper run.sh <<<$'#!/bin/sh\n./"$1" --port "$2" &\n./side &\nwait'
  while IFS= read -r code; do
    alone < <(printf 'FROM debian\nWORKDIR /srv\nCOPY . .\nENTRYPOINT [%s]\nCMD ["web", "9000"]\n' "$code")
    told 'input: run.sh, which ENTRYPOINT executes'
    untold 'with --dockerfile they are known'
    has web && grep -qx 'set -- web 9000 # CMD' "$tree/web/run" || { echo "# $code"; return 1; }
  done <<'EOS'
"/bin/sh", "-c", "./run.sh \"$@\"", "--"
"sh", "-c", "exec ./run.sh \"$@\"", "--"
"bash", "-c", "exec /srv/run.sh $0 $@"
"bash", "-c", ". /srv/env.sh && exec ./run.sh \"$@\"", "bash"
"sh", "-c", "./run.sh \"$1\" 9000", "sh"
EOS
  alone < <(printf 'FROM debian\nWORKDIR /srv\nCOPY . .\nENTRYPOINT ["sh", "-c", "set -- x; ./run.sh \\"$@\\"", "sh"]\nCMD ["web", "9000"]\n')
  run ! grep -r 'web 9000' "$tree"
}
