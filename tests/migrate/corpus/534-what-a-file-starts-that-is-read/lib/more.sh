#!/bin/sh
web() { /usr/bin/web --port 80; }
up() { /usr/bin/db & }
prepare() { mkdir /x; }
