# Where CMD is looked for: where execvp() would, from the directory that it runs in.

load lib

setup()
{
  reeve_setup
  mkdir -p "$dir"/app/{node_modules/.bin,first,second}
  cd "$dir/app" || return
}
teardown() { reeve_teardown; }

program() # FILE TEXT ; says the text, how it was called, and where it is
{
  script "$1" <<<"echo $2 \$0 \$PWD"
}

# CMD with that PATH; the code and $output are the tree's.
command_with() # CODE PATH CMD...
{
  run "-$1" env PATH="$2" "$(type -P reeve-scan)" -l "$live" "$scan" -- "${@:3}"
}

@test "a relative directory of PATH begins in CMD's directory" {
  program node_modules/.bin/tool found
  program first/tool not-this-one
  command_with 0 node_modules/.bin:first:/usr/bin:/bin tool
  [ "$output" = "found node_modules/.bin/tool $dir/app" ]
}

@test "an empty directory of PATH is CMD's directory" {
  program ./tool found
  for path in :/usr/bin:/bin /usr/bin::/bin /usr/bin:/bin:; do
    command_with 0 "$path" tool
    [ "$output" = "found tool $dir/app" ]
  done
}

@test "a name with a slash is taken from CMD's directory, not from PATH" {
  program second/tool found
  program "$dir/elsewhere/second/tool" not-this-one
  command_with 0 "$dir/elsewhere:/usr/bin:/bin" second/tool
  [ "$output" = "found second/tool $dir/app" ]
  command_with 0 /usr/bin:/bin ./second/tool
  [ "$output" = "found ./second/tool $dir/app" ]
}

@test "neither a directory of that name ends the search, nor what cannot be executed" {
  mkdir first/tool
  program second/tool found
  command_with 0 first:second:/usr/bin:/bin tool
  [ "$output" = "found second/tool $dir/app" ]
  rmdir first/tool
  echo text >first/tool
  command_with 0 first:second:/usr/bin:/bin tool
  [ "$output" = "found second/tool $dir/app" ]
  ln -sf nowhere first/tool
  command_with 0 first:second:/usr/bin:/bin tool
  [ "$output" = "found second/tool $dir/app" ]
  rm first/tool
  printf '#!/no/such/interpreter\n' >first/tool
  chmod 755 first/tool
  command_with 0 first:second:/usr/bin:/bin tool
  [ "$output" = "found second/tool $dir/app" ]
  command_with 0 /etc/passwd:missing:second:/usr/bin:/bin tool
  [ "$output" = "found second/tool $dir/app" ]
}

@test "found, but not to be executed: 126, and its path; a directory, too" {
  echo text >second/tool
  command_with 126 first:second:/usr/bin:/bin tool
  [[ $output == *"the command tool (second/tool): no execute permission: chmod +x it (stopping everything)"* ]]
  rm second/tool
  mkdir second/tool
  command_with 126 first:second:/usr/bin:/bin tool
  [[ $output == *"the command tool (second/tool): it is a directory"* ]]
  command_with 126 /usr/bin:/bin ./second/tool
  [[ $output == *"the command ./second/tool: it is a directory"* ]]
}

@test "a script whose interpreter is missing: 127, and both are named" {
  printf '#!/no/such/interpreter\n' >second/tool
  chmod 755 second/tool
  command_with 127 first:second:/usr/bin:/bin tool
  [[ $output == *"the command tool (second/tool): its interpreter /no/such/interpreter is missing"* ]]
}

@test "what the kernel cannot execute ends the search: 126" {
  echo text >first/tool
  chmod 755 first/tool
  program second/tool not-this-one
  command_with 126 first:second:/usr/bin:/bin tool
  [[ $output == *"(first/tool): it has no #! line"* ]]
}

@test "nowhere: 127, and PATH; neither is what has no name" {
  command_with 127 first:/etc/passwd:missing tool
  [[ $output == *"the command tool: it is in no directory of PATH: first:/etc/passwd:missing (stopping everything)"* ]]
  command_with 127 "$dir:/usr/bin" ''
  command_with 127 /usr/bin:/bin ./tool
  [[ $output == *"the command ./tool: there is no such file"* ]]
}
