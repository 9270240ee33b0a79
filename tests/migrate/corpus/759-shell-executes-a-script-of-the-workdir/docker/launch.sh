#!/bin/bash
export DB_HOST=${DATABASE_URL#*@}
if [ -z "$DB_HOST" ]; then
  echo "DATABASE_URL is missing"
  exit 1
fi
exec foreman start
