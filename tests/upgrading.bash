# For the tests of `reeve upgrade`: programs of their own in $dir/bin, which is in front
# of PATH.
#   upgrading_setup           instead of reeve_setup
#   replace PROGRAM           by what is on stdin
#   install_anew              the same programs, in other files
#   all_new NAME...           the scanner and these supervisors execute what is there now
#   upgrade                   orders it, and waits
# shellcheck shell=bash disable=SC2154

upgrading_setup()
{
  reeve_setup
  mkdir "$dir/bin"
  for program in reeve-scan reeve-supervise; do cp "$REEVE_BIN/$program" "$dir/bin/$program"; done
  PATH=$dir/bin:$PATH
}

replace() # PROGRAM ; by what is on stdin
{
  cat >"$dir/bin/$1.new"
  chmod 755 "$dir/bin/$1.new"
  mv "$dir/bin/$1.new" "$dir/bin/$1"
}

# The same programs again, in other files.
install_anew()
{
  for program in reeve-scan reeve-supervise; do replace $program <"$REEVE_BIN/$program"; done
}

executes() # PID PROGRAM: the file that is there now
{
  [ "$(stat -L -c %i "/proc/$1/exe")" = "$(stat -c %i "$dir/bin/$2")" ]
}

all_new() # NAME...
{
  local name
  executes "$scanner" reeve-scan || return 1
  for name; do executes "$(supervisor_of "$name")" reeve-supervise || return 1; done
}

upgrade() { reeve -l "$live" upgrade --timeout 60s; }
