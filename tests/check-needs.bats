# dependencies.d and templates: what `reeve check` finds wrong.
load lib
load checking

setup() { checking_setup; }
teardown() { reeve_teardown; }

@test "dependencies.d: unknown names" {
  good web
  good database
  setting web dependencies.d/databse ''
  finds 'web/dependencies.d/databse:1' error 'there is no service databse: did you mean database\?'
  check web
  found 'web/dependencies.d/databse:1' error 'did you mean database'
  mv web/dependencies.d/databse web/dependencies.d/mail
  finds 'web/dependencies.d/mail:1' error 'there is no service mail: create it, or remove this file'
  echo optional >web/dependencies.d/mail
  clean
  echo optional >web/dependencies.d/databse
  finds 'web/dependencies.d/databse:1' hint 'did you mean database\?'
  rm web/dependencies.d/databse
  mv web/dependencies.d/mail web/dependencies.d/database
  clean
  clean web
}

@test "dependencies.d: what can never be ready, and what a file in it may hold" {
  good web
  good database
  setting web dependencies.d/database ''
  touch database/down
  finds 'web/dependencies.d/database:1' warning 'web waits until somebody starts database.*down.: remove one of these two, or write optional'
  echo optional >web/dependencies.d/database
  clean
  echo 'if there' >web/dependencies.d/database
  rm database/down
  finds 'web/dependencies.d/database:1' error '"if there" is not allowed in it: make it empty, or write optional'
  : >web/dependencies.d/database
  [ "$(id -u)" -ne 0 ] || chmod 000 database/run
  chmod a-x database/run
  check .
  found 'web/dependencies.d/database:1' error 'web can never start, as it needs database, whose run cannot be executed'
  found 'database/run:1' error .
  check web
  found 'web/dependencies.d/database:1' error 'web can never start'
}

@test "dependencies.d instead of reeve wait in a run" {
  good db
  service web <<<$'set -e\nreeve wait ready db\nexec my-server'
  finds 'web/run:3' hint 'while it waits for db, this service counts as up: create an empty file dependencies.d/db, and remove this line'
  service web <<<$'reeve wait --timeout 5s up db cache || exit 1\nexec my-server'
  finds 'web/run:2' hint 'dependencies.d/db'
  service web <<<$'[ -e x ] && reeve wait ready db\nif [ -e y ]; then reeve wait ready db; fi\nreeve wait down db\nreeve wait ready "$OTHER"\nexec my-server'
  clean
}

@test "dependencies.d: a logger has none" {
  good web
  good database
  in=$scan/web service log <<<'exec my-logger'
  setting web log/dependencies.d/database ''
  finds 'web/log/dependencies.d:1' warning 'without effect: a logger belongs to its service: remove it'
}

@test "dependencies.d: circles" {
  for name in a b c d; do good "$name"; done
  setting a dependencies.d/b ''
  setting a dependencies.d/d ''
  setting b dependencies.d/d ''
  setting b dependencies.d/c ''
  setting c dependencies.d/d ''
  clean
  setting c dependencies.d/a ''
  finds 'c/dependencies.d/a:1' error 'a circle.*: a needs b, b needs c, c needs a: remove one'
  check b
  found 'a/dependencies.d/b:1' error 'b needs c, c needs a, a needs b'
  check d
  [ -z "$output" ]
  rm c/dependencies.d/a
  setting d dependencies.d/d ''
  finds 'd/dependencies.d/d:1' error 'a circle.*: d needs d: '
}

@test "templates: no run, no instance, a count that is none; an instance of nothing, and what has no effect in one" {
  good worker@
  setting worker@ count '$WORKERS:2'
  ln -s worker@ worker@mail
  setting worker@own timeout-kill 5000
  script worker@own/log/run <<<'exec my-logger'
  good worker@plain
  good maker@
  mkdir maker@/instances
  good web
  for name in worker@ worker@mail worker@own worker@7; do setting web "dependencies.d/$name" ''; done
  clean
  clean worker@ worker@own worker@plain
  echo several >worker@/count
  finds 'worker@/count:1' error 'invalid value "several": allowed: 0 to 10000, or .VARIABLE'
  check worker@
  found 'worker@/count:1' error 'invalid value "several"'
  echo 2 >worker@/count
  finds 'web/dependencies.d/worker@7:1' warning 'its template has a count of 2: there is no such instance unless it is scaled'
  rm web/dependencies.d/worker@7
  setting web dependencies.d/worker@nail ''
  finds 'web/dependencies.d/worker@nail:1' error 'there is no service worker@nail: did you mean worker@mail'
  rm web/dependencies.d/worker@nail
  setting worker@own count 3
  finds 'worker@own/count:1' warning 'without effect: its template.s counts: remove it'
  check worker@own
  found 'worker@own/count:1' warning 'without effect'
  rm worker@own/count
  setting worker@own timeout-kill soon
  finds 'worker@own/timeout-kill:1' error 'invalid value "soon"'
  setting worker@own timeout-kill 5000
  setting web count 2
  finds 'web/count:1' warning 'without effect: it is for a template, whose name ends with @'
  rm web/count
  setting worker@own dependencies.d/web ''
  finds 'worker@own/dependencies.d/web:1' error 'a circle.*worker@own needs web: remove one'
  rm -r worker@own/dependencies.d
  ln -s nowhere worker@lost
  finds 'worker@lost:1' error 'an instance of nothing: the link leads nowhere'
  rm worker@lost
  ln -s worker@ other@x
  check .
  found 'other@x:1' warning 'it leads to the template worker@, and is no instance of that'
  rm other@x
  mkdir nothing@x
  finds 'nothing@x:1' error 'an instance of nothing: it has no run, and there is no template nothing@ with one'
  rmdir nothing@x
  mkdir empty@
  setting empty@ count 1
  finds 'empty@:1' error 'without a run it is no template: write a run'
  check empty@
  found 'empty@:1' error 'without a run it is no template'
  rm -r empty@
  good unused@
  finds 'unused@:1' warning 'a template without instances: nothing of it runs: write a number to its file count'
  setting unused@ count 0
  clean
  # What one logger has no other can have.
  # shellcheck disable=SC2016
  for directory in '"/tmp/$REEVE_INSTANCE"' . ./none; do in=$scan/unused@ service log <<<"exec reeve-log -t iso $directory"; clean; done
  mkdir unused@/log/data
  for directory in /tmp ./data; do
    in=$scan/unused@ service log <<<"exec reeve-log -t iso $directory"
    finds 'unused@/log/run:2' error "the loggers of all instances log to $directory, and one at most can have that: write .REEVE_INSTANCE into its name"
  done
}
