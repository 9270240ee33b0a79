create database if not exists notes;
create user if not exists 'www-data'@'localhost' identified via unix_socket;
grant all on notes.* to 'www-data'@'localhost';
create table if not exists notes.note (id int auto_increment primary key, text text not null);
create table if not exists notes.minute (at datetime not null);
