# The finished plan beside its Dockerfile: what the new image executes finds its files and programs.
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
