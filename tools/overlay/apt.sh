#!/bin/sh
# apt-get with lists, state and cache of its own, for amd64 and arm64:
#   apt.sh STATE ARGUMENT...
# STATE is a folder, made at the first use. Of the system's package manager only
# its configuration and its keys are used; its lists and architectures stay as
# they are. Nothing is installed: to this apt-get no package is.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
state=$(cd "$1" && pwd)
shift

configure()
{
  rm -rf "$state/sources"
  list='' parts=''
  eval "$(apt-config shell list Dir::Etc::SourceList/f parts Dir::Etc::SourceParts/d)"
  "$here/source-lists.sh" "$list" "$parts" "$state/sources"
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  : >"$state/status"
  # The downloads are checked by signature and hash, and a build folder may be
  # closed to apt's own user: hence no other user.
  cat >"$state/apt.conf" <<CONF
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$state/sources";
Dir::State::Lists "$state/lists";
Dir::State::Status "$state/status";
Dir::Cache "$state/cache";
Dir::Cache::Archives "$state/cache/archives";
APT::Architectures { "amd64"; "arm64"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
}

apt() { apt-get --quiet --config-file "$state/apt.conf" "$@"; }

exec 9>"$state/mutex"
flock 9
configure
# What the lists name may have gone since they were fetched.
if [ -e "$state/fetched" ] && apt "$@" >"$state/log" 2>&1; then exit 0; fi
rm -f "$state/fetched"
if apt update >"$state/log" 2>&1 && apt "$@" >>"$state/log" 2>&1; then
  : >"$state/fetched"
else
  cat "$state/log" >&2
  exit 1
fi
