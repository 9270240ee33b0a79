# The form of Reeve's own messages where they leave the container, and for whom they speak.

load lib
load survival

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# Is there a message of Reeve's of which this jq condition is true?
object() { grep '"service":"reeve"' "$dir/stderr" | jq -es "any(.[]; $1)" >/dev/null; }

services()
{
  service web <<<'exit 1'
  setting web restart-delay '600000 600000'
  setting web timeout-kill soon
  in=$scan/web service log <<'END'
reeve start nothing; reeve kill HUP nothing 2>"$dir/file"; text=$(reeve start nothing 2>&1); echo "$text" >"$dir/text"; reeve-exec --user nobody-here true
exec reeve-log "$dir/no/where"
END
}

@test "json: all that Reeve says is objects, with level, program and the service that it speaks of" {
  services
  service bare <<<'exec reeve-exec --user nobody-here true'
  setting bare restart-delay '600000 600000'
  scanner -L json
  eventually 20 field web state waiting
  eventually 10 object '.level == "warning" and .program == "reeve-supervise" and .about == "web" and (.message | startswith("reeve-supervise web: warning: invalid timeout-kill: \"soon\""))'
  eventually 10 object '.program == "reeve-supervise" and .about == "web" and (.message | contains("ended with code "))'
  object '.stream == "stderr" and (.time | test("^20..-..-..T..:..:..[.]......Z$"))'
  # What the collector reads is a line of the service, or of its logger, once.
  line_of() { grep "\"service\":\"$1\"" "$dir/stderr" | jq -es "any(.[]; .stream == \"stderr\" and (.message | test(\"$2\")))" >/dev/null; }
  eventually 10 line_of bare '^reeve-exec bare: fatal: .*nobody-here'
  eventually 10 line_of web/log '^reeve-exec web/log: fatal: .*nobody-here'
  line_of web/log '^reeve web/log: .*nothing'
  eventually 10 line_of web/log '^reeve-log web/log: .*no/where'
  # What does not leave the container stays text, also for who reads it.
  grep -q '^reeve web/log: .*nothing' "$dir/file"
  grep -q '^reeve web/log: .*nothing' "$dir/text"
  # The scanner's name the service that they speak of; those that speak of none have no such field.
  kill_supervisor web
  eventually 10 object '.program == "reeve-scan" and .level == "warning" and .about == "web" and (.message | contains("the supervisor of web was ended by SIGKILL"))'
  mkdir "$scan/later"
  s6-svscanctl -a "$live"
  eventually 10 object '.program == "reeve-scan" and .about == "later" and (.message | contains("is not started"))'
  mkdir "$scan/ bad"$'\n'
  s6-svscanctl -a "$live"
  eventually 10 object '.program == "reeve-scan" and (has("about") | not) and (.message | contains("its name cannot be a service"))'
  run ! grep -v '^{' "$dir/stderr"
}

@test "prefix: as a line of a service has one" {
  services
  scanner -L prefix
  says '^reeve | reeve-supervise web: warning: ended with code '
  says '^web/log | reeve-exec web/log: fatal: .*nobody-here'
  said '^web/log | reeve web/log: .*nothing'
  says '^web/log | reeve-log web/log: .*no/where'
  run ! grep -v -e '^reeve *| ' -e '^web/log | ' "$dir/stderr"
}

@test "without a form, messages in a service name it all the same; those of CMD name none" {
  services
  start reeve-scan -l "$live" "$scan" -- sh -c 'echo "$REEVE_SERVICE." >"$dir/cmd"; reeve start nothing; exec sleep 1000000'
  scanner=$started
  says '^reeve-exec web/log: fatal: .*nobody-here'
  says '^reeve: .*nothing'
  eventually 10 grep -qx '[.]' "$dir/cmd"
  says '^reeve-log web/log: .*no/where'
}

@test "a message that is the same again is counted" {
  service web <<<'exit 1'
  setting web restart-delay '10 10'
  setting web restart on-failure:40
  chmod 0 "$scan/web/run"
  [ ! -x "$scan/web/run" ] || skip "root may execute everything here"
  scanner
  eventually 20 field web state failed
  says '^reeve-supervise web: warning: has failed for good'
  [ "$(grep -c 'unable to execute ./run' "$dir/stderr")" -lt 20 ]
  said 'unable to execute ./run.* times more)$'
  [ "$(times_said 'unable to execute ./run')" -eq 41 ]
}

@test "/init and its scripts" {
  unshare -m true 2>/dev/null || skip "no mount namespaces here"
  mkdir -p "$dir/etc/services.d"
  cp -a /etc/{passwd,group,nsswitch.conf,ld.so.cache,alternatives} "$dir/etc"
  script "$dir/etc/cont-init.d/fails" <<<'reeve-check /nothing/there; exit 1'
  script "$dir/etc/cont-finish.d/fails" <<<'exit 1'
  REEVE_LOG=json S6_BEHAVIOUR_IF_STAGE2_FAILS=1 start unshare -m sh -c 'mount --bind "$dir/etc" /etc && mount -t tmpfs -o mode=755 tmpfs /run && exec reeve-init sh -c "touch \"\$dir/up\"; exit 0"'
  ended "$started" 0
  object '.program == "init" and (.message | test("cont-init.d/fails has failed, with 1"))'
  object '.program == "finish" and (.message | test("cont-finish.d/fails has failed, with 1"))'
  grep '"service":"init"' "$dir/stderr" | jq -es 'any(.[]; .message | test("reeve-check: "))'
  run ! grep -v '^{' "$dir/stderr"
}
