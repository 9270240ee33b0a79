#!/bin/sh
mkdir -p /run/panels
/srv/panel --left &
/srv/panel --right &
