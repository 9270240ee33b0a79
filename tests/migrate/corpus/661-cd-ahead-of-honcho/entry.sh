#!/bin/bash
enter()
{
  pushd "${APP_HOME:-/app/src}" >/dev/null || exit 1
}
enter
exec "$@"
