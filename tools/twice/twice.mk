# Do images do after their migration what they did before? tools/twice/run says how that is tried.
#
#   make twice                  all entries of the corpus, about an hour; TWICE='NAME NAME': these
build/twice/standin: tools/twice/standin.c
	@mkdir -p $(@D)
	musl-gcc -std=c11 -D_GNU_SOURCE -Os $(WARNINGS) -static -fno-pie -no-pie -s -o $@ $<

build/twice/supervisor:
	@mkdir -p $@.part
	cd $@.part && apt-get -q download supervisor && dpkg -x supervisor_*.deb . && rm supervisor_*.deb
	mv $@.part $@

.PHONY: twice
twice: migrate overlay-amd64 build/twice/standin build/twice/supervisor
	tools/twice/run --corpus $(TWICE)
