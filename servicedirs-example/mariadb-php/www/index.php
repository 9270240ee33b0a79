<?php
// POST adds the request's body as a note; any request answers with all notes, and for how many
// minutes cron has been at work.
$db = new PDO('mysql:unix_socket=/run/mysqld/mysqld.sock;dbname=notes', 'www-data');
header('Content-Type: text/plain');
if ($_SERVER['REQUEST_METHOD'] === 'POST')
  $db->prepare('insert into note (text) values (?)')->execute([file_get_contents('php://input')]);
foreach ($db->query('select text from note order by id') as $row) echo $row['text'], "\n";
echo $db->query('select count(*) from minute')->fetchColumn(), " minutes\n";
