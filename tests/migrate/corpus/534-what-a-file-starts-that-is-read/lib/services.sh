redis-server &
worker &
