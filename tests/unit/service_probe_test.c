#include <string.h>

#include "service/probe.h"
#include "unit.h"

static struct probe probe ;

static int is_place (char const *text, enum probe_kind kind, char const *host, char const *port)
{
  return !probe_parse(text, &probe) && probe.kind == kind && !strcmp(probe.host, host) && !strcmp(probe.port, port) ;
}

static int has_path (char const *path)
{
  return probe.path_len == strlen(path) && !memcmp(probe.path, path, probe.path_len) ;
}

static int wrong (char const *text, char const *why)
{
  char const *fault = probe_parse(text, &probe) ;
  return fault && strstr(fault, why) ;
}

TEST(tcp)
{
  CHECK(is_place("tcp:8080", PROBE_TCP, "localhost", "8080")) ;
  CHECK(is_place("tcp:db:5432", PROBE_TCP, "db", "5432") && !probe.is_address) ;
  CHECK(is_place("tcp:my_db.example.org:1", PROBE_TCP, "my_db.example.org", "1")) ;
  CHECK(is_place("tcp:127.0.0.1:65535", PROBE_TCP, "127.0.0.1", "65535") && probe.is_address) ;
  CHECK(is_place("tcp:[::1]:80", PROBE_TCP, "::1", "80") && probe.is_address) ;
  CHECK(is_place("tcp:[fe80::1%eth0]:80", PROBE_TCP, "fe80::1%eth0", "80")) ;
  CHECK(is_place("TCP:80", PROBE_TCP, "localhost", "80")) ;
}

TEST(ports)
{
  CHECK(wrong("tcp:", "port")) ;
  CHECK(wrong("tcp:0", "port")) ;
  CHECK(wrong("tcp:65536", "port")) ;
  CHECK(wrong("tcp:99999999999999999999", "port")) ;
  CHECK(wrong("tcp:http", "port")) ;
  CHECK(wrong("tcp:-1", "port")) ;
  CHECK(wrong("tcp:+80", "port")) ;
  CHECK(wrong("tcp:80x", "port")) ;
  CHECK(wrong("tcp: 80", "port")) ;
  CHECK(wrong("tcp:db:", "port")) ;
  CHECK(wrong("tcp:db", "port")) ;
  CHECK(wrong("tcp:[::1]", "port")) ;
  CHECK(wrong("tcp:[::1]:", "port")) ;
  CHECK(wrong("http://db:/", "port")) ;
  CHECK(wrong("http://db:70000/", "port")) ;
}

TEST(hosts)
{
  CHECK(wrong("tcp::80", "no host")) ;
  CHECK(wrong("tcp:[]:80", "no host")) ;
  CHECK(wrong("http:///health", "no host")) ;
  CHECK(wrong("http://:80/", "no host")) ;
  CHECK(wrong("tcp:::1:80", "no host")) ;
  CHECK(wrong("tcp:fe80::1:80", "in brackets")) ;
  CHECK(wrong("tcp:[::1:80", "not closed")) ;
  CHECK(wrong("tcp:[::1]80", "behind an address")) ;
  CHECK(wrong("tcp:[db]:80", "[::1]")) ;
  CHECK(wrong("tcp:[::1%]:80", "[::1]")) ;
  CHECK(wrong("tcp:[fe80::1%a/b]:80", "[::1]")) ;
  CHECK(wrong("tcp:[fe80::1%a@b]:80", "[::1]")) ;
  CHECK(wrong("tcp:256.0.0.1:80", "IPv4")) ;
  CHECK(wrong("tcp:127.1:80", "IPv4")) ;
  CHECK(wrong("tcp:a b:80", "character")) ;
  CHECK(wrong("tcp:*:80", "character")) ;
  CHECK(wrong("tcp://db:80", "without //")) ;
  {
    char long_host[300] = "tcp:" ;
    memset(long_host + 4, 'a', 254) ;
    memcpy(long_host + 258, ":80", 4) ;
    CHECK(wrong(long_host, "longer")) ;
    long_host[257] = ':' ;
    memcpy(long_host + 258, "80", 3) ;
    CHECK(!probe_parse(long_host, &probe) && strlen(probe.host) == PROBE_HOST_MAX) ;
  }
}

TEST(unix_sockets)
{
  char path[5 + 108 + 1] = "unix:" ;
  CHECK(!probe_parse("unix:/run/web.sock", &probe) && probe.kind == PROBE_UNIX && has_path("/run/web.sock")) ;
  CHECK(!probe_parse("unix:data/a b:c\n", &probe) && has_path("data/a b:c")) ;
  CHECK(!probe_parse("unix:///run/x", &probe) && has_path("///run/x")) ;
  CHECK(wrong("unix:", "no path")) ;
  memset(path + 5, 'a', 107) ;
  CHECK(!probe_parse(path, &probe)) ;
  path[5 + 107] = 'a' ;
  CHECK(wrong(path, "107")) ;
}

TEST(http)
{
  CHECK(is_place("http://localhost:8000/health", PROBE_HTTP, "localhost", "8000") && has_path("health")) ;
  CHECK(is_place("http://localhost", PROBE_HTTP, "localhost", "80") && has_path("")) ;
  CHECK(is_place("http://localhost/", PROBE_HTTP, "localhost", "80") && has_path("")) ;
  CHECK(is_place("http://localhost?a=b", PROBE_HTTP, "localhost", "80") && has_path("?a=b")) ;
  CHECK(is_place("http://[::1]:81//a?b=@c:d", PROBE_HTTP, "::1", "81") && has_path("/a?b=@c:d")) ;
  CHECK(is_place("HTTP://Web/A", PROBE_HTTP, "Web", "80") && has_path("A")) ;
  CHECK(is_place("http://web/\303\244 \r\n", PROBE_HTTP, "web", "80") && has_path("\303\244")) ;
  CHECK(wrong("http:web", "http://")) ;
  CHECK(wrong("http:/web", "http://")) ;
  CHECK(wrong("http:", "http://")) ;
  CHECK(wrong("http://a:b@web/", "user")) ;
  CHECK(wrong("http://web/a b", "%20")) ;
  CHECK(wrong("http://web/#top", "#")) ;
  CHECK(wrong("https://web/", "https")) ;
}

TEST(one_line)
{
  CHECK(!probe_parse("tcp:80\n", &probe)) ;
  CHECK(!probe_parse("tcp:80 \t\r\n\n", &probe)) ;
  CHECK(wrong("tcp:80\ntcp:81\n", "one line")) ;
  CHECK(wrong("http://web/\r\nX: y", "one line")) ;
  CHECK(wrong("unix:/a\177", "one line")) ;
}

TEST(others)
{
  CHECK(wrong("", "allowed:")) ;
  CHECK(wrong(" tcp:80", "allowed:")) ;
  CHECK(wrong("udp:80", "allowed:")) ;
  CHECK(wrong("localhost:80", "allowed:")) ;
  CHECK(wrong("./data/check", "allowed:")) ;
}

TEST(what_is_meant_as_a_check)
{
  CHECK(probe_is_meant("tcp:80") && probe_is_meant("unix:x") && probe_is_meant("http://x") && probe_is_meant("https://x") && probe_is_meant("TCP:")) ;
  CHECK(!probe_is_meant("./tcp:80") && !probe_is_meant("tcp") && !probe_is_meant("") && !probe_is_meant("/bin/true") && !probe_is_meant("localhost:80")) ;
}
