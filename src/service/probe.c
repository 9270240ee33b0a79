#include "service/probe.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include <skalibs/types.h>

#define PORT_MAX 65535
#define HTTP_PORT "80"

static char const tcp[] = "tcp:" ;
static char const un[] = "unix:" ;
static char const http[] = "http:" ;
static char const https[] = "https:" ;

static int begins (char const *text, char const *word)
{
  return !strncasecmp(text, word, strlen(word)) ;
}

int probe_is_meant (char const *text)
{
  return begins(text, tcp) || begins(text, un) || begins(text, http) || begins(text, https) ;
}

static char const *take_port (char const *text, size_t len, struct probe *probe)
{
  uint32_t number = 0 ;
  if (len && len < sizeof probe->port)
  {
    memcpy(probe->port, text, len) ;
    probe->port[len] = 0 ;
    if (!uint320_scan(probe->port, &number) || number > PORT_MAX) number = 0 ;
  }
  return number ? 0 : "the port is a number from 1 to 65535" ;
}

static char const *take_name (struct probe *probe)
{
  struct in_addr address ;
  char const *c = probe->host ;
  while ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '.' || *c == '-' || *c == '_') c++ ;
  if (*c) return "the host has a character that is in no name and no address" ;
  probe->is_address = inet_pton(AF_INET, probe->host, &address) == 1 ;
  /* Some resolvers take 127.1, or a mere number, for an address. */
  if (!probe->is_address && !probe->host[strspn(probe->host, "0123456789.")]) return "an IPv4 address is four numbers to 255, such as 127.0.0.1" ;
  return 0 ;
}

/* An IPv6 address, perhaps with its interface: fe80::1%eth0 */
static char const *take_ipv6 (struct probe *probe)
{
  char address[PROBE_HOST_MAX + 1] ;
  struct in6_addr found ;
  size_t len = strcspn(probe->host, "%") ;
  memcpy(address, probe->host, len) ;
  address[len] = 0 ;
  probe->is_address = inet_pton(AF_INET6, address, &found) == 1 && strlen(probe->host) != len + 1 && !strpbrk(probe->host, " /@[") ;
  return probe->is_address ? 0 : "an IPv6 address is written such as [::1]" ;
}

/* Parses HOST or [ADDRESS], perhaps with :PORT, in `len` bytes. */
static char const *take_place (char const *text, size_t len, struct probe *probe)
{
  int in_brackets = text[0] == '[' ;
  char const *end = in_brackets ? memchr(text, ']', len) : memchr(text, ':', len) ;
  char const *host = text + in_brackets ;
  char const *fault ;
  char const *after ;
  if (in_brackets && !end) return "the bracket of the address is not closed" ;
  if (!end) end = text + len ;
  if (end == host) return "there is no host: tcp:PORT is this machine, in http:// it is localhost" ;
  if (end - host > PROBE_HOST_MAX) return "the host is longer than 253 bytes" ;
  memcpy(probe->host, host, (size_t)(end - host)) ;
  probe->host[end - host] = 0 ;
  fault = in_brackets ? take_ipv6(probe) : 0 ;
  if (fault) return fault ;
  after = end + in_brackets ;
  if (after < text + len)
  {
    size_t left = (size_t)(text + len - after) ;
    if (*after != ':') return "behind an address in brackets there is :PORT" ;
    if (!in_brackets && memchr(after + 1, ':', left - 1)) return "an IPv6 address is written in brackets, such as [::1]" ;
    fault = take_port(after + 1, left - 1, probe) ;
    if (fault) return fault ;
  }
  return in_brackets ? 0 : take_name(probe) ;
}

static char const *take_tcp (char const *text, size_t len, struct probe *probe)
{
  probe->kind = PROBE_TCP ;
  if (len > 1 && text[0] == '/' && text[1] == '/') return "write it without //: tcp:PORT or tcp:HOST:PORT" ;
  if (!memchr(text, ':', len))
  {
    memcpy(probe->host, PROBE_LOCALHOST, sizeof PROBE_LOCALHOST) ;
    return take_port(text, len, probe) ;
  }
  {
    char const *fault = take_place(text, len, probe) ;
    return fault || probe->port[0] ? fault : "there is no port: tcp:HOST:PORT" ;
  }
}

static char const *take_unix (char const *text, size_t len, struct probe *probe)
{
  struct sockaddr_un address ;
  probe->kind = PROBE_UNIX ;
  probe->path = text ;
  probe->path_len = len ;
  if (!len) return "there is no path: unix:PATH" ;
  return len < sizeof address.sun_path ? 0 : "the path of a socket has at most 107 bytes" ;
}

static char const *take_http (char const *text, size_t len, struct probe *probe)
{
  char const *end = text + len ;
  char const *path ;
  char const *fault ;
  probe->kind = PROBE_HTTP ;
  if (len < 2 || memcmp(text, "//", 2) != 0) return "write http://HOST:PORT/PATH" ;
  text += 2 ;
  len -= 2 ;
  if (memchr(text, '#', len)) return "what is behind # is no server's: leave it out" ;
  for (path = text ; path < end && *path != '/' && *path != '?' ; path++)
    if (*path == '@') return "a user's name is not sent: leave it out" ;
  for (char const *c = path ; c < end ; c++)
    if (*c == ' ') return "a space in a path is written %20" ;
  fault = take_place(text, (size_t)(path - text), probe) ;
  if (fault) return fault ;
  if (!probe->port[0]) memcpy(probe->port, HTTP_PORT, sizeof HTTP_PORT) ;
  probe->path = path + (path < end && *path == '/') ;
  probe->path_len = (size_t)(end - probe->path) ;
  return 0 ;
}

char const *probe_parse (char const *text, struct probe *probe)
{
  size_t len = strlen(text) ;
  *probe = (struct probe) { .path = text } ;
  while (len && strchr(" \t\r\n", text[len - 1])) len-- ;
  if (len > PROBE_MAX) return "it is longer than 1023 bytes" ;
  for (size_t i = 0 ; i < len ; i++)
    if ((unsigned char)text[i] < ' ' || text[i] == 127) return "it is one line, without control characters" ;
  if (begins(text, tcp)) return take_tcp(text + sizeof tcp - 1, len - (sizeof tcp - 1), probe) ;
  if (begins(text, un)) return take_unix(text + sizeof un - 1, len - (sizeof un - 1), probe) ;
  if (begins(text, http)) return take_http(text + sizeof http - 1, len - (sizeof http - 1), probe) ;
  if (begins(text, https)) return "https is not built in: let a program check it, such as curl -fsS" ;
  return "allowed: " PROBE_FORMS ;
}
