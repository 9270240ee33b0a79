# reeve help, and what the shells complete.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

@test "help names every command and fits 80 columns; help COMMAND says what that takes" {
  run reeve help
  [ "$status" -eq 0 ]
  [ "$output" = "$(reeve --help)" ]
  for each in status why top logs tree graph blame critical-chain plot events metrics exec env try start stop restart reload kill wait rescan upgrade shutdown check new completion; do
    grep -q "^  $each " <<<"$output" || { echo "# no $each"; return 1; }
    [[ $(reeve help $each) == "usage: reeve $each"* ]]
  done
  awk 'length($0) > 80 { print "# too long: " $0; bad = 1 } END { exit bad }' < <(reeve help; for each in $(reeve completion words -- ''); do reeve help "$each"; done)
  [[ $(reeve help stop) == *--only*'what needs these'* ]]
  [[ $(reeve help stop) != *--json* ]]
  run -100 reeve help bogus
  [[ $output == *'there is no command bogus'* ]]
  run -100 --separate-stderr reeve
  [ -z "$output" ]
  [[ $stderr == 'usage: reeve '* ]]
}

words() { reeve completion words -- "$@" 2>/dev/null | tr '\n' ' '; }

# As bash does it with the cursor behind these words.
complete_line() # WORD...
{
  bash -c 'eval "$(reeve completion bash)"
COMP_LINE=$* COMP_POINT=${#COMP_LINE}
_reeve reeve "${COMP_LINE##*[ @:=]}"
printf "%s\n" "${COMPREPLY[@]}"' bash "$@" | tr '\n' ' '
}

@test "words are completed: commands, services, options, states, signals" {
  idle web
  idle worker
  idle one@two
  idle '$(touch pwned)'
  in=$scan/web service log <<<'exec cat'
  scanner
  up web/log
  run -100 reeve why
  [[ $output == *'why needs the name of a service' ]]
  run -100 reeve stop
  [[ $output == *'needs the name of a service, or --all' ]]
  [ "$(words stop '')" = '$(touch pwned) one@two web web/log worker ' ]
  [[ $(words '') == *'status '*'completion '* ]]
  [ "$(words wait '')" = 'ready healthy up down finished done ' ]
  [[ $(words wait ready '') == *'web '* ]]
  [ "$(words start --all -)" = '--no-wait --timeout --all --only ' ]
  [[ $(words -l "$live" stop '') == *'web '* ]]
  [ "$(words -l /nowhere stop '')" = '' ]
  [[ $(words help '') == *'status '* ]]
  [ "$(words completion '')" = 'bash zsh fish ' ]
  # The scripts; a name is no command.
  cd "$dir"
  [ "$(complete_line reeve stop we)" = 'web web/log ' ]
  [ "$(complete_line reeve stop '$')" = '\$\(touch\ pwned\) ' ]
  [ "$(complete_line reeve start web one@t)" = 'two ' ] # behind the @, where bash begins a word
  [ "$(complete_line reeve -l /x:y st)" = 'status start stop ' ]
  [ ! -e pwned ]
  [ "$(complete_line reeve rest)" = 'restart ' ]
  for shell in zsh fish; do ! command -v $shell >/dev/null || $shell -n <(reeve completion $shell); done
  [[ $(reeve completion zsh) == '#compdef reeve'* ]]
  [[ $(reeve completion fish) == 'complete -c reeve '* ]]
  run -100 reeve completion tcsh
  [[ $output == *'allowed: bash, zsh, fish'* ]]
}
