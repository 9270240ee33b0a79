# dependencies.d, or what it names, that changes while the services run; and what is wrong in it.

load lib
load survival
load ordering

setup() { reeve_setup; }
teardown() { survival_teardown; }

@test "what is edited takes effect at the next start" {
  telling db
  noting web
  needs web db
  scanner
  held web
  rm "$scan/web/dependencies.d/db"
  reeve -l "$live" start web
  field web state up
  needs web db
  field web state up
  s6-svc -r "$live/web"
  held web
  ready db
  up web
}

@test "a name that appears later lets start who needs it, and one that goes holds again" {
  noting web
  needs web db
  scanner
  held web
  in=$dir/aside noting db
  mv "$dir/aside/db" "$scan/db"
  up web
  rm -r "$scan/db"
  eventually 10 test ! -e "$live/db"
  field web state up
  kill -KILL "$(pid_of web)"
  held web
}

@test "what is wrong in dependencies.d is said at the start, and counts as a need" {
  telling db
  noting web
  needs web db 'if there'
  noting app
  echo db >"$scan/app/dependencies.d"
  scanner
  held web
  says 'web/dependencies.d/db: "if there" is not allowed in it: make it empty, or write optional'
  up app
  says 'unable to read app/dependencies.d'
}

@test "a dependencies.d that is made while the service runs, or is down, counts at its next start" {
  telling db
  noting web
  noting other
  setting other down ''
  scanner
  up web
  eventually 10 field db state starting
  needs web db
  needs other db
  reeve -l "$live" rescan
  eventually 10 test -e "$live/web/dependencies.d"
  eventually 10 test -e "$live/other/dependencies.d"
  s6-svc -r "$live/web"
  held web
  reeve -l "$live" start -n other
  held other
  ready db
  up web
  up other
}

@test "what is edited during a stop does not change its order, and the stop ends" {
  noting db
  noting web
  needs web db
  service top <<<'trap "until [ -e \"\$dir/top.goes\" ]; do sleep 0.02; done; echo top ends >>\"\$dir/order\"; exit 0" TERM
touch "$dir/top.runs"; while :; do sleep 0.02; done'
  needs top web
  scanner
  eventually 10 test -e "$dir/top.runs"
  up top
  rm "$scan/web/dependencies.d/db"
  kill -TERM "$scanner"
  eventually 10 field top wanted down
  kill -KILL "$(pid_of web)"
  eventually 10 field web state held
  touch "$dir/top.goes"
  ended "$scanner" 0
  [ "$(tail -n 1 "$dir/order")" = 'db ends' ]
}

@test "one that is renamed in place lets start who needs its new name" {
  noting db
  noting web
  needs web database
  scanner_in_place
  held web
  up db
  mv "$scan/db" "$scan/database"
  reeve -l "$live" rescan
  up web
}

@test "one whose live directory is removed while it is held is started when it may" {
  for what in web web/supervise; do
    rm -rf "$scan" "$dir/db.ready"
    telling db
    noting web
    needs web db
    scanner
    held web
    eventually 10 rm -rf "$live/${what:?}"
    ready db
    up web
    stop_scanner 0
  done
}
