# Where COPY brings a script, and which word of the image executes it.
# shellcheck disable=SC2089,SC2090 # lines of a Dockerfile
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

supervised() # COPY and CMD lines
{
  input=supervisord.conf
  printf '[program:web]\ncommand=web\n[program:shell]\ncommand=sh /loop.sh\n' >"$dir/$input"
  mkdir -p docker
  printf '#!/bin/sh\nprepare\nexec supervisord -n\n' >docker/boot.sh
  printf 'FROM debian\nCOPY supervisord.conf /etc/\n%s\n' "$1" >Dockerfile
  patched
}

@test "a script that COPY brings to several places is known in each of them" {
  local lines
  for lines in $'WORKDIR /srv\nCOPY . .\nCOPY docker/boot.sh /\nCMD ["/boot.sh"]' $'COPY docker /a\nCOPY docker/boot.sh /usr/bin/\nCMD ["boot.sh"]' \
    $'COPY docker /a/\nADD docker/boot.sh /b.sh\nENTRYPOINT ["/b.sh"]' $'COPY docker /a/\nCOPY docker/boot.sh /b.sh\nCMD ["/a/boot.sh"]'; do
    supervised "$lines"
    told 'executed supervisord: exec supervisord -n; it stays ahead of /init: the patch writes exec "$@" there' && untold TODO || { echo "# $lines"; return 1; }
    [ "$(cat copy/docker/boot.sh)" = $'#!/bin/sh\nprepare\nexec "$@"' ]
  done
}

@test "a pattern of COPY brings what it matches into the folder" {
  local lines
  for lines in $'WORKDIR /srv\nCOPY docker/* .\nCMD ["/srv/boot.sh"]' $'COPY docker/*.sh /a/\nENTRYPOINT ["/a/boot.sh"]' $'COPY dock* /a/\nCMD ["/a/boot.sh"]'; do
    supervised "$lines"
    told 'executed supervisord: exec supervisord -n; it stays ahead of /init' && untold TODO || { echo "# $lines"; return 1; }
  done
}

@test "a shell finds a script without a folder where it works" {
  local cmd
  for cmd in '["sh", "boot.sh"]' '["bash", "-e", "boot.sh"]' 'sh boot.sh'; do
    supervised $'WORKDIR /srv\nCOPY docker/ .\nCMD '"$cmd"
    told 'line 3 of boot.sh executed supervisord: exec supervisord -n; it stays ahead of /init: the patch writes exec "$@" there' && untold TODO || { echo "# $cmd"; return 1; }
    [[ $result == *'boot.sh", "/init"]'* ]]
  done
}

@test "what CMD executes by way of a shell stays, unless a service executes just that" {
  local cmd
  for cmd in '["sh", "other.sh"]' 'bash other.sh' '["tini", "--", "serve"]' 'serve --all && report'; do
    supervised "CMD $cmd"
    told 'that stays as CMD' && [[ $result == *'CMD ["'* ]] || { echo "# $cmd"; return 1; }
  done
  for cmd in '["tini", "--", "web"]' 'web --all'; do
    supervised "CMD $cmd"
    told 'a service does, so it goes' && [[ $result != *'CMD ["'* ]] || { echo "# $cmd"; return 1; }
  done
}

@test "of several files that the build brings to one place, the last one is there" {
  local lines
  mkdir a b
  printf '#!/bin/sh\nold &\nexec web\n' >a/start.sh
  printf '#!/bin/sh\nnew &\nexec web\n' >b/start.sh
  while IFS= read -r lines; do
    printf "FROM debian\n$lines\nCMD [\"/start.sh\"]\n" >Dockerfile
    rm -rf rootfs
    reeve-migrate Dockerfile -o rootfs/etc/services.d >/dev/null
    services new web || { echo "# $lines"; return 1; }
  done <<'EOS'
COPY a/start.sh /start.sh\nCOPY b/start.sh /start.sh
ADD a/start.sh /\nCOPY b/start.sh /
COPY a/start.sh /\nADD b/start.sh /start.sh
COPY <<"E" /start.sh\n#!/bin/sh\nold & exec web\nE\nCOPY <<"E" /start.sh\n#!/bin/sh\nnew &\nexec web\nE
COPY a/start.sh /start.sh\nCOPY <<"E" /start.sh\n#!/bin/sh\nnew &\nexec web\nE
COPY <<"E" /start.sh\n#!/bin/sh\nold &\nexec web\nE\nCOPY b/start.sh /
COPY <<E /start.sh\n#!/bin/sh\n$OLD &\nexec web\nE\nCOPY <<"E" /start.sh\n#!/bin/sh\nnew &\nexec web\nE
EOS
}

@test "ENV counts before ARG, an ARG also in stages that are made from its own, and a variable that nothing sets is empty" {
  local lines from
  mkdir -p a b
  printf '#!/bin/sh\nweb\n' >a/go.sh
  printf '#!/bin/sh\nother & third & wait\n' >b/go.sh
  made() # FIRST-LINES
  {
    printf '%s\nCOPY b/go.sh /other/go.sh\nCOPY a/go.sh %s\nCMD ["/srv/go.sh"]\n' "$1" "$2" >Dockerfile
    run reeve-migrate Dockerfile
  }
  for lines in $'FROM debian\nENV AT=/srv\nARG AT=/other' $'FROM debian\nARG AT=/other\nENV AT=/srv' $'ARG AT=/srv\nFROM debian\nARG AT' $'FROM debian AS one\nARG AT=/other\nENV AT=/srv\nFROM one\nARG AT=/third' $'FROM debian AS one\nARG AT=/srv\nFROM one'; do
    made "$lines" '$AT/'
    [[ $output = *'services: web'* ]] || { echo "# $lines: $output"; return 1; }
  done
  for lines in '${NONE}/srv/' '/srv$NONE/go.sh' '/srv/${NONE}go.sh'; do
    made $'FROM debian AS one\nARG NONE=/third\nFROM debian' "$lines"
    [[ $output = *'services: web'* ]] || { echo "# $lines: $output"; return 1; }
  done
  # The base image may set it, or who builds the image.
  for from in 'debian:other' 'tomcat:web' $'debian\nARG NONE:web'; do
    printf 'FROM %s\nCOPY a/go.sh /srv/\nCOPY b/go.sh ${NONE}/srv/\nCMD ["/srv/go.sh"]\n' "${from%:*}" >Dockerfile
    run reeve-migrate Dockerfile
    [[ $output = *"services: ${from#*:}"* ]] || { echo "# $from: $output"; return 1; }
  done
}

@test "a here-document without quotes is read as the builder writes it: \\X is X, variables of ENV have their values" {
  local text
  alone_is() # TEXT, SERVICE, LAST-LINES
  {
    printf 'FROM python:3\nENV PORT=80 MORE=$UNKNOWN\nARG LEVEL=1\nCOPY <<EOF /start.sh\n#!/bin/sh\n%s\nEOF\nCMD ["/start.sh"]\n' "$1" >Dockerfile
    rm -rf rootfs
    reeve-migrate Dockerfile -o rootfs/etc/services.d >/dev/null && [ "$(tail -n "$(wc -l <<<"$3")" "$tree/$2/run")" = "$3" ] || { echo "# $1"; return 1; }
  }
  alone_is $'old &\nexec web \\$NAME ${PORT}1 $PORT $(date) \\\\\\$X' web 'exec web $NAME 801 80 $(date) \$X'
  alone_is $'old &\nexec web a \\\\\n  b' web $'exec web a \\\n  b'
  alone_is $'old &\nexec web "\\\\n"' web 'exec web "\n"'
  for text in 'exec web $LEVEL' 'exec web $OTHER' 'exec web $@' 'exec web ${PORT:-1}' 'exec web $MORE' 'exec web $1' 'exec web $$'; do
    printf 'FROM python:3\nENV PORT=80 MORE=$UNKNOWN\nARG LEVEL=1\nCOPY <<EOF /start.sh\n#!/bin/sh\nold &\n%s\nEOF\nCMD ["/start.sh"]\n' "$text" >Dockerfile
    run reeve-migrate Dockerfile
    [[ $output = *'where the builder expands its variables'* ]] || { echo "# $text: $output"; return 1; }
  done
}

@test "the tabs ahead of the lines of <<- are none of the script's" {
  printf 'FROM debian\nCOPY --chmod=755 <<-"SH" /start.sh\n\t#!/bin/bash\n\tweb &\n\t\texec worker\n\tSH\nCMD ["/start.sh"]\n' >Dockerfile
  reeve-migrate Dockerfile -o rootfs/etc/services.d >/dev/null
  services web worker
  [ "$(cat "$tree/web/run")" = $'#!/bin/bash\ncd "${REEVE_WORKDIR:-/}" || exit 111\nexec web' ]
}

@test "the code of a shell in a shell is read where the first one only puts in variables" {
  local code
  coded() # CODE, as it is written behind bash -c
  {
    printf 'FROM debian\nCMD bash -c %s\n' "$1" >Dockerfile
    rm -rf rootfs
    run reeve-migrate Dockerfile -o rootfs/etc/services.d
  }
  for code in '"web --port $PORT & worker ${X:-3} & wait -n"' '"web \"$A\" & worker & wait -n; exit $?"' "'web & worker & wait -n'" '"prepare && cd $HOME; web & exec worker \$B"'; do
    coded "$code"
    services web worker || { echo "# $code"; return 1; }
  done
  for code in '"web --host $(hostname) & worker & wait"' '"web $$ & worker & wait"' '"X=1; web $X & worker & wait"' "\"web '\$X' & worker & wait\"" '"$RUN & worker & wait"' '"web `x` & worker & wait"'; do
    coded "$code"
    grep -q -h -F "exec bash -c $code" "$tree"/*/run || { echo "# $code"; return 1; }
  done
}

@test "an ENTRYPOINT of one empty word is none" {
  local empty cmd
  printf '#!/bin/sh\nweb &\nexec worker\n' >start.sh
  for empty in '[""]' '[ "" ]' '[]'; do
    for cmd in '["/start.sh"]' '/start.sh' '["bash", "/start.sh"]'; do
      printf 'FROM postgres:16\nCOPY start.sh /start.sh\nENTRYPOINT %s\nCMD %s\n' "$empty" "$cmd" >Dockerfile
      patched
      untold TODO && [[ $result == *$'\nENTRYPOINT ["/init"]' ]] || { echo "# $empty $cmd"; return 1; }
    done
  done
}

@test "a RUN that changes the input in the stage that COPY --from takes it from is marked" {
  local copies
  input=start.sh
  wrapper <<<$'#!/bin/bash\nserver --port PORT_HERE &\nother &\nwait -n'
  while IFS= read -r copies; do
    printf "FROM debian AS build\n${copies%%|*}\nRUN sed -i s/PORT_HERE/7000/ /out/start.sh\nFROM debian\n${copies#*|}\nENTRYPOINT [\"/app/start.sh\"]\n" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'TODO: a RUN of the Dockerfile changes start.sh in the image: line 3: sed -i s/PORT_HERE/7000/ /out/start.sh' || { echo "# $copies"; return 1; }
  done <<'EOS'
COPY start.sh /out/|COPY --from=build /out/start.sh /app/start.sh
COPY start.sh /out/|COPY --chown=app --from=0 /out/start.sh /app/
ADD . /out|COPY --from=build /out /app
EOS
  while IFS= read -r copies; do
    printf "FROM debian AS build\n${copies%%|*}\nRUN sed -i s/PORT_HERE/7000/ /out/start.sh\nFROM debian\n${copies#*|}\nENTRYPOINT [\"/app/start.sh\"]\n" >Dockerfile
    migrate --dockerfile Dockerfile
    untold 'a RUN of the Dockerfile changes' || { echo "# $copies"; return 1; }
  done <<'EOS'
COPY . /out|COPY --from=build /out/bin /usr/local/bin\nCOPY . /app
COPY . /out|COPY --from=build /out/bin /usr/local/bin\nCOPY start.sh /app/
COPY . /out|COPY --from=other /out/start.sh /app/
EOS
}

@test "a COPY goes with the RUN that prepares it, wherever both work" {
  local line
  input=run.sh
  wrapper <<<$'cron &\nexec nginx -g "daemon off;"'
  while IFS= read -r line; do
    printf "FROM debian\n$line\nCMD [\"./run.sh\"]\n" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'the patch takes out COPY of run.sh' || { echo "# $line"; return 1; }
    told 'the patch takes out RUN, which prepared that file'
  done <<'EOS'
WORKDIR /\nCOPY run.sh .\nRUN chmod +x run.sh
COPY run.sh .\nRUN chmod +x /run.sh
WORKDIR /srv/\nCOPY run.sh ./\nRUN chmod +x ./run.sh
COPY run.sh /\nRUN chmod +x /run.sh # make it executable
EOS
}

@test "what a RUN does to another file of the input's name, by its path, does not change the input" {
  local lines
  input=supervisord.conf
  printf '[program:web]\ncommand=web\n[include]\nfiles = /opt/conf/*.conf\n' >"$dir/$input"
  while IFS= read -r lines; do
    printf "FROM debian\n$lines\nCMD [\"supervisord\", \"-n\", \"-c\", \"/srv/s.conf\"]\n" >Dockerfile
    migrate --dockerfile Dockerfile
    untold 'a RUN of the Dockerfile changes' || { echo "# $lines"; return 1; }
  done <<'EOS'
COPY supervisord.conf /srv/s.conf\nRUN echo "files = /x/*.conf" >>/etc/supervisor/supervisord.conf
COPY supervisord.conf /srv/s.conf\nRUN sed -i s/a/b/ /etc/supervisor/supervisord.conf
COPY supervisord.conf /srv/s.conf\nRUN mv /etc/supervisor/supervisord.conf /etc/supervisor/s.conf
EOS
  while IFS= read -r lines; do
    printf "FROM debian AS b\n$lines\nCMD [\"supervisord\", \"-n\", \"-c\", \"/srv/s.conf\"]\n" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'a RUN of the Dockerfile changes' || { echo "# $lines"; return 1; }
  done <<'EOS'
COPY supervisord.conf /tmp/x.conf\nRUN cp /tmp/x.conf /srv/s.conf && sed -i s/a/b/ /srv/s.conf
COPY supervisord.conf /srv/s.conf\nRUN echo "x=1" >>/opt/conf/s.conf
COPY supervisord.conf /srv/s.conf\nRUN cd /srv && sed -i s/a/b/ s.conf
COPY supervisord.conf /out/\nRUN sed -i s/a/b/ /out/supervisord.conf\nFROM debian\nCOPY --from=b /out/supervisord.conf /srv/s.conf
EOS
  input=start.sh
  wrapper <<<$'#!/bin/sh\nserver &\nexec web'
  printf 'FROM debian\nCOPY start.sh /opt/start.sh\nRUN sed -i s/web/x/ /opt/vendor/start.sh\nCMD ["/opt/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'a RUN of the Dockerfile changes'
  printf 'FROM debian\nCOPY . /opt\nRUN sed -i s/web/x/ /opt/vendor/start.sh\nCMD ["/opt/vendor/start.sh"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'a RUN of the Dockerfile changes'
}

@test "a script that is called as a word of a finish, or as a variable, goes" {
  local name
  for name in up status wanted service; do
    input=$name
    printf '#!/bin/bash\nweb &\nuntil curl -f localhost:80; do sleep 1; done\nworker &\nwait -n\nexit 3\n' >"$dir/$name"
    printf "FROM debian\nCOPY $name /usr/bin/$name\nRUN chmod 755 /usr/bin/$name\nENTRYPOINT [\"$name\"]\n" >Dockerfile
    migrate --dockerfile Dockerfile
    told "the patch takes out COPY of $name" || { echo "# $name"; return 1; }
    untold 'names /usr/bin'
  done
  input=service
  printf '#!/bin/bash\nservice mystuff start\nexec web\n' >"$dir/service"
  migrate --dockerfile Dockerfile
  untold 'the patch takes out COPY'
}
