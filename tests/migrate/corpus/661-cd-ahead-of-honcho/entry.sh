#!/bin/bash
enter()
{
  pushd "${APP_HOME:-/app/src}" >/dev/null
}
enter
exec "$@"
