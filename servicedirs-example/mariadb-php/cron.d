* * * * * www-data php -r '(new PDO("mysql:unix_socket=/run/mysqld/mysqld.sock;dbname=notes", "www-data"))->exec("insert into minute values (now())");'
