#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "exec/exec.h"
#include "unit.h"

static struct sockaddr_storage address ;
static char const *port ;

static int is (char const *text, int family, char const *host, unsigned int number)
{
  char found[INET6_ADDRSTRLEN] ;
  size_t size = listen_parse(text, &address, &port) ;
  struct sockaddr_in const *v4 = (struct sockaddr_in const *)&address ;
  struct sockaddr_in6 const *v6 = (struct sockaddr_in6 const *)&address ;
  if (address.ss_family != family) return 0 ;
  if (family == AF_INET)
    return size == sizeof *v4 && ntohs(v4->sin_port) == number && inet_ntop(AF_INET, &v4->sin_addr, found, sizeof found) && !strcmp(found, host) ;
  return size == sizeof *v6 && ntohs(v6->sin6_port) == number && inet_ntop(AF_INET6, &v6->sin6_addr, found, sizeof found) && !strcmp(found, host) ;
}

static int refused (char const *text)
{
  return !listen_parse(text, &address, &port) ;
}

TEST(numeric_addresses_and_ports)
{
  CHECK(is("0.0.0.0:80", AF_INET, "0.0.0.0", 80)) ;
  CHECK(is("127.0.0.1:65535", AF_INET, "127.0.0.1", 65535)) ;
  CHECK(is("[::1]:80", AF_INET6, "::1", 80)) ;
  CHECK(is("[::]:0", AF_INET6, "::", 0)) ;
  CHECK(is("[2001:db8::1]:443", AF_INET6, "2001:db8::1", 443)) ;
}

TEST(the_port_is_what_comes_last)
{
  CHECK(is("[::1]:8080", AF_INET6, "::1", 8080) && !strcmp(port, "8080")) ;
}

TEST(anything_else_is_refused)
{
  CHECK(refused("")) ;
  CHECK(refused("80")) ;
  CHECK(refused(":80")) ;
  CHECK(refused("127.0.0.1")) ;
  CHECK(refused("127.0.0.1:")) ;
  CHECK(refused("127.0.0.1:x")) ;
  CHECK(refused("127.0.0.1:65536")) ;
  CHECK(refused("127.0.0.1:-1")) ;
  CHECK(refused("127.0.0.1:80x")) ;
  CHECK(refused("127.0.0:80")) ;
  CHECK(refused("localhost:80")) ;
  CHECK(refused("::1:80")) ;
  CHECK(refused("[]:80")) ;
  CHECK(refused("[:80")) ;
  CHECK(refused("[::1:80")) ;
  CHECK(refused("[::1]80")) ;
  CHECK(refused("[127.0.0.1]:80")) ;
  CHECK(refused("[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:80")) ;
}
