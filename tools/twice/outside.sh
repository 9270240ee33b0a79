#!/bin/sh
# outside.sh HERE PORTS CHROOT...: in a network of its own, something listens at the ports that the image's checks
# ask; in namespaces of its own, CHROOT... becomes PID 1 below ./root.
set -e
here=$1 ports=$2
shift 2
ip link set lo up
python3 "$here/listen.py" "$ports" &
code=0
# shellcheck disable=SC2016 # the inner shell's
unshare --mount --pid --fork --kill-child=KILL sh -e -c '
  mount --make-rprivate /
  mount -t tmpfs above mounts
  mkdir mounts/above mounts/work root 2>/dev/null || :
  cp -a above/. mounts/above/
  mount -t overlay image -o lowerdir=/,upperdir=mounts/above,workdir=mounts/work root
  mount -t proc proc root/proc
  # What belongs to no namespace is the machine'"'"'s.
  for path in sys sysrq-trigger; do
    [ -e "root/proc/$path" ] || continue
    mount --bind "root/proc/$path" "root/proc/$path"
    mount -o remount,bind,ro "root/proc/$path"
  done
  mount --rbind /dev root/dev
  mount --bind stand-in/random root/dev/urandom
  for folder in run tmp dev/shm var/log; do
    mkdir -p "root/$folder"
    mount -t tmpfs -o mode=1777 "image" "root/$folder"
    [ ! -d "above/$folder" ] || cp -a "above/$folder/." "root/$folder/"
  done
  chmod 755 root/run root/var/log
  mkdir -p root/run/lock root/stand-in
  mount --bind stand-in root/stand-in
  exec "$@"' sh "$@" || code=$?
kill $! || : # it may not have started
exit $code
