#!/bin/sh
mkdir -p /run/app
export MODE=live
exec "$@"
