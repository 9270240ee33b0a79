# The finished plan beside its Dockerfile: what the new image executes finds its files and programs.
# shellcheck shell=bash disable=SC2154 # report is migrate's
load lib
load migrate

setup() { migrate_setup; }
teardown() { reeve_teardown; }

@test "a script that stays and names a program whose package goes is marked" {
  supervisord_conf
  printf '#!/bin/sh\n# not supervisord\npgrep supervisord\n' >look.sh
  printf 'FROM debian\nRUN apt-get install -y supervisor nginx\nCOPY supervisord.conf /etc/\nCOPY look.sh /\nCMD ["supervisord", "-n"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: look.sh, which stays in the image, names supervisord, whose package the patch takes out of the image: leave that in (Dockerfile, line 2), or take out what names it'
  printf '#!/bin/sh\n# not supervisord\necho supervisord\n' >look.sh
  migrate --dockerfile Dockerfile
  untold 'whose package the patch takes out'
}

@test "a wrapper that is called as Reeve's /init is named by nothing" {
  wrapper <<<$'#!/bin/sh\nweb &\nexec worker'
  printf 'FROM debian\nCOPY start.sh /init\nENTRYPOINT ["/init"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  services web worker
  untold 'takes out of the image'
}

@test "a RUN that needs a file of supervisor's package, also in the RUN that installs it, keeps the package" {
  local run
  supervisord_conf
  for run in 'rm /etc/supervisor/supervisord.conf' 'sed -i s/a/b/ /usr/lib/python3/dist-packages/supervisor/options.py' 'cd /etc/supervisor/conf.d'; do
    printf 'FROM debian\nRUN apt-get install -y supervisor nginx && %s\nCOPY supervisord.conf /etc/\nCMD ["supervisord", "-n"]\n' "$run" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'the package supervisor stays: RUN in line 2 uses what it brings' || { echo "# $run"; return 1; }
  done
  printf 'FROM debian\nRUN apt-get install -y supervisor\nRUN cat <<EOF >/etc/supervisor/conf.d/x.conf\n[program:x]\nEOF\nCOPY supervisord.conf /etc/\nCMD ["supervisord", "-n"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'the package supervisor stays: RUN in line 3 uses what it brings'
  for run in 'rm -f /etc/supervisor/supervisord.conf' 'ln -sf /dev/stdout /var/log/supervisord.log'; do
    printf 'FROM debian\nRUN apt-get install -y supervisor nginx && %s\nCOPY supervisord.conf /etc/\nCMD ["supervisord", "-n"]\n' "$run" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'the patch takes a package out of RUN' && untold 'whose package the patch takes out' || { echo "# $run"; return 1; }
  done
}

@test "a .dockerignore that keeps out what the patch copies is marked" {
  local lines
  wrapper <<<$'#!/bin/sh\nweb &\nexec worker'
  printf 'FROM debian\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  for lines in '*\n!start.sh' '# a comment\n*.gz' '**/etc' 'rootfs/' '/rootfs' '!rootfs\nroot*'; do
    printf "$lines\n" >.dockerignore
    migrate --dockerfile Dockerfile
    told 'TODO: .dockerignore keeps out of the build context what the patch copies: ' || { echo "# $lines"; return 1; }
  done
  for lines in 'node_modules\n**/*.log' '*\n!rootfs\n!reeve-overlay-*' '#*' 'etc' '' '*.tar'; do
    printf "$lines\n" >.dockerignore
    migrate --dockerfile Dockerfile
    untold 'keeps out of the build context' || { echo "# $lines"; return 1; }
  done
  printf '*.tar.gz\n' >Dockerfile.dockerignore
  migrate --dockerfile Dockerfile
  told 'TODO: Dockerfile.dockerignore keeps out of the build context what the patch copies: reeve-overlay-amd64.tar.gz (*.tar.gz)'
  sed -i 1s/debian/arm64v8\\/debian/ Dockerfile
  migrate --dockerfile Dockerfile
  told 'copies: reeve-overlay-arm64.tar.gz (*.tar.gz)'
}

@test "a compose file that gives the image a command, or an entrypoint, is marked at that line" {
  wrapper <<<$'#!/bin/sh\nweb &\nexec worker'
  printf 'FROM debian\nCOPY start.sh /\nCMD ["/start.sh"]\n' >Dockerfile
  cat >docker-compose.yml <<'EOS'
version: "3"
services:
  web:
    build: .
    volumes:
      - ./start.sh:/start.sh
      - data:/data
  # command: old
  jobs:
    build:
      context: .
      dockerfile: Dockerfile
    command: ["jobs"]
  shell:
    entrypoint: bash
    command: -l
    build: ./
  db:
    image: postgres
    command: -c x=1
  other:
    build: ./other
    command: x
  test:
    build:
      context: .
      dockerfile: Dockerfile.test
    command: y
  anchored: &app # its name line has more than a name
    # entrypoint: old
    build: . # here
    command: [z]
  cache: # database
    image: redis
    command: w
  near:
    build: .
    volumes:
      - ./start.sh:/start.sh.bak
  far:
    build:
      context: .
      dockerfile: other/Dockerfile
    command: v
volumes:
  data:
EOS
  migrate --dockerfile Dockerfile
  [ "$(grep -c 'TODO: docker-compose.yml' <<<"$report")" -eq 4 ]
  told 'TODO: docker-compose.yml, line 32: command: [z]: behind ENTRYPOINT /init'
  told 'TODO: docker-compose.yml, line 6: - ./start.sh:/start.sh: nothing reads or executes that any more'
  told 'TODO: docker-compose.yml, line 13: command: ["jobs"]: behind ENTRYPOINT /init, this is executed beside all services'
  told 'TODO: docker-compose.yml, line 15: entrypoint: bash: it takes the place of ENTRYPOINT /init, and no service starts there'
  # build: . is the file Dockerfile.
  mv Dockerfile Dockerfile.prod
  migrate --dockerfile Dockerfile.prod
  untold 'TODO: docker-compose.yml, line 32'
}

@test "a stage that starts the input, where the last one does not, is named" {
  local last
  wrapper <<<$'#!/bin/sh\nweb &\nexec worker'
  for last in 'FROM production\nCMD ["pytest"]' 'FROM base AS dev\nCMD ["npm", "run", "dev"]' 'FROM node\nRUN npm ci'; do
    printf 'FROM debian AS base\nFROM base AS production\nCOPY start.sh /\nCMD ["/start.sh"]\n%b\n' "$last" >Dockerfile
    migrate --dockerfile Dockerfile
    told 'TODO: another stage, production (from line 2 on) starts start.sh, and stays as it is' || { echo "# $last"; return 1; }
    untold 'the Dockerfile does not execute' && untold 'nothing in the Dockerfile executes' || { echo "# $last"; return 1; }
  done
  printf 'FROM debian AS base\nFROM base\nCMD ["npm"]\n' >Dockerfile
  migrate --dockerfile Dockerfile
  told 'TODO: the Dockerfile does not execute start.sh'
}

@test "a folder that only CMD told to be one is still brought" {
  local copy
  wrapper <<<$'#!/bin/bash\ncd /app\n. ./env.sh\n./server &\nnode . &\nwait -n'
  for copy in 'COPY . /app' 'ADD . /app' 'COPY --chown=app . /app' 'COPY start.sh env.sh server ./ /app'; do
    printf 'FROM debian\n%s\nCMD ["/app/start.sh"]\n' "$copy" >Dockerfile
    migrate --dockerfile Dockerfile
    untold 'takes out of the image' || { echo "# $copy"; return 1; }
  done
  printf 'FROM debian\nCOPY . /app\nCMD bash /app/start.sh\n' >Dockerfile
  migrate --dockerfile Dockerfile
  untold 'takes out of the image'
}
